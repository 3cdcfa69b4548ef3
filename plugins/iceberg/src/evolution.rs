//! How a table came to be as it is, as far as its metadata tells: files of deletes, former partitionings. Never opens a
//! manifest.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::metadata::{PartitionSpec, Snapshot, Table};
use crate::partition::{self, Source};
use crate::table::current_snapshot;

/// What OpenMetadata has no field for.
pub fn properties(table: &Table) -> Vec<(String, String)> {
    let counts = current_snapshot(table).map(counts).unwrap_or_default();
    let history = partitionings(table).map(|history| ("icebergPartitionHistory", json!(history)));
    let schemas = (table.schemas.len() > 1).then(|| ("icebergSchemas", json!(table.schemas.len())));
    let all = counts.into_iter().chain(history).chain(schemas);
    all.map(|(name, value)| (name.to_owned(), value.to_string())).collect()
}

/// Files of the current snapshot; deletes only where there are any.
fn counts(snapshot: &Snapshot) -> Vec<(&'static str, Value)> {
    let number = |key: &str| snapshot.summary.get(key).and_then(|text| text.parse::<u64>().ok());
    let some = |key: &str| number(key).filter(|count| *count > 0);
    let all = [
        ("icebergDataFiles", number("total-data-files")),
        ("icebergDeleteFiles", some("total-delete-files")),
        ("icebergPositionDeletes", some("total-position-deletes")),
        ("icebergEqualityDeletes", some("total-equality-deletes")),
    ];
    all.into_iter().filter_map(|(name, count)| Some((name, json!(count?)))).collect()
}

/// Every partitioning that the table had, by number, where it had more than one.
fn partitionings(table: &Table) -> Option<String> {
    if table.partition_specs.len() < 2 {
        return None;
    }
    // A former partitioning may be by a column that is gone from the current schema.
    let mut sources = BTreeMap::new();
    table.schemas.iter().for_each(|schema| sources.extend(partition::sources(&schema.fields)));
    let current = table.default_spec_id.unwrap_or_default();
    let one = |spec: &PartitionSpec| {
        let mark = if spec.spec_id == current { " (current)" } else { "" };
        format!("{}: {}{mark}", spec.spec_id, in_words(spec, &sources))
    };
    Some(table.partition_specs.iter().map(one).collect::<Vec<_>>().join("; "))
}

fn in_words(spec: &PartitionSpec, sources: &BTreeMap<i64, Source>) -> String {
    let alive = spec.fields.iter().filter(|part| part.transform != "void");
    let words: Vec<String> = alive
        .map(|part| {
            let column = partition::source(part, sources).map_or("a column that is gone", |source| &source.name);
            if part.transform == "identity" { column.to_owned() } else { format!("{}({column})", part.transform) }
        })
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(metadata: Value) -> BTreeMap<String, String> {
        properties(&serde_json::from_value(metadata).unwrap()).into_iter().collect()
    }

    #[test]
    fn every_partitioning_that_a_table_had_is_told() {
        let field = |id: i64, name: &str| json!({"id": id, "name": name, "type": "date", "required": false});
        let part = |id: i64, transform: &str| json!({"source-id": id, "transform": transform, "name": "p"});
        let mut table = json!({
            "format-version": 2, "current-schema-id": 1, "default-spec-id": 2,
            "schemas": [
                {"schema-id": 0, "fields": [field(1, "at"), field(2, "old")]},
                {"schema-id": 1, "fields": [field(1, "happened"), field(3, "id")]},
            ],
            "partition-specs": [
                {"spec-id": 0, "fields": []},
                {"spec-id": 1, "fields": [part(1, "day"), part(2, "identity"), part(9, "year")]},
                {"spec-id": 2, "fields": [part(1, "void"), part(3, "bucket[4]")]},
            ],
        });
        let wanted = "\"0: none; 1: day(happened), old, year(a column that is gone); 2: bucket[4](id) (current)\"";
        assert_eq!(told(table.clone())["icebergPartitionHistory"], wanted);
        assert_eq!(told(table.clone())["icebergSchemas"], "2");
        table["partition-specs"] = json!([{"spec-id": 0, "fields": []}]);
        assert!(!told(table).contains_key("icebergPartitionHistory"), "what never changed is no history");
    }

    #[test]
    fn files_of_deletes_are_told_where_there_are_any() {
        let table = |summary: Value| json!({"format-version": 2, "current-snapshot-id": 7, "snapshots": [{"snapshot-id": 7, "summary": summary}]});
        let counts = told(table(json!({
            "total-data-files": "12", "total-delete-files": "3", "total-position-deletes": "40", "total-equality-deletes": "0",
        })));
        let wanted = [("icebergDataFiles", "12"), ("icebergDeleteFiles", "3"), ("icebergPositionDeletes", "40")];
        assert_eq!(counts, wanted.map(|(name, count)| (name.to_owned(), count.to_owned())).into());
        assert!(told(table(json!({}))).is_empty(), "some engines write no counts");
    }
}
