//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::s3::Endpoint;
use metahost_plugin_sdk::{Result, parse_config, problem};
use serde::Deserialize;

/// The slot of the catalog's credential.
pub const SLOT: &str = "iceberg";
/// The slot of the keys for metadata files.
pub const STORE_SLOT: &str = "s3";

/// What speaks at the catalog's address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Iceberg's REST protocol.
    #[default]
    Rest,
    /// AWS Glue's own API.
    Glue,
    /// A database with the tables of Iceberg's JDBC catalog.
    Sql,
}

/// Where metadata files are, for catalogs that only name them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Store {
    /// The store's address.
    pub endpoint: String,
    /// Buckets in the path of addresses.
    #[serde(default = "yes")]
    pub path_style: bool,
}

/// Where the catalog is and how its names are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// What speaks there.
    #[serde(default, rename = "type")]
    pub kind: Kind,
    /// Where it answers; of REST without `/v1`.
    pub url: String,
    /// Which warehouse of a REST catalog.
    pub warehouse: Option<String>,
    /// Which catalog of a database.
    pub catalog_name: Option<String>,
    /// Which account's catalog of Glue.
    pub catalog_id: Option<String>,
    /// Where metadata files are.
    pub s3: Option<Store>,
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

fn yes() -> bool {
    true
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        let config: Self = parse_config(json)?;
        if config.kind != Kind::Rest && config.s3.is_none() {
            let message = "is missing: this catalog only names its metadata files; say in `s3.endpoint` where they are";
            return Err(problem("/s3", message));
        }
        if config.kind == Kind::Sql && config.catalog_name.is_none() {
            return Err(problem("/catalog-name", "is missing: a database may hold several catalogs"));
        }
        Ok(config)
    }

    /// The store of metadata files.
    pub fn store(&self) -> Option<Endpoint> {
        let store = self.s3.as_ref()?;
        Endpoint::new(Some(&store.endpoint), "", Some(store.path_style))
    }

    /// The schema that a namespace is.
    pub fn schema(&self, levels: &[String]) -> String {
        levels.join(&self.namespace_separator)
    }
}
