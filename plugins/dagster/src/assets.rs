//! Assets page by page: the keys of a group, then what they are. Never asks for a whole graph, and lets go of what the
//! rest of the run has no use for.

use std::rc::Rc;

use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;
use metahost_plugin_sdk::{Error, ErrorExt, Result};
use serde_json::{Value, json};

use crate::answer::{Asset, ColumnLineage, Key};
use crate::graphql::Server;
use crate::queries;
use crate::tables::Table;
use crate::workspace::Code;

/// What stays of an asset once it was given: enough for lineage and runs.
pub struct Kept {
    /// Its key.
    pub key: Key,
    /// Its code: location and repository.
    pub origin: Rc<(String, String)>,
    /// Ops and graphs that make it.
    pub ops: Vec<String>,
    /// What it is made from.
    pub after: Vec<Key>,
    /// The table that it is.
    pub table: Option<Table>,
    /// Which columns of those its columns are made from.
    pub columns: Vec<ColumnLineage>,
    /// Pipelines that make it.
    pub pipelines: Vec<Rc<str>>,
}

impl Kept {
    /// Of an asset that is a table, or none.
    pub fn new(asset: Asset, origin: &Rc<(String, String)>, table: Option<Table>, pipelines: Vec<Rc<str>>) -> Self {
        let entries = asset.metadata_entries.into_iter();
        let told = asset.materializations.into_iter().chain(asset.observations);
        let made = told.flat_map(|told| told.metadata_entries);
        Self {
            key: asset.key,
            origin: Rc::clone(origin),
            ops: asset.op_names.into_iter().chain(asset.graph_name).collect(),
            after: asset.dependency_keys,
            table,
            columns: entries.chain(made).flat_map(|entry| entry.lineage).collect(),
            pipelines,
        }
    }
}

fn selector(code: &Code, group: &str) -> Value {
    let mut selector = code.selector();
    selector["groupName"] = json!(group);
    selector
}

/// The keys of one group, in their order.
pub fn keys(server: &Server, code: &Code, group: &str) -> Result<Vec<Key>> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Node {
        asset_key: Key,
    }
    let variables = json!({ "group": selector(code, group) });
    let mut data = server.ask(queries::KEYS, &variables).with("group", group)?;
    let nodes: Vec<Node> = parse("the list of assets", data["assetNodes"].take()).with("group", group)?;
    let mut keys: Vec<Key> = nodes.into_iter().map(|node| node.asset_key).collect();
    keys.sort();
    Ok(keys)
}

/// Some assets of one group. When Dagster can't tell them together it is asked for halves, until the one that is at fault
/// is found: that one is named and left out.
pub fn read(server: &Server, code: &Code, group: &str, keys: &[Key], out: &mut dyn Output) -> Result<Vec<Asset>> {
    let found = ask(server, code, group, keys);
    if let (Err(Error::Protocol(_)), true) = (&found, keys.len() > 1) {
        let (first, second) = keys.split_at(keys.len() / 2);
        let mut found = read(server, code, group, first, out)?;
        found.extend(read(server, code, group, second, out)?);
        return Ok(found);
    }
    let name = |key: &Key| [code.location.clone(), group.to_owned(), key.text()];
    let path = keys.first().map(name).unwrap_or_default();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some(found) = or_skip(out, &path, found)? else { return Ok(Vec::new()) };
    for key in keys.iter().filter(|key| !found.iter().any(|asset| asset.key == **key)) {
        out.skipped(&[&code.location, group, &key.text()], "Dagster lists this asset and then tells nothing of it");
    }
    Ok(found)
}

fn ask(server: &Server, code: &Code, group: &str, keys: &[Key]) -> Result<Vec<Asset>> {
    let variables = json!({ "group": selector(code, group), "keys": keys });
    let mut data = server.ask(queries::ASSETS, &variables)?;
    let mut assets: Vec<Asset> = parse("an asset", data["assetNodes"].take())?;
    assets.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(assets)
}
