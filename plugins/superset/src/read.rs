//! One run: lists first, then each dataset, then everything in the order in which the catalog can take it.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::lineage::Edge;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::types::Retryable;
use metahost_plugin_sdk::{Error, Result, protocol};

use crate::answer::{BoardDetail, Changed, Chart, Dashboard, Dataset, DatasetRow};
use crate::config::Config;
use crate::databases::Databases;
use crate::list::{CHARTS, DASHBOARDS, DATASETS, Found};
use crate::people::People;
use crate::rules::Rules;
use crate::virtual_sql::Filler;
use crate::{charts, dashboards, datasets};

/// Items asked for at once.
const AT_ONCE: usize = 16;

/// How far a read came.
struct Reading<'r> {
    server: &'r dyn Api,
    config: &'r Config,
    out: &'r mut dyn Output,
    people: People,
    rules: Rules,
    databases: Databases,
    filler: Filler<'r>,
    /// Numbers of the datasets that were given.
    visible: BTreeSet<u64>,
    /// From tables to datasets.
    edges: Vec<Edge>,
    /// Datasets that are made of others: of which, and which.
    made_of: Vec<(u64, u64)>,
}

/// Emits all that the user may see.
pub fn everything(server: &dyn Api, config: &Config, out: &mut dyn Output) -> Result<()> {
    let boards: Found<Dashboard> = DASHBOARDS.read(server, config.page_size, out)?;
    let charts: Found<Chart> = CHARTS.read(server, config.page_size, out)?;
    let rows: Found<DatasetRow> = DATASETS.read(server, config.page_size, out)?;
    if boards.rows.is_empty() && charts.rows.is_empty() && rows.rows.is_empty() {
        return Err(protocol(
            "the user of `credentials.superset` sees no dashboard, chart or dataset; has it a role that may?",
        ));
    }
    let mut people = People::default();
    boards.rows.iter().for_each(|board| people.learn(&board.owners));
    charts.rows.iter().for_each(|chart| people.learn(&chart.owners));
    people.find(server, rows.rows.iter().flat_map(|row| &row.owners), out)?;
    let rules = Rules::read(server, config.page_size, out)?;
    let mut reading = Reading {
        server,
        config,
        out,
        people,
        rules,
        databases: Databases::default(),
        filler: Filler::new(server),
        visible: BTreeSet::new(),
        edges: Vec::new(),
        made_of: Vec::new(),
    };
    reading.datasets(rows)?;
    reading.charts(&charts)?;
    reading.dashboards(&boards, &charts.rows)
}

