//! Which table an asset is, and what the asset tells of it. Never guesses a table's service.

use std::collections::BTreeMap;

use metahost_plugin_sdk::enrichment::{Annotation, ColumnAnnotation};
use metahost_plugin_sdk::entities::Constraint;
use metahost_plugin_sdk::paragraphs;

use crate::answer::{Asset, Entry, Key, SchemaColumn};
use crate::config::Tables;
use crate::text::{owners, pairs, present, tags};

/// Labels under which Dagster's integrations name an asset's table.
pub const NAMES: [&str; 2] = ["dagster/table_name", "dagster/relation_identifier"];

/// The label of an asset's columns.
const COLUMNS: &str = "dagster/column_schema";

/// A table of another service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its service.
    pub service: String,
    /// Database, schema, table.
    pub path: Vec<String>,
}

/// The table that an asset is: by the operator's word, by its metadata, or by its key.
pub fn table(tables: &Tables, key: &Key, asset: Option<&Asset>) -> Option<Table> {
    let service = tables.service.clone()?;
    let path = match tables.mapping.get(&key.text()).cloned().or_else(|| asset.and_then(relation)) {
        Some(name) => named(tables, &name),
        None => whole(tables, key.path.iter().skip(tables.strip_key_prefix).cloned().collect()),
    };
    path.map(|path| Table { service, path })
}

/// The name of an asset's table as Dagster knows it.
pub fn relation(asset: &Asset) -> Option<String> {
    let named = NAMES.iter().find_map(|label| asset.entry(label)?.words());
    named.or_else(|| asset.storage_address.as_ref().map(|address| address.table_name.clone()))
}

/// `shop.crm.orders`, where a part with a dot in it stands in quotes, and a quote in it is doubled.
pub fn named(tables: &Tables, name: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => parts.last_mut()?.push('"'),
            '"' | '`' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            other => parts.last_mut()?.push(other),
        }
    }
    whole(tables, parts)
}

fn whole(tables: &Tables, mut path: Vec<String>) -> Option<Vec<String>> {
    if let (2, Some(database)) = (path.len(), &tables.database) {
        path.insert(0, database.clone());
    }
    (path.len() == 3 && path.iter().all(|part| !part.is_empty())).then_some(path)
}

/// What the asset says of its table; none, if it says nothing.
pub fn annotation(table: &Table, asset: &Asset) -> Option<Annotation> {
    let (owners, tags) = (owners(&asset.owners), tags([asset]));
    let (description, columns) = (present(asset.description.as_ref()), columns(asset));
    let silent = description.is_none() && owners.is_empty() && tags.is_empty() && columns.is_empty();
    (!silent).then(|| Annotation {
        service: Some(table.service.clone()),
        entity_type: "table".to_owned(),
        path: table.path.clone(),
        display_name: None,
        description,
        owners,
        tags,
        glossary_terms: Vec::new(),
        domain: None,
        extension: Vec::new(),
        columns,
        keys: Vec::new(),
        data_model: None,
    })
}

/// Columns by name. What the definition says of one goes before what the newest materialization says.
fn columns(asset: &Asset) -> Vec<ColumnAnnotation> {
    let mut known = BTreeMap::new();
    let entries = asset.entries().filter(|entry| entry.label == COLUMNS);
    for column in entries.flat_map(Entry::columns).filter(|column| !column.name.is_empty()) {
        known.entry(column.name.as_str()).or_insert_with(|| self::column(column));
    }
    known.into_values().collect()
}

fn column(column: &SchemaColumn) -> ColumnAnnotation {
    let promised =
        (!column.constraints.other.is_empty()).then(|| format!("Constraints: {}", column.constraints.other.join("; ")));
    ColumnAnnotation {
        column: vec![column.name.clone()],
        data_type: present(column.data_type.as_ref()),
        description: paragraphs([column.description.clone(), promised]),
        tags: pairs(&column.tags).collect(),
        glossary_terms: Vec::new(),
        constraint: constraint(column),
    }
}

/// The contract takes one: that no value comes twice says more than that each is there.
fn constraint(column: &SchemaColumn) -> Option<Constraint> {
    match (column.constraints.unique, column.constraints.nullable) {
        (true, _) => Some(Constraint::Unique),
        (false, false) => Some(Constraint::NotNull),
        (false, true) => None,
    }
}
