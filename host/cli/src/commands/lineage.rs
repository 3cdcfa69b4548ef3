//! `metahost lineage`: what a text of SQL reads and writes, column by column. Reaches no server and no catalog.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use metahost_lineage::cases::{Case, Found};
use metahost_lineage::openlineage::{Occasion, RunEvent};
use metahost_lineage::{Analysis, Dialect, Limits, dot, explain, explain_text};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::args::{Cli, LineageArgs, LineageFormat};
use crate::exit::{Exit, Misconfigured};
use crate::output;

/// Prints the lineage of a file, or of the standard input.
pub fn lineage(arguments: &LineageArgs) -> Result<Exit> {
    if let Some(contradiction) = arguments.contradiction() {
        Cli::command().error(ErrorKind::ArgumentConflict, contradiction).exit();
    }
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
    let analysis = case.analyse(Limits::default());
    let found = Found::new(&case.id, &analysis);
    let printed = match arguments.format() {
        LineageFormat::Text if arguments.explain => print_explained(&found, &analysis),
        LineageFormat::Text => print(&found),
        LineageFormat::Json if arguments.explain => json_explained(&found, &analysis),
        LineageFormat::Json => output::json(&found),
        LineageFormat::Graphviz => output::line(dot(&analysis).trim_end()),
        LineageFormat::Openlineage => event(arguments, &case, &analysis),
    };
    printed.map(|()| Exit::Success)
}

fn print_explained(found: &Found, analysis: &Analysis) -> Result<()> {
    print_tables(found)?;
    let text = explain_text(analysis);
    text.lines().try_for_each(output::line)?;
    print_verdict(found)
}

fn json_explained(found: &Found, analysis: &Analysis) -> Result<()> {
    let mut value = serde_json::to_value(found)?;
    value["explanations"] = serde_json::to_value(explain(analysis))?;
    output::json(&value)
}

/// The text as a run that ends now, of a job that is called as the file is.
fn event(arguments: &LineageArgs, case: &Case, analysis: &Analysis) -> Result<()> {
    let event_time =
        OffsetDateTime::now_utc().format(&Rfc3339).context("the clock tells no time that can be written")?;
    let occasion = Occasion {
        run_id: &Uuid::new_v4().to_string(),
        event_time: &event_time,
        namespace: arguments.namespace_uri.as_deref().unwrap_or("default"),
        job: if is_standard_input(&arguments.file) { "standard input" } else { &case.id },
        sql: &case.sql,
        dialect: &arguments.dialect,
    };
    output::json(&RunEvent::new(analysis, &occasion))
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
    print_tables(found)?;
    for column in &found.column_lineage {
        let target = column.target_table.as_deref().map_or_else(String::new, |table| format!("{table}."));
        let sources: Vec<String> = column.src.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        let sources = if sources.is_empty() { "a constant".to_owned() } else { sources.join(", ") };
        output::line(format!("  {target}{} <- {sources}", column.target_col))?;
    }
    print_verdict(found)
}

fn print_tables(found: &Found) -> Result<()> {
    let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    output::line(format!("{} -> {}", list(&found.inputs), list(&found.outputs)))
}

fn print_verdict(found: &Found) -> Result<()> {
    output::line(format!("understood: {}", found.verdict))?;
    found.reasons.iter().try_for_each(|reason| output::line(format!("  {reason}")))
}
