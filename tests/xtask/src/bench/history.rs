//! `cargo xtask bench history`: 100,000 rows of a query log in the real Trino, 1,000 statements among them, read for lineage
//! by the whole binary.

mod log;

use anyhow::{Context, Result, ensure};
use clap::Args;
use metahost_e2e::{Project, trino};
use metahost_stack::Server;
use serde_json::Value;

use super::figures::Figures;
use super::measure::{Taken, taken};
use super::project::project;
use crate::shell::{say, step};
use crate::{dist, stack};

const LINEAGE: &str = "openmetadata__trino__lineage";
const METADATA: &str = "openmetadata__trino__metadata";
/// So many rows a statement of the connector asks for; its own default is 1,000.
const PAGE: u64 = 5_000;
/// The aim.
const MOST_MIB: f64 = 256.0;

/// How to measure.
#[derive(Args)]
pub struct Options {
    /// How often the log is read; its tables are read once, before.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Rows of the log.
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// Measure what target/dist holds, without building it first.
    #[arg(long)]
    built: bool,
}

/// Makes the log, reads it, and prints what that took.
pub fn run_bench(options: &Options) -> Result<()> {
    if !options.built {
        dist::build()?;
    }
    stack::up(&[Server::Trino])?;
    step(&format!("Filling {} with {} rows", log::TABLE, options.rows));
    let log = log::fill(options.rows)?;
    say(&format!("{} rows, {} statements, {} bytes of SQL", log.rows, log.statements, log.bytes));
    let mut figures = Figures::default();
    for _ in 0..options.runs {
        measure(&log, &mut figures)?;
    }
    log::drop_table()?;
    say(&format!("\n{}\n\n{}", super::machine(), figures.table()));
    Ok(())
}

/// The tables first, then the log; its report must tell of each row.
fn measure(log: &log::Log, figures: &mut Figures) -> Result<()> {
    let project = project(&source(), None)?;
    run(&project, METADATA)?;
    let (first, report) = run(&project, LINEAGE)?;
    let verdicts = check(&report, log)?;
    figures.add("reading the log: time", "s", first.wall.as_secs_f64());
    figures.add("reading the log: processor", "s", first.cpu);
    figures.add("reading the log: peak memory", "MiB", first.peak_mib);
    for (verdict, rows) in ["full", "partial", "none"].into_iter().zip(verdicts) {
        figures.add(format!("rows with the verdict {verdict}"), "rows", rows);
    }
    ensure!(first.peak_mib < MOST_MIB, "{:.0} MiB at the most, the aim is {MOST_MIB}", first.peak_mib);
    let (again, _) = run(&project, LINEAGE)?;
    figures.add("again, nothing new in it: time", "s", again.wall.as_secs_f64());
    Ok(())
}

fn source() -> String {
    let columns = r#"{ id = "query_id", query = "query", user = "user", source = "source", state = "state", started = "created", ended = "ended" }"#;
    format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\n[sources.trino.config]\nurl = \"{}\"\n\
         catalogs = [\"scale\"]\nquery-history = {{ table = \"{}\", columns = {columns}, days = {}, page-size = {PAGE} }}\n",
        trino::URL,
        log::TABLE,
        log::DAYS + 1
    )
}

fn run(project: &Project, asset: &str) -> Result<(Taken, Value)> {
    let taken = taken(&mut project.command(&["run", asset, "--sink", "local", "--report", "report.json"])?)?;
    Ok((taken, project.json("report.json")?))
}

/// Each row must be counted in the ledger and have a verdict, or a reason to have none.
fn check(report: &Value, log: &log::Log) -> Result<[f64; 3]> {
    let asset = report.pointer("/assets/0").context("the report has no asset")?;
    let ledger = asset.pointer("/ledger/query").with_context(|| format!("no query in the ledger: {asset}"))?;
    let number = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or_default();
    let emitted = number(ledger.get("emitted"));
    ensure!(emitted == log.rows, "{emitted} rows were read instead of {}", log.rows);
    let verdicts_of = |what: &str| {
        ["full", "partial", "none"].map(|verdict| number(asset.pointer(&format!("/sql/{what}/{verdict}"))))
    };
    let verdicts = verdicts_of("rows");
    let without = ledger.get("filtered").and_then(Value::as_object).into_iter().flatten();
    let without: u64 = without.filter(|(why, _)| is_no_row(why)).filter_map(|(_, count)| count.as_u64()).sum();
    let told = verdicts.iter().sum::<u64>() + without;
    ensure!(told == log.rows, "{told} rows have a verdict or a reason for none, {} were read: {asset}", log.rows);
    let read: u64 = verdicts_of("read").iter().sum();
    ensure!(read == log.statements, "{read} statements were read instead of {}", log.statements);
    #[expect(clippy::cast_precision_loss, reason = "some 100,000 rows")]
    Ok(verdicts.map(|rows| rows as f64))
}

/// Why a row is not read: of one that was, its record may be left out later for another reason.
fn is_no_row(why: &str) -> bool {
    why == "failed query" || why.starts_with("tool-made query")
}
