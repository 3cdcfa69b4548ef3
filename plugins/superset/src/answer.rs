//! What Superset answers, as far as it is read. Fields that a version may leave out are optional.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A person of Superset.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Person {
    pub id: Option<u64>,
    pub email: Option<String>,
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

/// A tag. Its kind is a number or a word, by version.
#[derive(Debug, Clone, Deserialize)]
pub struct Tag {
    pub name: Option<String>,
    #[serde(rename = "type", default)]
    pub kind: Value,
}

/// Something of which only the name matters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    pub id: Option<u64>,
    pub name: Option<String>,
}

/// A list that a version may leave out or set to null.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A dashboard that a chart is on.
#[derive(Debug, Clone, Deserialize)]
pub struct On {
    pub id: u64,
}

/// A row of the list of dashboards.
#[derive(Debug, Clone, Deserialize)]
pub struct Dashboard {
    pub id: u64,
    #[serde(rename = "dashboard_title")]
    pub title: Option<String>,
    pub description: Option<String>,
    pub published: Option<bool>,
    pub url: Option<String>,
    pub thumbnail_url: Option<String>,
    pub certified_by: Option<String>,
    pub certification_details: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub owners: Vec<Person>,
    #[serde(default, deserialize_with = "list")]
    pub tags: Vec<Tag>,
    #[serde(default, deserialize_with = "list")]
    pub roles: Vec<Named>,
    #[serde(flatten)]
    pub changed: Changed,
}

/// Who changed something last, and when, as lists tell it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Changed {
    #[serde(rename = "changed_by_name")]
    pub by: Option<String>,
    #[serde(rename = "changed_on_utc")]
    pub on: Option<String>,
}

/// A dashboard by itself: what lists leave out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BoardDetail {
    pub description: Option<String>,
    pub json_metadata: Option<String>,
}

/// A row of the list of charts.
#[derive(Debug, Clone, Deserialize)]
pub struct Chart {
    pub id: u64,
    pub slice_name: Option<String>,
    pub description: Option<String>,
    pub viz_type: Option<String>,
    pub url: Option<String>,
    pub thumbnail_url: Option<String>,
    pub datasource_id: Option<u64>,
    pub datasource_type: Option<String>,
    pub params: Option<String>,
    pub certified_by: Option<String>,
    pub certification_details: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub dashboards: Vec<On>,
    #[serde(default, deserialize_with = "list")]
    pub owners: Vec<Person>,
    #[serde(default, deserialize_with = "list")]
    pub tags: Vec<Tag>,
    #[serde(flatten)]
    pub changed: Changed,
}

impl Chart {
    /// The dataset that it draws from; other sources of charts have numbers of their own.
    pub fn dataset(&self) -> Option<u64> {
        self.datasource_id.filter(|_| self.datasource_type.as_deref().is_none_or(|kind| kind == "table"))
    }
}

/// A row of the list of datasets: what it is comes from the dataset itself.
#[derive(Debug, Clone, Deserialize)]
pub struct DatasetRow {
    pub id: u64,
    pub table_name: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub owners: Vec<Person>,
    #[serde(flatten)]
    pub changed: Changed,
}

/// A dataset.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Dataset {
    pub id: u64,
    pub table_name: String,
    pub schema: Option<String>,
    pub catalog: Option<String>,
    pub description: Option<String>,
    pub sql: Option<String>,
    pub kind: Option<String>,
    pub database: DatabaseOf,
    pub extra: Option<String>,
    pub template_params: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub columns: Vec<Column>,
    #[serde(default, deserialize_with = "list")]
    pub metrics: Vec<Metric>,
    #[serde(default, deserialize_with = "list")]
    pub owners: Vec<Person>,
}

impl Dataset {
    /// Its SQL, if it is no table. Versions that do not tell the kind give SQL to virtual ones only.
    pub fn virtual_sql(&self) -> Option<&str> {
        let sql = self.sql.as_deref().filter(|sql| !sql.trim().is_empty());
        sql.filter(|_| self.kind.as_deref() != Some("physical"))
    }

    /// Whether it is no table.
    pub fn is_virtual(&self) -> bool {
        self.kind.as_deref() == Some("virtual") || self.virtual_sql().is_some()
    }
}

/// The database of a dataset.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct DatabaseOf {
    pub id: u64,
    #[serde(default)]
    pub database_name: String,
    pub backend: Option<String>,
}

/// A column of a dataset; one with an expression is calculated.
#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    #[serde(rename = "column_name")]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub description: Option<String>,
    pub verbose_name: Option<String>,
    pub expression: Option<String>,
    pub extra: Option<String>,
}

/// A measure of a dataset.
#[derive(Debug, Clone, Deserialize)]
pub struct Metric {
    #[serde(rename = "metric_name")]
    pub name: String,
    pub expression: Option<String>,
    pub description: Option<String>,
    pub verbose_name: Option<String>,
    pub warning_text: Option<String>,
    pub extra: Option<String>,
}

/// How Superset reaches a database. Only administrators are told.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Connection {
    pub backend: Option<String>,
    pub sqlalchemy_uri: Option<String>,
}

/// A rule of row level security.
#[derive(Debug, Clone, Deserialize)]
pub struct Rule {
    pub name: Option<String>,
    pub filter_type: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub tables: Vec<Named>,
    #[serde(default, deserialize_with = "list")]
    pub roles: Vec<Named>,
}

/// A saved query.
#[derive(Debug, Clone, Deserialize)]
pub struct SavedQuery {
    pub id: u64,
    pub sql: Option<String>,
    pub catalog: Option<String>,
    pub schema: Option<String>,
    pub rows: Option<i64>,
    pub database: Option<DatabaseOf>,
    pub created_by: Option<Person>,
    pub changed_by: Option<Person>,
}

/// A query that ran in SQL Lab. Its times are milliseconds, with or without a fraction, as numbers or as text.
#[derive(Debug, Clone, Deserialize)]
pub struct Ran {
    pub id: u64,
    pub sql: Option<String>,
    pub executed_sql: Option<String>,
    pub catalog: Option<String>,
    pub schema: Option<String>,
    pub status: Option<String>,
    pub rows: Option<i64>,
    pub select_as_cta: Option<bool>,
    #[serde(default)]
    pub start_time: Value,
    #[serde(default)]
    pub start_running_time: Value,
    #[serde(default)]
    pub end_time: Value,
    pub database: Option<DatabaseOf>,
    pub user: Option<Person>,
}
