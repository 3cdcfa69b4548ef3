//! What is printed on standard output. The one place that does; a reader that went away ends the program quietly.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result};
use comfy_table::{ContentArrangement, Table, presets};
use metahost_catalog::write_whole_file;

use crate::exit::Misconfigured;

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

/// Whether `file` will find a place to write to: told before long work, not after it.
pub fn check_file(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wrong = if path == Path::new("-") {
        return Ok(());
    } else if path.is_dir() {
        "it is a folder".to_owned()
    } else if !folder.is_dir() {
        format!("there is no folder {}", folder.display())
    } else {
        return Ok(());
    };
    Err(Misconfigured(format!("{} can't be written: {wrong}", path.display())).into())
}

/// A table without lines, as wide as the terminal; names are whole where nobody's terminal is in the way.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    let fits = if io::stdout().is_terminal() { ContentArrangement::Dynamic } else { ContentArrangement::Disabled };
    table.load_style(presets::NOTHING).set_content_arrangement(fits).set_header(header);
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
