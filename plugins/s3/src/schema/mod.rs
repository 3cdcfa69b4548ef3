//! The columns of a file from its header or footer, and of several files together. Never reads more than it needs.

mod avro;
mod json;
pub mod lake;
mod orc;
pub mod parquet;
mod text;
mod tree;
mod unpack;

use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::{Error, Result, protocol};

use crate::detect;
use crate::manifest::Entry;
use crate::store::{Piece, Store};

/// Bytes of text looked at.
const HEAD: u64 = 64 * 1024;
/// Bytes read of text that is compressed: bzip2's blocks are long.
const PACKED_HEAD: u64 = 256 * 1024;
/// Differences that are told.
const TOLD: usize = 20;

/// What was read of a table's files.
#[derive(Default)]
pub struct Read {
    /// Their columns, joined.
    pub columns: Vec<Column>,
    /// In what they differ.
    pub note: Option<String>,
}

/// The columns of one file.
pub fn of(store: &dyn Store, bucket: &str, key: &str, entry: Option<&Entry>) -> Result<Vec<Column>> {
    let named = detect::format(key).map(|(format, _)| format);
    let format = entry.and_then(Entry::format).or(named).unwrap_or_default();
    let last = |bytes| store.piece(bucket, key, Piece::Last(bytes))?.ok_or_else(gone);
    let separator = |usual: u8| entry.and_then(Entry::separator).unwrap_or(usual);
    match format {
        "parquet" => parquet::columns(&last),
        "orc" => orc::columns(&last),
        "avro" => avro::columns(&head(store, bucket, key)?),
        "csv" => text::columns(&head(store, bucket, key)?, separator(b',')),
        "tsv" => text::columns(&head(store, bucket, key)?, separator(b'\t')),
        "json" | "jsonl" => json::columns(&head(store, bucket, key)?, HEAD),
        other => Err(protocol(format!("columns of {other} files are not read"))),
    }
}

/// The beginning of a file, unpacked.
fn head(store: &dyn Store, bucket: &str, key: &str) -> Result<Vec<u8>> {
    let packing = detect::packing(key);
    let bytes = if packing.is_some() { PACKED_HEAD } else { HEAD };
    let head = store.piece(bucket, key, Piece::First(bytes))?.ok_or_else(gone)?;
    packing.map_or(Ok(head.clone()), |packing| unpack::head(packing, &head, HEAD))
}

/// The whole of a small file, unpacked if its name says so.
pub fn whole(store: &dyn Store, bucket: &str, key: &str, most: u64) -> Result<Vec<u8>> {
    let body = store.piece(bucket, key, Piece::First(most))?.ok_or_else(gone)?;
    if detect::packing(key) == Some("gz") || key.contains(".gz.metadata.") {
        unpack::head("gz", &body, most)
    } else {
        Ok(body)
    }
}

fn gone() -> Error {
    protocol("the file is gone")
}

/// The columns of several files, and in what they differ.
pub fn union(files: Vec<(String, Vec<Column>)>) -> Read {
    let (mut known, mut notes) = (Vec::new(), Vec::new());
    for (key, columns) in files {
        tree::merge(&mut known, tree::grow(&columns), &key, "", &mut notes);
    }
    let more = notes.len().saturating_sub(TOLD);
    notes.truncate(TOLD);
    notes.extend((more > 0).then(|| format!("{more} more")));
    let note = (!notes.is_empty()).then(|| format!("Files differ: {}.", notes.join("; ")));
    Read { columns: tree::flat(known), note }
}
