//! `cargo xtask record`: the demo's cassettes, anew from the real servers. The same configuration that the demo replays.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use metahost_stack::{Server, replay_history, s3_credentials};

use crate::shell::{command, root, run, say, step};
use crate::{demo, dist, stack};

/// Of the stack's Superset, which only loopback reaches.
const SUPERSET_PASSWORD: &str = "stack";

/// Starts the servers and records every asset.
pub fn run_all() -> Result<()> {
    let dist = dist::build()?;
    step("Servers");
    stack::up(&[Server::Superset])?;
    // Trino forgets old queries; these are worth having lineage from.
    replay_history()?;
    step("Recording");
    let fresh = root().join("target/demo/cassettes");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    demo::forget()?;
    let s3 = s3_credentials();
    let mut record = command(&dist.binary, &["--config"]);
    record.arg(demo::config()?).args(["run", "--all", "--record"]).arg(&fresh);
    record.env("DEMO_S3_ACCESS_KEY_ID", s3.0).env("DEMO_S3_SECRET_ACCESS_KEY", s3.1);
    record.env("DEMO_SUPERSET_PASSWORD", SUPERSET_PASSWORD);
    run(&mut record, "The run's own messages are above.")?;
    replace(&fresh, &demo::cassettes())
}

fn replace(fresh: &Path, kept: &Path) -> Result<()> {
    fs::create_dir_all(kept)?;
    for file in fs::read_dir(kept)?.flatten() {
        fs::remove_file(file.path())?;
    }
    for file in fs::read_dir(fresh)?.flatten() {
        fs::copy(file.path(), kept.join(file.file_name()))
            .with_context(|| format!("{} can't be copied", file.path().display()))?;
        say(&format!("recorded {}", kept.join(file.file_name()).display()));
    }
    Ok(())
}
