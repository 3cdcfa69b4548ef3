//! Profiles of TPC-H's lineitem: metahost beside decoding alone, DuckDB and Polars, in turns; then every metric against DuckDB's
//! exact answer. A metric that is neither equal nor within its bounds fails the benchmark.

mod peers;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::figures::Figures;
use super::measure::taken;
use crate::shell::{cargo, command, root, run, say, step};
use peers::Peers;

/// How to measure.
#[derive(Args)]
pub struct Options {
    /// The scale of TPC-H: 1 has 6,001,215 rows, 10 ten times as many.
    #[arg(long, default_value_t = 1)]
    scale: u32,
    /// Another Parquet file than lineitem.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Leave DuckDB and Polars out, and what is compared with them.
    #[arg(long)]
    alone: bool,
}

/// Makes the file where it is missing, measures, compares.
pub fn measure(options: &Options, runs: usize, figures: &mut Figures) -> Result<()> {
    let peers = Peers::installed()?;
    let file = options.file.clone().map_or_else(|| peers.lineitem(options.scale), Ok)?;
    let name = file.display().to_string();
    step(&format!("Profiling {name}, {runs} runs in turns"));
    let mut contenders = own(&name)?;
    if !options.alone {
        contenders.extend(peers.contenders(&name));
    }
    for _ in 0..runs {
        for (what, contender) in &mut contenders {
            let taken = taken(contender)?;
            figures.add(format!("{what}: processor"), "s", taken.cpu);
            figures.add(format!("{what}: time"), "s", taken.wall.as_secs_f64());
            figures.add(format!("{what}: peak memory"), "MiB", taken.peak_mib);
        }
    }
    if options.alone {
        return Ok(());
    }
    step("Every metric against DuckDB's exact answer");
    let profile = printed(binary().args(["profile", &name, "--json"]))?;
    let truth = peers.truth(&name, &profile)?;
    let verdict = verdict::compare(&profile, &truth);
    say(&verdict.text());
    ensure!(verdict.wrong.is_empty(), "{} metrics are neither equal nor within their bounds", verdict.wrong.len());
    Ok(())
}

/// metahost on one core and on all, and decoding alone.
fn own(file: &str) -> Result<Vec<(String, Command)>> {
    let remedy = "It is the yardstick of profiles.";
    run(
        &mut cargo(&["build", "--quiet", "--release", "--package", "metahost-profile", "--example", "decode"]),
        remedy,
    )?;
    let decode = root().join("target/release/examples/decode");
    let mut contenders = vec![("decoding alone, one thread".to_owned(), command(decode, &[file]))];
    for threads in ["1", "2"] {
        let mut contender = binary();
        contender.args(["profile", file, "--json", "--threads", threads]);
        contenders.push((format!("metahost profile, threads: {threads}"), contender));
    }
    Ok(contenders)
}

fn binary() -> Command {
    command(root().join("target/dist/metahost"), &[])
}

fn printed(command: &mut Command) -> Result<serde_json::Value> {
    let output = command.output().with_context(|| format!("{command:?} can't be started"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Where the table and the peers are kept.
fn home() -> PathBuf {
    root().join("target/bench/profile")
}

fn scripts() -> PathBuf {
    Path::new(&root()).join("tests/bench/peers")
}
