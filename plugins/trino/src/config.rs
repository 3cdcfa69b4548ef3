//! The configuration as the connector sees it. Never holds a secret: these are the host's.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, problem};
use serde::Deserialize;

use crate::history::config::QueryHistory;

/// The credential slot of the coordinator.
pub const SLOT: &str = "trino";

/// One configured Trino.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Base address of the coordinator.
    pub url: String,
    /// Read only these catalogs; empty for all.
    #[serde(default)]
    pub catalogs: Vec<String>,
    /// `X-Trino-User`.
    pub user: Option<String>,
    /// `X-Trino-Source`.
    #[serde(default = "source")]
    pub source: String,
    /// `X-Trino-Client-Tags`.
    #[serde(default)]
    pub client_tags: Vec<String>,
    /// `X-Trino-Session`.
    #[serde(default)]
    pub session_properties: BTreeMap<String, SessionValue>,
    /// `X-Trino-Role`, by catalog or `system`.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// `X-Trino-Time-Zone`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Whether results may come by way of object storage.
    #[serde(default)]
    pub spooling: Switch,
    /// Whether `system` catalogs and `information_schema` are read.
    #[serde(default)]
    pub include_system_schemas: bool,
    /// Properties, partitioning and location of tables.
    #[serde(default)]
    pub table_properties: TableProperties,
    /// Whether a table's `CREATE TABLE` becomes its definition.
    #[serde(default)]
    pub include_ddl: bool,
    /// Statements that run at the same time, where one is needed per table.
    #[serde(default = "concurrency")]
    pub concurrent_statements: usize,
    /// A statement that takes longer is cancelled.
    #[serde(default = "timeout")]
    pub statement_timeout_seconds: u64,
    /// Starburst Galaxy's REST API, for what SQL does not tell.
    pub galaxy: Option<Galaxy>,
    /// Where queries that ran are listed.
    #[serde(default)]
    pub query_history: QueryHistory,
}

/// The REST API of a Starburst Galaxy account.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Galaxy {
    /// Its address.
    pub url: String,
    /// Whether tags of columns are read: a request a table.
    #[serde(default = "yes")]
    pub column_tags: bool,
    /// Whether checks of data quality are read: a request a schema and one a check.
    #[serde(default = "yes")]
    pub checks: bool,
    /// Who owns what Galaxy knows.
    #[serde(default)]
    pub owners: Owners,
}

/// Whom Galaxy's metadata makes an owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owners {
    /// Contacts, and where there are none, the role that owns it.
    #[default]
    ContactsElseRoles,
    /// Contacts only.
    Contacts,
    /// The role that owns it.
    Roles,
}

/// A session property as people write it in TOML.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum SessionValue {
    /// `"5m"`.
    Text(String),
    /// `8`.
    Whole(i64),
    /// `0.5`.
    Fraction(f64),
    /// `true`.
    Bool(bool),
}

impl core::fmt::Display for SessionValue {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => number.fmt(f),
            Self::Fraction(number) => number.fmt(f),
            Self::Bool(yes) => yes.fmt(f),
        }
    }
}

/// Use it where it works, or never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// Where it works.
    #[default]
    Auto,
    /// Never.
    Off,
}

/// Trino tells a table's properties one table at a time: where that is worth it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TableProperties {
    /// Whether they are read at all.
    pub mode: Switch,
    /// Connectors whose tables have properties worth a statement each.
    pub connectors: Vec<String>,
}

impl Default for TableProperties {
    fn default() -> Self {
        let connectors = ["iceberg", "hive", "delta_lake", "hudi", "lakehouse", "objectstore"];
        Self { mode: Switch::Auto, connectors: connectors.map(str::to_owned).to_vec() }
    }
}

impl TableProperties {
    /// Whether tables of this connector are asked for theirs.
    pub fn wanted(&self, connector: Option<&str>) -> bool {
        self.mode == Switch::Auto && connector.is_some_and(|name| self.connectors.iter().any(|known| known == name))
    }
}

fn source() -> String {
    "metahost".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn yes() -> bool {
    true
}

const fn concurrency() -> usize {
    8
}

const fn timeout() -> u64 {
    600
}

/// Reads and checks the configuration.
pub fn parse(json: &str) -> Result<Config> {
    let mut config: Config = metahost_plugin_sdk::parse_config(json)?;
    config.url.truncate(config.url.trim_end_matches('/').len());
    check_address("/url", &config.url, "https://trino.example.org")?;
    if let Some(galaxy) = &config.galaxy {
        check_address("/galaxy/url", &galaxy.url, "https://example.galaxy.starburst.io")?;
    }
    if config.concurrent_statements == 0 {
        return Err(problem("/concurrent-statements", "at least 1"));
    }
    config.query_history.check()?;
    Ok(config)
}

fn check_address(pointer: &str, url: &str, example: &str) -> Result<()> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    Err(problem(pointer, format!("an address with http:// or https:// is needed, such as {example}")))
}
