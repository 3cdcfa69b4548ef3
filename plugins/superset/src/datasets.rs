//! Datasets as data models: columns, calculated columns, measures, and the SQL of virtual ones.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Column as Field, DashboardDataModel};
use metahost_plugin_sdk::lineage::{ColumnEdge, Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::{columns, paragraphs};

use crate::answer::{Changed, Column, Dataset, Metric};
use crate::config::Config;
use crate::people::People;
use crate::rules::Rules;
use crate::text::{Extra, changed, common, status, warning};
use crate::{expressions, types};

/// As OpenMetadata keeps it.
pub fn entity(
    config: &Config,
    people: &People,
    rules: &Rules,
    dataset: &Dataset,
    of_list: &Changed,
) -> DashboardDataModel {
    let extra = Extra::read(dataset.extra.as_ref());
    let title = dataset.schema.as_ref().filter(|schema| !schema.is_empty());
    let title = title.map_or_else(|| dataset.table_name.clone(), |schema| format!("{schema}.{}", dataset.table_name));
    let tags = extra.tags();
    let texts = vec![dataset.description.clone(), extra.certified, extra.warning, rules.of(dataset.id)];
    let mut common = common(dataset.id, Some(&title), texts);
    common.owners = people.names(&dataset.owners);
    common.extension = changed(of_list);
    common.tags.extend(tags);
    common.tags.extend(rules.of(dataset.id).map(|_| status("RowLevelSecurity")));
    common.source_url = Some(config.page(&format!("/explore/?datasource_type=table&datasource_id={}", dataset.id)));
    DashboardDataModel {
        common,
        kind: "SupersetDataModel".to_owned(),
        columns: fields(dataset),
        sql: dataset.sql.clone().filter(|sql| !sql.trim().is_empty()),
        project: Some(dataset.database.database_name.clone()).filter(|name| !name.is_empty()),
    }
}

/// A field that an expression makes: a calculated column or a measure.
pub struct Made<'d> {
    /// Its name in the data model.
    pub name: String,
    /// Its SQL.
    pub expression: &'d str,
}

/// All fields that expressions make.
pub fn expressions(dataset: &Dataset) -> Vec<Made<'_>> {
    let columns = dataset.columns.iter().map(|column| (column.name.clone(), column.expression.as_deref()));
    let measures = measures(dataset).into_iter().map(|(name, metric)| (name, metric.expression.as_deref()));
    let all = columns.chain(measures).filter_map(|(name, expression)| Some(Made { name, expression: expression? }));
    all.filter(|made| !made.expression.trim().is_empty()).collect()
}

/// Measures are columns of the data model; one that is named as a column is told apart by its name.
fn measures(dataset: &Dataset) -> Vec<(String, &Metric)> {
    let mut taken: BTreeSet<String> = dataset.columns.iter().map(|column| column.name.to_lowercase()).collect();
    let mut named = |metric: &Metric| {
        let is_free = taken.insert(metric.name.to_lowercase());
        if is_free { metric.name.clone() } else { format!("{} (metric)", metric.name) }
    };
    dataset.metrics.iter().map(|metric| (named(metric), metric)).collect()
}

fn fields(dataset: &Dataset) -> Vec<Field> {
    let columns = dataset.columns.iter().map(column);
    columns.chain(measures(dataset).into_iter().map(|(name, metric)| measure(&name, metric))).collect()
}

fn column(column: &Column) -> Field {
    let spelt = column.kind.clone().unwrap_or_default();
    let expression = column.expression.as_ref().filter(|expression| !expression.is_empty());
    let extra = Extra::read(column.extra.as_ref());
    let titles = describe(column.verbose_name.as_ref(), column.description.as_ref(), expression);
    let mut field = Field {
        tags: extra.tags(),
        description: paragraphs([titles, extra.certified, extra.warning]),
        ..columns::column(&column.name, types::name(&spelt))
    };
    match (field.data_type.as_str(), types::numbers(&spelt).as_slice()) {
        ("CHAR" | "VARCHAR" | "STRING" | "VARBINARY", [length]) => field.length = Some(u64::from(*length)),
        ("DECIMAL", [precision, scale]) => (field.precision, field.scale) = (Some(*precision), Some(*scale)),
        _ => {}
    }
    field.display = Some(spelt).filter(|spelt| !spelt.is_empty());
    field
}

fn measure(name: &str, metric: &Metric) -> Field {
    let extra = Extra::read(metric.extra.as_ref());
    let titles = describe(metric.verbose_name.as_ref(), metric.description.as_ref(), metric.expression.as_ref());
    let warned = extra.warning.clone().or_else(|| metric.warning_text.as_ref().and_then(warning));
    Field {
        display: metric.expression.clone(),
        tags: extra.tags(),
        description: paragraphs([titles, extra.certified, warned]),
        ..columns::column(name, "MEASURE")
    }
}

fn describe(title: Option<&String>, text: Option<&String>, expression: Option<&String>) -> Option<String> {
    let title = title.filter(|title| expression != Some(title)).cloned();
    let expression = expression.map(|sql| format!("`{sql}`"));
    paragraphs([title, text.cloned(), expression])
}

/// From the table to the dataset, column by column: measures and calculated columns from those that they name.
pub fn from_table(table: Endpoint, dataset: &Dataset) -> Edge {
    let plain = dataset.columns.iter().filter(|column| column.expression.as_ref().is_none_or(String::is_empty));
    let plain: Vec<&str> = plain.map(|column| column.name.as_str()).collect();
    let copied = plain.iter().map(|name| flow(vec![(*name).to_owned()], name, None));
    let made = expressions(dataset).into_iter().filter_map(|made| {
        let inputs = expressions::columns(made.expression, &plain);
        (!inputs.is_empty()).then(|| flow(inputs, &made.name, Some(made.expression)))
    });
    edge(table, end("dashboardDataModel", dataset.id), copied.chain(made).collect())
}

fn flow(inputs: Vec<String>, output: &str, function: Option<&str>) -> ColumnEdge {
    ColumnEdge { inputs, output: output.to_owned(), function: function.map(str::to_owned) }
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
