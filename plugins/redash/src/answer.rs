//! What Redash answers, as far as it is read. Fields that a version may leave out are optional.

use serde::Deserialize;
use serde_json::Value;

/// A person.
#[derive(Debug, Clone, Deserialize)]
pub struct User {
    pub email: Option<String>,
    pub name: Option<String>,
}

/// A row of a list: what it is comes from the item itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    pub id: u64,
    pub name: Option<String>,
    #[serde(default)]
    pub is_draft: bool,
    /// When a query last ran: only lists tell it.
    pub retrieved_at: Option<String>,
    /// How many seconds that took.
    pub runtime: Option<f64>,
}

/// A query.
#[derive(Debug, Clone, Deserialize)]
pub struct Query {
    pub id: u64,
    pub name: Option<String>,
    pub description: Option<String>,
    #[serde(default, rename = "query")]
    pub sql: String,
    pub schedule: Option<Schedule>,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_draft: bool,
    pub data_source_id: Option<u64>,
    #[serde(default)]
    pub options: Options,
    #[serde(default)]
    pub tags: Vec<String>,
    pub user: Option<User>,
    #[serde(default)]
    pub visualizations: Vec<Visualization>,
}

/// What a query asks its reader for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Options {
    pub parameters: Vec<Parameter>,
}

/// A parameter and the value it was last given.
#[derive(Debug, Clone, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(default)]
    pub value: Value,
}

/// When a query runs by itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Schedule {
    /// Seconds.
    pub interval: Option<u64>,
    pub time: Option<String>,
    pub day_of_week: Option<String>,
    pub until: Option<String>,
}

/// A way to show a query's result.
#[derive(Debug, Clone, Deserialize)]
pub struct Visualization {
    pub id: u64,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub options: Value,
}

/// A dashboard.
#[derive(Debug, Clone, Deserialize)]
pub struct Dashboard {
    pub id: u64,
    pub slug: Option<String>,
    pub name: Option<String>,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_draft: bool,
    #[serde(default)]
    pub tags: Vec<String>,
    pub user: Option<User>,
    pub widgets: Option<Vec<Widget>>,
}

/// A place on a dashboard: a text, or a visualization. One that the user may not see has neither.
#[derive(Debug, Clone, Deserialize)]
pub struct Widget {
    pub id: u64,
    pub text: Option<String>,
    pub visualization: Option<Shown>,
    #[serde(default)]
    pub restricted: bool,
}

/// A visualization on a dashboard, with its query.
#[derive(Debug, Clone, Deserialize)]
pub struct Shown {
    #[serde(flatten)]
    pub look: Visualization,
    pub query: Option<Query>,
}

/// The query that an alert watches.
#[derive(Debug, Clone, Deserialize)]
pub struct Of {
    pub id: u64,
}

/// A data source.
#[derive(Debug, Clone, Deserialize)]
pub struct DataSource {
    pub id: u64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// A condition that is watched.
#[derive(Debug, Clone, Deserialize)]
pub struct Alert {
    pub name: Option<String>,
    pub state: Option<String>,
    pub query: Option<Of>,
}
