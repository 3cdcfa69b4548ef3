//! Queries: each visualization is a chart, and the SQL is a query of the service it runs in.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::{Chart, Common};
use metahost_plugin_sdk::lineage::Query as Record;
use metahost_plugin_sdk::{common, names, paragraphs, time};

use crate::answer::{Alert, DataSource, Query, Row, User, Visualization};
use crate::config::Config;
use crate::{kinds, schedule, sql};

/// What all queries share.
pub struct Around<'a> {
    /// The connector's configuration.
    pub config: &'a Config,
    /// Data sources by id.
    pub sources: BTreeMap<u64, DataSource>,
    /// Alerts by the query they watch.
    pub alerts: BTreeMap<u64, Vec<Alert>>,
}

/// The name of a visualization's chart.
pub fn chart_name(query: u64, visualization: u64) -> String {
    format!("{query}_{visualization}")
}

/// The addresses of whoever owns something.
pub fn owners(user: Option<&User>) -> Vec<String> {
    user.and_then(|user| user.email.clone()).into_iter().collect()
}

/// Tags of people, and how it stands.
pub fn tags(given: &[String], is_draft: bool, is_archived: bool) -> Vec<String> {
    let own = given.iter().map(|tag| names::tag("RedashTags", tag));
    let draft = is_draft.then(|| names::tag("RedashStatus", "Draft"));
    let archived = is_archived.then(|| names::tag("RedashStatus", "Archived"));
    own.chain(draft).chain(archived).collect()
}

impl Around<'_> {
    /// The charts of a query.
    pub fn charts(&self, query: &Query) -> Vec<Chart> {
        query.visualizations.iter().map(|shown| self.chart(query, shown)).collect()
    }

    /// One chart of a query.
    pub fn chart(&self, query: &Query, shown: &Visualization) -> Chart {
        let title =
            [query.name.as_deref(), shown.name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" - ");
        let common = Common {
            display_name: Some(title).filter(|title| !title.is_empty()),
            description: paragraphs([shown.description.clone(), query.description.clone(), self.facts(query)]),
            owners: owners(query.user.as_ref()),
            tags: tags(&query.tags, query.is_draft, query.is_archived),
            source_url: Some(self.config.page(&format!("/queries/{}#{}", query.id, shown.id))),
            ..common(vec![chart_name(query.id, shown.id)])
        };
        let kind = kinds::chart(shown.kind.as_deref().unwrap_or_default(), &shown.options);
        Chart { common, kind: kind.to_owned() }
    }

    /// Where it runs, when, and what watches it.
    fn facts(&self, query: &Query) -> Option<String> {
        let source = query.data_source_id.and_then(|id| self.sources.get(&id));
        let source = source.map(|source| format!("Data source: {}.", source.name));
        let refreshed = query.schedule.as_ref().and_then(schedule::text).map(|every| format!("Refreshed {every}."));
        let alerts = self.alerts.get(&query.id).into_iter().flatten().map(|alert| {
            let state = alert.state.as_deref().unwrap_or("unknown");
            format!("Alert: {} ({state}).", alert.name.as_deref().unwrap_or_default())
        });
        let facts: Vec<String> = source.into_iter().chain(refreshed).chain(alerts).collect();
        (!facts.is_empty()).then(|| facts.join(" "))
    }

    /// The SQL as a query of its service; none where it is not SQL.
    pub fn record(&self, row: &Row, query: &Query) -> Option<Record> {
        let source = self.sources.get(&query.data_source_id?)?;
        let mapped = self.config.data_sources.get(&source.name).cloned().unwrap_or_default();
        let known = kinds::dialect(source.kind.as_deref().unwrap_or_default()).map(str::to_owned);
        // Results of other queries lie in Redash itself: charts are joined instead.
        let is_own = source.kind.as_deref() == Some("results");
        Some(Record {
            sql: Some(sql::filled(&query.sql, &query.options.parameters))
                .filter(|sql| !sql.trim().is_empty() && !is_own)?,
            dialect: mapped.dialect.or(known)?,
            service: Some(mapped.service.unwrap_or_else(|| "*".to_owned())),
            database: mapped.database,
            schema: mapped.schema,
            user: query.user.as_ref().and_then(|user| user.email.clone().or_else(|| user.name.clone())),
            started_at: row.retrieved_at.as_deref().and_then(time::millis),
            duration_ms: row.runtime.map(millis),
            rows: None,
            failed: false,
            target: None,
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "no query runs for a negative time, or for ages"
)]
fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0) as u64
}
