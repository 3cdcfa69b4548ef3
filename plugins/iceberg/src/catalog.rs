//! What every kind of catalog tells, and which kind is asked. Never writes.

pub mod files;
mod glue;
mod rest;
mod sql;

use metahost_plugin_sdk::database::{Database, Remote};
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Result, protocol};
use serde_json::Value;

use crate::config::{Config, Kind, SLOT, STORE_SLOT};

pub use glue::Actions;

/// Where the answers come from: servers by way of the host, or what a test knows by heart.
pub struct Servers {
    /// The catalog itself, where it speaks HTTP.
    pub catalog: Box<dyn Api>,
    /// The same, where it is a database.
    pub database: Box<dyn Database>,
    /// The store of metadata files, asked by whole addresses.
    pub store: Box<dyn Api>,
}

/// What a namespace holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Tables.
    Tables,
    /// Views.
    Views,
}

/// A table or view in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Where its metadata file is; none where the catalog reads it for us.
    pub metadata: Option<String>,
}

/// The tables or views of a namespace.
#[derive(Debug, Default)]
pub struct Listing {
    /// Iceberg's, by name.
    pub listed: Vec<Listed>,
    /// How many others the catalog keeps beside them.
    pub others: usize,
}

/// An open catalog.
pub trait Catalog {
    /// Whether it answers and takes the credential.
    fn check(&self) -> Result<()>;
    /// Every namespace, at any depth, each after the one around it.
    fn namespaces(&self) -> Result<Vec<Vec<String>>>;
    /// The properties of a namespace.
    fn properties(&self, namespace: &[String]) -> Result<Value>;
    /// Whether it keeps views.
    fn has_views(&self) -> bool;
    /// The tables or views of a namespace. Of views, none where the catalog keeps none.
    fn list(&self, namespace: &[String], held: Held) -> Result<Listing>;
    /// The metadata of several tables or views, in their order. What only one of them lacks is a protocol error; any other
    /// is a fault of the catalog.
    fn load(&self, namespace: &[String], held: Held, some: &[Listed]) -> Vec<Result<Value>>;
}

impl Held {
    /// "tables" or "views".
    pub fn name(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Views => "views",
        }
    }
}

impl Listing {
    /// Sorted by name, each name once.
    fn of(mut listed: Vec<Listed>, others: usize) -> Self {
        listed.sort();
        listed.dedup_by(|one, other| one.name == other.name);
        Self { listed, others }
    }
}

impl Servers {
    /// Those of a configuration.
    pub fn of(config: &Config) -> Self {
        let catalog: Box<dyn Api> = match config.kind {
            Kind::Glue => Box::new(Actions::new(&config.url)),
            Kind::Rest | Kind::Sql => {
                Box::new(Server::new(&config.url, "the Iceberg catalog", SLOT).with_headers(&config.headers))
            }
        };
        let store = Box::new(Server::new("", "the object store", STORE_SLOT));
        Self { catalog, database: Box::new(Remote::new(&config.url, SLOT)), store }
    }
}

/// The catalog of a configuration.
pub fn open<'c>(servers: &'c Servers, config: &'c Config) -> Result<Box<dyn Catalog + 'c>> {
    Ok(match config.kind {
        Kind::Rest => Box::new(rest::Catalog::open(servers.catalog.as_ref(), config)?),
        Kind::Glue => Box::new(glue::Catalog::new(servers, config)),
        Kind::Sql => Box::new(sql::Catalog::new(servers, config)),
    })
}

/// Namespaces, if there are any: a catalog that shows none is not taken for an empty one.
fn some_of(namespaces: Vec<Vec<String>>, remedy: &str) -> Result<Vec<Vec<String>>> {
    if namespaces.is_empty() {
        return Err(protocol(format!("the catalog shows no namespace; {remedy}")));
    }
    Ok(namespaces)
}
