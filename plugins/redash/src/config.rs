//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config};
use serde::Deserialize;

use crate::answer::DataSource;

/// The slot of Redash's key.
pub const SLOT: &str = "redash";

/// Where Redash is and what of it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    url: String,
    ui_url: Option<String>,
    /// Items listed at once.
    #[serde(default = "page_size")]
    pub page_size: u64,
    /// What is not published, too.
    #[serde(default = "yes")]
    drafts: bool,
    /// What is archived, too.
    #[serde(default)]
    pub archived: bool,
    /// Database services by name or type of the data source.
    #[serde(default)]
    pub data_sources: BTreeMap<String, Place>,
}

/// What a data source of Redash is in the catalog.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Place {
    /// Its database service.
    pub service: Option<String>,
    /// The database that unqualified names mean.
    pub database: Option<String>,
    /// The schema that unqualified names mean.
    pub schema: Option<String>,
    /// Its dialect, instead of the one that its type means.
    pub dialect: Option<String>,
}

fn page_size() -> u64 {
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

    /// What every request's path follows.
    pub fn base(&self) -> &str {
        root(&self.url)
    }

    /// A page for people, by its path.
    pub fn page(&self, path: &str) -> String {
        format!("{}/{path}", root(self.ui_url.as_ref().unwrap_or(&self.url)))
    }

    /// Whether something in this state is read.
    pub fn wants(&self, is_draft: bool, is_archived: bool) -> bool {
        (self.drafts || !is_draft) && (self.archived || !is_archived)
    }

    /// What a data source is: its name says more than its type.
    pub fn place(&self, source: &DataSource) -> Place {
        let named = self.data_sources.get(&source.name).or_else(|| self.data_sources.get(&source.kind));
        named.cloned().unwrap_or_default()
    }

    /// Names in `data-sources` that are neither a data source's name nor its type.
    pub fn unknown<'c>(&'c self, all: &'c [DataSource]) -> impl Iterator<Item = &'c String> {
        let is_known = |name: &String| all.iter().any(|source| source.name == *name || source.kind == *name);
        self.data_sources.keys().filter(move |name| !is_known(name))
    }
}

fn root(url: &str) -> &str {
    url.trim_end_matches('/').trim_end_matches("/api")
}
