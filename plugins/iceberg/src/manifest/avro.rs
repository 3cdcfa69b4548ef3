//! Avro as manifests use it: records one by one, and what is in a field. Knows nothing of Iceberg's rules.

use std::collections::BTreeSet;

use apache_avro::Reader;
use apache_avro::types::Value;
use metahost_plugin_sdk::{Result, protocol};

/// What the header of a manifest says of all its entries.
#[derive(Debug, Default)]
pub struct Header {
    /// The partitioning of its files.
    pub spec: Option<i64>,
    /// Ids of the schema it was written with; none where it does not tell.
    pub schema: Option<BTreeSet<i64>>,
}

/// An Avro file.
pub struct File<'b> {
    reader: Reader<'b, &'b [u8]>,
}

impl<'b> File<'b> {
    /// Reads the header.
    pub fn open(bytes: &'b [u8]) -> Result<Self> {
        Ok(Self { reader: Reader::new(bytes).map_err(|error| wrong(&error))? })
    }

    /// What Iceberg writes into it.
    pub fn header(&self) -> Header {
        let text = |key| core::str::from_utf8(self.reader.user_metadata().get(key)?).ok();
        let schema = text("schema").and_then(|schema| serde_json::from_str(schema).ok());
        Header { spec: text("partition-spec-id").and_then(|id| id.parse().ok()), schema: schema.map(|it| ids_in(&it)) }
    }

    /// The records.
    pub fn records(self) -> impl Iterator<Item = Result<Value>> {
        self.reader.map(|record| record.map_err(|error| wrong(&error)))
    }
}

fn wrong(error: &apache_avro::Error) -> metahost_plugin_sdk::Error {
    protocol(format!("this is no whole Avro file: {error}"))
}

/// The ids of all fields, elements, keys and values of a schema.
fn ids_in(schema: &serde_json::Value) -> BTreeSet<i64> {
    let (mut found, mut open) = (BTreeSet::new(), vec![schema]);
    while let Some(value) = open.pop() {
        let ids = ["id", "element-id", "key-id", "value-id"].into_iter().filter_map(|key| value[key].as_i64());
        found.extend(ids);
        open.extend(["type", "element", "key", "value"].into_iter().filter_map(|key| value.get(key)));
        open.extend(value["fields"].as_array().into_iter().flatten());
    }
    found
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

/// The items of a list.
pub fn items(value: &Value) -> &[Value] {
    if let Some(Value::Array(items)) = some(value) { items } else { &[] }
}

/// A whole number, whatever it counts.
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

/// A whole number that counts something.
pub fn count(value: &Value) -> Option<u64> {
    whole(value).and_then(|number| u64::try_from(number).ok())
}

/// Text.
pub fn text(value: &Value) -> Option<&str> {
    match some(value)? {
        Value::String(text) | Value::Enum(_, text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_found_at_any_depth() {
        let schema = json!({ "type": "struct", "fields": [
            { "id": 1, "type": "long" },
            { "id": 2, "type": { "type": "map", "key-id": 3, "key": "string", "value-id": 4, "value": {
                "type": "list", "element-id": 5, "element": { "type": "struct", "fields": [{ "id": 6, "type": "int" }] } } } },
        ] });
        assert_eq!(ids_in(&schema), (1..=6).collect());
    }
}
