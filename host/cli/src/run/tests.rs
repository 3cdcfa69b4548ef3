//! `metahost test`: which sources are tested, and how it went: a line a test, and the exit code.

use anyhow::Result;
use metahost_config::{Asset, AssetKind};
use metahost_model::Outcome;
use metahost_pipeline::{Report, TestReport, Tests};

use super::select::Job;
use crate::context::Context;
use crate::exit::{Exit, Misconfigured};
use crate::output;

/// Tests that did not pass and are printed after a run of assets; the JSON report has more.
const SHOWN: usize = 10;

/// One job a source: those that were named, or all. Its tests run as its profiling asset runs them.
pub(super) fn jobs(context: &Context, names: &[String]) -> Result<Vec<Job>> {
    let sources = context.config.sources();
    for name in names {
        // Says which there are if there is none of this name.
        context.config.source(name)?;
    }
    let wanted = sources.iter().filter(|source| names.is_empty() || names.contains(&source.name));
    let assets = context.config.assets();
    let jobs = wanted.map(|source| {
        let is_its = |asset: &&Asset| asset.source == source.name && asset.kind == AssetKind::Profiling;
        let asset = assets.iter().find(is_its).cloned().unwrap_or_else(|| Asset {
            name: format!("openmetadata__{}__profiling", source.name),
            source: source.name.clone(),
            plugin: source.plugin.clone(),
            kind: AssetKind::Profiling,
            schedules: Vec::new(),
            configured: true,
        });
        Job { asset }
    });
    let jobs: Vec<Job> = jobs.collect();
    if jobs.is_empty() {
        return Err(Misconfigured("no source is configured whose tables could be tested".to_owned()).into());
    }
    Ok(jobs)
}

/// A line a test, those that need attention first, and how many ended how.
pub(super) fn print<'a>(reports: impl Iterator<Item = &'a Report>) -> Result<()> {
    let mut table = output::table(&["TABLE", "COLUMN", "TEST", "RESULT", "FOUND"]);
    let all = total(reports.filter_map(|report| report.tests.as_ref()), |test| {
        let column = if test.column.is_empty() { "-" } else { &test.column };
        table.add_row([&test.table, column, &test.name, word(test.outcome), &test.message]);
    });
    if all.total() == 0 {
        return output::line(
            "no test was run: there is none of these tables; add [[sources.NAME.tests]] to the configuration, or define \
             tests in OpenMetadata",
        );
    }
    output::print(&table)?;
    output::line(format!("\n{}", counts(&all)))
}

/// How many ended how, and what did not pass.
pub(super) fn summary(tests: &Tests) -> Result<()> {
    output::line(format!("tests: {}", counts(tests)))?;
    let bad: Vec<&TestReport> = tests.results.iter().filter(|test| test.outcome != Outcome::Success).collect();
    for test in bad.iter().take(SHOWN) {
        let column = if test.column.is_empty() { String::new() } else { format!(".{}", test.column) };
        let (word, table) = (word(test.outcome), &test.table);
        output::line(format!("  {word} {table}{column} {}: {}", test.name, test.message))?;
    }
    if bad.len() > SHOWN {
        output::line(format!("  ... and {} more; `--report FILE` has them", bad.len() - SHOWN))?;
    }
    Ok(())
}

fn counts(tests: &Tests) -> String {
    let Tests { passed, failed, aborted, not_run, .. } = tests;
    let not_run = if *not_run == 0 { String::new() } else { format!(", {not_run} of other kinds not run") };
    format!("{passed} passed, {failed} failed, {aborted} aborted{not_run}")
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "passed",
        Outcome::Failed => "failed",
        Outcome::Aborted => "aborted",
    }
}

fn total<'a>(tests: impl Iterator<Item = &'a Tests>, mut each: impl FnMut(&'a TestReport)) -> Tests {
    let mut all = Tests::default();
    for tests in tests {
        tests.results.iter().for_each(&mut each);
        all.passed += tests.passed;
        all.failed += tests.failed;
        all.aborted += tests.aborted;
        all.not_run += tests.not_run;
    }
    all
}

/// What kept tests from being run, or results from being kept, counts more than a failed test; that counts more than one
/// that was aborted, and that more than a result that was refused. No test at all is a mistake.
pub(super) fn exit<'a>(reports: impl Iterator<Item = &'a Report>, worst: Exit) -> Exit {
    let all = total(reports.filter_map(|report| report.tests.as_ref()), |_| {});
    match worst {
        Exit::Success | Exit::Rejected if all.failed > 0 => Exit::TestFailed,
        Exit::Success | Exit::Rejected if all.aborted > 0 => Exit::SourceFailed,
        Exit::Success if all.total() == 0 => Exit::Configuration,
        worst => worst,
    }
}
