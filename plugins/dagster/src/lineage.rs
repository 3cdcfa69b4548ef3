//! What flows where: from table to table where assets are known to be tables, else from pipeline to pipeline. Never
//! guesses a table's service.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::{ColumnEdge, Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::output::Output;

use crate::answer::{Asset, Entry, Key};
use crate::assets::{Group, index};
use crate::config::Tables;

/// Labels under which Dagster's integrations name an asset's table.
const TABLE_LABELS: [&str; 2] = ["dagster/table_name", "dagster/relation_identifier"];

/// Emits the edges into the assets of these pipelines.
pub fn emit(tables: &Tables, groups: &[Group], out: &mut dyn Output) -> Result<()> {
    let pipelines = index(groups);
    let known: BTreeMap<&Key, &Asset> =
        groups.iter().flat_map(|group| &group.assets).map(|asset| (&asset.asset_key, asset)).collect();
    let mut between = BTreeSet::new();
    for group in groups {
        for asset in &group.assets {
            for key in &asset.dependency_keys {
                let upstream = known.get(key).copied();
                if let Some(edge) = table_edge(tables, key, upstream, asset, &group.pipeline) {
                    out.edge(edge)?;
                }
                let from = pipelines.get(key).filter(|from| **from != group.pipeline);
                between.extend(from.map(|from| (*from, group.pipeline.as_str())));
            }
        }
    }
    between.into_iter().try_for_each(|(from, to)| out.edge(edge(pipeline(from), pipeline(to), Vec::new(), None)))
}

fn table_edge(tables: &Tables, key: &Key, upstream: Option<&Asset>, asset: &Asset, by: &str) -> Option<Edge> {
    let service = tables.service.as_ref()?;
    let from = table(tables, key, upstream)?;
    let to = table(tables, &asset.asset_key, Some(asset))?;
    let end = |path| Endpoint { service: Some(service.clone()), entity_type: "table".to_owned(), path };
    (from != to).then(|| edge(end(from), end(to), columns(key, asset), Some(pipeline(by))))
}

fn edge(upstream: Endpoint, downstream: Endpoint, columns: Vec<ColumnEdge>, by: Option<Endpoint>) -> Edge {
    Edge { upstream, downstream, columns, source: EdgeSource::Pipeline, sql: None, pipeline: by }
}

fn pipeline(name: &str) -> Endpoint {
    Endpoint { service: None, entity_type: "pipeline".to_owned(), path: vec![name.to_owned()] }
}

/// The table that an asset is: by the operator's word, by its metadata, or by a key of three parts.
pub fn table(tables: &Tables, key: &Key, asset: Option<&Asset>) -> Option<Vec<String>> {
    if let Some(name) = tables.mapping.get(&key.text()) {
        return three(name.split('.').map(str::to_owned).collect());
    }
    let named = asset.and_then(|asset| entries(asset).find(|entry| TABLE_LABELS.contains(&entry.label.as_str())));
    if let Some(name) = named.and_then(|entry| entry.text.as_ref()) {
        return three(name.split('.').map(|part| part.trim_matches('"').to_owned()).collect());
    }
    three(key.path.iter().skip(tables.strip_key_prefix).cloned().collect())
}

fn three(path: Vec<String>) -> Option<Vec<String>> {
    (path.len() == 3).then_some(path)
}

/// What the definition says, then what the newest materialization says.
fn entries(asset: &Asset) -> impl Iterator<Item = &Entry> {
    asset.metadata_entries.iter().chain(asset.asset_materializations.iter().flat_map(|made| &made.metadata_entries))
}

/// Columns of this asset that are made from columns of the other.
fn columns(from: &Key, asset: &Asset) -> Vec<ColumnEdge> {
    let all = entries(asset).flat_map(|entry| &entry.lineage);
    let edges = all.map(|column| ColumnEdge {
        inputs: column
            .column_deps
            .iter()
            .filter(|dep| dep.asset_key == *from)
            .map(|dep| dep.column_name.clone())
            .collect(),
        output: column.column_name.clone(),
        function: None,
    });
    edges.filter(|edge| !edge.inputs.is_empty()).collect()
}
