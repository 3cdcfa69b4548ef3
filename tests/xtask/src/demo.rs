//! `cargo xtask demo`: every asset from recorded exchanges with real servers into the embedded catalog, and a look at
//! what landed. Needs no server, no secret and no network once everything is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::dist;
use crate::shell::{command, root, run, say, step};

/// A table of the recorded servers worth looking at.
const TABLE: &str = "trino.iceberg.campus_marts.dim_learners";

/// How to show it.
#[derive(Args)]
pub struct Options {
    /// Forget what earlier demos wrote.
    #[arg(long)]
    fresh: bool,
}

/// Builds, runs, shows.
pub fn run_demo(options: &Options) -> Result<()> {
    let dist = dist::build()?;
    if options.fresh {
        forget()?;
    }
    let config = config()?;
    let metahost = |arguments: &[&str]| {
        let mut metahost = command(&dist.binary, &["--config"]);
        metahost.arg(&config).args(arguments);
        metahost
    };
    step("Every asset that is configured, from recorded exchanges into the embedded catalog");
    let mut all = metahost(&["run", "--all", "--replay"]);
    shown(all.arg(cassettes()))?;
    step("What landed");
    shown(&mut metahost(&["catalog", "list", "--limit", "12"]))?;
    step("One table with its columns");
    shown(&mut metahost(&["catalog", "show", TABLE]))?;
    step("Where its data comes from");
    shown(&mut metahost(&["catalog", "lineage", TABLE]))?;
    say(OWN_SERVERS);
    Ok(())
}

const OWN_SERVERS: &str = "
That was metahost on recorded exchanges. To point it at your own servers:
  1. cp -r target/dist ~/metahost && cd ~/metahost     the binary and its folder of plugins
  2. ./metahost init                                   writes metahost.toml; edit the sources and the environment
  3. ./metahost check                                  configuration, plugins, secrets, connections
  4. ./metahost run --all --dry-run                    what would be written
  5. ./metahost run --all                              write it
Run the demo again: everything is reported as unchanged.";

fn shown(metahost: &mut Command) -> Result<()> {
    run(metahost, "The program's own message is above; `cargo xtask demo --fresh` begins anew.")
}

/// Where the recorded exchanges are.
pub fn cassettes() -> PathBuf {
    root().join("tests/demo/cassettes")
}

/// The demo's configuration in a folder of its own below target, so that its state lies there too.
pub fn config() -> Result<PathBuf> {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    let config = folder.join("metahost.toml");
    let source = root().join("tests/demo/metahost.toml");
    fs::copy(&source, &config).with_context(|| format!("{} can't be copied", source.display()))?;
    Ok(config)
}

/// Removes what earlier demos wrote; compiled plugins stay.
pub fn forget() -> Result<()> {
    for file in ["state.redb", "catalog.redb"] {
        remove(&folder().join(".metahost").join(file))?;
    }
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    if file.exists() {
        fs::remove_file(file).with_context(|| format!("{} can't be removed", file.display()))
    } else {
        Ok(())
    }
}

fn folder() -> PathBuf {
    root().join("target/demo")
}
