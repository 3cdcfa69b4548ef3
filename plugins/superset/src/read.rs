//! One run: lists first, then each dataset, then everything in the order in which the catalog can take it.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{Result, protocol};

use crate::answer::{Chart, Dashboard, Dataset, DatasetRow};
use crate::config::Config;
use crate::databases::Databases;
use crate::list::{CHARTS, DASHBOARDS, DATASETS, Found};
use crate::people::People;
use crate::{charts, dashboards, datasets};

/// Datasets asked for at once.
const AT_ONCE: usize = 16;

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
    let visible = emit_datasets(server, config, &people, rows, out)?;
    emit_charts(config, &people, &charts, &visible, out)?;
    emit_dashboards(config, &people, &boards, &charts.rows, &visible, out)
}

/// Emits the datasets, and says which there are.
fn emit_datasets(
    server: &dyn Api,
    config: &Config,
    people: &People,
    mut rows: Found<DatasetRow>,
    out: &mut dyn Output,
) -> Result<BTreeSet<u64>> {
    let (mut databases, mut visible) = (Databases::default(), BTreeSet::new());
    let mut edges = Vec::new();
    for (done, some) in rows.rows.chunks(AT_ONCE).enumerate() {
        let paths: Vec<String> = some.iter().map(|row| format!("/api/v1/dataset/{}", row.id)).collect();
        for (row, answer) in some.iter().zip(server.get_all(&paths)) {
            let read = answer.and_then(|mut answer| parse::<Dataset>("the dataset", answer["result"].take()));
            let name = row.table_name.as_deref().unwrap_or_default();
            let Some(dataset) = or_skip(out, &["dataset", &row.id.to_string(), name], read)? else {
                rows.whole = false;
                continue;
            };
            visible.insert(dataset.id);
            out.entity(Entity::DashboardDataModel(datasets::entity(config, people, &dataset)))?;
            let table = databases.table(server, config, &dataset, out)?;
            edges.extend(table.map(|table| datasets::from_table(table, &dataset)));
        }
        out.progress("datasets", (done * AT_ONCE + some.len()) as u64, None);
    }
    if rows.whole {
        out.complete(&[], "dashboardDataModel", Some(visible.len() as u64))?;
    }
    edges.into_iter().try_for_each(|edge| out.edge(edge))?;
    Ok(visible)
}

fn emit_charts(
    config: &Config,
    people: &People,
    charts: &Found<Chart>,
    visible: &BTreeSet<u64>,
    out: &mut dyn Output,
) -> Result<()> {
    let mut hidden = BTreeSet::new();
    for chart in &charts.rows {
        out.entity(Entity::Chart(charts::entity(config, people, chart)))?;
        match chart.datasource_id {
            Some(id) if visible.contains(&id) => {
                out.edge(datasets::within(("dashboardDataModel", id), ("chart", chart.id)))?;
            }
            Some(id) => _ = hidden.insert(id),
            None => {}
        }
    }
    for id in hidden {
        out.skipped(&["dataset", &id.to_string()], "a chart draws from it, but the user may not see it");
    }
    if charts.whole { out.complete(&[], "chart", Some(charts.rows.len() as u64)) } else { Ok(()) }
}

fn emit_dashboards(
    config: &Config,
    people: &People,
    boards: &Found<Dashboard>,
    charts: &[Chart],
    visible: &BTreeSet<u64>,
    out: &mut dyn Output,
) -> Result<()> {
    let mut on: BTreeMap<u64, Vec<&Chart>> = BTreeMap::new();
    for chart in charts {
        for board in &chart.dashboards {
            on.entry(board.id).or_default().push(chart);
        }
    }
    let wanted = |board: &&Dashboard| config.drafts || board.published != Some(false);
    for board in boards.rows.iter().filter(wanted) {
        let charts = on.get(&board.id).map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<u64> = charts.iter().map(|chart| chart.id).collect();
        let models: BTreeSet<u64> = charts.iter().filter_map(|chart| chart.datasource_id).collect();
        let models: Vec<u64> = models.into_iter().filter(|id| visible.contains(id)).collect();
        out.entity(Entity::Dashboard(dashboards::entity(config, people, board, &ids, &models)))?;
        for id in ids {
            out.edge(datasets::within(("chart", id), ("dashboard", board.id)))?;
        }
    }
    if boards.whole { out.complete(&[], "dashboard", None) } else { Ok(()) }
}
