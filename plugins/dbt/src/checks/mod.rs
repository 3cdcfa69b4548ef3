//! dbt's data tests and source freshness as test cases with their newest result. Never emits two cases of one name
//! for one table.

mod freshness;
mod parameters;
mod target;
mod unit;

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::activity::{Outcome, TestCase, TestResult};
use metahost_plugin_sdk::log::Level;

use crate::annotate::{Columns, Meta, description, group_owners, tags};
use crate::artifacts::manifest::Node;
use crate::artifacts::run_results;
use crate::config::Config;
use crate::project::Project;
use metahost_plugin_sdk::output::Output;

/// OpenMetadata's name for the platform.
const PLATFORM: &str = "DBT";

/// Emits every test with its newest result.
pub fn emit(project: &Project, config: &Config, out: &mut dyn Output) -> Result<()> {
    let mut names = Names::default();
    for (id, node) in project.nodes().filter(|(_, node)| node.resource_type == "test") {
        let Some(target) = target::table(project, node) else {
            out.note(Level::Warn, "dbt names no table for a test, so it is left out", &[("test", id.to_owned())]);
            continue;
        };
        let Some(table) = project.relation(target) else { continue };
        let mut case = case(project, config, node, target, table);
        let Some(name) = names.take(&case, id) else {
            out.note(Level::Info, "the same test of the same table is there already", &[("test", id.to_owned())]);
            continue;
        };
        case.name = name;
        emit_case(project, config, id, case, stored_in(node), out)?;
    }
    unit::emit(project, config, &mut names, out)?;
    if config.include_sources { freshness::emit(project, config, &mut names, out) } else { Ok(()) }
}

/// A test and its newest result.
fn emit_case(
    project: &Project,
    config: &Config,
    id: &str,
    case: TestCase,
    stored: Option<&str>,
    out: &mut dyn Output,
) -> Result<()> {
    let result = project.results.of(id).map(|outcome| result(config, &case, outcome, stored));
    out.test(case)?;
    result.map_or(Ok(()), |result| out.test_result(result))
}

/// The table that keeps the rows a test found.
fn stored_in(node: &Node) -> Option<&str> {
    node.relation_name.as_deref().filter(|_| node.config.store_failures == Some(true))
}

fn case(project: &Project, config: &Config, node: &Node, target: &str, table: &[String]) -> TestCase {
    let meta = Meta::new(&node.config.meta, &node.meta, &config.meta_key);
    let mut owners = meta.owners();
    if owners.is_empty() {
        owners = group_owners(project, node);
    }
    TestCase {
        name: node.name.clone(),
        display_name: None,
        service: None,
        table: table.to_vec(),
        column: column(project, node, target),
        definition: definition(node),
        platform: PLATFORM.to_owned(),
        description: description(&node.description),
        parameters: parameters::of(node, stored_in(node)),
        sql: node.compiled().map(|sql| sql.trim().to_owned()),
        owners: config.owners(owners),
        tags: tags(config, &node.tags, &node.config.tags),
    }
}

/// Name of the kind of test; one that is a query of its own is "singular".
fn definition(node: &Node) -> String {
    match &node.test_metadata {
        Some(test) => match test.namespace.as_deref().filter(|namespace| *namespace != "dbt") {
            Some(namespace) => format!("{namespace}_{}", test.name),
            None => test.name.clone(),
        },
        None => "singular".to_owned(),
    }
}

/// The tested column; none where the test is given an expression, which stays among the parameters.
fn column(project: &Project, node: &Node, target: &str) -> Option<Vec<String>> {
    let from_arguments = || node.test_metadata.as_ref()?.kwargs.get("column_name")?.as_str();
    let written = node.column_name.as_deref().or_else(from_arguments)?.trim();
    let quoted = |quote| written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let name = quoted('"').or_else(|| quoted('`')).unwrap_or(written);
    let warehouse = project.warehouse(target);
    let plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '.');
    let known = warehouse.is_some_and(|relation| relation.column(name).is_some());
    (known || name != written || name.chars().all(plain))
        .then(|| Columns { naming: project.naming(), warehouse }.path(name))
}

fn result(config: &Config, case: &TestCase, outcome: &run_results::Outcome, stored: Option<&str>) -> TestResult {
    let failed = outcome.failures.map(|count| ("failures", count.to_string()));
    let seconds = outcome.execution_time.map(|seconds| ("execution_time", seconds.to_string()));
    let values = [Some(("status", outcome.status.clone())), failed, seconds];
    TestResult {
        test: case.name.clone(),
        service: None,
        table: case.table.clone(),
        column: case.column.clone(),
        at: outcome.at,
        outcome: verdict(config, &outcome.status),
        message: message(outcome, stored),
        failed_rows: outcome.failures,
        values: values.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)).collect(),
    }
}

/// What dbt said, and where the rows are that it found; it says nothing about a test that it did not run.
fn message(outcome: &run_results::Outcome, stored: Option<&str>) -> Option<String> {
    let failures = outcome.failures.filter(|count| *count > 0);
    let said = outcome.message.clone().or_else(|| match outcome.status.as_str() {
        "skipped" => Some("dbt skipped it: something it needs failed".to_owned()),
        _ => failures.map(|count| format!("dbt counts {count} failures")),
    });
    let kept = stored.filter(|_| failures.is_some()).map(|table| format!("the rows are in {table}"));
    let parts: Vec<String> = said.into_iter().chain(kept).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// A warning is no failure, unless the operator says so, and a test that did not run is no success: both are "aborted",
/// with the message.
fn verdict(config: &Config, status: &str) -> Outcome {
    match status {
        "pass" | "success" => Outcome::Success,
        "warn" if config.warnings_are_failures => Outcome::Failed,
        "fail" | "error" | "runtime error" => Outcome::Failed,
        _ => Outcome::Aborted,
    }
}

/// Names of test cases by table.
#[derive(Default)]
pub struct Names(BTreeMap<(Vec<String>, String), String>);

impl Names {
    /// The name for a case: its own, or its id where it has none, with the end of the id where another test of the table
    /// has it; none for the same test once more.
    fn take(&mut self, case: &TestCase, id: &str) -> Option<String> {
        let print = format!("{:?} {} {:?} {:?}", case.column, case.definition, case.parameters, case.sql);
        let name = if case.name.trim().is_empty() { id } else { &case.name };
        let key = (case.table.clone(), name.to_owned());
        let Some(known) = self.0.get(&key) else {
            self.0.insert(key, print);
            return Some(name.to_owned());
        };
        if *known == print {
            return None;
        }
        let name = format!("{name}_{}", id.rsplit('.').next().unwrap_or(id));
        self.0.insert((case.table.clone(), name.clone()), print);
        Some(name)
    }
}
