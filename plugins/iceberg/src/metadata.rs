//! Iceberg's metadata of tables and views, format versions 1 to 3, as far as it is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A table's metadata. Version 1 keeps one schema and one partition spec at the top.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    pub format_version: u64,
    #[serde(rename = "table-uuid")]
    pub uuid: Option<String>,
    pub location: Option<String>,
    pub last_updated_ms: Option<u64>,
    pub schema: Option<Schema>,
    #[serde(default)]
    pub schemas: Vec<Schema>,
    pub current_schema_id: Option<i64>,
    pub partition_spec: Option<Vec<PartitionField>>,
    #[serde(default)]
    pub partition_specs: Vec<PartitionSpec>,
    pub default_spec_id: Option<i64>,
    #[serde(default)]
    pub sort_orders: Vec<SortOrder>,
    pub default_sort_order_id: Option<i64>,
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    pub current_snapshot_id: Option<i64>,
    #[serde(default)]
    pub snapshots: Vec<Snapshot>,
    #[serde(default)]
    pub refs: BTreeMap<String, Ref>,
    #[serde(default)]
    pub statistics: Vec<StatisticsFile>,
}

/// A file of statistics that some engine computed for a snapshot.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StatisticsFile {
    pub snapshot_id: i64,
    #[serde(default, rename = "blob-metadata")]
    pub blobs: Vec<Blob>,
}

/// What one part of such a file says in short.
#[derive(Debug, Deserialize)]
pub struct Blob {
    #[serde(default)]
    pub fields: Vec<i64>,
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

/// A view's metadata.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct View {
    pub location: Option<String>,
    #[serde(default)]
    pub schemas: Vec<Schema>,
    pub current_version_id: i64,
    #[serde(default)]
    pub versions: Vec<ViewVersion>,
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

/// One version of a view.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ViewVersion {
    pub version_id: i64,
    pub schema_id: Option<i64>,
    #[serde(default)]
    pub representations: Vec<Representation>,
}

/// A view's text in one dialect.
#[derive(Debug, Deserialize)]
pub struct Representation {
    pub sql: Option<String>,
    pub dialect: Option<String>,
}

/// A schema.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Schema {
    #[serde(default, rename = "schema-id")]
    pub id: i64,
    #[serde(default)]
    pub identifier_field_ids: Vec<i64>,
    pub fields: Vec<Field>,
}

/// A column, or a field of one. Its type is a name, or an object for what nests.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Field {
    #[serde(default)]
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub required: bool,
    #[serde(rename = "type")]
    pub kind: Value,
    pub doc: Option<String>,
    pub initial_default: Option<Value>,
    pub write_default: Option<Value>,
}

/// How a table is partitioned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionSpec {
    #[serde(default)]
    pub spec_id: i64,
    pub fields: Vec<PartitionField>,
}

/// One part of a partitioning. Version 3 may name several columns.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionField {
    pub source_id: Option<i64>,
    #[serde(default)]
    pub source_ids: Vec<i64>,
    pub transform: String,
}

/// How rows are sorted in files.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SortOrder {
    pub order_id: i64,
    #[serde(default)]
    pub fields: Vec<PartitionField>,
}

/// A state of the table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    #[serde(rename = "snapshot-id")]
    pub id: i64,
    #[serde(rename = "parent-snapshot-id")]
    pub parent: Option<i64>,
    #[serde(default)]
    pub timestamp_ms: u64,
    #[serde(default)]
    pub summary: BTreeMap<String, String>,
    pub manifest_list: Option<String>,
    /// Of version 1, where there is no list.
    #[serde(default)]
    pub manifests: Vec<String>,
}

/// A branch or a tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ref {
    pub snapshot_id: i64,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}
