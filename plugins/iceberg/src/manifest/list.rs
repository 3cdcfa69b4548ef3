//! The list of a snapshot's manifests.

use metahost_plugin_sdk::{Result, protocol};

use super::avro::{File, count, field, text, whole};

/// A manifest of a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Where it lies.
    pub path: String,
    /// How long it is, where that is known.
    pub bytes: Option<u64>,
    /// Which partitioning its files have; where it is not told, its own header does.
    pub spec: Option<i64>,
    /// The sequence number of what it added: files that have none of their own have this.
    pub sequence: i64,
    /// Whether it holds files of deletes.
    pub of_deletes: bool,
}

impl Manifest {
    /// One of which only the place is known, as of version 1.
    pub fn named(path: String) -> Self {
        Self { path, ..Self::default() }
    }
}

/// All manifests in the list.
pub fn manifests(bytes: &[u8]) -> Result<Vec<Manifest>> {
    let read = |record: Result<_>| {
        let record = record?;
        let path = field(&record, "manifest_path").and_then(text);
        let path = path.ok_or_else(|| protocol("the list of manifests has an entry without a `manifest_path`"))?;
        let number = |name| field(&record, name).and_then(whole);
        Ok(Manifest {
            path: path.to_owned(),
            bytes: field(&record, "manifest_length").and_then(count),
            spec: number("partition_spec_id"),
            sequence: number("sequence_number").unwrap_or(0),
            of_deletes: number("content") == Some(1),
        })
    };
    File::open(bytes)?.records().map(read).collect()
}
