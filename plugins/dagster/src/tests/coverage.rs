//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::activity::{Run, TaskRun, TestCase, TestResult};
use metahost_plugin_sdk::enrichment::{Annotation, ColumnAnnotation};
use metahost_plugin_sdk::entities::{Pipeline, Task};
use metahost_plugin_sdk::testing::Collected;

use super::server::Recorded;
use super::{good, whole};

type Field<T> = (&'static str, fn(&T) -> bool);
type Fields<T> = [Field<T>];

/// A row of the table: what any of the records fills, and what none does.
fn row<'a, T: 'a>(kind: &str, records: impl IntoIterator<Item = &'a T>, fields: &Fields<T>) -> String {
    let records: Vec<&T> = records.into_iter().collect();
    let (filled, empty): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(_, is_filled)| records.iter().any(|record| is_filled(record)));
    let names = |fields: Vec<&Field<T>>| fields.into_iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    format!("| {kind} | {} of {} | {} | {} |", filled.len(), fields.len(), names(filled), names(empty))
}

fn rows(all: &[Collected]) -> [String; 8] {
    let pipelines = || all.iter().flat_map(Collected::pipelines);
    let runs = || all.iter().flat_map(|out| &out.runs);
    let tables = || all.iter().flat_map(|out| &out.annotations);
    let pipeline: &Fields<Pipeline> = &[
        ("description", |found| found.common.description.is_some()),
        ("owners", |found| !found.common.owners.is_empty()),
        ("tags", |found| !found.common.tags.is_empty()),
        ("sourceUrl", |found| found.common.source_url.is_some()),
        ("scheduleInterval", |found| found.schedule.is_some()),
        ("tasks", |found| !found.tasks.is_empty()),
        ("startDate", |found| found.started_at.is_some()),
    ];
    let task: &Fields<Task> = &[
        ("description", |found| found.description.is_some()),
        ("taskType", |found| found.kind.is_some()),
        ("sourceUrl", |found| found.source_url.is_some()),
        ("downstreamTasks", |found| !found.after.is_empty()),
        ("taskSQL", |found| found.sql.is_some()),
    ];
    let run: &Fields<Run> = &[
        ("executionStatus", |_| true),
        ("timestamp", |found| found.started_at.is_some()),
        ("endTime", |found| found.ended_at.is_some()),
        ("taskStatus", |found| !found.tasks.is_empty()),
        ("metrics", |found| !found.metrics.is_empty()),
    ];
    let step: &Fields<TaskRun> = &[
        ("executionStatus", |_| true),
        ("startTime", |found| found.started_at.is_some()),
        ("endTime", |found| found.ended_at.is_some()),
        ("logLink", |found| found.log_url.is_some()),
    ];
    let table: &Fields<Annotation> = &[
        ("description", |found| found.description.is_some()),
        ("owners", |found| !found.owners.is_empty()),
        ("tags", |found| !found.tags.is_empty()),
        ("columns", |found| !found.columns.is_empty()),
        ("keys", |found| !found.keys.is_empty()),
        ("domain", |found| found.domain.is_some()),
    ];
    let column: &Fields<ColumnAnnotation> = &[
        ("dataType", |found| found.data_type.is_some()),
        ("description", |found| found.description.is_some()),
        ("tags", |found| !found.tags.is_empty()),
        ("constraint", |found| found.constraint.is_some()),
    ];
    let test: &Fields<TestCase> = &[
        ("description", |found| found.description.is_some()),
        ("testDefinition", |_| true),
        ("parameterValues", |found| !found.parameters.is_empty()),
        ("owners", |found| !found.owners.is_empty()),
        ("column", |found| found.column.is_some()),
        ("sql", |found| found.sql.is_some()),
    ];
    let result: &Fields<TestResult> = &[
        ("testCaseStatus", |_| true),
        ("timestamp", |found| found.at > 0),
        ("result", |found| found.message.is_some()),
        ("testResultValue", |found| !found.values.is_empty()),
        ("failedRows", |found| found.failed_rows.is_some()),
    ];
    [
        row("pipeline", pipelines(), pipeline),
        row("task", pipelines().flat_map(|found| &found.tasks), task),
        row("run", runs(), run),
        row("step of a run", runs().flat_map(|found| &found.tasks), step),
        row("table of another service", tables(), table),
        row("its column", tables().flat_map(|found| &found.columns), column),
        row("test case", all.iter().flat_map(|out| &out.tests), test),
        row("test result", all.iter().flat_map(|out| &out.results), result),
    ]
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    let tables = r#", "tables": {"service": "shop"}"#;
    let all =
        [whole(tables), good(&Recorded::checked(), tables), whole(r#", "mode": "job""#), whole(r#", "mode": "asset""#)];
    let table = rows(&all).join("\n");
    println!("{table}");
    assert!(include_str!("../../README.md").contains(&table), "not in README.md:\n{table}");
}
