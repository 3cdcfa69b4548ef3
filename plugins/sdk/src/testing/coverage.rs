//! Which of OpenMetadata's fields a connector fills, as the table that its README shows.

use crate::activity::{Run, TaskRun, TestCase, TestResult};
use crate::enrichment::{Annotation, ColumnAnnotation, DataModel};
use crate::entities::{
    Chart, Column, Container, Dashboard, DashboardDataModel, Database, Entity, Pipeline, Schema, Table, Task,
};
use crate::lineage::{Edge, Query};
use crate::statistics::{ColumnStat, TableStat};

use super::Collected;

type Field<T> = (&'static str, fn(&T) -> bool);

/// A row for each kind of record that was emitted: what any of them fills, and what none does.
pub fn coverage(all: &[&Collected]) -> String {
    let mut rows: Vec<String> = entities(all);
    rows.extend(activity(all));
    rows.extend(enrichment(all));
    rows.extend(flows(all));
    rows.join("\n")
}

/// Panics with the table that should be there, unless the README has it.
///
/// # Panics
/// If the README says something else than what is filled.
pub fn assert_coverage(readme: &str, all: &[&Collected]) {
    let table = coverage(all);
    assert!(readme.contains(&table), "the README lacks this table:\n{table}");
}

fn row<'a, T: 'a>(kind: &str, records: impl IntoIterator<Item = &'a T>, fields: &[Field<T>]) -> Option<String> {
    let records: Vec<&T> = records.into_iter().collect();
    if records.is_empty() {
        return None;
    }
    let (filled, empty): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(_, is_filled)| records.iter().any(|record| is_filled(record)));
    let names = |fields: Vec<&Field<T>>| fields.into_iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Some(format!("| {kind} | {} of {} | {} | {} |", filled.len(), fields.len(), names(filled), names(empty)))
}

/// What every entity has, and more.
macro_rules! common {
    ($kind:ty $(, $more:expr)* $(,)?) => {{
        let fields: Vec<Field<$kind>> = vec![
            ("displayName", |found| found.common.display_name.is_some()),
            ("description", |found| found.common.description.is_some()),
            ("owners", |found| !found.common.owners.is_empty()),
            ("tags", |found| !found.common.tags.is_empty()),
            ("sourceUrl", |found| found.common.source_url.is_some()),
            ("extension", |found| !found.common.extension.is_empty()),
            $($more),*
        ];
        fields
    }};
}

fn entities(all: &[&Collected]) -> Vec<String> {
    let every = || all.iter().flat_map(|out| &out.entities);
    let databases = every().filter_map(|it| if let Entity::Database(found) = it { Some(found) } else { None });
    let schemas = every().filter_map(|it| if let Entity::Schema(found) = it { Some(found) } else { None });
    let tables = || all.iter().flat_map(|out| out.tables());
    let containers = || all.iter().flat_map(|out| out.containers());
    let pipelines = || all.iter().flat_map(|out| out.pipelines());
    let models = || all.iter().flat_map(|out| out.data_models());
    let rows = [
        row("database", databases, &common!(Database)),
        row("database schema", schemas, &common!(Schema)),
        row("table", tables(), &table_fields()),
        row("its column", tables().flat_map(|it| &it.columns), &column_fields()),
        row("container", containers(), &container_fields()),
        row("its field", containers().flat_map(|it| &it.fields), &column_fields()),
        row("pipeline", pipelines(), &pipeline_fields()),
        row("task", pipelines().flat_map(|it| &it.tasks), &task_fields()),
        row("dashboard", all.iter().flat_map(|out| out.dashboards()), &dashboard_fields()),
        row("chart", all.iter().flat_map(|out| out.charts()), &chart_fields()),
        row("data model", models(), &model_fields()),
        row("its column", models().flat_map(|it| &it.columns), &column_fields()),
    ];
    rows.into_iter().flatten().collect()
}

