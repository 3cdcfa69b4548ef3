//! `cargo xtask bench`: the figures of tests/bench/README.md, measured here and now.

mod cold;
mod connectors;
mod crossing;
mod figures;
mod measure;
mod profile;
mod project;
mod scale;
mod wide;

use std::fs;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::shell::{say, step};
use crate::{dist, stack};
use figures::Figures;
use metahost_stack::Server;

/// How to measure.
#[derive(Args)]
pub struct Options {
    /// Something else than the figures of metadata.
    #[command(subcommand)]
    what: Option<What>,
    /// How often short commands are run; longer ones a third as often.
    #[arg(long, default_value_t = 15)]
    runs: usize,
    /// Leave out the 10,000 tables, which need a Trino filled for it.
    #[arg(long)]
    quick: bool,
    /// Measure what target/dist holds, without building it first.
    #[arg(long)]
    built: bool,
}

/// What else can be measured.
#[derive(Subcommand)]
enum What {
    /// Profiles of TPC-H's lineitem beside DuckDB and Polars, and every metric against DuckDB's exact answer.
    Profile(profile::Options),
}

/// Measures and prints.
pub fn run_bench(options: &Options) -> Result<()> {
    if let Some(What::Profile(wanted)) = &options.what {
        if !options.built {
            dist::build()?;
        }
        let mut figures = Figures::default();
        profile::measure(wanted, options.runs.div_ceil(5), &mut figures)?;
        say(&format!("\n{}\n\n{}", machine(), figures.table()));
        return Ok(());
    }
    if !options.built {
        dist::build()?;
        dist::bench()?;
    }
    let (long, mut figures) = (options.runs.div_ceil(3), Figures::default());
    step("Cold start");
    cold::measure(options.runs, &mut figures)?;
    step("Crossing the sandbox");
    crossing::measure(long, &mut figures)?;
    step("A table of 1,000 nested columns");
    wide::measure(long, &mut figures)?;
    step("Each connector, 1,000 and 10,000 entities");
    connectors::measure(long.div_ceil(2), &mut figures)?;
    if !options.quick {
        if !scale::is_recorded() {
            step("Recording 10,000 tables from Trino (once, some minutes)");
            stack::up(&[Server::Trino])?;
            scale::record()?;
        }
        step("10,000 tables");
        scale::measure(long, &mut figures)?;
    }
    say(&format!("\n{}\n\n{}", machine(), figures.table()));
    Ok(())
}

/// On what, and how busy: figures mean nothing without.
fn machine() -> String {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let model = read("/proc/cpuinfo").lines().find_map(|line| Some(line.strip_prefix("model name")?.to_owned()));
    let model = model.unwrap_or_default().replace(['\t', ':'], "");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = read("/proc/meminfo").lines().next().unwrap_or_default().replace("MemTotal:", "");
    format!(
        "{}, {cores} cores,{} of memory, load {}",
        model.trim(),
        memory.replace("  ", ""),
        read("/proc/loadavg").trim()
    )
}
