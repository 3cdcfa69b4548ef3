//! What the sandbox costs: the same tables built natively, in a guest, and in a guest that emits them.

use anyhow::{Context, Result};
use serde_json::Value;

use super::figures::Figures;
use crate::shell::{command, output, root};

const TABLES: &str = "20000";
const COLUMNS: &str = "30";

/// Lets tests/bench/examples/crossing.rs measure.
pub fn measure(runs: usize, figures: &mut Figures) -> Result<()> {
    // Built with everything else: alone it would want wasmtime with other features, and so a second time.
    let mut command = command(root().join("target/release/examples/crossing"), &[]);
    command.arg(root().join("target/dist/bench")).args([TABLES, COLUMNS, &runs.to_string()]);
    let lines = output(&mut command).context("target/release/examples/crossing fails; run it to see why")?;
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        let micros = |name: &str| line.get(name).and_then(Value::as_f64).map(|nanos| nanos / 1e3);
        let read = || Some((micros("native")?, micros("build")?, micros("emit")?));
        let (native, build, emit) = read().with_context(|| format!("`crossing` printed {line}"))?;
        figures.add("building a table of 30 columns, natively", "µs of processor", native);
        figures.add("building it in the sandbox", "µs of processor", build);
        figures.add("building it in the sandbox and emitting it to the host", "µs of processor", emit);
        figures.add("emitting alone (the last less the one before)", "µs of processor", emit - build);
    }
    Ok(())
}
