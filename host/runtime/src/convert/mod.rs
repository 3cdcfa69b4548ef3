//! From the contract's values to the model's: moves, checks what types can't say, and weighs. Never touches a network.

mod activity;
mod enrichment;
mod entities;
mod error;
mod lineage;
mod statistics;
mod weigh;

use core::fmt;
use std::collections::BTreeMap;

use metahost_model::{EntityKind, EntityPath, Error, ErrorKind};
use serde_json::Value;

pub(crate) use activity::{run, test_case, test_result, usage};
pub(crate) use enrichment::annotation;
pub(crate) use entities::entity;
pub(crate) use error::failed;
pub(crate) use lineage::{edge, query};
pub(crate) use statistics::{file_set, table_stat};
pub(crate) use weigh::Weigh;

/// A record that can't be one. Ends the split: a plugin that emits garbage can't be trusted with the rest.
#[derive(Debug)]
pub(crate) struct Garbage(String);

impl fmt::Display for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plugin emitted a record that can't be one: {}", self.0)
    }
}

impl core::error::Error for Garbage {}

pub(crate) fn garbage(error: &Error) -> Garbage {
    Garbage(error.to_string())
}

/// A scope: the whole service, or a path in it.
pub(crate) fn scope(parts: Vec<String>) -> Result<EntityPath, Error> {
    if parts.is_empty() { Ok(EntityPath::root()) } else { EntityPath::new(parts) }
}

/// Where an entity of this kind lives. OpenMetadata names data models below a `model` of their service, so that a chart
/// may have the same name; connectors need not know.
fn path_of(kind: EntityKind, mut parts: Vec<String>) -> Result<EntityPath, Error> {
    if kind == EntityKind::DashboardDataModel && !parts.is_empty() {
        parts.insert(0, "model".to_owned());
    }
    EntityPath::new(parts)
}

fn extension(pairs: Vec<(String, String)>) -> Result<BTreeMap<String, Value>, Error> {
    pairs.into_iter().map(|(key, text)| json(&key, &text).map(|value| (key, value))).collect()
}

fn json(key: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::new(ErrorKind::Value, format!("`{key}` is no JSON: {error}")))
}
