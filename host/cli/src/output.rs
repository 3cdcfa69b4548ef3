//! What is printed on standard output. The one place that does; a reader that went away ends the program quietly.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use comfy_table::{ContentArrangement, Table, presets};
use metahost_catalog::write_whole_file;

/// Prints text and a line end.
pub fn line(text: impl AsRef<str>) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.as_ref())?;
    Ok(())
}

/// Prints JSON for programs.
pub fn json(value: &impl serde::Serialize) -> Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// Writes text to a file as a whole or not at all; `-` is standard output.
pub fn file(path: &Path, text: &str) -> Result<()> {
    if path == Path::new("-") {
        return line(text);
    }
    write_whole_file(path, |file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} can't be written", path.display()))
}

/// A table without lines, as wide as the terminal.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table
}

/// Prints a table without blanks at the ends of its lines.
pub fn print(table: &Table) -> Result<()> {
    table.lines().try_for_each(|row| line(row.trim_end()))
}

/// Whether an error only says that nobody reads on.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
