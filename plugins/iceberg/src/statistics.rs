//! What a table's metadata says of its rows: how many there are, who changed how many when, and what its manifests add. Never
//! opens a data file.

use metahost_plugin_sdk::snapshots;
use metahost_plugin_sdk::statistics::{Operation, TableStat};

use crate::manifest::{self, Told};
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

/// The same with what manifests tell of columns.
pub fn with_manifests(stats: TableStat, table: &Table, told: &mut Told) -> TableStat {
    let snapshot = current_snapshot(table).map_or(0, |snapshot| snapshot.id);
    let distinct = manifest::distinct(table, snapshot);
    let id_of = |names: &[String]| told.files.columns.iter().find(|column| column.column == names)?.id;
    let mut columns = core::mem::take(&mut told.columns);
    for column in &mut columns {
        column.distinct = id_of(&column.column).and_then(|id| distinct.get(&i64::from(id)).copied());
    }
    // The summary is the writer's own; where it says nothing, files without deletes do.
    let rows = stats.rows.or((!told.has_deletes).then_some(told.rows));
    TableStat { rows, columns, ..stats }
}

fn operation(snapshot: &Snapshot) -> Option<Operation> {
    snapshots::operation(snapshot.summary.get("operation")?, snapshot.timestamp_ms, |key| number(snapshot, key))
}

fn number(snapshot: &Snapshot, key: &str) -> Option<u64> {
    snapshot.summary.get(key)?.parse().ok()
}
