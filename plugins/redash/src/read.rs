//! One whole read: queries with their charts, then dashboards, then what is between queries. Never takes what could not
//! be read for what is gone.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::lineage;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;
use metahost_plugin_sdk::{Result, protocol};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::alerts::Alerts;
use crate::answer::{Dashboard, Query, Row, Visualization, Widget};
use crate::client::Client;
use crate::config::Config;
use crate::dashboard::Addresses;
use crate::lineage::Lineage;
use crate::list::{ARCHIVE, DASHBOARDS, QUERIES, walk};
use crate::sources::{Source, Sources};
use crate::{chart, dashboard, parameters, references};

/// Items asked for at once.
const AT_ONCE: usize = 16;

/// How far a read came.
struct Reading<'r> {
    client: &'r Client<'r>,
    config: &'r Config,
    out: &'r mut dyn Output,
    addresses: Addresses,
    sources: Sources,
    alerts: Alerts,
    lineage: Lineage,
    /// Names of the charts that were given.
    charts: BTreeSet<String>,
    /// Numbers of data sources that queries name and nobody shows.
    hidden: BTreeSet<u64>,
    dashboards: u64,
    all_charts: bool,
    all_dashboards: bool,
}

/// Emits all that the key's user may see.
pub fn everything(client: &Client, config: &Config, out: &mut dyn Output) -> Result<()> {
    let session = client.session()?;
    let (sources, alerts) = (Sources::read(client, config, out)?, Alerts::read(client, out)?);
    let reading = Reading {
        client,
        config,
        out,
        addresses: Addresses::of(session.client_config.version.as_deref()),
        sources,
        alerts,
        lineage: Lineage::default(),
        charts: BTreeSet::new(),
        hidden: BTreeSet::new(),
        dashboards: 0,
        all_charts: true,
        all_dashboards: true,
    };
    reading.whole()
}

