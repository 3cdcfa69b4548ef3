//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config};
use serde::Deserialize;

/// The slot of the catalog's credential.
pub const SLOT: &str = "iceberg";

/// Where the catalog is and how its names are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Where it answers, without `/v1`.
    pub url: String,
    /// Which warehouse.
    pub warehouse: Option<String>,
    /// The database that namespaces become schemas of.
    #[serde(default = "database")]
    pub database: String,
    /// What joins the levels of a namespace.
    #[serde(default = "separator")]
    pub namespace_separator: String,
    /// The property that names an owner.
    #[serde(default = "owner")]
    pub ownership_property: String,
    /// Headers of each request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Names asked for at once.
    #[serde(default = "page_size")]
    pub page_size: usize,
}

fn database() -> String {
    "default".to_owned()
}

fn separator() -> String {
    ".".to_owned()
}

fn owner() -> String {
    "owner".to_owned()
}

fn page_size() -> usize {
    1_000
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        parse_config(json)
    }

    /// The schema that a namespace is.
    pub fn schema(&self, levels: &[String]) -> String {
        levels.join(&self.namespace_separator)
    }
}
