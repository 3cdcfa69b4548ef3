//! Source freshness as a test of the source's table. Never asks the time: dbt measured the age.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::activity::{Outcome, TestCase, TestResult};

use super::{Names, PLATFORM};
use crate::artifacts::manifest::{Age, Freshness, Node};
use crate::artifacts::sources::{Measured, Sources};
use crate::config::Config;
use crate::project::Project;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::time::millis;

/// Name of the kind of test, and of the test.
const NAME: &str = "source_freshness";

/// Emits a test for each source that should be fresh, with what dbt measured.
pub fn emit(project: &Project, config: &Config, names: &mut Names, out: &mut dyn Output) -> Result<()> {
    for (id, node) in project.sources() {
        let measured = project.freshness.as_ref().and_then(|sources| sources.of(id));
        let wanted = measured.and_then(|measured| measured.criteria.clone()).or_else(|| node.freshness.clone());
        let Some(table) = project.relation(id) else { continue };
        let Some(parameters) = parameters(node, wanted.as_ref()) else { continue };
        let mut case = case(table, parameters);
        let Some(name) = names.take(&case, id) else { continue };
        case.name = name;
        let written = project.freshness.as_ref().and_then(Sources::written);
        let result = measured.and_then(|measured| result(config, &case, measured, wanted.as_ref(), written));
        out.test(case)?;
        result.map_or(Ok(()), |result| out.test_result(result))?;
    }
    Ok(())
}

fn case(table: &[String], parameters: Vec<(String, String)>) -> TestCase {
    TestCase {
        name: NAME.to_owned(),
        display_name: Some("Source freshness".to_owned()),
        service: None,
        table: table.to_vec(),
        column: None,
        definition: NAME.to_owned(),
        platform: PLATFORM.to_owned(),
        description: None,
        parameters,
        sql: None,
        owners: Vec::new(),
        tags: Vec::new(),
    }
}

/// What is promised; none for a source that may be of any age.
fn parameters(node: &Node, wanted: Option<&Freshness>) -> Option<Vec<(String, String)>> {
    let wanted = wanted?;
    let (warn, error) = (age(wanted.warn_after.as_ref()), age(wanted.error_after.as_ref()));
    warn.as_ref().or(error.as_ref())?;
    let pairs = [
        ("warn_after", warn),
        ("error_after", error),
        ("filter", wanted.filter.clone()),
        ("loaded_at_field", node.loaded_at_field.clone()),
        ("loaded_at_query", node.loaded_at_query.clone()),
    ];
    Some(pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

fn age(age: Option<&Age>) -> Option<String> {
    age.and_then(Age::text)
}

/// The result; none where neither the source nor the file says when.
fn result(
    config: &Config,
    case: &TestCase,
    measured: &Measured,
    wanted: Option<&Freshness>,
    written: Option<u64>,
) -> Option<TestResult> {
    let at = measured.snapshotted_at.as_deref().and_then(millis).or(written)?;
    let seconds = measured.max_loaded_at_time_ago_in_s.map(|seconds| ("age_seconds", seconds.to_string()));
    let loaded = measured.max_loaded_at.clone().map(|time| ("max_loaded_at", time));
    let values = [Some(("status", measured.status.clone())), loaded, seconds];
    Some(TestResult {
        test: case.name.clone(),
        service: None,
        table: case.table.clone(),
        column: None,
        at,
        outcome: verdict(config, &measured.status),
        message: message(measured, wanted),
        failed_rows: None,
        values: values.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)).collect(),
    })
}

fn verdict(config: &Config, status: &str) -> Outcome {
    match status.to_lowercase().as_str() {
        "pass" | "success" => Outcome::Success,
        "warn" if config.warnings_are_failures => Outcome::Failed,
        "error" | "fail" | "runtime error" => Outcome::Failed,
        _ => Outcome::Aborted,
    }
}

fn message(measured: &Measured, wanted: Option<&Freshness>) -> Option<String> {
    if let Some(error) = &measured.error {
        return Some(error.trim().to_owned());
    }
    let hours = measured.max_loaded_at_time_ago_in_s? / 3600.0;
    let limit = match measured.status.to_lowercase().as_str() {
        "error" => age(wanted.and_then(|wanted| wanted.error_after.as_ref())),
        "warn" => age(wanted.and_then(|wanted| wanted.warn_after.as_ref())),
        _ => None,
    };
    let limit = limit.map(|limit| format!(", allowed are {limit}")).unwrap_or_default();
    Some(format!("the newest row is {hours:.1} hours old{limit}"))
}
