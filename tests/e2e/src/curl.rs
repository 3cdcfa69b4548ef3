//! JSON over HTTP by the machine's own curl: tests bring no client of their own.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Runs curl with these arguments and reads its answer; an answer that is not a success fails with its text.
pub(crate) fn curl(arguments: &[&str]) -> Result<Value> {
    let output = Command::new("curl").args(["-sS", "--fail-with-body"]).args(arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let address = arguments.last().copied().unwrap_or_default();
    ensure!(output.status.success(), "{address} answers {text} {}", String::from_utf8_lossy(&output.stderr));
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("{address} answers no JSON: {text}"))
}
