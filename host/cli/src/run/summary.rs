//! How a run went: a table for people, JSON for programs, an exit code for schedulers.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use comfy_table::{CellAlignment, Table};
use indicatif::HumanBytes;
use metahost_pipeline::{FailureKind, Report, Rows, Spending, Verdicts};
use serde_json::{Value, json};

use super::asset::Ended;
use super::{Done, Run, tests};
use crate::exit::{self, Exit};
use crate::output;

/// Details of each sort that are printed; the JSON report has more.
const SHOWN: usize = 10;

/// Reasons for which SQL was not understood that are printed.
const REASONS: usize = 5;

/// One line about an asset that has just ended.
pub(super) fn line(ended: &Ended) -> String {
    match ended {
        Ended::Failed(error) if is_cancelled(error) => "not read: the run was asked to end".to_owned(),
        Ended::Failed(error) => format!("failed: {error:#}"),
        Ended::Report(report) => {
            let total = report.total();
            let written = if report.dry_run { "would be written" } else { "written" };
            let failed = if report.failures.is_empty() { "" } else { "failed; " };
            format!(
                "{failed}{} records: {} {written}, {} unchanged, {} filtered, {} rejected",
                total.emitted,
                total.written(),
                total.unchanged,
                total.filtered(),
                total.rejected()
            )
        }
    }
}

/// All that there is to say about a run.
pub(super) struct Summary<'a> {
    pub(super) run: &'a Run,
    pub(super) done: &'a [Done],
    /// What failed after all assets had ended.
    pub(super) failure: Option<&'a anyhow::Error>,
    pub(super) took: Duration,
}

impl Summary<'_> {
    /// Prints the ledger and what went wrong; where only tests were run, the tests.
    pub(super) fn print(&self) -> Result<()> {
        if self.run.tested.is_some() { self.print_tests() } else { self.print_ledger() }?;
        self.print_end()
    }

    fn print_tests(&self) -> Result<()> {
        tests::print(reports(self.done))
    }

    fn print_ledger(&self) -> Result<()> {
        let mut table =
            output::table(&["ASSET", "RECORDS", "EMITTED", "CREATED", "UPDATED", "UNCHANGED", "FILTERED", "REJECTED"]);
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        reports(self.done).for_each(|report| add_rows(&mut table, report));
        output::print(&table)?;
        reports(self.done).filter_map(|report| report.tests.as_ref()).try_for_each(tests::summary)
    }

    fn print_end(&self) -> Result<()> {
        reports(self.done).try_for_each(problems)?;
        for done in self.done {
            if let Ended::Failed(_) = &done.ended {
                output::line(format!("\n{}: {}", done.job.asset.name, line(&done.ended)))?;
            }
        }
        for (warning, count) in self.run.catalog.warnings() {
            output::line(format!("warning: {warning} ({count} times)"))?;
        }
        if let Some(failure) = self.failure {
            output::line(format!("\nfailed: {failure:#}"))?;
        }
        let dry = if self.run.writes { "" } else { "; dry run: nothing was written" };
        output::line(format!("\n{} in {:.1} s{dry}", verdict(self.exit()), self.took.as_secs_f64()))
    }

    /// The worst of what happened.
    pub(super) fn exit(&self) -> Exit {
        if self.run.cancel.is_cancelled() {
            return Exit::Cancelled;
        }
        let assets = self.done.iter().map(|done| match &done.ended {
            Ended::Failed(error) => failed(error),
            Ended::Report(report) => of_report(report),
        });
        let worst = assets.chain(self.failure.map(exit::of)).max().unwrap_or(Exit::Success);
        if self.run.tested.is_some() { tests::exit(reports(self.done), worst) } else { worst }
    }

    /// Writes the report of all assets as JSON.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let assets: Vec<Value> = self.done.iter().map(asset).collect::<Result<_>>()?;
        let warnings: serde_json::Map<String, Value> =
            self.run.catalog.warnings().into_iter().map(|(warning, count)| (warning, count.into())).collect();
        let mut report = json!({ "version": 1, "catalogWarnings": warnings, "assets": assets });
        if let Some(failure) = self.failure {
            report["failure"] = format!("{failure:#}").into();
        }
        output::file(path, &serde_json::to_string_pretty(&report)?)
    }
}

fn is_cancelled(error: &anyhow::Error) -> bool {
    exit::of(error) == Exit::Cancelled
}

fn reports(done: &[Done]) -> impl Iterator<Item = &Report> {
    done.iter().filter_map(|done| match &done.ended {
        Ended::Report(report) => Some(report.as_ref()),
        Ended::Failed(_) => None,
    })
}

fn add_rows(table: &mut Table, report: &Report) {
    for (kind, row) in &report.ledger {
        let counts = [row.emitted, row.created, row.updated, row.unchanged, row.filtered(), row.rejected()];
        let cells = [report.asset.clone(), (*kind).to_owned()].into_iter().chain(counts.map(|count| count.to_string()));
        table.add_row(cells);
    }
    if report.ledger.is_empty() {
        table.add_row([report.asset.as_str(), "-", "0", "0", "0", "0", "0", "0"]);
    }
}

