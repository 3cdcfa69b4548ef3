//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config};
use serde::Deserialize;

/// The slot that the user, token or application is given in.
pub const SLOT: &str = "airbyte";
/// Airbyte Cloud's API, which has an address of its own.
const CLOUD: &str = "api.airbyte.com";

/// Where Airbyte is and what of it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    url: String,
    ui_url: Option<String>,
    /// Which API is asked.
    #[serde(default)]
    pub api: Kind,
    /// Ids or names of the workspaces to read; empty for all.
    #[serde(default)]
    pub workspaces: Vec<String>,
    /// Rows asked for at once.
    #[serde(default = "page_size")]
    pub page_size: usize,
    /// At most so many jobs of each connection.
    pub jobs_per_connection: Option<usize>,
    /// Whether the public API is asked for the columns of sources.
    #[serde(default = "yes")]
    pub schemas: bool,
    /// Whether the versions of connectors are asked for.
    #[serde(default = "yes")]
    pub versions: bool,
    /// The catalog's services by names or types of sources and destinations.
    #[serde(default)]
    pub services: BTreeMap<String, Service>,
}

/// Airbyte's APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The one that Airbyte promises to keep.
    #[default]
    Public,
    /// The one that its own pages use.
    Config,
}

/// What a source or destination is in the catalog.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Service {
    /// The service's name.
    #[serde(rename = "service")]
    pub name: String,
    /// Its database, if not the one that Airbyte connects to.
    pub database: Option<String>,
    /// The schema of what has no namespace, if not the one that Airbyte connects to.
    pub schema: Option<String>,
    /// What a stream is there.
    #[serde(default)]
    pub kind: Shape,
}

/// What a stream is in a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A table of a database service.
    #[default]
    Table,
    /// A container of a storage service.
    Container,
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

    /// What all paths of the API are below.
    pub fn base(&self) -> String {
        let url = self.url.trim_end_matches('/');
        let tail = match self.api {
            Kind::Public if self.is_cloud() => "/v1",
            Kind::Public => "/api/public/v1",
            Kind::Config => "/api/v1",
        };
        if url.ends_with(tail) { url.to_owned() } else { format!("{url}{tail}") }
    }

    /// The page for people about a connection.
    pub fn page(&self, workspace: &str, connection: &str) -> String {
        let base = match &self.ui_url {
            Some(url) => url.as_str(),
            None if self.is_cloud() => "https://cloud.airbyte.com",
            None => self.url.trim_end_matches('/').trim_end_matches("/api/public/v1").trim_end_matches("/api/v1"),
        };
        format!("{}/workspaces/{workspace}/connections/{connection}/status", base.trim_end_matches('/'))
    }

    fn is_cloud(&self) -> bool {
        let host = self.url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
        host.is_some_and(|host| host.eq_ignore_ascii_case(CLOUD))
    }
}
