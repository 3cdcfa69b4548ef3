//! `metahost lineage`: what a text of SQL reads and writes, column by column. Reaches no server and no catalog.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use metahost_lineage::cases::{Case, Found};
use metahost_lineage::{Dialect, Limits};

use crate::args::LineageArgs;
use crate::exit::{Exit, Misconfigured};
use crate::output;

/// Prints the lineage of a file, or of the standard input.
pub fn lineage(arguments: &LineageArgs) -> Result<Exit> {
    if arguments.jsonl {
        return cases(&arguments.file);
    }
    if Dialect::from_name(&arguments.dialect).is_none() {
        let message = format!("there is no dialect `{}`; try trino, postgres, mysql, snowflake", arguments.dialect);
        return Err(Misconfigured(message).into());
    }
    let case = Case {
        id: arguments.file.display().to_string(),
        dialect: Some(arguments.dialect.clone()),
        sql: text(&arguments.file)?,
        default_db: arguments.database.clone(),
        default_schema: arguments.namespace.clone(),
        schema: arguments.schema.as_deref().map(schema).transpose()?,
    };
    let found = case.solve(Limits::default());
    let printed = if arguments.json { output::json(&found) } else { print(&found) };
    printed.map(|()| Exit::Success)
}

/// Lines of cases in, lines of results out, in the same order.
fn cases(file: &Path) -> Result<Exit> {
    let lines: Box<dyn BufRead> = if is_standard_input(file) {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::io::BufReader::new(std::fs::File::open(file).with_context(|| unreadable(file))?))
    };
    for (number, line) in lines.lines().enumerate() {
        let place = || format!("{} line {}: a case is one JSON object with `id` and `sql`", file.display(), number + 1);
        let case = Case::from_json(&line.with_context(|| unreadable(file))?).with_context(place)?;
        let begun = Instant::now();
        let found = case.solve(Limits::default());
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut value = serde_json::to_value(&found)?;
        value["micros"] = micros.into();
        output::line(value.to_string())?;
    }
    Ok(Exit::Success)
}

fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}

fn text(file: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    if is_standard_input(file) {
        std::io::stdin().lock().read_to_end(&mut bytes).with_context(|| unreadable(file))?;
    } else {
        bytes = std::fs::read(file).with_context(|| unreadable(file))?;
    }
    // What is no text is read as far as it is: the verdict tells the rest.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn schema(file: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let bytes = std::fs::read(file).with_context(|| unreadable(file))?;
    serde_json::from_slice(&bytes)
        .with_context(|| format!("{}: wanted is {{\"schema.table\": [\"column\", …]}}", file.display()))
}

fn unreadable(file: &Path) -> String {
    format!("{} can't be read", file.display())
}

fn print(found: &Found) -> Result<()> {
    let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    output::line(format!("{} -> {}", list(&found.inputs), list(&found.outputs)))?;
    for column in &found.column_lineage {
        let target = column.target_table.as_deref().map_or_else(String::new, |table| format!("{table}."));
        let sources: Vec<String> = column.src.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        let sources = if sources.is_empty() { "a constant".to_owned() } else { sources.join(", ") };
        output::line(format!("  {target}{} <- {sources}", column.target_col))?;
    }
    output::line(format!("understood: {}", found.verdict))?;
    found.reasons.iter().try_for_each(|reason| output::line(format!("  {reason}")))
}
