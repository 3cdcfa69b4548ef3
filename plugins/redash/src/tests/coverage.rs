//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::entities::{Chart, Dashboard};
use metahost_plugin_sdk::lineage::Query;

use super::{FIVE, lab, whole};

type Field<T> = (&'static str, fn(&T) -> bool);

/// A row of the table: what any of the records fills, and what none does.
fn row<'a, T: 'a>(kind: &str, records: impl IntoIterator<Item = &'a T>, fields: &[Field<T>]) -> String {
    let records: Vec<&T> = records.into_iter().collect();
    let (filled, empty): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(_, is_filled)| records.iter().any(|record| is_filled(record)));
    let names = |fields: Vec<&Field<T>>| fields.into_iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    format!("| {kind} | {} of {} | {} | {} |", filled.len(), fields.len(), names(filled), names(empty))
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    let out = whole(&lab(), r#", "page-size": 5, "data-sources": {"pg": {"service": "shop", "database": "shop"}}"#);
    let chart: &[Field<Chart>] = &[
        ("displayName", |found| found.common.display_name.is_some()),
        ("description", |found| found.common.description.is_some()),
        ("chartType", |found| found.kind != "Other"),
        ("owners", |found| !found.common.owners.is_empty()),
        ("tags", |found| !found.common.tags.is_empty()),
        ("sourceUrl", |found| found.common.source_url.is_some()),
    ];
    let dashboard: &[Field<Dashboard>] = &[
        ("displayName", |found| found.common.display_name.is_some()),
        ("description", |found| found.common.description.is_some()),
        ("charts", |found| !found.charts.is_empty()),
        ("owners", |found| !found.common.owners.is_empty()),
        ("tags", |found| !found.common.tags.is_empty()),
        ("sourceUrl", |found| found.common.source_url.is_some()),
        ("dataModels", |found| !found.data_models.is_empty()),
    ];
    let query: &[Field<Query>] = &[
        ("query", |found| !found.sql.is_empty()),
        ("dialect", |found| !found.dialect.is_empty()),
        ("service", |found| found.service.as_deref() != Some("*")),
        ("users", |found| found.user.is_some()),
        ("queryDate", |found| found.started_at.is_some()),
        ("duration", |found| found.duration_ms.is_some()),
        ("chart that it feeds", |found| found.target.is_some()),
        ("rows", |found| found.rows.is_some()),
    ];
    let rows = [
        row("chart", out.charts(), chart),
        row("dashboard", out.dashboards(), dashboard),
        row("query", &out.queries, query),
    ];
    println!("{}", rows.join("\n"));
    let readme = include_str!("../../README.md");
    assert!(rows.iter().all(|row| readme.contains(row.as_str())), "the README's table is not:\n{}", rows.join("\n"));
    assert!(whole(&lab(), FIVE).skipped.is_empty(), "nothing that was recorded is left out");
}
