//! Partitioning and sort order, with their transforms.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::PartitionColumn;

use crate::metadata::{Field, PartitionField};

/// A column that a partitioning, a key or a sort order is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name, nested ones with a dot.
    pub name: String,
    /// Whether it is a field of another column: OpenMetadata's partitions and keys know no such columns.
    pub nested: bool,
}

/// A schema's columns by their ids.
pub fn sources(fields: &[Field]) -> BTreeMap<i64, Source> {
    let mut sources = BTreeMap::new();
    for field in fields {
        learn(&mut sources, field, None);
    }
    sources
}

fn learn(sources: &mut BTreeMap<i64, Source>, field: &Field, above: Option<&str>) {
    let name = above.map_or_else(|| field.name.clone(), |above| format!("{above}.{}", field.name));
    for inner in field.kind["fields"].as_array().into_iter().flatten() {
        if let Ok(inner) = serde_json::from_value::<Field>(inner.clone()) {
            learn(sources, &inner, Some(&name));
        }
    }
    sources.insert(field.id, Source { name, nested: above.is_some() });
}

/// What a table is partitioned by. `void` is what Iceberg leaves of a part that was dropped.
pub fn columns(parts: &[PartitionField], sources: &BTreeMap<i64, Source>) -> Vec<PartitionColumn> {
    let alive = parts.iter().filter_map(|part| Some((source(part, sources)?, part.transform.as_str())));
    let alive = alive.filter(|(source, transform)| *transform != "void" && !source.nested);
    alive.map(|(source, transform)| column(&source.name, transform)).collect()
}

/// A partitioning or a sort order in words, where OpenMetadata can't have all of it.
pub fn words(parts: &[PartitionField], sources: &BTreeMap<i64, Source>) -> Option<String> {
    let alive = parts.iter().filter(|part| part.transform != "void");
    let alive: Vec<(&Source, &str)> =
        alive.filter_map(|part| Some((source(part, sources)?, part.transform.as_str()))).collect();
    let word = |(source, transform): &(&Source, &str)| match *transform {
        "identity" => source.name.clone(),
        other => format!("{other}({})", source.name),
    };
    let is_nested = alive.iter().any(|(source, _)| source.nested);
    is_nested.then(|| alive.iter().map(word).collect::<Vec<_>>().join(", "))
}

/// The column that a part is made from.
pub fn source<'n>(part: &PartitionField, sources: &'n BTreeMap<i64, Source>) -> Option<&'n Source> {
    part.source_id.as_ref().or_else(|| part.source_ids.first()).and_then(|id| sources.get(id))
}

fn column(column: &str, transform: &str) -> PartitionColumn {
    let (kind, interval) = match transform {
        "identity" => ("COLUMN-VALUE", None),
        "year" | "month" | "day" | "hour" => ("TIME-UNIT", Some(transform)),
        other => ("OTHER", Some(other)),
    };
    PartitionColumn { column: column.to_owned(), interval_kind: kind.to_owned(), interval: interval.map(str::to_owned) }
}
