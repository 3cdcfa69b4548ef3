//! Profiles of TPC-H's lineitem and of taxi trips: metahost beside decoding alone, DuckDB and Polars, in turns; then every metric
//! against DuckDB's exact answer. A metric that is neither equal nor within its bounds fails the benchmark.

mod peers;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use super::figures::Figures;
use super::measure::taken;
use crate::shell::{cargo, command, root, run, say, step};
use peers::Peers;

/// How to measure.
#[derive(Args)]
pub struct Options {
    /// The scale: 1 has 6,001,215 rows of lineitem and 3,000,000 trips, 10 ten times as many.
    #[arg(long, default_value_t = 1)]
    scale: u32,
    /// One of them only.
    #[arg(long, value_enum)]
    table: Option<Made>,
    /// Another Parquet file than those that are made.
    #[arg(long, value_name = "FILE", conflicts_with = "table")]
    file: Option<PathBuf>,
    /// Leave DuckDB and Polars out, and what is compared with them.
    #[arg(long)]
    alone: bool,
}

/// A table that is made to be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Made {
    /// TPC-H's: numbers, dates and texts, spread evenly.
    Lineitem,
    /// Trips as New York's taxis have them: doubles and moments, skewed, some missing.
    Taxi,
}

/// Makes the files where they are missing, measures, compares.
pub fn measure(options: &Options, runs: usize, figures: &mut Figures) -> Result<()> {
    let peers = Peers::installed()?;
    if let Some(file) = &options.file {
        return measure_file(&peers, options, file, runs, figures);
    }
    for (made, file) in [(Made::Lineitem, Peers::lineitem as fn(&Peers, u32) -> _), (Made::Taxi, Peers::taxi)] {
        if options.table.is_none_or(|wanted| wanted == made) {
            measure_file(&peers, options, &file(&peers, options.scale)?, runs, figures)?;
        }
    }
    Ok(())
}

fn measure_file(peers: &Peers, options: &Options, file: &Path, runs: usize, figures: &mut Figures) -> Result<()> {
    let name = file.display().to_string();
    step(&format!("Profiling {name}, {runs} runs in turns"));
    let short = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut contenders = own(&name)?;
    if !options.alone {
        contenders.extend(peers.contenders(&name));
    }
    for _ in 0..runs {
        for (what, contender) in &mut contenders {
            let taken = taken(contender)?;
            figures.add(format!("{short}, {what}: processor"), "s", taken.cpu);
            figures.add(format!("{short}, {what}: time"), "s", taken.wall.as_secs_f64());
            figures.add(format!("{short}, {what}: peak memory"), "MiB", taken.peak_mib);
        }
    }
    if options.alone {
        return Ok(());
    }
    step("Every metric against DuckDB's exact answer");
    let profile = printed(binary().args(["profile", &name, "--json"]))?;
    let truth = peers.truth(&name, &profile)?;
    let verdict = verdict::compare(&serde_json::from_str(&profile)?, &truth);
    say(&verdict.text());
    ensure!(verdict.wrong.is_empty(), "{} metrics are neither equal nor within their bounds", verdict.wrong.len());
    Ok(())
}

/// metahost on one core and on all, and decoding alone.
fn own(file: &str) -> Result<Vec<(String, Command)>> {
    let remedy = "It is the yardstick of profiles.";
    run(&mut cargo(&["build", "--quiet", "--release", "--workspace", "--example", "decode"]), remedy)?;
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

fn printed(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?} can't be started"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Where the table and the peers are kept.
fn home() -> PathBuf {
    root().join("target/bench/profile")
}

fn scripts() -> PathBuf {
    Path::new(&root()).join("tests/bench/peers")
}
