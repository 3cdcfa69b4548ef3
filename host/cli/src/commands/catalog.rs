//! `metahost catalog`: what the local catalog holds.

use anyhow::Result;
use metahost_catalog::{Graph, LocalCatalog, Shown};
use metahost_model::{Column, Entity, EntityKind, Fqn};

use crate::args::CatalogCommand;
use crate::context::Context;
use crate::exit::{Exit, Misconfigured};
use crate::output;

/// Lists, shows an entity, or shows its lineage.
pub fn catalog(context: &Context, command: CatalogCommand) -> Result<Exit> {
    let catalog = LocalCatalog::open_read_only(&context.catalog_file())?;
    match command {
        CatalogCommand::List { kind, below, limit, json } => {
            let kind = kind
                .map(|kind| kind.parse())
                .transpose()
                .map_err(|error: metahost_model::Error| Misconfigured(error.to_string()))?;
            list(&catalog, kind, below.as_deref(), limit, json)?;
        }
        CatalogCommand::Show { fqn, json } => {
            let fqn = Fqn::parse(&fqn);
            let shown = catalog.show(&fqn)?.ok_or_else(|| unknown(&catalog, &fqn))?;
            if json { output::json(&shown)? } else { show(&shown)? }
        }
        CatalogCommand::Lineage { fqn, up, down, json } => {
            let fqn = Fqn::parse(&fqn);
            let graph = catalog.lineage(&fqn, up, down)?.ok_or_else(|| unknown(&catalog, &fqn))?;
            if json { output::json(&graph)? } else { lineage(&graph)? }
        }
    }
    Ok(Exit::Success)
}

fn unknown(catalog: &LocalCatalog, fqn: &Fqn) -> Misconfigured {
    let near = catalog.near(fqn, 3).unwrap_or_default();
    let names: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    let hint = if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(" or ")) };
    Misconfigured(format!("the local catalog has no `{fqn}`{hint}"))
}

fn list(catalog: &LocalCatalog, kind: Option<EntityKind>, below: Option<&str>, limit: usize, json: bool) -> Result<()> {
    let below = below.map(Fqn::parse);
    let mut found = catalog.list(kind, below.as_ref())?;
    let listed = found.by_ref().take(limit).collect::<Result<Vec<_>, _>>()?;
    if json {
        return output::json(&listed);
    }
    for entity in &listed {
        output::line(format!("{:<16} {}", entity.kind, entity.fqn))?;
    }
    if found.next().is_some() {
        output::line(format!("... more than {limit}; `--limit` shows more"))?;
    }
    output::line("")?;
    for (kind, count) in catalog.counts()? {
        output::line(format!("{count:>8} {kind}"))?;
    }
    Ok(())
}

fn show(shown: &Shown) -> Result<()> {
    let common = shown.entity.common();
    output::line(format!("{} {}", shown.entity.kind(), shown.fqn))?;
    pairs(&[
        ("description", common.description.clone()),
        ("owners", joined(&common.owners)),
        ("tags", joined(&common.tags)),
        ("glossary terms", joined(&shown.glossary_terms)),
        ("domain", shown.domain.clone()),
    ])?;
    for (key, value) in &common.extension {
        output::line(format!("  {key}: {value}"))?;
    }
    if let Entity::Table(table) = &shown.entity {
        pairs(&[
            ("type", Some(format!("{:?}", table.kind))),
            ("location", table.location.clone()),
            ("format", table.file_format.clone()),
            (
                "partitioned by",
                joined(
                    &table
                        .partitioned_by
                        .iter()
                        .map(|part| {
                            part.interval.as_ref().map_or_else(
                                || part.column.clone(),
                                |interval| format!("{}({})", interval, part.column),
                            )
                        })
                        .collect::<Vec<_>>(),
                ),
            ),
        ])?;
        columns(&table.columns)?;
        if let Some(definition) = &table.definition {
            output::line(format!("\ndefinition\n{definition}"))?;
        }
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

fn lineage(graph: &Graph) -> Result<()> {
    output::line(format!("{} {}", graph.root.kind, graph.root.fqn))?;
    for flow in &graph.flows {
        let sources: Vec<String> = flow.edges.iter().map(|edge| format!("{:?}", edge.source)).collect();
        output::line(format!("  {} -> {}  ({})", flow.from.fqn, flow.to.fqn, sources.join(", ")))?;
    }
    if graph.flows.is_empty() {
        output::line("  no lineage is known")?;
    }
    Ok(())
}