impl Reading<'_> {
    fn datasets(&mut self, mut rows: Found<DatasetRow>) -> Result<()> {
        for (done, some) in rows.rows.chunks(AT_ONCE).enumerate() {
            let paths: Vec<String> = some.iter().map(|row| format!("/api/v1/dataset/{}", row.id)).collect();
            for (row, answer) in some.iter().zip(self.server.get_all(&paths)) {
                let read = answer.and_then(|mut answer| parse::<Dataset>("the dataset", answer["result"].take()));
                let name = row.table_name.as_deref().unwrap_or_default();
                let read = or_own(self.server, read);
                match or_skip(self.out, &["dataset", &row.id.to_string(), name], read)? {
                    Some(dataset) => self.dataset(&dataset, &row.changed)?,
                    None => rows.whole = false,
                }
            }
            self.out.progress("datasets", (done * AT_ONCE + some.len()) as u64, None);
        }
        if rows.whole {
            self.out.complete(&[], "dashboardDataModel", Some(self.visible.len() as u64))?;
        }
        let visible = &self.visible;
        let made_of = self.made_of.iter().filter(|(from, _)| visible.contains(from));
        let made_of =
            made_of.map(|(from, to)| datasets::within(("dashboardDataModel", *from), ("dashboardDataModel", *to)));
        self.edges.drain(..).chain(made_of).try_for_each(|edge| self.out.edge(edge))
    }

    /// A dataset, and what its rows come from: a table, or what its SQL says.
    fn dataset(&mut self, dataset: &Dataset, of_list: &Changed) -> Result<()> {
        self.visible.insert(dataset.id);
        self.out.entity(Entity::DashboardDataModel(datasets::entity(
            self.config,
            &self.people,
            &self.rules,
            dataset,
            of_list,
        )))?;
        let names = (dataset.catalog.as_deref(), dataset.schema.as_deref());
        let place = self.databases.place(self.server, self.config, &dataset.database, names, self.out)?;
        if let Some((query, reads)) = self.filler.query(dataset, &place, self.out)? {
            self.made_of.extend(reads.into_iter().map(|other| (other, dataset.id)));
            self.out.query(query)?;
        }
        let table = place.table(&dataset.table_name).filter(|_| !dataset.is_virtual());
        self.edges.extend(table.map(|table| datasets::from_table(table, dataset)));
        Ok(())
    }

    fn charts(&mut self, charts: &Found<Chart>) -> Result<()> {
        let mut hidden = BTreeSet::new();
        for chart in &charts.rows {
            self.out.entity(Entity::Chart(charts::entity(self.config, &self.people, chart)))?;
            match chart.dataset() {
                Some(id) if self.visible.contains(&id) => {
                    self.out.edge(datasets::within(("dashboardDataModel", id), ("chart", chart.id)))?;
                }
                Some(id) => _ = hidden.insert(id),
                None => {}
            }
        }
        for id in hidden {
            self.out.skipped(&["dataset", &id.to_string()], "a chart draws from it, but the user may not see it");
        }
        if charts.whole { self.out.complete(&[], "chart", Some(charts.rows.len() as u64)) } else { Ok(()) }
    }

    fn dashboards(&mut self, boards: &Found<Dashboard>, charts: &[Chart]) -> Result<()> {
        let mut on: BTreeMap<u64, Vec<&Chart>> = BTreeMap::new();
        for chart in charts {
            for board in &chart.dashboards {
                on.entry(board.id).or_default().push(chart);
            }
        }
        let wanted = |board: &&Dashboard| self.config.drafts || board.published != Some(false);
        let wanted: Vec<&Dashboard> = boards.rows.iter().filter(wanted).collect();
        let mut untold = 0;
        for some in wanted.chunks(AT_ONCE) {
            let paths: Vec<String> = some.iter().map(|board| format!("/api/v1/dashboard/{}", board.id)).collect();
            for (board, answer) in some.iter().zip(self.server.get_all(&paths)) {
                let detail = answer.and_then(|mut answer| parse::<BoardDetail>("it", answer["result"].take()));
                let detail = match or_own(self.server, detail) {
                    Err(Error::Protocol(_)) => None,
                    detail => Some(detail?),
                };
                untold += usize::from(detail.is_none());
                let charts = on.get(&board.id).map(Vec::as_slice).unwrap_or_default();
                self.dashboard(board, &detail.unwrap_or_default(), charts)?;
            }
        }
        if untold > 0 {
            let counted = ("dashboards", untold.to_string());
            self.out.note(Level::Warn, "dashboards that do not tell their filters are read without them", &[counted]);
        }
        if boards.whole { self.out.complete(&[], "dashboard", None) } else { Ok(()) }
    }

    fn dashboard(&mut self, board: &Dashboard, detail: &BoardDetail, charts: &[&Chart]) -> Result<()> {
        let ids: Vec<u64> = charts.iter().map(|chart| chart.id).collect();
        let models: BTreeSet<u64> = charts.iter().filter_map(|chart| chart.dataset()).collect();
        let models: Vec<u64> = models.into_iter().filter(|id| self.visible.contains(id)).collect();
        let entity = dashboards::entity(self.config, &self.people, (board, detail), &ids, &models);
        self.out.entity(Entity::Dashboard(entity))?;
        let edge = |id: &u64| datasets::within(("chart", *id), ("dashboard", board.id));
        ids.iter().try_for_each(|id| self.out.edge(edge(id)))
    }
}

/// A refusal or a fault is one item's own as long as Superset still knows the user.
fn or_own<T>(server: &dyn Api, read: Result<T>) -> Result<T> {
    match read {
        Err(Error::Denied(failure) | Error::Unavailable(Retryable { failure, .. }))
            if server.get("/api/v1/me/").is_ok() =>
        {
            Err(Error::Protocol(failure))
        }
        read => read,
    }
}
