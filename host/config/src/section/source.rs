//! `[sources.<name>]`: a plugin, what it is configured with, and what it may do.

use std::collections::BTreeMap;

use metahost_gateway::{Access, Credential, OriginRule};
use serde_json::{Map, Value};

use super::{CredentialSpec, Filters, Grants, Limits, Profile, Queries, Test, Tests};
use crate::plugin_config::Places;
use crate::read::{FromToml, Invalid, Node};

/// A configured source.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// The plugin that reads it.
    pub plugin: String,
    /// The name of its service in the catalog.
    pub service: String,
    /// The service's display name.
    pub service_display_name: Option<String>,
    /// The service's description.
    pub description: Option<String>,
    /// What the plugin is configured with.
    pub config: Value,
    pub(crate) config_places: Places,
    /// What it may reach; empty leaves it to what the plugin derives from its configuration.
    pub origins: Vec<OriginRule>,
    /// Whether a granted host name may lead to loopback and private addresses.
    pub allow_private: bool,
    /// What fills the plugin's credential slots.
    pub credentials: BTreeMap<String, CredentialSpec>,
    /// What is left out.
    pub filters: Filters,
    /// What is done with its queries.
    pub queries: Queries,
    /// How its tables are profiled.
    pub profile: Profile,
    /// Tests of its tables.
    pub tests: Vec<Test>,
    /// What it may use beyond the network.
    pub grants: Grants,
    /// How much it may use.
    pub limits: Limits,
}

impl Source {
    /// What the gateway needs to know of the source. Credentials come from [`crate::Secrets::credentials`].
    pub fn access(&self, credentials: BTreeMap<String, Credential>) -> Access {
        Access {
            origins: self.origins.clone(),
            credentials,
            limits: self.limits.http(),
            allow_private: self.allow_private,
            ..Access::new(&self.name)
        }
    }
}

pub(crate) fn source(node: &Node<'_>, name: &str) -> Option<Source> {
    let mut section = node.section("source")?;
    let plugin = section.require("plugin");
    let config = section.node_of("config");
    let source = Source {
        name: name.to_owned(),
        plugin: String::new(),
        service: section.get("service").unwrap_or_else(|| name.to_owned()),
        service_display_name: section.get("service-display-name"),
        description: section.get("description"),
        config: Value::Object(Map::new()),
        config_places: Places::of(config.as_ref().unwrap_or(node)),
        origins: section.get("origins").unwrap_or_default(),
        allow_private: section.get("allow-private").unwrap_or_default(),
        credentials: section.get("credentials").unwrap_or_default(),
        filters: section.get("filters").unwrap_or_default(),
        queries: section.get("queries").unwrap_or_default(),
        profile: section.get("profile").unwrap_or_default(),
        tests: section.get::<Tests>("tests").map(|tests| tests.0).unwrap_or_default(),
        grants: section.get("grants").unwrap_or_default(),
        limits: section.get("limits").unwrap_or_default(),
    };
    section.finish();
    let config = config.map_or(Some(source.config), |node| object(&node));
    Some(Source { plugin: plugin?, config: config?, ..source })
}

// A plugin's configuration is an object, whatever is in it.
fn object(node: &Node<'_>) -> Option<Value> {
    node.entries()?;
    Value::read(node)
}

impl FromToml for OriginRule {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.parsed(|text| {
            Self::parse(text).map_err(|_| {
                let help = "write https://host[:port] or https://*.domain[:port], without a path";
                Invalid::new(format!("`{}` is no origin", node.key), help)
            })
        })
    }
}
