//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::entities::{Chart, Column, Common, Dashboard, DashboardDataModel};
use metahost_plugin_sdk::lineage::Query;

use super::whole;

type Field<T> = (&'static str, fn(&T) -> bool);

/// A row of the table: what any of the records fills, and what none does.
fn row<'a, T: 'a>(kind: &str, records: impl IntoIterator<Item = &'a T>, fields: &[Field<T>]) -> String {
    let records: Vec<&T> = records.into_iter().collect();
    let (filled, empty): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(_, is_filled)| records.iter().any(|record| is_filled(record)));
    let names = |fields: Vec<&Field<T>>| fields.into_iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    format!("| {kind} | {} of {} | {} | {} |", filled.len(), fields.len(), names(filled), names(empty))
}

fn has(common: &Common) -> [bool; 5] {
    [
        common.display_name.is_some(),
        common.description.is_some(),
        !common.owners.is_empty(),
        !common.tags.is_empty(),
        common.source_url.is_some(),
    ]
}

fn rows() -> [String; 5] {
    let out = whole("");
    let dashboard: &[Field<Dashboard>] = &[
        ("displayName", |found| has(&found.common)[0]),
        ("description", |found| has(&found.common)[1]),
        ("owners", |found| has(&found.common)[2]),
        ("tags", |found| has(&found.common)[3]),
        ("sourceUrl", |found| has(&found.common)[4]),
        ("charts", |found| !found.charts.is_empty()),
        ("dataModels", |found| !found.data_models.is_empty()),
    ];
    let chart: &[Field<Chart>] = &[
        ("displayName", |found| has(&found.common)[0]),
        ("description", |found| has(&found.common)[1]),
        ("owners", |found| has(&found.common)[2]),
        ("tags", |found| has(&found.common)[3]),
        ("sourceUrl", |found| has(&found.common)[4]),
        ("chartType", |found| found.kind != "Other"),
    ];
    let model: &[Field<DashboardDataModel>] = &[
        ("displayName", |found| has(&found.common)[0]),
        ("description", |found| has(&found.common)[1]),
        ("owners", |found| has(&found.common)[2]),
        ("sourceUrl", |found| has(&found.common)[4]),
        ("dataModelType", |found| !found.kind.is_empty()),
        ("columns", |found| !found.columns.is_empty()),
        ("sql", |found| found.sql.is_some()),
        ("project", |found| found.project.is_some()),
        ("tags", |found| has(&found.common)[3]),
    ];
    let column: &[Field<Column>] = &[
        ("dataType", |found| found.data_type != "UNKNOWN"),
        ("dataTypeDisplay", |found| found.display.is_some()),
        ("description", |found| found.description.is_some()),
        ("tags", |found| !found.tags.is_empty()),
        ("constraint", |found| found.constraint.is_some()),
    ];
    let query: &[Field<Query>] = &[
        ("query", |found| !found.sql.is_empty()),
        ("dialect", |found| !found.dialect.is_empty()),
        ("database", |found| found.database.is_some()),
        ("schema", |found| found.schema.is_some()),
        ("data model that it feeds", |found| found.target.is_some()),
    ];
    [
        row("dashboard", out.dashboards(), dashboard),
        row("chart", out.charts(), chart),
        row("data model", out.data_models(), model),
        row("its column", out.data_models().into_iter().flat_map(|found| &found.columns), column),
        row("query of a virtual dataset", &out.queries, query),
    ]
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    let rows = rows();
    let readme = include_str!("../../README.md");
    assert!(rows.iter().all(|row| readme.contains(row.as_str())), "the README's table is not:\n{}", rows.join("\n"));
}
