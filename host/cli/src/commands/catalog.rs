//! `metahost catalog`: what the local catalog holds.

use anyhow::Result;
use metahost_catalog::{Graph, LocalCatalog, Node};
use metahost_model::{EntityKind, Fqn};

use crate::args::CatalogCommand;
use crate::commands::shown;
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
            if json { output::json(&shown)? } else { shown::print(&shown)? }
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

fn lineage(graph: &Graph) -> Result<()> {
    output::line(format!("{} {}", graph.root.kind, graph.root.fqn))?;
    for flow in &graph.flows {
        let sources: Vec<String> = flow.edges.iter().map(|edge| format!("{:?}", edge.source)).collect();
        output::line(format!("  {} -> {}  ({})", end(&flow.from), end(&flow.to), sources.join(", ")))?;
    }
    if graph.flows.is_empty() {
        output::line("  no lineage is known")?;
    }
    Ok(())
}

/// A chart and a dashboard may have one name, so all but tables say what they are.
fn end(node: &Node) -> String {
    if node.kind == EntityKind::Table { node.fqn.to_string() } else { format!("{} {}", node.kind, node.fqn) }
}