fn table_fields() -> Vec<Field<Table>> {
    common!(
        Table,
        ("columns", |found| !found.columns.is_empty()),
        ("tableConstraints", |found| !found.keys.is_empty()),
        ("tablePartition", |found| !found.partitioned_by.is_empty()),
        ("schemaDefinition", |found| found.definition.is_some()),
        ("locationPath", |found| found.location.is_some()),
        ("fileFormat", |found| found.file_format.is_some()),
        ("retentionPeriod", |found| found.retention.is_some()),
        ("rowCount", |found| found.row_count.is_some()),
        ("sizeInByte", |found| found.size_bytes.is_some()),
        ("lifeCycle", |found| found.updated_at.is_some()),
    )
}

fn column_fields() -> Vec<Field<Column>> {
    vec![
        ("dataType", |found| found.data_type != "UNKNOWN"),
        ("dataTypeDisplay", |found| found.display.is_some()),
        ("dataLength", |found| found.length.is_some()),
        ("precision and scale", |found| found.precision.is_some()),
        ("children", |found| found.parent.is_some()),
        ("constraint", |found| found.constraint.is_some()),
        ("defaultValue", |found| found.default_value.is_some()),
        ("description", |found| found.description.is_some()),
        ("tags", |found| !found.tags.is_empty()),
    ]
}

fn container_fields() -> Vec<Field<Container>> {
    common!(
        Container,
        ("prefix", |found| !found.prefix.is_empty()),
        ("size", |found| found.size_bytes.is_some()),
        ("numberOfObjects", |found| found.objects.is_some()),
        ("fileFormats", |found| !found.formats.is_empty()),
        ("dataModel", |found| !found.fields.is_empty()),
    )
}

fn pipeline_fields() -> Vec<Field<Pipeline>> {
    common!(
        Pipeline,
        ("scheduleInterval", |found| found.schedule.is_some()),
        ("tasks", |found| !found.tasks.is_empty()),
        ("startDate", |found| found.started_at.is_some()),
    )
}

fn task_fields() -> Vec<Field<Task>> {
    vec![
        ("description", |found| found.description.is_some()),
        ("taskType", |found| found.kind.is_some()),
        ("sourceUrl", |found| found.source_url.is_some()),
        ("downstreamTasks", |found| !found.after.is_empty()),
        ("taskSQL", |found| found.sql.is_some()),
    ]
}

fn dashboard_fields() -> Vec<Field<Dashboard>> {
    common!(
        Dashboard,
        ("charts", |found| !found.charts.is_empty()),
        ("dataModels", |found| !found.data_models.is_empty()),
    )
}

fn chart_fields() -> Vec<Field<Chart>> {
    common!(Chart, ("chartType", |found| found.kind != "Other"))
}

fn model_fields() -> Vec<Field<DashboardDataModel>> {
    common!(
        DashboardDataModel,
        ("columns", |found| !found.columns.is_empty()),
        ("sql", |found| found.sql.is_some()),
        ("project", |found| found.project.is_some()),
    )
}

fn activity(all: &[&Collected]) -> Vec<String> {
    let run: &[Field<Run>] = &[
        ("timestamp", |found| found.started_at.is_some()),
        ("endTime", |found| found.ended_at.is_some()),
        ("taskStatus", |found| !found.tasks.is_empty()),
        ("parameters", |found| !found.metrics.is_empty()),
    ];
    let step: &[Field<TaskRun>] = &[
        ("startTime", |found| found.started_at.is_some()),
        ("endTime", |found| found.ended_at.is_some()),
        ("logLink", |found| found.log_url.is_some()),
    ];
    let test: &[Field<TestCase>] = &[
        ("displayName", |found| found.display_name.is_some()),
        ("description", |found| found.description.is_some()),
        ("parameterValues", |found| !found.parameters.is_empty()),
        ("column", |found| found.column.is_some()),
        ("sql", |found| found.sql.is_some()),
        ("owners", |found| !found.owners.is_empty()),
        ("tags", |found| !found.tags.is_empty()),
    ];
    let result: &[Field<TestResult>] = &[
        ("timestamp", |found| found.at > 0),
        ("result", |found| found.message.is_some()),
        ("testResultValue", |found| !found.values.is_empty()),
        ("failedRows", |found| found.failed_rows.is_some()),
    ];
    let runs = || all.iter().flat_map(|out| &out.runs);
    let rows = [
        row("run", runs(), run),
        row("step of a run", runs().flat_map(|found| &found.tasks), step),
        row("test case", all.iter().flat_map(|out| &out.tests), test),
        row("test result", all.iter().flat_map(|out| &out.results), result),
    ];
    rows.into_iter().flatten().collect()
}

