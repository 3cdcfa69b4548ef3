//! The columns of a file from its header or footer, and of several files together. Never reads more than it needs.

mod avro;
mod json;
mod parquet;
mod text;

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::{Result, protocol};

use crate::detect::format;
use crate::manifest::Entry;
use crate::store::{Piece, Store};

/// Bytes read at the beginning of a file.
const HEAD: u64 = 64 * 1024;

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
    let told = entry.and_then(|entry| entry.structure_format.as_deref());
    let format = told.or_else(|| format(key).map(|(format, _)| format)).unwrap_or_default();
    let head = || -> Result<Vec<u8>> { store.piece(bucket, key, Piece::First(HEAD))?.ok_or_else(gone) };
    let separator = |usual: u8| entry.and_then(|entry| entry.separator.as_ref()?.bytes().next()).unwrap_or(usual);
    match format {
        "parquet" => parquet::columns(&|bytes| store.piece(bucket, key, Piece::Last(bytes))?.ok_or_else(gone)),
        "avro" => avro::columns(&head()?),
        "csv" => text::columns(&head()?, separator(b',')),
        "tsv" => text::columns(&head()?, separator(b'\t')),
        "json" | "jsonl" => json::columns(&head()?, HEAD),
        other => Err(protocol(format!("columns of {other} files are not read"))),
    }
}

fn gone() -> metahost_plugin_sdk::Error {
    protocol("the file is gone")
}

/// The columns of several files: each once, in the order of the first file that has it.
pub fn union(files: Vec<(String, Vec<Column>)>) -> Read {
    let count = files.len();
    let mut columns: Vec<Column> = Vec::new();
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut notes = Vec::new();
    for (key, found) in files {
        for tree in trees(&found) {
            let Some(top) = tree.first() else { continue };
            let kind = top.display.clone().unwrap_or_else(|| top.data_type.clone());
            let Some((known, files)) = seen.get_mut(&top.name) else {
                seen.insert(top.name.clone(), (kind, 1));
                append(&mut columns, tree);
                continue;
            };
            *files += 1;
            if *known != kind {
                notes.push(format!("`{}` is {known} and, in {key}, {kind}", top.name));
            }
        }
    }
    let partial =
        seen.iter().filter(|(_, (_, files))| *files < count).map(|(name, _)| format!("`{name}` is not in every file"));
    notes.extend(partial);
    let note = (!notes.is_empty()).then(|| format!("Files differ: {}.", notes.join("; ")));
    Read { columns, note }
}

/// Top columns with what is nested in them: flat lists have parents before their children.
fn trees(columns: &[Column]) -> Vec<&[Column]> {
    let starts: Vec<usize> =
        columns.iter().enumerate().filter(|(_, it)| it.parent.is_none()).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([columns.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| columns.get(*start..end)).collect()
}

fn append(columns: &mut Vec<Column>, tree: &[Column]) {
    let shift = columns.len();
    let from = tree.first().and_then(|_| tree.iter().filter_map(|column| column.parent).min()).unwrap_or_default();
    columns.extend(tree.iter().map(|column| Column {
        parent: column.parent.and_then(|at| u32::try_from((at - from) as usize + shift).ok()),
        ..column.clone()
    }));
}
