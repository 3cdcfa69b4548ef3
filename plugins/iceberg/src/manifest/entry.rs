//! The entries of a manifest: files that are there, with what their writers counted. Avro in, nothing of Iceberg's rules.

use std::collections::BTreeMap;

use apache_avro::Reader;
use apache_avro::types::Value;
use metahost_plugin_sdk::statistics::{DataFile, DeleteFile, DeleteKind};
use metahost_plugin_sdk::{Result, protocol};

use super::deletes::Deletes;
use super::list::Manifest;
use super::partition::Specs;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Data,
    PositionDeletes,
    EqualityDeletes,
}

/// A file of the table.
#[derive(Debug, Clone)]
pub struct Entry {
    pub content: Content,
    pub location: String,
    pub format: String,
    pub rows: u64,
    pub bytes: Option<u64>,
    /// What was written later has a greater one.
    pub sequence: i64,
    /// What tells its partition from others, whatever its values are.
    pub partition_key: String,
    /// Partition column and value, as people write it.
    pub partition: Vec<(String, String)>,
    /// Whether its partitioning has no parts: equality deletes of such a file are for all files.
    pub is_unpartitioned: bool,
    pub counts: BTreeMap<i64, Counts>,
    /// Of equality deletes: the columns.
    pub equality_ids: Vec<i32>,
    /// Of position deletes: the one file that they are about.
    pub referenced: Option<String>,
    /// Of position deletes: the first and the last location that they name.
    pub locations: Option<(Vec<u8>, Vec<u8>)>,
    /// Of a bitmap: where it begins and how long it is.
    pub bitmap: Option<(u64, u64)>,
}

/// What the writer of a file counted of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub values: Option<u64>,
    pub nulls: Option<u64>,
    pub nans: Option<u64>,
    pub bytes: Option<u64>,
    pub lower: Option<Vec<u8>>,
    pub upper: Option<Vec<u8>>,
}

/// The id of the column of locations in files of position deletes.
const LOCATION_ID: i64 = 2_147_483_546;
/// An entry's status if the file is gone.
const DELETED: i64 = 2;

/// The files that are there.
pub fn entries(bytes: &[u8], manifest: &Manifest, specs: &Specs) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    for record in records(bytes)? {
        let record = record?;
        let status = field(&record, "status").and_then(whole);
        if status == Some(DELETED) {
            continue;
        }
        let file = field(&record, "data_file").ok_or_else(|| protocol("an entry has no `data_file`"))?;
        let sequence = field(&record, "sequence_number").and_then(whole).unwrap_or(manifest.sequence);
        found.push(entry(file, sequence, manifest, specs)?);
    }
    Ok(found)
}

fn entry(file: &Value, sequence: i64, manifest: &Manifest, specs: &Specs) -> Result<Entry> {
    let number = |name| field(file, name).and_then(whole);
    let missing = |name: &str| protocol(format!("a file in it has no `{name}`"));
    let location = field(file, "file_path").and_then(text).ok_or_else(|| missing("file_path"))?;
    let format = field(file, "file_format").and_then(text).ok_or_else(|| missing("file_format"))?;
    let rows = number("record_count").and_then(count).ok_or_else(|| missing("record_count"))?;
    let values = field(file, "partition").map(pairs).unwrap_or_default();
    let content = match number("content") {
        None | Some(0) => Content::Data,
        Some(1) => Content::PositionDeletes,
        Some(2) => Content::EqualityDeletes,
        Some(other) => {
            return Err(protocol(format!("{location} has the content {other}, which Iceberg does not know")));
        }
    };
    let counts = counts(file);
    let locations = counts.get(&LOCATION_ID).and_then(|counts| counts.lower.clone().zip(counts.upper.clone()));
    let bitmap = number("content_offset").and_then(count).zip(number("content_size_in_bytes").and_then(count));
    Ok(Entry {
        content,
        format: format.to_lowercase(),
        rows,
        bytes: number("file_size_in_bytes").and_then(count),
        sequence,
        partition_key: format!("{}{values:?}", manifest.spec),
        partition: specs.values(manifest.spec, &values),
        is_unpartitioned: values.is_empty(),
        counts,
        equality_ids: field(file, "equality_ids").map(ids).unwrap_or_default(),
        referenced: field(file, "referenced_data_file").and_then(text),
        locations,
        bitmap,
        location,
    })
}

