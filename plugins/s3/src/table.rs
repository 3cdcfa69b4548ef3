//! What an Iceberg or Delta folder says of its table: its schema, its partitions, its id. Never reads manifests or data.

use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use parquet::record::{Field, Row};
use serde_json::{Value, json};

use crate::detect::Kind;
use crate::folder::{Folder, Log};
use crate::rows;
use crate::schema::{lake, whole};
use crate::store::{Piece, Store};

/// No metadata is longer.
const LONGEST: u64 = 64 << 20;
/// How metadata is read.
pub const WHOLE: Piece = Piece::First(LONGEST);
/// Commits looked through for the last change of a schema, where no checkpoint ends the search.
const COMMITS: u64 = 100;

/// A table of a format that has metadata.
#[derive(Debug, Default)]
pub struct Facts {
    /// Its columns.
    pub columns: Vec<Column>,
    /// What its owner says of it.
    pub comment: Option<String>,
    /// For people.
    pub text: String,
    /// For machines.
    pub extension: Vec<(String, String)>,
}

/// What the newest metadata says.
pub fn read(store: &dyn Store, bucket: &str, root: &str, folder: &Folder) -> Result<Facts> {
    let log = folder.log.as_deref().cloned().unwrap_or_default();
    if folder.kind == Kind::Delta { delta(store, bucket, root, &log) } else { iceberg(store, bucket, root, &log) }
}

fn iceberg(store: &dyn Store, bucket: &str, root: &str, log: &Log) -> Result<Facts> {
    let newest = log.newest.as_ref().map(|(_, _, key)| key.clone());
    let Some(key) = hinted(store, bucket, root, log)?.or(newest) else { return Ok(deserted()) };
    let body = whole(store, bucket, &key, LONGEST)?;
    let table: Value = serde_json::from_slice(&body)
        .map_err(|error| protocol(format!("Iceberg's metadata can't be read: {error}")).with("key", &key))?;
    let schemas = table["schemas"].as_array();
    let wanted = schema_id(&table);
    let current = |schema: &&Value| schema["schema-id"] == *wanted;
    let schema = schemas.and_then(|all| all.iter().find(current)).unwrap_or(&table["schema"]);
    if !schema["fields"].is_array() {
        return Err(protocol("Iceberg's metadata names no schema").with("key", key));
    }
    let partitions: Vec<String> =
        spec(&table).iter().flat_map(|fields| fields.iter()).map(|field| transform(field, schema)).collect();
    Ok(Facts {
        columns: lake::columns(schema, lake::Dialect::Iceberg),
        comment: table["properties"]["comment"].as_str().map(str::to_owned),
        text: text(Kind::Iceberg, table["format-version"].as_u64(), &partitions),
        extension: extension(
            "iceberg",
            &table["table-uuid"],
            &table["location"],
            &table["format-version"],
            &partitions,
        ),
    })
}

/// What is left of a table that was dropped, or never finished: nothing more is to be read of it.
fn deserted() -> Facts {
    Facts {
        text: "Files of an Iceberg table without any metadata: it was dropped, or never finished.".to_owned(),
        ..Facts::default()
    }
}

/// The current schema of a table; a view, which has a folder of its own too, names it in its current version.
fn schema_id(table: &Value) -> &Value {
    let current = |version: &&Value| version["version-id"] == table["current-version-id"];
    let version = table["versions"].as_array().and_then(|all| all.iter().find(current));
    version.map_or(&table["current-schema-id"], |version| &version["schema-id"])
}

/// The metadata that a file names as the newest.
fn hinted(store: &dyn Store, bucket: &str, root: &str, log: &Log) -> Result<Option<String>> {
    if !log.has_hint {
        return Ok(None);
    }
    let hint = store.piece(bucket, &format!("{root}/metadata/version-hint.text"), Piece::First(64))?;
    let version = hint.map(|hint| String::from_utf8_lossy(&hint).trim().to_owned()).unwrap_or_default();
    let key = format!("{root}/metadata/v{version}.metadata.json");
    // The hint may be behind, or of a file that is named otherwise.
    Ok(store.piece(bucket, &key, Piece::First(1))?.map(|_| key))
}

fn spec(table: &Value) -> Option<&Vec<Value>> {
    let is_current = |spec: &&Value| spec["spec-id"] == table["default-spec-id"];
    let specs = table["partition-specs"].as_array();
    specs
        .and_then(|all| all.iter().find(is_current)?["fields"].as_array())
        .or_else(|| table["partition-spec"].as_array())
}

