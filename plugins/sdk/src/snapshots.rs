//! What the summary of an Iceberg snapshot says of rows, whoever tells it: a metadata file, or an engine's table of snapshots.

use crate::statistics::Operation;

/// What a snapshot did to rows; `count` is a number of its summary. One that only rewrites files, as a compaction does,
/// changes none.
pub fn operation(named: &str, at: u64, count: impl Fn(&str) -> Option<u64>) -> Option<Operation> {
    let (kind, rows) = match named {
        // One that adds no row leaves its number out.
        "append" => ("INSERT", count("added-records").or(Some(0))),
        "delete" => ("DELETE", count("deleted-records").or_else(|| count("added-position-deletes"))),
        "overwrite" => ("WRITE", count("added-records")),
        _ => return None,
    };
    Some(Operation { kind: kind.to_owned(), at, rows })
}
