//! The list of a snapshot's manifests.

use metahost_plugin_sdk::{Result, protocol};

use super::entry::{field, records};

/// A manifest of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Where it lies.
    pub path: String,
    /// Which partitioning its files have.
    pub spec: i64,
    /// The sequence number of what it added: files that have none of their own have this.
    pub sequence: i64,
}

impl Manifest {
    /// One of which only the place is known, as of version 1.
    pub fn named(path: String) -> Self {
        Self { path, spec: 0, sequence: 0 }
    }
}

/// All manifests in the list.
pub fn manifests(bytes: &[u8]) -> Result<Vec<Manifest>> {
    records(bytes)?
        .map(|record| {
            let record = record?;
            let path = field(&record, "manifest_path").and_then(super::entry::text);
            let number = |name| field(&record, name).and_then(super::entry::whole);
            Ok(Manifest {
                path: path.ok_or_else(|| protocol("the list of manifests has an entry without a `manifest_path`"))?,
                spec: number("partition_spec_id").unwrap_or(0),
                sequence: number("sequence_number").unwrap_or(0),
            })
        })
        .collect()
}
