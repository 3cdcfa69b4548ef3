//! A table from its metadata: columns, keys, partitions, sort order, snapshots.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::{Column, Common, KeyKind, Table as Entity, TableKey, TableKind};
use metahost_plugin_sdk::{self as sdk, Result, protocol};
use serde_json::{Value, json};

use crate::config::Config;
use crate::metadata::{PartitionField, Schema, Snapshot, Table};
use crate::partition::Source;
use crate::{evolution, partition, types};

/// As OpenMetadata keeps it.
pub fn entity(config: &Config, path: Vec<String>, table: &Table) -> Result<Entity> {
    let schema = current_schema(table)?;
    let sources = partition::sources(&schema.fields);
    let snapshot = current_snapshot(table);
    let number = |key: &str| snapshot?.summary.get(key)?.parse().ok();
    let identifier: Vec<&Source> = schema.identifier_field_ids.iter().filter_map(|id| sources.get(id)).collect();
    let sorted: Vec<&Source> = sorting(table).iter().filter_map(|part| partition::source(part, &sources)).collect();
    let mut common = common(config, path, table);
    common.extension.extend(in_words(table, &identifier, &sources));
    common.extension.extend(evolution::properties(table));
    Ok(Entity {
        common,
        kind: TableKind::Iceberg,
        columns: columns(schema),
        keys: keys(&identifier, &sorted),
        partitioned_by: partition::columns(partitioning(table), &sources),
        definition: None,
        location: table.location.clone(),
        file_format: Some(
            table.properties.get("write.format.default").map_or("parquet".to_owned(), |it| it.to_lowercase()),
        ),
        retention: None,
        row_count: number("total-records"),
        size_bytes: number("total-files-size"),
        updated_at: table.last_updated_ms,
    })
}

/// The common part of a table or view, from its properties.
pub fn described(config: &Config, path: Vec<String>, property: impl Fn(&str) -> Option<String>) -> Common {
    Common {
        description: property("comment").filter(|comment| !comment.trim().is_empty()),
        owners: property(&config.ownership_property).into_iter().collect(),
        ..sdk::common(path)
    }
}

fn common(config: &Config, path: Vec<String>, table: &Table) -> Common {
    let mut common = described(config, path, |key| table.properties.get(key).cloned());
    common.extension = extension(table).into_iter().map(|(key, value)| (key.to_owned(), value.to_string())).collect();
    common
}

/// What OpenMetadata has no field for.
fn extension(table: &Table) -> Vec<(&'static str, Value)> {
    let refs: Vec<String> = table
        .refs
        .iter()
        .map(|(name, found)| format!("{} {name} at {}", found.kind.as_deref().unwrap_or("branch"), found.snapshot_id))
        .collect();
    let mut found =
        vec![("icebergFormatVersion", json!(table.format_version)), ("icebergSnapshots", json!(table.snapshots.len()))];
    found.extend(table.uuid.as_ref().map(|uuid| ("icebergUuid", json!(uuid))));
    found.extend(current_snapshot(table).map(|snapshot| ("icebergSnapshotId", json!(snapshot.id.to_string()))));
    found.extend((!refs.is_empty()).then(|| ("icebergRefs", json!(refs.join(", ")))));
    found
}

/// A schema's columns, flat.
pub fn columns(schema: &Schema) -> Vec<Column> {
    let mut columns = Vec::new();
    for field in &schema.fields {
        types::append(&mut columns, field, None);
    }
    columns
}

/// A key with a nested column is none to OpenMetadata, and half a key would be wrong.
fn keys(identifier: &[&Source], sorted: &[&Source]) -> Vec<TableKey> {
    let key = |kind, columns: &[&Source]| TableKey {
        kind,
        columns: columns.iter().map(|source| source.name.clone()).collect(),
        refers_to: None,
        referred_columns: Vec::new(),
    };
    let all = [(KeyKind::Primary, identifier), (KeyKind::Sort, sorted)];
    let whole = |columns: &[&Source]| !columns.is_empty() && columns.iter().all(|source| !source.nested);
    all.into_iter().filter(|(_, columns)| whole(columns)).map(|(kind, columns)| key(kind, columns)).collect()
}

/// Keys, partitions and orders over nested columns.
fn in_words(table: &Table, identifier: &[&Source], sources: &BTreeMap<i64, Source>) -> Vec<(String, String)> {
    let names: Vec<&str> = identifier.iter().map(|source| source.name.as_str()).collect();
    let is_nested = identifier.iter().any(|source| source.nested);
    let all = [
        ("icebergIdentifierFields", is_nested.then(|| names.join(", "))),
        ("icebergPartitionedBy", partition::words(partitioning(table), sources)),
        ("icebergSortedBy", partition::words(sorting(table), sources)),
    ];
    all.into_iter().filter_map(|(key, words)| Some((key.to_owned(), Value::from(words?).to_string()))).collect()
}

/// The schema of today.
pub fn current_schema(table: &Table) -> Result<&Schema> {
    let wanted = table.current_schema_id.unwrap_or_default();
    let found = table.schemas.iter().find(|schema| schema.id == wanted).or(table.schema.as_ref());
    found.ok_or_else(|| protocol(format!("the table's metadata lacks its current schema {wanted}")))
}

fn partitioning(table: &Table) -> &[PartitionField] {
    let wanted = table.default_spec_id.unwrap_or_default();
    let found = table.partition_specs.iter().find(|spec| spec.spec_id == wanted).map(|spec| spec.fields.as_slice());
    found.or(table.partition_spec.as_deref()).unwrap_or_default()
}

fn sorting(table: &Table) -> &[PartitionField] {
    let wanted = table.default_sort_order_id.unwrap_or_default();
    table
        .sort_orders
        .iter()
        .find(|order| order.order_id == wanted)
        .map(|order| order.fields.as_slice())
        .unwrap_or_default()
}

/// Catalogs write -1 for a table without a snapshot.
pub fn current_snapshot(table: &Table) -> Option<&Snapshot> {
    let wanted = table.current_snapshot_id?;
    table.snapshots.iter().find(|snapshot| snapshot.id == wanted)
}
