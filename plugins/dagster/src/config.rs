//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config};
use serde::Deserialize;

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
    /// Runs asked for at once.
    #[serde(default = "page_size")]
    pub page_size: usize,
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

/// How an asset is known to be a table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Tables {
    /// Database service that holds them.
    pub service: Option<String>,
    /// Parts to cut from the front of a key.
    pub strip_key_prefix: usize,
    /// Tables by asset key.
    pub mapping: BTreeMap<String, String>,
}

fn page_size() -> usize {
    25
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        parse_config(json)
    }

    /// Where queries are sent.
    pub fn endpoint(&self) -> String {
        let base = self.url.trim_end_matches('/');
        if base.ends_with("/graphql") { base.to_owned() } else { format!("{base}/graphql") }
    }

    /// A page for people.
    pub fn page(&self, path: &str) -> String {
        let base = self.ui_url.as_ref().unwrap_or(&self.url).trim_end_matches('/');
        format!("{}/{path}", base.trim_end_matches("/graphql"))
    }
}
