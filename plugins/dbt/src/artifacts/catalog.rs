//! catalog.json v1: relations and columns as the warehouse has them.

use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::Metadata;
use super::lenient::{Entries, or_default};
use super::parse::Artifact;

/// What `dbt docs generate` found in the warehouse.
#[derive(Debug, Default, Deserialize)]
pub struct Catalog {
    /// About itself.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: Metadata,
    /// Relations of nodes.
    pub nodes: Option<Entries<Relation>>,
    /// Relations of sources.
    #[serde(default, deserialize_with = "or_default")]
    pub sources: Entries<Relation>,
}

impl Catalog {
    /// The relation of a node or source.
    pub fn relation(&self, id: &str) -> Option<&Relation> {
        let nodes = self.nodes.as_ref().and_then(|nodes| nodes.items.get(id));
        nodes.or_else(|| self.sources.items.get(id)).map(AsRef::as_ref)
    }
}

impl Artifact for Catalog {
    const NAME: &'static str = "catalog";
    const KNOWN: RangeInclusive<u32> = 1..=1;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn is_complete(&self) -> bool {
        self.nodes.is_some()
    }
}

/// A table or view.
#[derive(Debug, Default, Deserialize)]
pub struct Relation {
    /// Its names and owner.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: TableMetadata,
    /// Its columns by name.
    #[serde(default, deserialize_with = "or_default")]
    pub columns: BTreeMap<String, Column>,
}

impl Relation {
    /// Its columns in the warehouse's order.
    pub fn columns(&self) -> Vec<&Column> {
        let mut columns: Vec<_> = self.columns.values().collect();
        columns.sort_by(|a, b| a.index.cmp(&b.index).then_with(|| a.name.cmp(&b.name)));
        columns
    }

    /// A column by its exact name, else by its name in another case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let same = |column: &&Column| column.name.eq_ignore_ascii_case(name);
        self.columns.get(name).or_else(|| self.columns.values().find(same))
    }
}

/// Names and owner of a relation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TableMetadata {
    /// Database, as the warehouse writes it.
    pub database: Option<String>,
    /// Schema, as the warehouse writes it.
    pub schema: Option<String>,
    /// Name, as the warehouse writes it.
    pub name: Option<String>,
    /// The warehouse's role that owns it.
    pub owner: Option<String>,
}

/// A column of the warehouse.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Column {
    /// Its name, as the warehouse writes it.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Its type, as the warehouse writes it.
    #[serde(rename = "type")]
    pub data_type: Option<String>,
    /// Its place.
    #[serde(deserialize_with = "or_default")]
    pub index: i64,
}