fn transform(field: &Value, schema: &Value) -> String {
    let is_source = |column: &&Value| column["id"] == field["source-id"];
    let source = schema["fields"].as_array().into_iter().flatten().find(is_source);
    let column =
        source.and_then(|column| column["name"].as_str()).or_else(|| field["name"].as_str()).unwrap_or_default();
    match field["transform"].as_str() {
        None | Some("identity") => column.to_owned(),
        Some(transform) => format!("{transform}({column})"),
    }
}

fn delta(store: &dyn Store, bucket: &str, root: &str, log: &Log) -> Result<Facts> {
    let found = match in_commits(store, bucket, root, log)? {
        Some(found) => Some(found),
        None => log.checkpoint.as_ref().map(|(_, key)| in_checkpoint(store, bucket, key)).transpose()?.flatten(),
    };
    let table = found.ok_or_else(|| protocol("neither Delta's commits nor its checkpoint tell the schema"))?;
    let schema: Value = serde_json::from_str(table["schemaString"].as_str().unwrap_or_default())
        .map_err(|error| protocol(format!("Delta's schema can't be read: {error}")))?;
    let partitions: Vec<String> = table["partitionColumns"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let location = Value::from(format!("s3://{bucket}/{root}"));
    Ok(Facts {
        columns: lake::columns(&schema, lake::Dialect::Delta),
        comment: table["description"].as_str().map(str::to_owned),
        text: text(Kind::Delta, None, &partitions),
        extension: extension("delta", &table["id"], &location, &Value::Null, &partitions),
    })
}

/// The newest commit since the checkpoint that changed the schema.
fn in_commits(store: &dyn Store, bucket: &str, root: &str, log: &Log) -> Result<Option<Value>> {
    let Some((newest, _, _)) = &log.newest else { return Ok(None) };
    let first = log.checkpoint.as_ref().map_or(0, |(version, _)| version + 1);
    for version in (first.max(newest.saturating_sub(COMMITS))..=*newest).rev() {
        let key = format!("{root}/_delta_log/{version:020}.json");
        let body = store.piece(bucket, &key, Piece::First(LONGEST))?.unwrap_or_default();
        let actions = serde_json::Deserializer::from_slice(&body).into_iter::<Value>();
        for action in actions {
            let mut action =
                action.map_err(|error| protocol(format!("Delta's commit can't be read: {error}")).with("key", &key))?;
            if action["metaData"].is_object() {
                return Ok(Some(action["metaData"].take()));
            }
        }
    }
    Ok(None)
}

fn in_checkpoint(store: &dyn Store, bucket: &str, key: &str) -> Result<Option<Value>> {
    let mut found = None;
    rows::each(store, bucket, key, &["metaData"], &mut |row| {
        let table = row
            .get_column_iter()
            .find_map(|(_, field)| if let Field::Group(table) = field { Some(table) } else { None });
        found = found.take().or(table.map(of_row).filter(|table| table["schemaString"].is_string()));
        Ok(())
    })?;
    Ok(found)
}

fn of_row(row: &Row) -> Value {
    let text = |field: &Field| if let Field::Str(text) = field { Value::from(text.as_str()) } else { Value::Null };
    let value = |field: &Field| match field {
        Field::ListInternal(list) => list.elements().iter().map(text).collect(),
        other => text(other),
    };
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

fn text(kind: Kind, version: Option<u64>, partitions: &[String]) -> String {
    let version = version.map(|version| format!(" of format version {version}")).unwrap_or_default();
    let by =
        if partitions.is_empty() { String::new() } else { format!(", partitioned by `{}`", partitions.join("`, `")) };
    format!("{}{version}{by}.", kind.title())
}

fn extension(
    format: &str,
    id: &Value,
    location: &Value,
    version: &Value,
    partitions: &[String],
) -> Vec<(String, String)> {
    let pairs = [
        ("tableFormat", json!(format)),
        ("tableUuid", id.clone()),
        ("tableLocation", location.clone()),
        ("formatVersion", version.clone()),
        ("partitionedBy", if partitions.is_empty() { Value::Null } else { json!(partitions.join(", ")) }),
    ];
    pairs
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value.to_string()))
        .collect()
}
