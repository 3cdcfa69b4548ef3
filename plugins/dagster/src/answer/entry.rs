//! A piece of metadata, of any type that can be told in words.

use serde::Deserialize;
use serde_json::Value;

use super::{Key, Tag};

/// A piece of metadata; each of its many types has a field of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub label: String,
    text: Option<String>,
    url: Option<String>,
    path: Option<String>,
    int_repr: Option<String>,
    float_value: Option<f64>,
    bool_value: Option<bool>,
    md_str: Option<String>,
    json_string: Option<String>,
    timestamp: Option<f64>,
    schema: Option<Schema>,
    #[serde(default)]
    pub lineage: Vec<ColumnLineage>,
}

impl Entry {
    /// Its value in words, where it has one.
    pub fn words(&self) -> Option<String> {
        let texts = [&self.text, &self.url, &self.path, &self.int_repr, &self.md_str, &self.json_string];
        let number = self.float_value.or(self.timestamp).map(|number| Value::from(number).to_string());
        let told = texts.into_iter().flatten().next().cloned();
        told.or(number).or_else(|| self.bool_value.map(|value| value.to_string()))
    }

    /// The columns of a table.
    pub fn columns(&self) -> impl Iterator<Item = &SchemaColumn> {
        self.schema.iter().flat_map(|schema| &schema.columns)
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Schema {
    #[serde(default)]
    columns: Vec<SchemaColumn>,
}

/// A column as the asset's own code tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct SchemaColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub data_type: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub constraints: Constraints,
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// What is promised of a column; nothing, if nothing is said.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Constraints {
    pub nullable: bool,
    pub unique: bool,
    pub other: Vec<String>,
}

impl Default for Constraints {
    fn default() -> Self {
        Self { nullable: true, unique: false, other: Vec::new() }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnLineage {
    pub column_name: String,
    pub column_deps: Vec<ColumnDep>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnDep {
    pub asset_key: Key,
    pub column_name: String,
}