fn enrichment(all: &[&Collected]) -> Vec<String> {
    let annotation: &[Field<Annotation>] = &[
        ("displayName", |found| found.display_name.is_some()),
        ("description", |found| found.description.is_some()),
        ("owners", |found| !found.owners.is_empty()),
        ("tags", |found| !found.tags.is_empty()),
        ("glossary terms", |found| !found.glossary_terms.is_empty()),
        ("domain", |found| found.domain.is_some()),
        ("extension", |found| !found.extension.is_empty()),
        ("columns", |found| !found.columns.is_empty()),
        ("tableConstraints", |found| !found.keys.is_empty()),
        ("dataModel", |found| found.data_model.is_some()),
    ];
    let column: &[Field<ColumnAnnotation>] = &[
        ("dataType", |found| found.data_type.is_some()),
        ("description", |found| found.description.is_some()),
        ("tags", |found| !found.tags.is_empty()),
        ("glossary terms", |found| !found.glossary_terms.is_empty()),
        ("constraint", |found| found.constraint.is_some()),
    ];
    let model: &[Field<DataModel>] = &[
        ("dbtSourceProject", |found| found.project.is_some()),
        ("path", |found| found.file.is_some()),
        ("rawSql", |found| found.raw_sql.is_some()),
        ("sql", |found| found.compiled_sql.is_some()),
        ("upstream", |found| !found.upstream.is_empty()),
        ("generatedAt", |found| found.generated_at.is_some()),
        ("last run", |found| found.last_run.is_some()),
    ];
    let all = || all.iter().flat_map(|out| &out.annotations);
    let rows = [
        row("entity of another source", all(), annotation),
        row("its column", all().flat_map(|found| &found.columns), column),
        row("its data model", all().filter_map(|found| found.data_model.as_ref()), model),
    ];
    rows.into_iter().flatten().collect()
}

fn flows(all: &[&Collected]) -> Vec<String> {
    let edge: &[Field<Edge>] = &[
        ("columns", |found| !found.columns.is_empty()),
        ("sql", |found| found.sql.is_some()),
        ("pipeline", |found| found.pipeline.is_some()),
    ];
    let query: &[Field<Query>] = &[
        ("service", |found| found.service.as_deref() != Some("*")),
        ("database", |found| found.database.is_some()),
        ("schema", |found| found.schema.is_some()),
        ("users", |found| found.user.is_some()),
        ("queryDate", |found| found.started_at.is_some()),
        ("duration", |found| found.duration_ms.is_some()),
        ("what it feeds", |found| found.target.is_some()),
    ];
    let stats: &[Field<TableStat>] = &[
        ("rowCount", |found| found.rows.is_some()),
        ("sizeInByte", |found| found.bytes.is_some()),
        ("createDateTime", |found| found.created_at.is_some()),
        ("columns", |found| !found.columns.is_empty()),
        ("operations", |found| !found.operations.is_empty()),
    ];
    let column: &[Field<ColumnStat>] = &[
        ("valuesCount", |found| found.values.is_some()),
        ("nullCount", |found| found.nulls.is_some()),
        ("distinctCount", |found| found.distinct.is_some()),
        ("min and max", |found| found.lower.is_some()),
    ];
    let kept = || all.iter().flat_map(|out| &out.stats).map(|(_, stats)| stats);
    let rows = [
        row("edge", all.iter().flat_map(|out| &out.edges), edge),
        row("query", all.iter().flat_map(|out| &out.queries), query),
        row("profile", kept(), stats),
        row("profile of a column", kept().flat_map(|found| &found.columns), column),
    ];
    rows.into_iter().flatten().collect()
}
