//! The REST catalog's protocol: its configuration, its names, page by page. Never writes.

use std::collections::BTreeSet;

use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{Error, ErrorExt, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{Held, Listed, Listing};
use crate::config::Config;

/// Joins the levels of a namespace in paths.
const LEVELS: &str = "\u{1f}";
/// How deep namespaces are followed: a catalog that lists a namespace in itself would never end.
const DEEPEST: usize = 32;

/// An open catalog.
pub struct Catalog<'c> {
    server: &'c dyn Api,
    config: &'c Config,
    prefix: String,
    has_views: bool,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    defaults: Value,
    #[serde(default)]
    overrides: Value,
    endpoints: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl<'c> Catalog<'c> {
    /// Asks how the catalog wants to be asked.
    pub fn open(server: &'c dyn Api, config: &'c Config) -> Result<Self> {
        let warehouse = config.warehouse.as_ref();
        let query = warehouse.map(|warehouse| format!("?warehouse={}", encode(warehouse))).unwrap_or_default();
        let settings: Settings = parse("the catalog's configuration", server.get(&format!("/v1/config{query}"))?)?;
        let prefix = settings.overrides["prefix"].as_str().or_else(|| settings.defaults["prefix"].as_str());
        let prefix = prefix.map_or_else(|| "/v1".to_owned(), |prefix| format!("/v1/{prefix}"));
        let views = |endpoints: &Vec<String>| endpoints.iter().any(|endpoint| endpoint.ends_with("/views"));
        // A catalog that lists no endpoints is an old one, of which only tables are sure.
        let has_views = settings.endpoints.as_ref().is_some_and(views);
        Ok(Self { server, config, prefix, has_views })
    }

    fn namespaces_in(&self, parent: &[String]) -> Result<Vec<Vec<String>>> {
        let query = if parent.is_empty() { String::new() } else { format!("parent={}", encode(&parent.join(LEVELS))) };
        self.pages("/namespaces", &query, "namespaces")
    }

    /// All pages of a list. A catalog that does not page answers everything and no token.
    fn pages<T: for<'de> Deserialize<'de>>(&self, path: &str, query: &str, field: &str) -> Result<Vec<T>> {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let size = self.config.page_size;
            let more = if query.is_empty() { String::new() } else { format!("&{query}") };
            let url = format!("{}{path}?pageToken={}&pageSize={size}{more}", self.prefix, encode(&token));
            let mut answer = self.server.get(&url)?;
            let page: Vec<T> = parse(field, answer[field].take()).with("path", path)?;
            let next = answer["next-page-token"].as_str().unwrap_or_default().to_owned();
            let is_last = next.is_empty() || next == token;
            found.extend(page);
            if is_last {
                return Ok(found);
            }
            token = next;
        }
    }
}

impl super::Catalog for Catalog<'_> {
    /// It did when it was opened.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn namespaces(&self) -> Result<Vec<Vec<String>>> {
        let mut found: Vec<Vec<String>> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<Vec<String>> = vec![Vec::new()];
        while let Some(parent) = open.pop() {
            let mut inner = self.namespaces_in(&parent)?;
            inner.sort();
            for namespace in inner.into_iter().filter(|found| found.len() <= DEEPEST) {
                if seen.insert(namespace.clone()) {
                    open.push(namespace.clone());
                    found.push(namespace);
                }
            }
        }
        super::some_of(found, "has the credential the right to list them, and is `warehouse` right?")
    }

    fn properties(&self, namespace: &[String]) -> Result<Value> {
        let mut answer = self.server.get(&format!("{}{}", self.prefix, path(namespace)))?;
        Ok(answer["properties"].take())
    }

    fn has_views(&self) -> bool {
        self.has_views
    }

    fn list(&self, namespace: &[String], held: Held) -> Result<Listing> {
        if held == Held::Views && !self.has_views {
            return Ok(Listing::default());
        }
        let found: Vec<Named> = self.pages(&format!("{}/{}", path(namespace), held.name()), "", "identifiers")?;
        Ok(Listing::of(found.into_iter().map(|found| Listed { name: found.name, metadata: None }).collect(), 0))
    }

    fn load(&self, namespace: &[String], held: Held, some: &[Listed]) -> Vec<Result<Value>> {
        let folder = format!("{}{}/{}", self.prefix, path(namespace), held.name());
        let paths: Vec<String> = some.iter().map(|listed| format!("{folder}/{}", encode(&listed.name))).collect();
        self.server.get_all(&paths).into_iter().map(|answer| Ok(allowed(answer)?["metadata"].take())).collect()
    }
}

/// A single table may be forbidden (403), or its metadata file be gone (500): that is a fault of the table, not of the catalog.
/// A token that is over (401) is over for all of them.
fn allowed(answer: Result<Value>) -> Result<Value> {
    match answer {
        Err(Error::Denied(failure)) if failure.message.contains("HTTP 403") => Err(Error::Protocol(failure)),
        Err(Error::Unavailable(retryable)) if retryable.failure.message.contains("HTTP 500") => {
            Err(Error::Protocol(retryable.failure))
        }
        other => other,
    }
}

fn path(namespace: &[String]) -> String {
    format!("/namespaces/{}", encode(&namespace.join(LEVELS)))
}
