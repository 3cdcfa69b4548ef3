//! Partitioning and sort order, with their transforms.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::PartitionColumn;

use crate::metadata::{Field, PartitionField};

/// Names of a schema's columns by their ids, nested ones with a dot.
pub fn names(fields: &[Field]) -> BTreeMap<i64, String> {
    let mut names = BTreeMap::new();
    for field in fields {
        learn(&mut names, field, "");
    }
    names
}

fn learn(names: &mut BTreeMap<i64, String>, field: &Field, above: &str) {
    let name = format!("{above}{}", field.name);
    for inner in field.kind["fields"].as_array().into_iter().flatten() {
        if let Ok(inner) = serde_json::from_value::<Field>(inner.clone()) {
            learn(names, &inner, &format!("{name}."));
        }
    }
    names.insert(field.id, name);
}

/// What a table is partitioned by. `void` is what Iceberg leaves of a part that was dropped.
pub fn columns(parts: &[PartitionField], names: &BTreeMap<i64, String>) -> Vec<PartitionColumn> {
    let parts = parts.iter().filter(|part| part.transform != "void");
    parts.filter_map(|part| Some(column(source(part, names)?, &part.transform))).collect()
}

/// The column that a part is made from.
pub fn source<'n>(part: &PartitionField, names: &'n BTreeMap<i64, String>) -> Option<&'n String> {
    part.source_id.as_ref().or_else(|| part.source_ids.first()).and_then(|id| names.get(id))
}

fn column(column: &str, transform: &str) -> PartitionColumn {
    let (kind, interval) = match transform {
        "identity" => ("COLUMN-VALUE", None),
        "year" | "month" | "day" | "hour" => ("TIME-UNIT", Some(transform)),
        other => ("OTHER", Some(other)),
    };
    PartitionColumn { column: column.to_owned(), interval_kind: kind.to_owned(), interval: interval.map(str::to_owned) }
}
