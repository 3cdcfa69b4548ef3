//! OpenMetadata's `openmetadata.json`: where an operator has written down which folders of a bucket are tables.

use metahost_plugin_sdk::{Result, protocol};
use serde::Deserialize;

/// Its key in a bucket.
pub const KEY: &str = "openmetadata.json";

/// The whole file.
#[derive(Debug, Deserialize)]
pub struct Manifest {
    /// Its tables.
    #[serde(default)]
    pub entries: Vec<Entry>,
}

/// One table.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The folder, without `/` at its ends.
    pub data_path: String,
    /// "parquet", "csv", ...
    pub structure_format: Option<String>,
    /// What parts the values of a CSV.
    pub separator: Option<String>,
    /// Columns that folders are named by.
    #[serde(default)]
    pub partition_columns: Option<Vec<Partition>>,
}

/// A partition column.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// Its name.
    pub name: String,
}

/// Reads it.
pub fn parse(body: &[u8]) -> Result<Manifest> {
    serde_json::from_slice(body).map_err(|error| protocol(format!("{KEY} is not as OpenMetadata writes it: {error}")))
}

impl Entry {
    /// Whether a key lies in its folder.
    pub fn holds(&self, key: &str) -> bool {
        let folder = self.folder();
        key == folder || key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The folder.
    pub fn folder(&self) -> &str {
        self.data_path.trim_matches('/')
    }
}
