//! The semantic layer of a manifest: metrics, the semantic models they are computed from, and saved queries.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::lenient::{Strings, or_default, text, word};
use super::manifest::{Config, DependsOn};

/// A number that people agreed on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Metric {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// A name for people.
    pub label: Option<String>,
    /// Markdown.
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    /// The package it belongs to.
    #[serde(deserialize_with = "or_default")]
    pub package_name: String,
    /// "simple", "ratio", "derived", "cumulative", "conversion".
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// How it is aggregated, before dbt 1.6.
    pub calculation_method: Option<String>,
    /// What it is computed from; differs by kind and version.
    #[serde(deserialize_with = "or_default")]
    pub type_params: Map<String, Value>,
    /// Its expression before dbt 1.6.
    pub expression: Option<String>,
    /// Rows that count.
    #[serde(deserialize_with = "or_default")]
    pub filter: Filter,
    /// The step of time it is shown by.
    #[serde(deserialize_with = "word")]
    pub time_granularity: Option<String>,
    /// Free keys.
    #[serde(deserialize_with = "or_default")]
    pub meta: Map<String, Value>,
    /// Tags.
    pub tags: Strings,
    /// Meta and tags again.
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
    /// The group it belongs to.
    pub group: Option<String>,
    /// What it reads.
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
}

impl Metric {
    /// What it is computed from, by key; none for null.
    pub fn parameter(&self, key: &str) -> Option<&Value> {
        self.type_params.get(key).filter(|value| !value.is_null())
    }
}

/// Conditions of a metric or a saved query, whatever they are written as.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct Filter(pub Vec<String>);

impl From<Value> for Filter {
    fn from(value: Value) -> Self {
        let conditions = match value.get("where_filters") {
            Some(Value::Array(filters)) => filters.iter().map(condition).collect(),
            _ => Strings::from(&value).0,
        };
        Self(conditions.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect())
    }
}

fn condition(filter: &Value) -> String {
    filter.get("where_sql_template").map(text).unwrap_or_default()
}

/// A model as metrics see it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SemanticModel {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// What it is about.
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    /// Keys.
    #[serde(deserialize_with = "or_default")]
    pub entities: Vec<Part>,
    /// What a measure can be split by.
    #[serde(deserialize_with = "or_default")]
    pub dimensions: Vec<Part>,
    /// What can be aggregated.
    #[serde(deserialize_with = "or_default")]
    pub measures: Vec<Part>,
    /// Fallbacks of its measures.
    #[serde(deserialize_with = "or_default")]
    pub defaults: Defaults,
    /// The model it stands on.
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
}

/// Fallbacks of measures.
#[derive(Debug, Default, Deserialize)]
pub struct Defaults {
    /// The dimension that tells when.
    #[serde(default)]
    pub agg_time_dimension: Option<String>,
}

/// An entity, a dimension or a measure.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Kind of an entity or a dimension: "primary", "time".
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// How a measure is aggregated.
    pub agg: Option<String>,
    /// Its SQL; its name where there is none.
    #[serde(deserialize_with = "word")]
    pub expr: Option<String>,
    /// The dimension that tells when.
    pub agg_time_dimension: Option<String>,
    /// More about a time dimension.
    #[serde(deserialize_with = "or_default")]
    pub type_params: TimeParams,
}

impl Part {
    /// A measure as SQL would have it; none for what is not aggregated.
    pub fn sql(&self) -> Option<String> {
        Some(aggregated(self.agg.as_deref()?, self.expr.as_deref().unwrap_or(&self.name)))
    }
}

/// An aggregation of an expression as SQL would have it.
pub fn aggregated(aggregation: &str, expression: &str) -> String {
    match aggregation.to_lowercase().as_str() {
        "average" => format!("avg({expression})"),
        "count_distinct" => format!("count(distinct {expression})"),
        "sum_boolean" => format!("sum(case when {expression} then 1 else 0 end)"),
        other => format!("{other}({expression})"),
    }
}

/// What a time dimension has.
#[derive(Debug, Default, Deserialize)]
pub struct TimeParams {
    /// "day".
    #[serde(default)]
    pub time_granularity: Option<String>,
}

/// A question to the semantic layer that people keep.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedQuery {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// A name for people.
    pub label: Option<String>,
    /// What it is for.
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    /// What it asks.
    #[serde(deserialize_with = "or_default")]
    pub query_params: Question,
    /// Where its answer is written to.
    #[serde(deserialize_with = "or_default")]
    pub exports: Vec<Export>,
    /// The metrics it asks for.
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
}

/// What a saved query asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Metrics by name.
    pub metrics: Strings,
    /// Dimensions.
    pub group_by: Strings,
    /// Rows that count.
    #[serde(rename = "where", deserialize_with = "or_default")]
    pub filter: Filter,
}

/// A table or view that a saved query fills.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Export {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Where it is.
    #[serde(deserialize_with = "or_default")]
    pub config: Destination,
}

/// Where an export is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Destination {
    /// Database.
    pub database: Option<String>,
    /// Schema.
    pub schema_name: Option<String>,
    /// Name.
    pub alias: Option<String>,
}
