//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config};
use serde::Deserialize;

/// The slot of Redash's key.
pub const SLOT: &str = "redash";

/// Where Redash is and what of it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Where it answers.
    pub url: String,
    ui_url: Option<String>,
    /// Items asked for at once.
    #[serde(default = "page_size")]
    pub page_size: usize,
    /// What is not published, too.
    #[serde(default = "yes")]
    pub drafts: bool,
    /// What is archived, too.
    #[serde(default)]
    pub archived: bool,
    /// Database services by name of the data source.
    #[serde(default)]
    pub data_sources: BTreeMap<String, Mapped>,
}

/// What a data source of Redash is in the catalog.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Mapped {
    /// Its database service.
    pub service: Option<String>,
    /// The database that unqualified names mean.
    pub database: Option<String>,
    /// The schema that unqualified names mean.
    pub schema: Option<String>,
    /// Its dialect.
    pub dialect: Option<String>,
}

fn page_size() -> usize {
    100
}

fn yes() -> bool {
    true
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        parse_config(json)
    }

    /// A page for people, by its path.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.ui_url.as_ref().unwrap_or(&self.url).trim_end_matches('/'))
    }
}
