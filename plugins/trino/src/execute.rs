//! SQL that the host's profiler writes. Never returns more rows than asked for, never outlives its budget.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::sql::{Rows, Statement};
use serde_json::value::RawValue;

use crate::client::Client;

/// Runs one statement.
pub fn execute(client: &Client, statement: &Statement) -> Result<Rows> {
    let mut cursor = client.execute::<Vec<Box<RawValue>>>(&statement.sql).budget(statement.budget_ms);
    let mut cells = Vec::new();
    while cells.len() < statement.max_rows as usize {
        let Some(row) = cursor.next_row()? else { break };
        cells.push(row.iter().map(|value| text(value)).collect());
    }
    Ok(Rows {
        columns: cursor.columns.iter().map(|column| (column.name.clone(), column.kind.clone())).collect(),
        cells,
        scanned_bytes: Some(cursor.stats.physical_input_bytes),
        elapsed_ms: Some(cursor.stats.elapsed_time_millis),
    })
}

/// Strings as they are, all else as the server printed it: no digit passes through a float.
fn text(value: &RawValue) -> Option<String> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'n') => None,
        Some(b'"') => serde_json::from_str(raw).ok(),
        _ => Some(raw.to_owned()),
    }
}
