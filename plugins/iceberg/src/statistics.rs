//! What a table's metadata says of its rows: how many there are, and who changed how many when. Never opens a manifest or a
//! data file.

use metahost_plugin_sdk::snapshots;
use metahost_plugin_sdk::statistics::{Operation, TableStat};

use crate::metadata::{Snapshot, Table};
use crate::table::current_snapshot;

/// The newest changes that are told.
const CHANGES: usize = 1_000;

/// None for a table that nobody wrote to yet.
pub fn of(table: &Table) -> Option<TableStat> {
    let current = current_snapshot(table)?;
    let first = table.snapshots.iter().find(|snapshot| snapshot.parent.is_none());
    let mut changes: Vec<&Snapshot> = table.snapshots.iter().collect();
    changes.sort_by_key(|snapshot| snapshot.timestamp_ms);
    let operations = changes.iter().skip(changes.len().saturating_sub(CHANGES)).filter_map(|change| operation(change));
    Some(TableStat {
        rows: number(current, "total-records"),
        bytes: number(current, "total-files-size"),
        snapshot: Some(current.id.to_string()),
        taken_at: Some(current.timestamp_ms),
        created_at: first.map(|snapshot| snapshot.timestamp_ms),
        columns: Vec::new(),
        operations: operations.collect(),
    })
}

fn operation(snapshot: &Snapshot) -> Option<Operation> {
    snapshots::operation(snapshot.summary.get("operation")?, snapshot.timestamp_ms, |key| number(snapshot, key))
}

fn number(snapshot: &Snapshot, key: &str) -> Option<u64> {
    snapshot.summary.get(key)?.parse().ok()
}
