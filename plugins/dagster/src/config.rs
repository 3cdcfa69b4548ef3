//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config, problem};
use serde::Deserialize;

use crate::tables;

/// The slot that a Dagster Cloud token is given in.
pub const SLOT: &str = "dagster";

/// Where Dagster is and what of it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    url: String,
    ui_url: Option<String>,
    /// What a pipeline is.
    #[serde(default)]
    pub mode: Mode,
    /// Asset groups to leave out.
    #[serde(default)]
    pub exclude_groups: Vec<String>,
    /// Runs, or executions of a check, asked for at once.
    #[serde(default = "page_size")]
    pub page_size: usize,
    /// Assets asked for at once.
    #[serde(default = "asset_page_size")]
    pub asset_page_size: usize,
    /// Whether a task tells when its asset was last made, and its rows.
    #[serde(default)]
    pub last_materialization: bool,
    /// How an asset is known to be a table.
    #[serde(default)]
    pub tables: Tables,
}

/// What a pipeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// An asset group; its tasks are assets.
    #[default]
    AssetGroup,
    /// A job; its tasks are ops.
    Job,
    /// One asset, which is its only task.
    Asset,
}

/// How an asset is known to be a table, and what is told of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Tables {
    /// Database service that holds them.
    pub service: Option<String>,
    /// Database of names that have only a schema and a table.
    pub database: Option<String>,
    /// Parts to cut from the front of a key.
    pub strip_key_prefix: usize,
    /// Tables by asset key.
    pub mapping: BTreeMap<String, String>,
    /// Whether the table is told what its asset says of it.
    pub annotate: bool,
    /// Whether the table is given its asset's checks.
    pub checks: bool,
}

impl Default for Tables {
    fn default() -> Self {
        let mapping = BTreeMap::new();
        Self { service: None, database: None, strip_key_prefix: 0, mapping, annotate: true, checks: true }
    }
}

fn page_size() -> usize {
    25
}

fn asset_page_size() -> usize {
    100
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        let config: Self = parse_config(json)?;
        for (key, name) in &config.tables.mapping {
            if tables::named(&config.tables, name).is_none() {
                let told = format!("`{name}` is no table's name; it has a database, a schema and a table");
                return Err(problem(&format!("/tables/mapping/{}", key.replace('~', "~0").replace('/', "~1")), told));
            }
        }
        Ok(config)
    }

    /// Where `/graphql` is.
    pub fn base(&self) -> &str {
        without_graphql(&self.url)
    }

    /// A page for people.
    pub fn page(&self, path: &str) -> String {
        format!("{}/{path}", without_graphql(self.ui_url.as_ref().unwrap_or(&self.url)))
    }
}

fn without_graphql(url: &str) -> &str {
    url.trim_end_matches('/').trim_end_matches("/graphql").trim_end_matches('/')
}
