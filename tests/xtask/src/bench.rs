//! `cargo xtask bench`: the figures of tests/bench/README.md, measured here and now.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::shell::{say, step};
use crate::{demo, dist};

/// How to measure.
#[derive(Args)]
pub struct Options {
    /// How often short commands are run.
    #[arg(long, default_value_t = 20)]
    runs: usize,
}

/// Measures and prints.
pub fn run_bench(options: &Options) -> Result<()> {
    let dist = dist::build()?;
    let config = demo::config()?;
    step("Cold start");
    for arguments in [&["--version"][..], &["list"], &["plugins", "show", "trino"]] {
        let mut times = Vec::new();
        for _ in 0..=options.runs {
            let mut metahost = Command::new(&dist.binary);
            metahost.arg("--config").arg(&config).args(arguments).stdout(Stdio::null());
            times.push(time(&mut metahost)?);
        }
        // The first run fills the caches of disk and plugins.
        times.remove(0);
        times.sort();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        say(&format!("metahost {:<20} median {:.1} ms", arguments.join(" "), middle.as_secs_f64() * 1e3));
    }
    Ok(())
}

fn time(command: &mut Command) -> Result<Duration> {
    let began = Instant::now();
    let status = command.status().context("the binary can't be started")?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(began.elapsed())
}
