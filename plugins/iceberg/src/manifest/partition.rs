//! Values of partitions as people write them, by the transforms they were made with.

use std::collections::BTreeMap;

use apache_avro::types::Value;

use crate::metadata::{PartitionField, Table};
use crate::partition::{Source, source, sources};

use super::bounds::{date, plain};
use super::entry::whole;

/// The partitionings that a table has had.
pub struct Specs {
    specs: BTreeMap<i64, Vec<PartitionField>>,
    columns: BTreeMap<i64, Source>,
}

impl Specs {
    /// Those of a table.
    pub fn of(table: &Table) -> Self {
        let mut specs: BTreeMap<i64, Vec<PartitionField>> =
            table.partition_specs.iter().map(|spec| (spec.spec_id, spec.fields.clone())).collect();
        if let Some(only) = &table.partition_spec {
            specs.entry(0).or_insert_with(|| only.clone());
        }
        let fields = table.schemas.iter().chain(&table.schema).flat_map(|schema| &schema.fields);
        let mut columns = BTreeMap::new();
        for field in fields {
            columns.extend(sources(core::slice::from_ref(field)));
        }
        Self { specs, columns }
    }

    /// Column and value of each part. What has no words for people goes by the name of its part.
    pub fn values(&self, spec: i64, values: &[(String, Option<Value>)]) -> Vec<(String, String)> {
        let parts = self.specs.get(&spec).map_or(&[][..], Vec::as_slice);
        let told = values.iter().enumerate().filter_map(|(place, (name, value))| {
            let part = parts.get(place);
            let transform = part.map_or("identity", |part| part.transform.as_str());
            let column = part.and_then(|part| source(part, &self.columns));
            let is_plain = matches!(transform, "identity" | "year" | "month" | "day" | "hour");
            let name = column.filter(|_| is_plain).map_or_else(|| name.clone(), |column| column.name.clone());
            (transform != "void")
                .then(|| (name, value.as_ref().map_or_else(|| "null".to_owned(), |it| word(transform, it))))
        });
        told.collect()
    }
}

fn word(transform: &str, value: &Value) -> String {
    let Some(number) = whole(value) else { return plain(value) };
    match transform {
        "year" => (1970 + number).to_string(),
        "month" => format!("{}-{:02}", 1970 + number.div_euclid(12), number.rem_euclid(12) + 1),
        "day" => date(number),
        "hour" => format!("{}-{:02}", date(number.div_euclid(24)), number.rem_euclid(24)),
        _ => plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transformed_values_are_written_as_people_do() {
        assert_eq!(word("year", &Value::Int(56)), "2026");
        assert_eq!(word("month", &Value::Int(-1)), "1969-12");
        assert_eq!(word("day", &Value::Date(20_786)), "2026-11-29");
        assert_eq!(word("hour", &Value::Int(25)), "1970-01-02-01");
        assert_eq!(word("identity", &Value::String("eu".into())), "eu");
        assert_eq!(word("bucket[4]", &Value::Int(3)), "3");
    }
}
