//! Values of partitions as people write them, by the transforms they were made with.

use std::collections::BTreeMap;

use apache_avro::types::Value;

use crate::metadata::{Field, PartitionField, Table};
use crate::partition::{Source, source, sources};

use super::avro::{text, whole};
use super::bounds::{Bound, date, uuid};

/// The partitionings that a table has had.
pub struct Specs {
    fields: BTreeMap<i64, Vec<PartitionField>>,
    columns: BTreeMap<i64, Source>,
    /// Types of columns by their ids; of those that nest none.
    kinds: BTreeMap<i64, String>,
}

impl Specs {
    /// Those of a table.
    pub fn of(table: &Table) -> Self {
        let mut fields: BTreeMap<i64, Vec<PartitionField>> =
            table.partition_specs.iter().map(|spec| (spec.spec_id, spec.fields.clone())).collect();
        if let Some(only) = &table.partition_spec {
            fields.entry(0).or_insert_with(|| only.clone());
        }
        let (mut columns, mut kinds) = (BTreeMap::new(), BTreeMap::new());
        // Newer names and types stand for older ones, and the current for all.
        let current = crate::table::current_schema(table).ok();
        for schema in table.schema.iter().chain(&table.schemas).chain(current) {
            columns.extend(sources(&schema.fields));
            schema.fields.iter().for_each(|field| learn(&mut kinds, field));
        }
        Self { fields, columns, kinds }
    }

    /// Column and value of each part. What has no words for people goes by the name of its part.
    pub fn values(&self, spec: i64, values: &[(&str, Option<&Value>)]) -> Vec<(String, String)> {
        let parts = self.fields.get(&spec).map_or(&[][..], Vec::as_slice);
        let told = values.iter().enumerate().filter_map(|(place, (name, value))| {
            let part = parts.get(place);
            let transform = part.map_or("identity", |part| part.transform.as_str());
            let column = part.and_then(|part| source(part, &self.columns));
            let is_plain = matches!(transform, "identity" | "year" | "month" | "day" | "hour");
            let name = column.filter(|_| is_plain).map_or_else(|| (*name).to_owned(), |column| column.name.clone());
            let kind = part.and_then(|part| self.kind(part));
            let word = value.map_or_else(|| "null".to_owned(), |value| word(transform, kind, value));
            (transform != "void").then_some((name, word))
        });
        told.collect()
    }

    /// Whether a partitioning has no parts, or none is left.
    pub fn is_unpartitioned(&self, spec: i64, values: &[(&str, Option<&Value>)]) -> bool {
        let are_void = |parts: &Vec<PartitionField>| parts.iter().all(|part| part.transform == "void");
        values.is_empty() || self.fields.get(&spec).is_some_and(are_void)
    }

    fn kind(&self, part: &PartitionField) -> Option<&str> {
        let id = part.source_id.as_ref().or_else(|| part.source_ids.first())?;
        self.kinds.get(id).map(String::as_str)
    }
}

fn learn(kinds: &mut BTreeMap<i64, String>, field: &Field) {
    for inner in field.kind["fields"].as_array().into_iter().flatten() {
        if let Ok(inner) = serde_json::from_value::<Field>(inner.clone()) {
            learn(kinds, &inner);
        }
    }
    kinds.extend(field.kind.as_str().map(|kind| (field.id, kind.to_owned())));
}

fn word(transform: &str, kind: Option<&str>, value: &Value) -> String {
    let Some(number) = whole(value) else { return plain(kind.unwrap_or_default(), value) };
    match transform {
        "year" => (1970 + number).to_string(),
        "month" => format!("{}-{:02}", 1970 + number.div_euclid(12), number.rem_euclid(12) + 1),
        "day" => date(number),
        "hour" => format!("{}-{:02}", date(number.div_euclid(24)), number.rem_euclid(24)),
        other if other.starts_with("bucket") => number.to_string(),
        _ => Bound::Whole(number.into()).word(kind.unwrap_or_default()),
    }
}

/// A value of this type of Iceberg that is no whole number.
fn plain(kind: &str, value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Decimal(unscaled) => {
            let bytes = <Vec<u8>>::try_from(unscaled).ok();
            let bound = bytes.and_then(|bytes| Bound::read(kind, &bytes));
            bound.map_or_else(|| format!("{unscaled:?}"), |bound| bound.word(kind))
        }
        Value::Uuid(id) => uuid(id.as_bytes()),
        Value::Bytes(bytes) | Value::Fixed(_, bytes) => {
            let bound = Bound::read(kind, bytes).unwrap_or_else(|| Bound::Bytes(bytes.clone()));
            bound.word(kind)
        }
        other => text(other).map_or_else(|| format!("{other:?}"), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transformed_values_are_written_as_people_do() {
        assert_eq!(word("year", None, &Value::Int(56)), "2026");
        assert_eq!(word("month", None, &Value::Int(-1)), "1969-12");
        assert_eq!(word("day", None, &Value::Date(20_786)), "2026-11-29");
        assert_eq!(word("hour", None, &Value::Int(25)), "1970-01-02-01");
        assert_eq!(word("identity", None, &Value::String("eu".into())), "eu");
        assert_eq!(word("bucket[4]", None, &Value::Int(3)), "3");
    }
}