impl Reading<'_> {
    fn whole(mut self) -> Result<()> {
        let mut listed = self.each(QUERIES, Self::query)?;
        if self.config.archived {
            listed += self.each(ARCHIVE, Self::query)?;
        }
        listed += self.each(DASHBOARDS, Self::dashboard)?;
        if listed == 0 {
            return Err(protocol(
                "the user of `credentials.redash` sees no query and no dashboard; is it in a group that may?",
            ));
        }
        self.lineage.emit(self.out)?;
        if self.all_charts {
            self.out.complete(&[], "chart", Some(self.charts.len() as u64))?;
        }
        if self.all_dashboards {
            self.out.complete(&[], "dashboard", Some(self.dashboards))?;
        }
        Ok(())
    }

    /// Reads a list, and each item by itself, as lists tell neither visualizations nor widgets. Answers how many there are.
    fn each<T: DeserializeOwned>(
        &mut self,
        list: &str,
        take: fn(&mut Self, &Row, &mut T) -> Result<()>,
    ) -> Result<u64> {
        let walked = walk(self.client, list, self.config.page_size, |page, walked| {
            let mut rows: Vec<Row> = Vec::new();
            for row in page {
                let label = label(&row["name"], &row["id"]);
                rows.extend(self.or_lost(list, &label, parse("its row", row))?);
            }
            rows.retain(|row| self.config.wants(row.is_draft, row.is_archived));
            rows.chunks(AT_ONCE).try_for_each(|some| self.some(list, some, take))?;
            self.out.progress(list, walked.seen, Some(walked.listed));
            Ok(())
        })?;
        if !walked.is_whole(list, self.out) {
            self.lost(list);
        }
        Ok(walked.listed)
    }

    fn some<T: DeserializeOwned>(
        &mut self,
        list: &str,
        rows: &[Row],
        take: fn(&mut Self, &Row, &mut T) -> Result<()>,
    ) -> Result<()> {
        let path = |row: &Row| match list {
            DASHBOARDS => self.addresses.request(row),
            _ => format!("/api/queries/{}", row.id),
        };
        let paths: Vec<String> = rows.iter().map(path).collect();
        for (row, found) in rows.iter().zip(self.client.objects(&paths)) {
            let label = label(&row.name.as_str().into(), &row.id.into());
            if let Some(mut found) = self.or_lost(list, &label, found.and_then(|found| parse("it", found)))? {
                take(self, row, &mut found)?;
            }
        }
        Ok(())
    }

    fn or_lost<T>(&mut self, list: &str, label: &str, read: Result<T>) -> Result<Option<T>> {
        let found = or_skip(self.out, &[list, label], read)?;
        if found.is_none() {
            self.lost(list);
        }
        Ok(found)
    }

    /// A dashboard that is not read may show charts that no list tells.
    fn lost(&mut self, list: &str) {
        self.all_charts = false;
        self.all_dashboards &= list != DASHBOARDS;
    }

    fn query(&mut self, row: &Row, query: &mut Query) -> Result<()> {
        self.give(query, Some(row), &query.visualizations)
    }

    fn dashboard(&mut self, _: &Row, board: &mut Dashboard) -> Result<()> {
        board.widgets.sort_by_key(Widget::place);
        let charts = self.shown(board)?;
        self.dashboards += 1;
        let entity = dashboard::entity(self.config, self.addresses, board, charts);
        self.out.entity(Entity::Dashboard(entity))
    }

    /// The charts on a dashboard, each once. Redash lists nobody else's drafts; those that are shown here are given here.
    fn shown(&mut self, board: &Dashboard) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for widget in &board.widgets {
            let found = widget.visualization.as_ref().and_then(|shown| Some((shown, shown.query.as_deref()?)));
            match found {
                Some((shown, query)) if self.config.wants(query.is_draft, query.is_archived) => {
                    self.give(query, None, core::slice::from_ref(shown))?;
                    let name = chart::name(query, shown);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                None if widget.restricted || widget.visualization.is_some() => {
                    self.all_charts = false;
                    let label = label(&board.name.as_str().into(), &board.id.into());
                    self.out.skipped(&[DASHBOARDS, &label], "it shows a chart that Redash does not show to this user");
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// Gives these charts of a query, each once, and for each the SQL that feeds it.
    fn give(&mut self, query: &Query, row: Option<&Row>, shown: &[Visualization]) -> Result<()> {
        let source = query.data_source_id.and_then(|id| self.sources.get(id));
        let mut names = Vec::new();
        for one in shown {
            let name = chart::name(query, one);
            if self.charts.insert(name.clone()) {
                let entity = chart::entity(self.config, query, one, source, &self.alerts);
                self.out.entity(Entity::Chart(entity))?;
                names.push(name);
            }
        }
        if let Some(record) = source.and_then(|source| chart::record(query, row, source)) {
            feed(self.out, &record, &names, shown.is_empty())?;
        }
        let reads_queries = source.is_some_and(|source: &Source| source.reads_queries);
        let sql = || parameters::fill(&query.sql, &query.options);
        let reads = if reads_queries { references::queries(&sql()) } else { BTreeSet::new() };
        self.lineage.note(query.id, &query.name, names, reads);
        self.say_hidden(query);
        Ok(())
    }

    /// A data source that is not shown leaves its queries without a dialect; that is said once.
    fn say_hidden(&mut self, query: &Query) {
        let hidden = query.data_source_id.filter(|id| self.sources.hide(*id));
        if let Some(id) = hidden.filter(|id| self.hidden.insert(*id)) {
            let reason = "Redash does not show it to this user, so its queries are charts only";
            self.out.skipped(&["data sources", &id.to_string()], reason);
        }
    }
}

/// One query record a chart: the host knows a query by its text, its service and what it feeds. A query that nothing
/// shows is one of its own.
fn feed(out: &mut dyn Output, record: &lineage::Query, charts: &[String], is_shown_nowhere: bool) -> Result<()> {
    if is_shown_nowhere {
        return out.query(record.clone());
    }
    charts.iter().try_for_each(|name| out.query(lineage::Query { target: Some(chart::end(name)), ..record.clone() }))
}

/// What names an item in the report: its name, and its number as names come twice.
fn label(name: &Value, id: &Value) -> String {
    let name = name.as_str().unwrap_or("without a name");
    id.as_u64().map_or_else(|| name.to_owned(), |id| format!("{name} ({id})"))
}