impl Entry {
    /// As the contract has it.
    pub fn data_file(&self, url: &dyn Fn(&str) -> Result<String>, deletes: &Deletes) -> Result<DataFile> {
        let deletes = deletes.of(self).map(|delete| delete.delete_file(url)).collect::<Result<_>>()?;
        Ok(DataFile {
            url: url(&self.location)?,
            location: self.location.clone(),
            format: self.format.clone(),
            rows: Some(self.rows),
            bytes: self.bytes,
            partition: self.partition.clone(),
            deletes,
        })
    }

    fn delete_file(&self, url: &dyn Fn(&str) -> Result<String>) -> Result<DeleteFile> {
        Ok(DeleteFile {
            url: url(&self.location)?,
            bytes: self.bytes,
            kind: match (self.content, self.bitmap) {
                (Content::EqualityDeletes, _) => DeleteKind::Equality,
                (_, Some(_)) => DeleteKind::DeletionVector,
                (_, None) => DeleteKind::Position,
            },
            field_ids: self.equality_ids.clone(),
            offset: self.bitmap.map(|(offset, _)| offset),
            length: self.bitmap.map(|(_, length)| length),
        })
    }
}

fn counts(file: &Value) -> BTreeMap<i64, Counts> {
    let mut found: BTreeMap<i64, Counts> = BTreeMap::new();
    let mut numbers = |name: &str, set: fn(&mut Counts, u64)| {
        for (id, value) in by_id(file, name) {
            if let Some(number) = whole(value).and_then(count) {
                set(found.entry(id).or_default(), number);
            }
        }
    };
    numbers("value_counts", |counts, number| counts.values = Some(number));
    numbers("null_value_counts", |counts, number| counts.nulls = Some(number));
    numbers("nan_value_counts", |counts, number| counts.nans = Some(number));
    numbers("column_sizes", |counts, number| counts.bytes = Some(number));
    let mut bounds = |name: &str, set: fn(&mut Counts, Vec<u8>)| {
        for (id, value) in by_id(file, name) {
            if let Value::Bytes(bytes) = value {
                set(found.entry(id).or_default(), bytes.clone());
            }
        }
    };
    bounds("lower_bounds", |counts, bytes| counts.lower = Some(bytes));
    bounds("upper_bounds", |counts, bytes| counts.upper = Some(bytes));
    found
}

/// Avro's maps have text as keys; Iceberg writes lists of pairs instead.
fn by_id<'v>(file: &'v Value, name: &str) -> impl Iterator<Item = (i64, &'v Value)> {
    let pairs = match field(file, name) {
        Some(Value::Array(pairs)) => pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().filter_map(|pair| Some((whole(field(pair, "key")?)?, field(pair, "value")?)))
}

fn ids(value: &Value) -> Vec<i32> {
    let Value::Array(ids) = value else { return Vec::new() };
    ids.iter().filter_map(|id| i32::try_from(whole(id)?).ok()).collect()
}

/// The records of an Avro file, one by one.
pub fn records(bytes: &[u8]) -> Result<impl Iterator<Item = Result<Value>>> {
    let wrong = |error: apache_avro::Error| protocol(format!("this is no Avro file that can be read: {error}"));
    Ok(Reader::new(bytes).map_err(wrong)?.map(move |record| record.map_err(wrong)))
}

/// A field's value; none for NULL.
pub fn field<'v>(record: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Record(fields) = record else { return None };
    let (_, value) = fields.iter().find(|(found, _)| found == name)?;
    some(value)
}

/// The value in an optional one.
pub fn some(value: &Value) -> Option<&Value> {
    match value {
        Value::Union(_, inner) => some(inner),
        Value::Null => None,
        other => Some(other),
    }
}

/// Fields with their values, as text that tells them apart.
fn pairs(record: &Value) -> Vec<(String, Option<Value>)> {
    let Value::Record(fields) = record else { return Vec::new() };
    fields.iter().map(|(name, value)| (name.clone(), some(value).cloned())).collect()
}

/// A whole number.
pub fn whole(value: &Value) -> Option<i64> {
    match some(value)? {
        Value::Int(number) | Value::Date(number) | Value::TimeMillis(number) => Some(i64::from(*number)),
        Value::Long(number)
        | Value::TimeMicros(number)
        | Value::TimestampMillis(number)
        | Value::TimestampMicros(number)
        | Value::TimestampNanos(number)
        | Value::LocalTimestampMillis(number)
        | Value::LocalTimestampMicros(number)
        | Value::LocalTimestampNanos(number) => Some(*number),
        _ => None,
    }
}

/// Text.
pub fn text(value: &Value) -> Option<String> {
    match some(value)? {
        Value::String(text) | Value::Enum(_, text) => Some(text.clone()),
        _ => None,
    }
}

fn count(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}
