//! One run: lists first, then each dataset, then everything in the order in which the catalog can take it.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::lineage::Edge;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{Result, protocol};

use crate::answer::{Chart, Dashboard, Dataset, DatasetRow};
use crate::config::Config;
use crate::databases::Databases;
use crate::list::{CHARTS, DASHBOARDS, DATASETS, Found};
use crate::people::People;
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
    let mut reading = Reading {
        server,
        config,
        out,
        people,
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
                match or_skip(self.out, &["dataset", &row.id.to_string(), name], read)? {
                    Some(dataset) => self.dataset(&dataset)?,
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
    fn dataset(&mut self, dataset: &Dataset) -> Result<()> {
        self.visible.insert(dataset.id);
        self.out.entity(Entity::DashboardDataModel(datasets::entity(self.config, &self.people, dataset)))?;
        let names = (dataset.catalog.as_deref(), dataset.schema.as_deref());
        let place = self.databases.place(self.server, self.config, &dataset.database, names, self.out)?;
        if let Some((query, reads)) = self.filler.query(dataset, &place, self.out)? {
            self.made_of.extend(reads.into_iter().map(|other| (other, dataset.id)));
            return self.out.query(query);
        }
        let table = place.table(&dataset.table_name).filter(|_| dataset.kind.as_deref() != Some("virtual"));
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
        for board in boards.rows.iter().filter(wanted) {
            let charts = on.get(&board.id).map(Vec::as_slice).unwrap_or_default();
            let ids: Vec<u64> = charts.iter().map(|chart| chart.id).collect();
            let models: BTreeSet<u64> = charts.iter().filter_map(|chart| chart.dataset()).collect();
            let models: Vec<u64> = models.into_iter().filter(|id| self.visible.contains(id)).collect();
            self.out.entity(Entity::Dashboard(dashboards::entity(self.config, &self.people, board, &ids, &models)))?;
            for id in ids {
                self.out.edge(datasets::within(("chart", id), ("dashboard", board.id)))?;
            }
        }
        if boards.whole { self.out.complete(&[], "dashboard", None) } else { Ok(()) }
    }
}
