//! What flows where: from table to table where assets are known to be tables, and from pipeline to pipeline. Never
//! guesses a table's service.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::{ColumnEdge, Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::output::Output;

use crate::answer::Key;
use crate::assets::Kept;
use crate::config::Tables;
use crate::tables::{Table, table};

/// Emits the edges into these assets.
pub fn emit(tables: &Tables, assets: &[Kept], out: &mut dyn Output) -> Result<()> {
    let known = by_key(assets);
    let mut between = BTreeSet::new();
    for asset in assets {
        for key in &asset.after {
            let upstream = known.get(key).copied();
            let from = upstream.map_or_else(|| table(tables, key, None), |upstream| upstream.table.clone());
            if let (Some(from), Some(to)) = (from, &asset.table)
                && from != *to
            {
                let by = asset.pipelines.first().map(|name| pipeline(name));
                out.edge(edge(end(&from), end(to), columns(key, asset), by))?;
            }
            between.extend(upstream.into_iter().flat_map(|upstream| pipelines(upstream, asset)));
        }
    }
    between.into_iter().try_for_each(|(from, to)| out.edge(edge(pipeline(from), pipeline(to), Vec::new(), None)))
}

/// Each asset by its key. One that several code locations name is of the one that makes it.
fn by_key(assets: &[Kept]) -> BTreeMap<&Key, &Kept> {
    let mut known: BTreeMap<&Key, &Kept> = BTreeMap::new();
    for asset in assets {
        let better = known.get(&asset.key).is_none_or(|other| other.ops.is_empty());
        if better {
            known.insert(&asset.key, asset);
        }
    }
    known
}

/// Which pipelines feed which, unless one pipeline makes both assets.
fn pipelines<'a>(upstream: &'a Kept, asset: &'a Kept) -> Vec<(&'a str, &'a str)> {
    if upstream.pipelines.iter().any(|name| asset.pipelines.contains(name)) {
        return Vec::new();
    }
    let from = upstream.pipelines.iter();
    from.flat_map(|from| asset.pipelines.iter().map(move |to| (from.as_ref(), to.as_ref()))).collect()
}

fn edge(upstream: Endpoint, downstream: Endpoint, columns: Vec<ColumnEdge>, by: Option<Endpoint>) -> Edge {
    Edge { upstream, downstream, columns, source: EdgeSource::Pipeline, sql: None, pipeline: by }
}

fn end(table: &Table) -> Endpoint {
    Endpoint { service: Some(table.service.clone()), entity_type: "table".to_owned(), path: table.path.clone() }
}

fn pipeline(name: &str) -> Endpoint {
    Endpoint { service: None, entity_type: "pipeline".to_owned(), path: vec![name.to_owned()] }
}

/// Columns of this asset that are made from columns of the other.
fn columns(from: &Key, asset: &Kept) -> Vec<ColumnEdge> {
    let edges = asset.columns.iter().map(|column| ColumnEdge {
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
