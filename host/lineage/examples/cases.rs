//! Reads cases from the standard input, one line of JSON each, and writes what was found, in the same order.

use std::io::{self, BufRead, Write};
use std::time::Instant;

use metahost_lineage::Limits;
use metahost_lineage::cases::Case;

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let case = Case::from_json(&line)?;
        let begun = Instant::now();
        let found = case.solve(Limits::default());
        let micros = begun.elapsed().as_secs_f64() * 1e6;
        let mut value = serde_json::to_value(&found)?;
        value["micros"] = serde_json::json!(micros.round());
        value["cpu_ms"] = serde_json::json!(micros / 1e3);
        writeln!(out, "{value}")?;
    }
    out.flush()
}
