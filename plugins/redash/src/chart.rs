//! Visualizations as charts, and the SQL behind them as queries of its service. Never decides which are wanted.

use metahost_plugin_sdk::entities::{Chart, Common};
use metahost_plugin_sdk::lineage::{self, Endpoint};
use metahost_plugin_sdk::{common, names, paragraphs, time};

use crate::alerts::Alerts;
use crate::answer::{Query, Row, User, Visualization};
use crate::config::Config;
use crate::sources::Source;
use crate::{kinds, parameters, schedule};

/// The name of a visualization's chart: its number is its own, its query's tells where to look.
pub fn name(query: &Query, shown: &Visualization) -> String {
    format!("{}_{}", query.id, shown.id)
}

/// A chart as one end of what flows.
pub fn end(name: &str) -> Endpoint {
    Endpoint { service: None, entity_type: "chart".to_owned(), path: vec![name.to_owned()] }
}

/// The addresses of whoever owns something.
pub fn owners(user: Option<&User>) -> Vec<String> {
    user.and_then(|user| user.email.clone()).filter(|email| !email.is_empty()).into_iter().collect()
}

/// Tags of people, and those of states that are not the usual.
pub fn tags(own: &[String], states: &[(bool, &str)]) -> Vec<String> {
    let own = own.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let own = own.map(|name| names::tag("RedashTags", name));
    let states = states.iter().filter(|(is, _)| *is).map(|(_, name)| names::tag("RedashStatus", name));
    own.chain(states).collect()
}

/// As OpenMetadata keeps it.
pub fn entity(
    config: &Config,
    query: &Query,
    shown: &Visualization,
    source: Option<&Source>,
    alerts: &Alerts,
) -> Chart {
    let is_watched = !alerts.of(query.id).is_empty();
    let states = [(query.is_draft, "Draft"), (query.is_archived, "Archived"), (is_watched, "Alert")];
    let texts = [query.description.clone(), shown.description.clone(), Some(facts(query, source, alerts))];
    let common = Common {
        display_name: Some(title(query, shown)).filter(|title| !title.trim().is_empty()),
        description: paragraphs(texts),
        owners: owners(query.user.as_ref()),
        tags: tags(&query.tags, &states),
        source_url: Some(config.page(&format!("queries/{}#{}", query.id, shown.id))),
        ..common(vec![name(query, shown)])
    };
    Chart { common, kind: kinds::chart(&shown.kind, &shown.options).to_owned() }
}

fn title(query: &Query, shown: &Visualization) -> String {
    match shown.name.as_str() {
        "" => query.name.clone(),
        own if own.contains(&query.name) => own.to_owned(),
        own => format!("{}: {own}", query.name),
    }
}

/// What is told of a query in words, as there is no field for it. Not its last run: that would be a change each time.
fn facts(query: &Query, source: Option<&Source>, alerts: &Alerts) -> String {
    let source = match query.data_source_id {
        None => Some("Its data source is deleted.".to_owned()),
        Some(_) => source.map(|source| format!("Data source: {}.", source.name)),
    };
    let all = source.into_iter().chain(schedule::words(&query.schedule)).chain(alerts.of(query.id).iter().cloned());
    all.collect::<Vec<_>>().join(" ")
}

/// The SQL for the host to read, unless it is none that runs in a database.
pub fn record(query: &Query, row: Option<&Row>, source: &Source) -> Option<lineage::Query> {
    let sql = Some(parameters::fill(&query.sql, &query.options)).filter(|sql| !sql.trim().is_empty())?;
    let duration_ms = row.and_then(|row| row.runtime).map(millis);
    // Redash tells when the result came.
    let ended_at = row.and_then(|row| time::millis(row.retrieved_at.as_deref()?));
    let place = source.place.clone();
    Some(lineage::Query {
        sql,
        dialect: source.dialect.clone()?,
        service: Some(place.service.unwrap_or_else(|| "*".to_owned())),
        database: place.database,
        schema: place.schema,
        user: query.user.as_ref().and_then(|user| user.email.clone().or_else(|| user.name.clone())),
        started_at: ended_at.map(|at| at.saturating_sub(duration_ms.unwrap_or_default())),
        duration_ms,
        rows: None,
        failed: false,
        target: None,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no query runs for less than nothing")]
fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}
