//! Projects to measure: one source, and a stand-in for OpenMetadata to write to.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use metahost_e2e::{Project, StandIn};
use serde_json::Value;

use super::measure::{Taken, taken};
use crate::shell::root;

/// Versions of the stand-in: without bulk writing, and with it.
pub const VERSIONS: [&str; 2] = ["1.7.7.4", "2.0.7.0"];

/// A project with this source, and with a server if there is one.
pub fn project(source: &str, server: Option<&StandIn>) -> Result<Project> {
    let dist = root().join("target/dist");
    let plugins = [dist.join("plugins"), dist.join("bench")];
    let environment = server.map_or_else(String::new, |server| {
        format!("[environments.dev]\nopenmetadata = {{ url = \"{}\", token = \"env:BENCH_TOKEN\" }}\n", server.url())
    });
    let text = format!("[project]\nname = \"bench\"\nplugins = {plugins:?}\n\n{environment}\n{source}\n");
    let project = Project::with_file(&text)?.env("BENCH_TOKEN", StandIn::token());
    // Compiles the plugin: that is measured on its own.
    project.run(&["plugins"])?.expect_code(0)?;
    let plugin = source.split("plugin = \"").nth(1).and_then(|rest| rest.split('"').next()).context("no plugin")?;
    project.run(&["plugins", "show", plugin])?.expect_code(0)?;
    Ok(project)
}

/// A run and its ledger.
pub struct Ran {
    /// What it took.
    pub taken: Taken,
    written: u64,
    unchanged: u64,
}

impl Ran {
    /// Fails unless at least so many records were written.
    pub fn expect_at_least(self, written: u64) -> Result<Self> {
        ensure!(self.written >= written, "{} written instead of {written} or more", self.written);
        Ok(self)
    }

    /// Fails unless exactly so many records were written and so many were unchanged.
    pub fn expect(self, written: u64, unchanged: u64) -> Result<Self> {
        let found = (self.written, self.unchanged);
        ensure!(
            found == (written, unchanged),
            "{} written and {} unchanged instead of {written} and {unchanged}",
            found.0,
            found.1
        );
        Ok(self)
    }
}

/// Runs an asset and reads its report.
pub fn run(project: &Project, asset: &str, more: &[&str]) -> Result<Ran> {
    let mut arguments = vec!["run", asset, "--report", "report.json"];
    arguments.extend(more);
    let mut command: Command = project.command(&arguments)?;
    let taken = taken(&mut command)?;
    let report = project.json("report.json")?;
    let rows = report.pointer("/assets/0/ledger").and_then(Value::as_object).context("the report has no ledger")?;
    let sum = |field: &str| rows.values().filter_map(|row| row.get(field)?.as_u64()).sum::<u64>();
    ensure!(sum("rejected") == 0, "records were rejected: {report}");
    Ok(Ran { taken, written: sum("created") + sum("updated"), unchanged: sum("unchanged") })
}

/// Forgets what was written and what is known of it; compiled plugins stay.
pub fn forget(project: &Project) -> Result<()> {
    for file in [".metahost/state.redb", ".metahost/catalog.redb", "metahost.jsonl"] {
        let file: PathBuf = project.folder().join(file);
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}
