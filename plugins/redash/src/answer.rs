//! What Redash answers, as far as it is read. Never decides what becomes of it.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A field that is left out and one that is null mean the same.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// One page of a list. Its rows are read one by one, so that a strange one takes no other with it.
#[derive(Debug, Deserialize)]
pub struct Page {
    pub count: u64,
    pub results: Vec<Value>,
}

/// Who asks, and of which Redash.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Session {
    #[serde(deserialize_with = "or_default")]
    pub user: User,
    #[serde(deserialize_with = "or_default")]
    pub client_config: ClientConfig,
}

/// What Redash tells its own pages.
#[derive(Debug, Default, Deserialize)]
pub struct ClientConfig {
    pub version: Option<String>,
}

/// A person.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct User {
    pub email: Option<String>,
    pub name: Option<String>,
}

/// A data source.
#[derive(Debug, Deserialize)]
pub struct DataSource {
    pub id: u64,
    pub name: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    pub syntax: Option<String>,
}

/// A condition that is watched.
#[derive(Debug, Deserialize)]
pub struct Alert {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub state: Option<String>,
    pub query_id: Option<u64>,
    pub query: Option<Numbered>,
    /// Which column is compared how with what.
    #[serde(default)]
    pub options: Value,
}

/// The query that an alert watches.
#[derive(Debug, Deserialize)]
pub struct Numbered {
    pub id: u64,
}

/// A row of a list: what the item is comes from the item itself.
#[derive(Debug, Deserialize)]
pub struct Row {
    pub id: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    #[serde(default, deserialize_with = "or_default")]
    pub is_draft: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub is_archived: bool,
    /// When a query last ran: only lists tell it.
    pub retrieved_at: Option<String>,
    /// How many seconds that took.
    pub runtime: Option<f64>,
}

/// A query.
#[derive(Debug, Deserialize)]
pub struct Query {
    pub id: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub description: Option<String>,
    #[serde(default, rename = "query", deserialize_with = "or_default")]
    pub sql: String,
    #[serde(default)]
    pub schedule: Value,
    #[serde(default, deserialize_with = "or_default")]
    pub is_draft: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub is_archived: bool,
    pub data_source_id: Option<u64>,
    #[serde(default)]
    pub options: Value,
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    pub user: Option<User>,
    #[serde(default, deserialize_with = "or_default")]
    pub visualizations: Vec<Visualization>,
}

/// One way to show a query's result. On a dashboard it comes with its query.
#[derive(Debug, Deserialize)]
pub struct Visualization {
    pub id: u64,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub options: Value,
    pub query: Option<Box<Query>>,
}

/// A dashboard.
#[derive(Debug, Deserialize)]
pub struct Dashboard {
    pub id: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub is_draft: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub is_archived: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    pub user: Option<User>,
    #[serde(default, deserialize_with = "or_default")]
    pub widgets: Vec<Widget>,
}

/// A visualization, a text, or something that this user may not see.
#[derive(Debug, Deserialize)]
pub struct Widget {
    pub text: Option<String>,
    #[serde(default)]
    pub options: Value,
    pub visualization: Option<Visualization>,
    #[serde(default, deserialize_with = "or_default")]
    pub restricted: bool,
}

impl Widget {
    /// Where it stands: row, then column.
    pub fn place(&self) -> (i64, i64) {
        let number = |name: &str| self.options["position"][name].as_i64().unwrap_or_default();
        (number("row"), number("col"))
    }
}
