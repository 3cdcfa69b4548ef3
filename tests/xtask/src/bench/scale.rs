//! 10,000 tables of 30 columns from a recorded Trino into each catalog; then again, when nothing changed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use metahost_e2e::{Project, StandIn};
use metahost_stack::bench_load;
use serde_json::Value;

use super::figures::Figures;
use super::project::{Ran, VERSIONS, forget, project, run};
use crate::shell::{root, run as shown};

const TABLES: u32 = 10_000;
const COLUMNS: u32 = 30;
/// A database, its schemas of 100 tables and Trino's own `default`, the tables.
const RECORDS: u64 = 1 + 101 + TABLES as u64;
const ASSET: &str = "openmetadata__trino__metadata";
const SOURCE: &str = "[sources.trino]\nplugin = \"trino\"\nallow-private = true\n\
                      config = { url = \"http://127.0.0.1:18080\", catalogs = [\"bench\"] }";

/// Whether there is a recording from an earlier time.
pub fn is_recorded() -> bool {
    cassette().join("trino.jsonl").is_file()
}

/// Records, after filling Trino where it must be.
pub fn record() -> Result<()> {
    bench_load(TABLES, COLUMNS)?;
    let project = project(SOURCE, None)?;
    let aside = cassette().with_extension("new");
    if aside.exists() {
        fs::remove_dir_all(&aside)?;
    }
    let folder = aside.display().to_string();
    let mut command = project.command(&["run", ASSET, "--sink", "local", "--record", &folder])?;
    shown(&mut command, "The run's own messages are above.")?;
    fs::rename(&aside, cassette()).context("the recording can't be kept")
}

fn cassette() -> PathBuf {
    root().join("target/bench/cassette")
}

/// Measures.
pub fn measure(runs: usize, figures: &mut Figures) -> Result<()> {
    let alone = project(SOURCE, None)?;
    for _ in 0..runs {
        for sink in ["local", "jsonl"] {
            forget(&alone)?;
            add(figures, sink, "first run", &replay(&alone, &["--sink", sink])?.expect(RECORDS, 0)?);
            if sink == "local" {
                add(figures, sink, "second run", &replay(&alone, &["--sink", sink])?.expect(0, RECORDS)?);
            }
        }
    }
    for _ in 0..runs {
        VERSIONS.iter().try_for_each(|version| served(version, figures))?;
    }
    Ok(())
}

/// Into a fresh server, and once more.
fn served(version: &str, figures: &mut Figures) -> Result<()> {
    let server = StandIn::start(version)?;
    let project = project(SOURCE, Some(&server))?;
    let sink = format!("stand-in {version}");
    for (at, written) in [("first run", RECORDS), ("second run", 0)] {
        let (calls, writes) = calls(&server)?;
        add(figures, &sink, at, &replay(&project, &[])?.expect(written, RECORDS - written)?);
        let (calls_after, writes_after) = self::calls(&server)?;
        figures.add(format!("{sink}, {at}: calls"), "calls", calls_after - calls);
        figures.add(format!("{sink}, {at}: of these writing"), "calls", writes_after - writes);
    }
    let check = server.ask("check")?;
    ensure!(check.get("problems").and_then(Value::as_array).is_none_or(Vec::is_empty), "the stand-in found {check}");
    Ok(())
}

fn replay(project: &Project, more: &[&str]) -> Result<Ran> {
    let folder = cassette().display().to_string();
    let mut arguments = vec!["--replay", &folder];
    arguments.extend(more);
    run(project, ASSET, &arguments)
}

fn add(figures: &mut Figures, sink: &str, at: &str, ran: &Ran) {
    let seconds = ran.taken.wall.as_secs_f64();
    figures.add(format!("{sink}, {at}: time"), "s", seconds);
    figures.add(format!("{sink}, {at}: speed"), "tables/s", f64::from(TABLES) / seconds);
    figures.add(format!("{sink}, {at}: processor"), "s", ran.taken.cpu);
    figures.add(format!("{sink}, {at}: peak memory"), "MiB", ran.taken.peak_mib);
}

/// How many requests a server got so far, and how many of these could write.
fn calls(server: &StandIn) -> Result<(f64, f64)> {
    let requests = server.ask("requests?limit=1")?;
    let counts = requests.get("counts").and_then(Value::as_object).context("the stand-in counts nothing")?;
    // By method, route and status: "GET /api/v1/tables 200".
    let sum = |wanted: fn(&str) -> bool| {
        counts.iter().filter(|(call, _)| wanted(call)).filter_map(|(_, count)| count.as_f64()).sum()
    };
    Ok((sum(|_| true), sum(|call| !call.starts_with("GET "))))
}
