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
    let last = |bytes| store.piece(bucket, key, Piece::Last(bytes))?.ok_or_else(gone);
    let separator = |usual: u8| entry.and_then(Entry::separator).unwrap_or(usual);
    match format(key, entry) {
        "parquet" => parquet::columns(&last),
        "orc" => orc::columns(&last),
        "avro" => avro::columns(&head(store, bucket, key)?),
        "csv" => text::columns(&head(store, bucket, key)?, separator(b',')),
        "tsv" => text::columns(&head(store, bucket, key)?, separator(b'\t')),
        "json" | "jsonl" => json::columns(&head(store, bucket, key)?, HEAD),
        other => Err(protocol(format!("columns of {other} files are not read"))),
    }
}

/// The piece of a file that is read first.
pub fn first_piece(key: &str, entry: Option<&Entry>) -> Piece {
    match format(key, entry) {
        "parquet" => Piece::Last(parquet::USUAL),
        "orc" => Piece::Last(orc::USUAL),
        _ => head_piece(key),
    }
}

fn head_piece(key: &str) -> Piece {
    Piece::First(if detect::packing(key).is_some() { PACKED_HEAD } else { HEAD })
}

fn format<'e>(key: &str, entry: Option<&'e Entry>) -> &'e str {
    let named = detect::format(key).map(|(format, _)| format);
    entry.and_then(Entry::format).or(named).unwrap_or_default()
}

/// The beginning of a file, unpacked.
fn head(store: &dyn Store, bucket: &str, key: &str) -> Result<Vec<u8>> {
    let head = store.piece(bucket, key, head_piece(key))?.ok_or_else(gone)?;
    match detect::packing(key) {
        Some(packing) => unpack::head(packing, &head, HEAD),
        None => Ok(head),
    }
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
