//! The columns of a file from its header or footer, and of several files together. Never reads more than it needs.

mod archive;
mod avro;
mod json;
pub mod lake;
mod orc;
pub mod parquet;
mod text;
mod tree;
mod unpack;

use std::cell::RefCell;

use archive::Archive;
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
    let format = format(key, entry);
    if detect::packing(key) == Some(detect::ZIP) {
        let failed = RefCell::default();
        let archive = Archive::open(store, bucket, key, format, &failed)?;
        return if has_footer(format) {
            by_footer(format, &archive.stored()?)
        } else {
            by_head(format, &archive.head(HEAD)?, entry)
        };
    }
    if has_footer(format) {
        return by_footer(format, &|bytes| store.piece(bucket, key, Piece::Last(bytes))?.ok_or_else(gone));
    }
    by_head(format, &head(store, bucket, key)?, entry)
}

fn has_footer(format: &str) -> bool {
    matches!(format, "parquet" | "orc")
}

/// The columns from so many bytes at the end.
fn by_footer(format: &str, last: &dyn Fn(u64) -> Result<Vec<u8>>) -> Result<Vec<Column>> {
    if format == "orc" { orc::columns(last) } else { parquet::columns(last) }
}

/// The columns from the beginning.
fn by_head(format: &str, head: &[u8], entry: Option<&Entry>) -> Result<Vec<Column>> {
    let separator = |usual: u8| entry.and_then(Entry::separator).unwrap_or(usual);
    match format {
        "avro" => avro::columns(head),
        "csv" => text::columns(head, separator(b',')),
        "tsv" => text::columns(head, separator(b'\t')),
        "json" | "jsonl" => json::columns(head, HEAD),
        other => Err(protocol(format!("columns of {other} files are not read"))),
    }
}

/// The piece of a file that is read first; of an archive its size tells.
pub fn first_piece(key: &str, entry: Option<&Entry>) -> Option<Piece> {
    match format(key, entry) {
        _ if detect::packing(key) == Some(detect::ZIP) => None,
        "parquet" => Some(Piece::Last(parquet::USUAL)),
        "orc" => Some(Piece::Last(orc::USUAL)),
        _ => Some(head_piece(key)),
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
