//! What Superset answers, as far as it is read. Fields that a version may leave out are optional.

use serde::Deserialize;

/// A person of Superset.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub id: u64,
    pub email: Option<String>,
}

/// A tag; `kind` 1 is one that a person gave.
#[derive(Debug, Clone, Deserialize)]
pub struct Tag {
    pub name: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<u64>,
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
    #[serde(default)]
    pub owners: Vec<Person>,
    #[serde(default)]
    pub tags: Vec<Tag>,
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
    #[serde(default)]
    pub dashboards: Vec<On>,
    #[serde(default)]
    pub owners: Vec<Person>,
    #[serde(default)]
    pub tags: Vec<Tag>,
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
    #[serde(default)]
    pub columns: Vec<Column>,
    #[serde(default)]
    pub metrics: Vec<Metric>,
    #[serde(default)]
    pub owners: Vec<Person>,
}

impl Dataset {
    /// Its SQL, if it is no table. Versions that do not tell the kind give SQL to virtual ones only.
    pub fn virtual_sql(&self) -> Option<&str> {
        let sql = self.sql.as_deref().filter(|sql| !sql.trim().is_empty());
        sql.filter(|_| self.kind.as_deref() != Some("physical"))
    }
}

/// The database of a dataset.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct DatabaseOf {
    pub id: u64,
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
}

/// A measure of a dataset.
#[derive(Debug, Clone, Deserialize)]
pub struct Metric {
    #[serde(rename = "metric_name")]
    pub name: String,
    pub expression: Option<String>,
    pub description: Option<String>,
    pub verbose_name: Option<String>,
}

/// How Superset reaches a database. Only administrators are told.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Connection {
    pub backend: Option<String>,
    pub sqlalchemy_uri: Option<String>,
}
