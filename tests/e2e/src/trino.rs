//! The Trino of the repository's stack, asked directly: what a test compares the connector's reading with.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::curl::curl;

/// Its address.
pub const URL: &str = "http://127.0.0.1:18080";

/// Runs a statement to its end and gives its rows.
pub fn rows(sql: &str) -> Result<Vec<Vec<Value>>> {
    rows_as("e2e", sql)
}

/// Runs a statement as this user.
pub fn rows_as(user: &str, sql: &str) -> Result<Vec<Vec<Value>>> {
    let statement = format!("{URL}/v1/statement");
    let user = format!("X-Trino-User: {user}");
    let mut page = curl(&["-X", "POST", "-H", &user, "--data-binary", sql, &statement])
        .context("is Trino up? `cargo xtask stack up` starts it")?;
    let mut rows = Vec::new();
    loop {
        ensure!(page["error"].is_null(), "{sql}: {}", page["error"]["message"]);
        let data = page["data"].as_array().into_iter().flatten();
        rows.extend(data.filter_map(Value::as_array).cloned());
        let Some(next) = page["nextUri"].as_str() else { return Ok(rows) };
        page = curl(&["-H", &user, next])?;
    }
}

/// The single number that a statement gives.
pub fn number(sql: &str) -> Result<u64> {
    let rows = rows(sql)?;
    rows.first().and_then(|row| row.first()).and_then(Value::as_u64).with_context(|| format!("{sql}: no number"))
}
