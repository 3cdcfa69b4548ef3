//! What a table's metadata says of its rows: how many there are, who changed how many when, and what its manifests add. Never
//! opens a data file.

use std::collections::BTreeMap;

use metahost_plugin_sdk::snapshots;
use metahost_plugin_sdk::statistics::{ColumnStat, Operation, TableStat};

use crate::manifest::{Told, leaves};
use crate::metadata::{Snapshot, Table};
use crate::table::{current_schema, current_snapshot};

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
        rows: rows(current),
        bytes: number(current, "total-files-size"),
        snapshot: Some(current.id.to_string()),
        taken_at: Some(current.timestamp_ms),
        created_at: first.map(|snapshot| snapshot.timestamp_ms),
        columns: distinct(table, current),
        operations: operations.collect(),
    })
}

/// The same with what manifests tell of columns and rows.
pub fn with_manifests(stats: TableStat, told: &mut Told) -> TableStat {
    let mut columns = core::mem::take(&mut told.columns);
    for known in stats.columns {
        match columns.iter_mut().find(|column| column.column == known.column) {
            Some(column) => column.distinct = known.distinct,
            None => columns.push(known),
        }
    }
    // Some engines write no totals into the summary.
    TableStat { rows: told.rows, bytes: stats.bytes.or(Some(told.bytes)), columns, ..stats }
}

/// Rows without those that files of deletes name by their positions. How many those take that name values is in no metadata.
fn rows(snapshot: &Snapshot) -> Option<u64> {
    let deleted = |key| number(snapshot, key).unwrap_or(0);
    let rows = number(snapshot, "total-records").filter(|_| deleted("total-equality-deletes") == 0)?;
    Some(rows.saturating_sub(deleted("total-position-deletes")))
}

/// How many different values columns have, as statistics files of the snapshot say, else of the nearest one before it that has some.
fn distinct(table: &Table, current: &Snapshot) -> Vec<ColumnStat> {
    let Ok(schema) = current_schema(table) else { return Vec::new() };
    let counts = line(table, current).find_map(|snapshot| counts(table, snapshot.id)).unwrap_or_default();
    let known = leaves(schema).into_iter().filter_map(|leaf| {
        let distinct = Some(*counts.get(&leaf.id)?);
        let column = leaf.column.column;
        let (values, nulls, nans, bytes) = (None, None, None, None);
        Some(ColumnStat { column, values, nulls, nans, distinct, lower: None, upper: None, bytes, exact: false })
    });
    known.collect()
}

/// A snapshot and those it came from, as far as they are kept.
fn line<'t>(table: &'t Table, newest: &'t Snapshot) -> impl Iterator<Item = &'t Snapshot> {
    let before = |snapshot: &&'t Snapshot| table.snapshots.iter().find(|older| Some(older.id) == snapshot.parent);
    // A parent that is its own child would never end.
    core::iter::successors(Some(newest), before).take(table.snapshots.len())
}

/// By the ids of columns; none where nobody computed statistics of this snapshot.
fn counts(table: &Table, snapshot: i64) -> Option<BTreeMap<i64, f64>> {
    let file = table.statistics.iter().find(|file| file.snapshot_id == snapshot)?;
    let of_columns = file.blobs.iter().filter(|blob| blob.fields.len() == 1);
    let known = of_columns.filter_map(|blob| Some((*blob.fields.first()?, blob.properties.get("ndv")?.parse().ok()?)));
    Some(known.collect())
}

fn operation(snapshot: &Snapshot) -> Option<Operation> {
    snapshots::operation(snapshot.summary.get("operation")?, snapshot.timestamp_ms, |key| number(snapshot, key))
}

fn number(snapshot: &Snapshot, key: &str) -> Option<u64> {
    snapshot.summary.get(key)?.parse().ok()
}
