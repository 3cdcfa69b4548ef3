//! `metahost explain`: why a name, a field or an edge is as it is. Reads the state and the catalog, and changes neither.

use std::sync::Arc;

use anyhow::Result;
use metahost_catalog::{Catalog, EdgeWord, LocalCatalog};
use metahost_config::{Secrets, Sink, process_environment};
use metahost_gateway::CassetteMode;
use metahost_model::{Executions, Fqn};
use metahost_pipeline::{
    EdgeExplanation, EdgeName, Evidence, Explainer, Explanation, How, Reason, Unexplained, WaitingEdge,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::args::ExplainArgs;
use crate::context::Context;
use crate::exit::{Exit, Misconfigured};
use crate::{output, sinks, sources};

/// Explains one name, or what flows from one to another.
pub async fn explain(context: &Context, arguments: &ExplainArgs) -> Result<Exit> {
    let explainer = explainer(context, arguments.env.as_deref()).await?;
    let from = Fqn::parse(&arguments.name);
    match &arguments.to {
        None => {
            let explanation = explainer.explain(&from).await.map_err(told)?;
            if arguments.json { output::json(&explanation)? } else { print_name(&explanation)? }
        }
        Some(to) => {
            let explanation = explainer.explain_edge(&from, &Fqn::parse(to)).await.map_err(told)?;
            if arguments.json { output::json(&explanation)? } else { print_edge(&explanation)? }
        }
    }
    Ok(Exit::Success)
}

async fn explainer(context: &Context, environment: Option<&str>) -> Result<Explainer> {
    let chosen = context.config.environment(environment)?;
    let catalog: Arc<dyn Catalog> = match chosen.sink {
        Sink::Local => Arc::new(LocalCatalog::open_read_only(&context.catalog_file())?),
        Sink::OpenMetadata => {
            let gateway = context.gateway(CassetteMode::Off)?;
            let secrets = Secrets::new(&context.config, gateway.clone(), process_environment);
            Arc::new(sinks::connect(chosen, &gateway, &secrets).await?)
        }
        Sink::Jsonl => {
            let message = format!(
                "environment `{}` writes lines of JSON, which hold nothing to ask; name one with `--env`",
                chosen.name
            );
            return Err(Misconfigured(message).into());
        }
    };
    let rules = Arc::new(sources::identity(context));
    Explainer::new(catalog, context.store()?, rules).map_err(told)
}

/// A name that nobody knows is for the command line to mend; everything else keeps its own exit code.
fn told(error: Unexplained) -> anyhow::Error {
    match error {
        Unexplained::Unknown { .. } => Misconfigured(error.to_string()).into(),
        Unexplained::Catalog(error) => error.into(),
        Unexplained::State(error) => error.into(),
    }
}

fn print_name(name: &Explanation) -> Result<()> {
    let held = if name.in_catalog { "" } else { " (not in the catalog)" };
    output::line(format!("{} {}{held}", name.kind, name.fqn))?;
    let known = [("id", &name.uuid), ("files", &name.location), ("connector", &name.connector)];
    for (word, value) in known {
        value.as_ref().map_or(Ok(()), |value| output::line(format!("  {word}: {value}")))?;
    }
    for word in &name.fields {
        output::line(format!("  source `{}` adds {}", word.source, word.fields.join(", ")))?;
    }
    print_names(name)?;
    for look_alike in &name.look_alikes {
        output::line(format!("  not the same as {}: {}", look_alike.fqn, look_alike.why))?;
    }
    print_edges(&name.edges, &name.waiting)
}

fn print_names(name: &Explanation) -> Result<()> {
    if name.names.is_empty() {
        return Ok(());
    }
    output::line("names of this table")?;
    for twin in &name.names {
        output::line(format!(
            "  {} {}, told by source `{}` since {}",
            twin.kind,
            twin.fqn,
            twin.source,
            moment(twin.since)
        ))?;
        for (other, evidence) in &twin.because {
            output::line(format!("    one with {other}: {}", because(evidence)))?;
        }
    }
    output::line(format!("  edges go to {}", name.edges_go_to))?;
    name.waits_for.as_ref().map_or(Ok(()), |service| {
        output::line(format!("  linked after a run of `{service}`, which may have the same table"))
    })
}

fn print_edge(edge: &EdgeExplanation) -> Result<()> {
    output::line(format!("{} -> {}", edge.from, edge.to))?;
    if edge.one_table {
        output::line("  both are names of one table")?;
    }
    let (from, to) = &edge.drawn_between;
    if (from, to) != (&edge.from, &edge.to) {
        output::line(format!("  edges of these go to {from} -> {to}, which are the same tables"))?;
    }
    match edge.in_catalog.as_slice() {
        [] => output::line("  the catalog has no such edge")?,
        words => words.iter().try_for_each(print_word)?,
    }
    for (source, executions) in &edge.used {
        output::line(format!("  {}", used(source, executions)))?;
    }
    edge.absent.as_ref().map_or(Ok(()), |why| output::line(format!("  {why}")))?;
    print_edges(&edge.reasons, &edge.waiting)
}

/// Lines of SQL that are printed; JSON has all of it.
const SQL_LINES: usize = 12;

fn print_word(word: &EdgeWord) -> Result<()> {
    output::line(format!("  the catalog has it as {}", word.learnt))?;
    let Some(sql) = &word.sql else { return Ok(()) };
    let lines: Vec<&str> = sql.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().take(SQL_LINES).try_for_each(|line| output::line(format!("    | {line}")))?;
    let more = lines.len().saturating_sub(SQL_LINES);
    if more > 0 { output::line(format!("    | ... {more} more lines; `--json` has them")) } else { Ok(()) }
}

fn used(source: &str, executions: &Executions) -> String {
    let users: Vec<&str> = executions.users.iter().map(String::as_str).collect();
    let by = if users.is_empty() { String::new() } else { format!(", by {}", users.join(", ")) };
    let last = executions.last_at.map(|at| format!(", last at {}", moment(at))).unwrap_or_default();
    format!("used {} times in the query log of source `{source}`{by}{last}", executions.count)
}

fn print_edges(edges: &[(EdgeName, Reason)], waiting: &[WaitingEdge]) -> Result<()> {
    if !edges.is_empty() || !waiting.is_empty() {
        output::line("edges")?;
    }
    for (name, reason) in edges {
        output::line(format!("  {} {} -> {} {}", name.from.0, name.from.1, name.to.0, name.to.1))?;
        output::line(format!("    {}", why(name, reason)))?;
    }
    waiting.iter().try_for_each(|edge| {
        let WaitingEdge { from, to, source, awaited } = edge;
        output::line(format!("  {from} -> {to}\n    told by source `{source}`, waits for a run of `{awaited}`"))
    })
}

fn why(name: &EdgeName, reason: &Reason) -> String {
    let how = match reason.how {
        How::Told => "told",
        How::Sql => "read from SQL",
        How::Twins => "both are one table, found",
    };
    let told_as = reason.told_as.as_ref().map(|(from, to)| format!(", told as {from} -> {to}")).unwrap_or_default();
    let absent = reason.absent.as_ref().map(|why| format!("; not drawn: {why}")).unwrap_or_default();
    let (learnt, source, asset, at) = (&name.learnt, &name.source, &reason.asset, moment(reason.at));
    format!("{learnt}, {how} by source `{source}` ({asset}, {at}){told_as}{absent}")
}

fn because(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Rule(rule) => format!("a rule of the configuration, {rule}"),
        Evidence::Uuid(uuid) => format!("both have the id {uuid}"),
        Evidence::Location(place) => format!("the files of both are in {place}"),
        Evidence::Database(tables) => format!("their databases are one, as {tables} tables in them show"),
        Evidence::SourceRule(source) => format!("a rule of source `{source}` says which table reads the folder"),
    }
}

fn moment(at: u64) -> String {
    let at = i64::try_from(at / 1_000).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| "an unknown time".to_owned())
}
