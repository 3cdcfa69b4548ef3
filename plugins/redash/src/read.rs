//! One run: queries with their charts first, then the dashboards that show them.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::lineage::{Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{Error, Result, protocol};
use serde_json::Value;

use crate::answer::{Alert, Dashboard, DataSource, Query, Row};
use crate::config::Config;
use crate::list::{ARCHIVE, DASHBOARDS, Found, QUERIES};
use crate::queries::{Around, chart_name};
use crate::{dashboards, list, sql};

/// Items asked for at once.
const AT_ONCE: usize = 16;

/// Emits all that the key's user may see.
pub fn everything(server: &dyn Api, config: &Config, out: &mut dyn Output) -> Result<()> {
    let mut queries = list::read(server, QUERIES, config.page_size, out)?;
    if config.archived {
        let archived = list::read(server, ARCHIVE, config.page_size, out)?;
        queries.whole &= archived.whole;
        queries.rows.extend(archived.rows);
    }
    let boards = list::read(server, DASHBOARDS, config.page_size, out)?;
    if queries.rows.is_empty() && boards.rows.is_empty() {
        return Err(protocol(
            "the user of `credentials.redash` sees no query and no dashboard; is it in a group that may?",
        ));
    }
    let around = Around { config, sources: sources(server)?, alerts: alerts(server, out)? };
    let mut charts = emit_queries(server, &around, queries, out)?;
    emit_dashboards(server, &around, boards, &mut charts, out)?;
    if charts.whole { out.complete(&[], "chart", Some(charts.names.len() as u64)) } else { Ok(()) }
}

/// The charts that were emitted.
struct Charts {
    names: BTreeSet<String>,
    whole: bool,
}

fn sources(server: &dyn Api) -> Result<BTreeMap<u64, DataSource>> {
    let all: Vec<DataSource> = parse("the data sources", server.get("/api/data_sources")?)?;
    Ok(all.into_iter().map(|source| (source.id, source)).collect())
}

/// Alerts only add a line to a description: what the user may not list is told and done without.
fn alerts(server: &dyn Api, out: &mut dyn Output) -> Result<BTreeMap<u64, Vec<Alert>>> {
    let read = server.get("/api/alerts").and_then(|answer| parse::<Vec<Alert>>("the alerts", answer));
    let all = or_skip(out, &["alerts"], own_fault(read))?.unwrap_or_default();
    let mut by_query: BTreeMap<u64, Vec<Alert>> = BTreeMap::new();
    for alert in all {
        if let Some(query) = &alert.query {
            by_query.entry(query.id).or_default().push(alert);
        }
    }
    Ok(by_query)
}

/// Items by themselves, sixteen at a time; what can't be read is told. Answers whether all could.
fn each<T: serde::de::DeserializeOwned>(
    server: &dyn Api,
    kind: &str,
    rows: &[Row],
    out: &mut dyn Output,
    mut take: impl FnMut(&Row, T, &mut dyn Output) -> Result<()>,
) -> Result<bool> {
    let mut whole = true;
    for (done, some) in rows.chunks(AT_ONCE).enumerate() {
        let paths: Vec<String> = some.iter().map(|row| format!("/api/{kind}/{}", row.id)).collect();
        for (row, answer) in some.iter().zip(server.get_all(&paths)) {
            let read = own_fault(answer.and_then(|answer: Value| parse::<T>(kind, answer)));
            let name = row.name.as_deref().unwrap_or_default();
            match or_skip(out, &[kind, &row.id.to_string(), name], read)? {
                Some(item) => take(row, item, out)?,
                None => whole = false,
            }
        }
        out.progress(kind, (done * AT_ONCE + some.len()) as u64, Some(rows.len() as u64));
    }
    Ok(whole)
}

/// A single item that Redash answers 500 for is a fault of the item; a server that is gone is gone for all.
fn own_fault<T>(read: Result<T>) -> Result<T> {
    match read {
        Err(Error::Unavailable(retryable)) if retryable.failure.message.contains("HTTP 500") => {
            Err(Error::Protocol(retryable.failure))
        }
        other => other,
    }
}

/// Emits the queries with their charts.
fn emit_queries(server: &dyn Api, around: &Around<'_>, mut found: Found, out: &mut dyn Output) -> Result<Charts> {
    found.rows.retain(|row| around.config.drafts || !row.is_draft);
    let (mut charts, mut reads) = (BTreeMap::new(), Vec::new());
    let whole = each(server, QUERIES, &found.rows, out, |row, query: Query, out| {
        for chart in around.charts(&query) {
            out.entity(Entity::Chart(chart))?;
        }
        let names = query.visualizations.iter().map(|shown| chart_name(query.id, shown.id)).collect::<Vec<_>>();
        charts.insert(query.id, names);
        reads.extend(sql::references(&query.sql).into_iter().map(|other| (other, query.id)));
        around.record(row, &query).map_or(Ok(()), |record| out.query(record))
    })?;
    edges(&charts, reads).into_iter().try_for_each(|edge| out.edge(edge))?;
    Ok(Charts { names: charts.into_values().flatten().collect(), whole: whole && found.whole })
}

/// From the first chart of a query to every chart of a query that reads its results.
fn edges(charts: &BTreeMap<u64, Vec<String>>, reads: Vec<(u64, u64)>) -> Vec<Edge> {
    let end = |name: &String| Endpoint { service: None, entity_type: "chart".to_owned(), path: vec![name.clone()] };
    let mut edges = Vec::new();
    for (from, to) in reads.into_iter().collect::<BTreeSet<_>>() {
        let Some(from) = charts.get(&from).and_then(|names| names.first()) else { continue };
        let ends = charts.get(&to).into_iter().flatten().map(|to| (end(from), end(to)));
        edges.extend(ends.filter(|(from, to)| from.path != to.path).map(|(upstream, downstream)| Edge {
            upstream,
            downstream,
            columns: Vec::new(),
            source: EdgeSource::Dashboard,
            sql: None,
            pipeline: None,
        }));
    }
    edges
}

fn emit_dashboards(
    server: &dyn Api,
    around: &Around<'_>,
    mut found: Found,
    charts: &mut Charts,
    out: &mut dyn Output,
) -> Result<()> {
    let config = around.config;
    found.rows.retain(|row| config.drafts || !row.is_draft);
    let whole = each(server, DASHBOARDS, &found.rows, out, |_, board: Dashboard, out| {
        for widget in board.widgets.iter().flatten().filter(|widget| widget.restricted) {
            out.skipped(
                &["dashboards", &board.id.to_string(), &widget.id.to_string()],
                "the user may not see this widget's query",
            );
        }
        emit_unlisted(around, &board, &mut charts.names, out)?;
        out.entity(Entity::Dashboard(dashboards::entity(config, &board, &charts.names)))
    })?;
    charts.whole &= whole;
    if whole && found.whole { out.complete(&[], "dashboard", Some(found.rows.len() as u64)) } else { Ok(()) }
}

/// Redash lists nobody else's drafts, but a dashboard that shows one tells it whole.
fn emit_unlisted(
    around: &Around<'_>,
    board: &Dashboard,
    names: &mut BTreeSet<String>,
    out: &mut dyn Output,
) -> Result<()> {
    for shown in board.widgets.iter().flatten().filter_map(|widget| widget.visualization.as_ref()) {
        let Some(query) = shown.query.as_ref().filter(|query| around.config.drafts || !query.is_draft) else {
            continue;
        };
        if names.insert(chart_name(query.id, shown.look.id)) {
            out.entity(Entity::Chart(around.chart(query, &shown.look)))?;
        }
    }
    Ok(())
}
