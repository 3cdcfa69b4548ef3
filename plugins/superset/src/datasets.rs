//! Datasets as data models: columns, calculated columns, measures, and the SQL of virtual ones.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Column as Field, DashboardDataModel};
use metahost_plugin_sdk::lineage::{ColumnEdge, Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::{columns, paragraphs};
use serde_json::Value;

use crate::answer::{Column, Dataset, Metric};
use crate::config::Config;
use crate::people::People;
use crate::text::{certified, common, status};
use crate::types;

/// As OpenMetadata keeps it.
pub fn entity(config: &Config, people: &People, dataset: &Dataset) -> DashboardDataModel {
    let certified = certification(dataset);
    let title = dataset.schema.as_ref().map(|schema| format!("{schema}.{}", dataset.table_name));
    let has_certificate = certified.is_some();
    let mut common = common(
        dataset.id,
        Some(&title.unwrap_or_else(|| dataset.table_name.clone())),
        vec![dataset.description.clone(), certified],
    );
    common.owners = people.emails(&dataset.owners);
    common.tags.extend(has_certificate.then(|| status("Certified")));
    common.source_url = Some(config.page(&format!("/explore/?datasource_type=table&datasource_id={}", dataset.id)));
    DashboardDataModel {
        common,
        kind: "SupersetDataModel".to_owned(),
        columns: fields(dataset),
        sql: dataset.sql.clone().filter(|sql| !sql.trim().is_empty()),
        project: Some(dataset.database.database_name.clone()),
    }
}

/// Superset keeps a dataset's certificate in a JSON text.
fn certification(dataset: &Dataset) -> Option<String> {
    let extra: Value = serde_json::from_str(dataset.extra.as_deref()?).ok()?;
    let text = |key: &str| extra["certification"][key].as_str().map(str::to_owned);
    certified(text("certified_by").as_ref(), text("details").as_ref())
}

fn fields(dataset: &Dataset) -> Vec<Field> {
    let columns = dataset.columns.iter().map(column);
    let mut taken: BTreeSet<String> = dataset.columns.iter().map(|column| column.name.to_lowercase()).collect();
    let mut fields: Vec<Field> = columns.collect();
    for metric in &dataset.metrics {
        fields.push(measure(metric, &mut taken));
    }
    fields
}

fn column(column: &Column) -> Field {
    let spelt = column.kind.clone().unwrap_or_default();
    let expression = column.expression.as_ref().filter(|expression| !expression.is_empty());
    let kind = types::name(&spelt);
    Field {
        display: Some(spelt).filter(|spelt| !spelt.is_empty()),
        description: describe(column.verbose_name.as_ref(), column.description.as_ref(), expression),
        ..columns::column(&column.name, kind)
    }
}

/// A measure is a column of the data model; one that is named as a column is told apart by its name.
fn measure(metric: &Metric, taken: &mut BTreeSet<String>) -> Field {
    let is_free = taken.insert(metric.name.to_lowercase());
    let name = if is_free { metric.name.clone() } else { format!("{} (metric)", metric.name) };
    Field {
        display: metric.expression.clone(),
        description: describe(metric.verbose_name.as_ref(), metric.description.as_ref(), metric.expression.as_ref()),
        ..columns::column(&name, "MEASURE")
    }
}

fn describe(title: Option<&String>, text: Option<&String>, expression: Option<&String>) -> Option<String> {
    let title = title.filter(|title| expression != Some(title)).cloned();
    let expression = expression.map(|sql| format!("`{sql}`"));
    paragraphs([title, text.cloned(), expression])
}

/// From the table to the dataset, column by column; a calculated column may need several, which its SQL tells.
pub fn from_table(table: Endpoint, dataset: &Dataset) -> Edge {
    let plain = dataset.columns.iter().filter(|column| column.expression.as_ref().is_none_or(String::is_empty));
    let columns = plain.map(|column| ColumnEdge {
        inputs: vec![column.name.clone()],
        output: column.name.clone(),
        function: None,
    });
    edge(table, end("dashboardDataModel", dataset.id), columns.collect())
}

/// An edge between two things of Superset.
pub fn within(from: (&str, u64), to: (&str, u64)) -> Edge {
    edge(end(from.0, from.1), end(to.0, to.1), Vec::new())
}

fn edge(upstream: Endpoint, downstream: Endpoint, columns: Vec<ColumnEdge>) -> Edge {
    Edge { upstream, downstream, columns, source: EdgeSource::Dashboard, sql: None, pipeline: None }
}

fn end(kind: &str, id: u64) -> Endpoint {
    Endpoint { service: None, entity_type: kind.to_owned(), path: vec![id.to_string()] }
}
