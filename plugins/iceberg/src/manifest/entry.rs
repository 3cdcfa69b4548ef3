//! The entries of a manifest: files that are there, with what their writers counted.

use std::collections::BTreeMap;

use apache_avro::types::Value;
use metahost_plugin_sdk::{Result, protocol};

use super::avro::{File, Header, count, field, items, some, text, whole};
use super::bounds::Bound;
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
    /// NULLs among them.
    pub values: Option<u64>,
    pub nulls: Option<u64>,
    pub nans: Option<u64>,
    pub bytes: Option<u64>,
    pub lower: Option<Vec<u8>>,
    pub upper: Option<Vec<u8>>,
}

/// The id of the column of locations in files of position deletes.
const LOCATION_ID: i64 = 2_147_483_546;
/// An entry's status if the file was there before its manifest.
const EXISTING: i64 = 0;
/// An entry's status if the file is gone.
const DELETED: i64 = 2;

/// Hands on the files that are there, one by one.
pub fn each(
    bytes: &[u8],
    manifest: &Manifest,
    specs: &Specs,
    take: &mut dyn FnMut(Entry, &Header) -> Result<()>,
) -> Result<()> {
    let file = File::open(bytes)?;
    let header = file.header();
    let spec = manifest.spec.or(header.spec).unwrap_or(0);
    for record in file.records() {
        let record = record?;
        let status = field(&record, "status").and_then(whole);
        if status == Some(DELETED) {
            continue;
        }
        let file = field(&record, "data_file").ok_or_else(|| protocol("an entry has no `data_file`"))?;
        let own = field(&record, "sequence_number").and_then(whole);
        let sequence = match (own, status) {
            (None, Some(EXISTING)) if manifest.sequence > 0 => {
                return Err(protocol("an entry of a file that was there before has no `sequence_number`"));
            }
            (own, _) => own.unwrap_or(manifest.sequence),
        };
        take(entry(file, sequence, spec, specs)?, &header)?;
    }
    Ok(())
}

fn entry(file: &Value, sequence: i64, spec: i64, specs: &Specs) -> Result<Entry> {
    let missing = |name: &str| protocol(format!("a file in it has no `{name}`"));
    let needed = |name| field(file, name).and_then(text).ok_or_else(|| missing(name));
    let number = |name| field(file, name).and_then(count);
    let location = needed("file_path")?.to_owned();
    let values = parts(file);
    let content = content(file, &location)?;
    let counts = counts(file);
    let locations = counts.get(&LOCATION_ID).and_then(|counts| counts.lower.clone().zip(counts.upper.clone()));
    let ids = field(file, "equality_ids").map(items).unwrap_or_default();
    Ok(Entry {
        content,
        format: needed("file_format")?.to_lowercase(),
        rows: number("record_count").ok_or_else(|| missing("record_count"))?,
        bytes: number("file_size_in_bytes"),
        sequence,
        partition_key: key(spec, &values),
        partition: specs.values(spec, &values),
        is_unpartitioned: specs.is_unpartitioned(spec, &values),
        counts,
        equality_ids: ids.iter().filter_map(|id| i32::try_from(whole(id)?).ok()).collect(),
        referenced: field(file, "referenced_data_file").and_then(text).map(str::to_owned),
        locations,
        bitmap: number("content_offset").zip(number("content_size_in_bytes")),
        location,
    })
}

/// Files that were written before a column was widened have its values in a narrower type.
fn key(spec: i64, values: &[(&str, Option<&Value>)]) -> String {
    let part = |value: &Value| match value {
        Value::Float(number) => format!("{:?}", f64::from(*number)),
        Value::Double(number) => format!("{number:?}"),
        Value::Decimal(unscaled) => {
            let bytes = <Vec<u8>>::try_from(unscaled).ok();
            format!("{:?}", bytes.and_then(|bytes| Bound::read("decimal", &bytes)))
        }
        other => whole(other).map_or_else(|| format!("{other:?}"), |number| number.to_string()),
    };
    values.iter().fold(spec.to_string(), |key, (_, value)| key + "/" + &value.map_or_else(|| "null".to_owned(), part))
}

fn content(file: &Value, location: &str) -> Result<Content> {
    match field(file, "content").and_then(whole) {
        None | Some(0) => Ok(Content::Data),
        Some(1) => Ok(Content::PositionDeletes),
        Some(2) => Ok(Content::EqualityDeletes),
        Some(other) => Err(protocol(format!("{location} has the content {other}, which Iceberg does not know"))),
    }
}

/// The parts of its partition, each with its value.
fn parts(file: &Value) -> Vec<(&str, Option<&Value>)> {
    let Some(Value::Record(parts)) = field(file, "partition") else { return Vec::new() };
    parts.iter().map(|(name, value)| (name.as_str(), some(value))).collect()
}

fn counts(file: &Value) -> BTreeMap<i64, Counts> {
    let mut found: BTreeMap<i64, Counts> = BTreeMap::new();
    let mut numbers = |name: &str, place: fn(&mut Counts) -> &mut Option<u64>| {
        for (id, value) in by_id(file, name) {
            *place(found.entry(id).or_default()) = count(value);
        }
    };
    numbers("value_counts", |counts| &mut counts.values);
    numbers("null_value_counts", |counts| &mut counts.nulls);
    numbers("nan_value_counts", |counts| &mut counts.nans);
    numbers("column_sizes", |counts| &mut counts.bytes);
    let mut bounds = |name: &str, place: fn(&mut Counts) -> &mut Option<Vec<u8>>| {
        for (id, value) in by_id(file, name) {
            if let Value::Bytes(bytes) = value {
                *place(found.entry(id).or_default()) = Some(bytes.clone());
            }
        }
    };
    bounds("lower_bounds", |counts| &mut counts.lower);
    bounds("upper_bounds", |counts| &mut counts.upper);
    found
}

/// Avro's maps have text as keys; Iceberg writes lists of pairs instead.
fn by_id<'v>(file: &'v Value, name: &str) -> impl Iterator<Item = (i64, &'v Value)> {
    let pairs = field(file, name).map(items).unwrap_or_default();
    pairs.iter().filter_map(|pair| Some((whole(field(pair, "key")?)?, field(pair, "value")?)))
}

#[cfg(test)]
mod tests {
    use apache_avro::Decimal;

    use super::*;

    #[test]
    fn a_partition_is_the_same_whatever_its_columns_were_widened_to() {
        let decimal = |bytes: &[u8]| Value::Decimal(Decimal::from(bytes));
        for (narrow, wide) in [
            (Value::Int(7), Value::Long(7)),
            (Value::Float(0.1), Value::Double(f64::from(0.1_f32))),
            (decimal(&[5]), decimal(&[0, 0, 5])),
            (decimal(&[0xfb]), decimal(&[0xff, 0xfb])),
        ] {
            assert_eq!(key(1, &[("part", Some(&narrow))]), key(1, &[("part", Some(&wide))]));
        }
        let one = key(0, &[("a", Some(&Value::String("x".to_owned()))), ("b", None)]);
        assert_ne!(one, key(0, &[("a", None), ("b", Some(&Value::String("x".to_owned())))]));
        assert_ne!(one, key(1, &[("a", Some(&Value::String("x".to_owned()))), ("b", None)]));
    }
}
