//! An entity of the local catalog as a person reads it. Never reads the catalog itself.

use anyhow::Result;
use metahost_catalog::Shown;
use metahost_model::{Column, Entity, PartitionColumn, Pipeline, Run, Table};

use crate::output;

/// How many of a pipeline's newest runs are printed.
const RUNS: usize = 5;

/// Prints everything that hangs on an entity.
pub fn print(shown: &Shown) -> Result<()> {
    head(shown)?;
    match &shown.entity {
        Entity::Table(entity) => table(entity)?,
        Entity::Pipeline(entity) => pipeline(entity, &shown.runs)?,
        _ => {}
    }
    if let Some(model) = &shown.data_model {
        output::line(format!("\nbuilt by {} {}", model.resource_type, model.file.as_deref().unwrap_or_default()))?;
        if let Some(run) = &model.last_run {
            output::line(format!("  last run: {}", run.status_text))?;
        }
    }
    for test in &shown.tests {
        let outcome = test.latest.as_ref().map_or("no result".to_owned(), |result| format!("{:?}", result.outcome));
        output::line(format!("test {:<10} {}", outcome, test.test.name))?;
    }
    Ok(())
}

fn head(shown: &Shown) -> Result<()> {
    let common = shown.entity.common();
    output::line(format!("{} {}", shown.entity.kind(), shown.fqn))?;
    pairs(&[
        ("description", common.description.clone()),
        ("owners", joined(&common.owners)),
        ("tags", joined(&common.tags)),
        ("glossary terms", joined(&shown.glossary_terms)),
        ("domain", shown.domain.clone()),
    ])?;
    common.extension.iter().try_for_each(|(key, value)| output::line(format!("  {key}: {value}")))
}

fn table(table: &Table) -> Result<()> {
    let partitions: Vec<String> = table.partitioned_by.iter().map(partition).collect();
    pairs(&[
        ("type", Some(format!("{:?}", table.kind))),
        ("location", table.location.clone()),
        ("format", table.file_format.clone()),
        ("partitioned by", joined(&partitions)),
    ])?;
    columns(&table.columns)?;
    table.definition.as_ref().map_or(Ok(()), |definition| output::line(format!("\ndefinition\n{definition}")))
}

fn partition(part: &PartitionColumn) -> String {
    let interval = part.interval.as_ref();
    interval.map_or_else(|| part.column.clone(), |interval| format!("{interval}({})", part.column))
}

fn pipeline(pipeline: &Pipeline, runs: &[Run]) -> Result<()> {
    pairs(&[("schedule", pipeline.schedule.clone())])?;
    output::line("")?;
    let mut tasks = output::table(&["TASK", "TYPE", "AFTER", "DESCRIPTION"]);
    for task in &pipeline.tasks {
        let first_line = task.description.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
        tasks.add_row([&task.name, task.kind.as_deref().unwrap_or_default(), &task.after.join(", "), first_line]);
    }
    output::print(&tasks)?;
    for run in runs.iter().take(RUNS) {
        let seconds =
            run.started_at.zip(run.ended_at).map(|(from, to)| format!(" in {} s", to.saturating_sub(from) / 1_000));
        output::line(format!("run {:<10} {}{}", format!("{:?}", run.status), run.id, seconds.unwrap_or_default()))?;
    }
    Ok(())
}

fn joined(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join(", "))
}

fn pairs(pairs: &[(&str, Option<String>)]) -> Result<()> {
    for (key, value) in pairs {
        if let Some(value) = value {
            output::line(format!("  {key}: {value}"))?;
        }
    }
    Ok(())
}

fn columns(columns: &[Column]) -> Result<()> {
    output::line("")?;
    let mut table = output::table(&["COLUMN", "TYPE", "CONSTRAINT", "TAGS", "DESCRIPTION"]);
    add_columns(&mut table, columns, 0);
    output::print(&table)
}

fn add_columns(table: &mut comfy_table::Table, columns: &[Column], depth: usize) {
    for column in columns {
        let name = format!("{}{}", "  ".repeat(depth), column.name);
        let constraint = column.constraint.map(|constraint| format!("{constraint:?}")).unwrap_or_default();
        let display = column.data_type_display.as_deref().unwrap_or(&column.data_type);
        let description = column.description.as_deref().unwrap_or_default();
        table.add_row([&name, display, &constraint, &column.tags.join(", "), description]);
        add_columns(table, &column.children, depth + 1);
    }
}