fn problems(report: &Report) -> Result<()> {
    let total = report.total();
    for (what, reasons) in [("filtered", &total.filtered), ("rejected", &total.rejected)] {
        for (reason, count) in reasons {
            output::line(format!("{}: {count} {what}: {reason}", report.asset))?;
        }
    }
    if let Some(sql) = &report.sql {
        sql_lines(&report.asset, sql)?;
    }
    if let Some(profiling) = &report.profiling {
        profiling_lines(&report.asset, profiling)?;
    }
    for left_out in report.left_out.iter().take(SHOWN) {
        output::line(format!("  left out {} {}: {}", left_out.kind, left_out.name, left_out.reason))?;
    }
    more(report.left_out.len())?;
    for rejected in report.rejected.iter().take(SHOWN) {
        let rejection = &rejected.rejection;
        output::line(format!(
            "  rejected {} {}: {}: {}",
            rejected.kind, rejected.name, rejection.reason, rejection.message
        ))?;
    }
    more(report.rejected.len())?;
    for skipped in report.skipped.iter().take(SHOWN) {
        output::line(format!("  skipped {}: {} (split {})", skipped.item, skipped.reason, skipped.split))?;
    }
    more(report.skipped.len())?;
    for failure in &report.failures {
        let place = failure.split.as_ref().map(|split| format!(" `{split}`")).unwrap_or_default();
        output::line(format!("  {:?}{place} failed: {}: {}", failure.what, failure.kind, failure.message))?;
    }
    for (warning, count) in &report.warnings {
        output::line(format!("  warning: {warning} ({count} times)"))?;
    }
    Ok(())
}

fn sql_lines(asset: &str, sql: &Verdicts) -> Result<()> {
    let Verdicts { read, rows, examples, .. } = sql;
    let all = read.total();
    let rest =
        if read.full == all { String::new() } else { format!(", {} in part, {} not at all", read.partial, read.none) };
    output::line(format!("{asset}: SQL read for lineage: {all} queries and views, {} understood{rest}", read.full))?;
    if rows.total() > all {
        let Rows { full, partial, none } = rows;
        output::line(format!("  of {} rows: {full} understood, {partial} in part, {none} not at all", rows.total()))?;
    }
    for (reason, count) in sql.frequent_reasons().into_iter().take(REASONS) {
        output::line(format!("  {count} not understood: {reason}"))?;
    }
    for unread in examples.iter().take(SHOWN) {
        let sql: Vec<&str> = unread.sql.split_whitespace().collect();
        output::line(format!("  for example {}: {}", sql.join(" "), unread.reason))?;
    }
    more(examples.len())
}

/// How profiles came about, and what they cost.
fn profiling_lines(asset: &str, spent: &Spending) -> Result<()> {
    let ways: Vec<String> = spent.tables.iter().map(|(method, tables)| format!("{tables} by {method}")).collect();
    output::line(format!("{asset}: tables profiled: {}; {} not changed since", or_none(&ways), spent.unchanged))?;
    if spent.queries > 0 {
        let cancelled = spent.cancelled_queries;
        let cancelled = if cancelled > 0 { format!(", {cancelled} cancelled over their time") } else { String::new() };
        output::line(format!("  {} queries{cancelled}, {} scanned", spent.queries, HumanBytes(spent.scanned_bytes)))?;
    }
    if spent.files + spent.kept_files > 0 {
        let bytes = HumanBytes(spent.file_bytes);
        output::line(format!("  {} files read ({bytes}), {} known from before", spent.files, spent.kept_files))?;
    }
    if spent.left_for_next_run > 0 {
        output::line(format!("  {} tables are left for the next run by the budget", spent.left_for_next_run))?;
    }
    Ok(())
}

fn or_none(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn more(all: usize) -> Result<()> {
    if all > SHOWN { output::line(format!("  ... and {} more; `--report FILE` has them", all - SHOWN)) } else { Ok(()) }
}

fn verdict(exit: Exit) -> &'static str {
    match exit {
        Exit::Success => "success: everything is written or unchanged",
        Exit::TestFailed => "failed: a test",
        Exit::Rejected => "incomplete: some records were rejected or could not be read",
        Exit::SourceFailed => "failed: a source, or a part of it, could not be read",
        Exit::CatalogFailed => "failed: the catalog",
        Exit::StateFailed => "failed: the state",
        Exit::Cancelled => "cancelled: what was confirmed is kept, the rest is left for the next run",
        Exit::Configuration => "failed: the configuration",
        Exit::Failure => "failed: something unexpected",
    }
}

/// An asset that could not run for a reason of its own is a source that failed, unless the configuration is to blame.
fn failed(error: &anyhow::Error) -> Exit {
    match exit::of(error) {
        Exit::Failure => Exit::SourceFailed,
        exit => exit,
    }
}

fn of_report(report: &Report) -> Exit {
    let failed = report.failures.iter().map(|failure| match failure.what {
        FailureKind::Split | FailureKind::Service => Exit::SourceFailed,
        FailureKind::Catalog => Exit::CatalogFailed,
        FailureKind::State => Exit::StateFailed,
    });
    let incomplete = report.total().rejected() > 0 || report.skipped_count > 0;
    failed.max().unwrap_or(if incomplete { Exit::Rejected } else { Exit::Success })
}

fn asset(done: &Done) -> Result<Value> {
    Ok(match &done.ended {
        Ended::Report(report) => serde_json::to_value(report)?,
        Ended::Failed(error) => json!({
            "asset": done.job.asset.name,
            "source": done.job.asset.source,
            "state": if is_cancelled(error) { "cancelled" } else { "failed" },
            "failures": [{ "what": "source", "kind": "not started", "message": format!("{error:#}") }],
        }),
    })
}
