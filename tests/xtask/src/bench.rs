//! `cargo xtask bench`: the figures of tests/bench/README.md, measured here and now.

mod cold;
mod connectors;
mod crossing;
mod figures;
mod history;
mod lineage;
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
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    /// One part alone; without it everything but the parts that are named here.
    #[command(subcommand)]
    part: Option<Part>,
    /// How often short commands are run; longer ones a third as often.
    #[arg(long, default_value_t = 15)]
    runs: usize,
    /// Leave out the 10,000 tables, which need a Trino filled for it.
    #[arg(long)]
    quick: bool,
    /// Measure only connectors: all, or those named (`--connectors airbyte,dbt`).
    #[arg(long, value_name = "NAME", num_args = 0.., value_delimiter = ',')]
    connectors: Option<Vec<String>>,
    /// Measure connectors with 100,000 entities as well, once each: about ten minutes more.
    #[arg(long)]
    large: bool,
    /// Measure what target/dist holds, without building it first.
    #[arg(long)]
    built: bool,
}

/// What is measured alone.
#[derive(Subcommand)]
enum Part {
    /// The lineage engine beside other parsers: how right, how fast.
    Lineage(lineage::Options),
    /// A query log of 100,000 rows in the real Trino: time, memory, verdicts.
    History(history::Options),
    /// Profiles of TPC-H's lineitem beside DuckDB and Polars, and every metric against DuckDB's exact answer.
    Profile(profile::Options),
}

/// Measures and prints.
pub fn run_bench(options: &Options) -> Result<()> {
    match &options.part {
        Some(Part::Lineage(options)) => lineage::run_bench(options),
        Some(Part::History(options)) => history::run_bench(options),
        Some(Part::Profile(wanted)) => run_profile(options, wanted),
        None => run_all(options),
    }
}

fn run_profile(options: &Options, wanted: &profile::Options) -> Result<()> {
    if !options.built {
        dist::build()?;
    }
    let mut figures = Figures::default();
    profile::measure(wanted, options.runs.div_ceil(5), &mut figures)?;
    say(&format!("\n{}\n\n{}", machine(), figures.table()));
    Ok(())
}

fn run_all(options: &Options) -> Result<()> {
    if !options.built {
        dist::build()?;
        dist::bench()?;
    }
    let mut figures = Figures::default();
    if options.connectors.is_none() {
        measure_host(options, &mut figures)?;
    }
    step("Each connector");
    let names = options.connectors.as_deref().unwrap_or_default();
    connectors::measure(names, options.runs.div_ceil(6), options.large, &mut figures)?;
    if options.connectors.is_none() && !options.quick {
        measure_scale(options, &mut figures)?;
    }
    say(&format!("\n{}\n\n{}", machine(), figures.table()));
    Ok(())
}

fn measure_host(options: &Options, figures: &mut Figures) -> Result<()> {
    let long = options.runs.div_ceil(3);
    step("Cold start");
    cold::measure(options.runs, figures)?;
    step("Crossing the sandbox");
    crossing::measure(long, figures)?;
    step("A table of 1,000 nested columns");
    wide::measure(long, figures)
}

fn measure_scale(options: &Options, figures: &mut Figures) -> Result<()> {
    if !scale::is_recorded() {
        step("Recording 10,000 tables from Trino (once, some minutes)");
        stack::up(&[Server::Trino])?;
        scale::record()?;
    }
    step("10,000 tables");
    scale::measure(options.runs.div_ceil(3), figures)
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
