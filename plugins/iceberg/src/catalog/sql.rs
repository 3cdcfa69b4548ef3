//! A SQL catalog: the tables in which Iceberg's JDBC catalog and its like keep where metadata files are. Two versions of them are about;
//! only the newer one tells tables from views.

use std::collections::BTreeSet;

use metahost_plugin_sdk::database::Database;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Result, protocol};
use serde_json::{Map, Value};

use super::{Held, Listed, Listing, Servers, files};
use crate::config::Config;

const CATALOGS: &str = "SELECT DISTINCT catalog_name FROM iceberg_tables WHERE catalog_name > $1 ORDER BY catalog_name";
/// A namespace may hold tables and have no properties, and the other way round.
const NAMESPACES: &str = "SELECT namespace FROM (\
    SELECT table_namespace AS namespace FROM iceberg_tables WHERE catalog_name = $1 \
    UNION SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = $1) AS found \
    WHERE namespace > $2 ORDER BY namespace";
const PROPERTIES: &str = "SELECT property_key, property_value FROM iceberg_namespace_properties \
    WHERE catalog_name = $1 AND namespace = $2 AND property_key > $3 ORDER BY property_key";
/// As JSON a row of the older version lacks the column, where SQL would refuse the whole statement.
const HELD: &str = "SELECT table_name, metadata_location FROM iceberg_tables AS listed \
    WHERE catalog_name = $1 AND table_namespace = $2 \
    AND coalesce(to_jsonb(listed) ->> 'iceberg_type', 'TABLE') = $3 AND table_name > $4 ORDER BY table_name";

/// One of the catalogs that a database may hold.
pub struct Catalog<'c> {
    database: &'c dyn Database,
    store: &'c dyn Api,
    config: &'c Config,
    name: &'c str,
}

impl<'c> Catalog<'c> {
    /// Asks nothing yet.
    pub fn new(servers: &'c Servers, config: &'c Config) -> Self {
        let name = config.catalog_name.as_deref().unwrap_or_default();
        Self { database: servers.database.as_ref(), store: servers.store.as_ref(), config, name }
    }

    /// What to say where nothing is found: the names that could have been meant.
    fn others(&self) -> Result<String> {
        let rows = self.database.rows(CATALOGS, &[])?;
        let names: Vec<&str> = rows.iter().filter_map(|row| row.first()?.as_deref()).collect();
        let there = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
        Ok(format!("`catalog-name` is `{}`, and of catalogs with tables {there} in the database", self.name))
    }
}

impl super::Catalog for Catalog<'_> {
    fn check(&self) -> Result<()> {
        self.database.page(CATALOGS, &[""], 1).map(drop)
    }

    /// Levels are joined by dots, and one that is only in the name of another exists all the same.
    fn namespaces(&self) -> Result<Vec<Vec<String>>> {
        let rows = self.database.rows(NAMESPACES, &[self.name])?;
        let mut found = BTreeSet::new();
        for name in rows.iter().filter_map(|row| row.first()?.as_deref()) {
            let levels: Vec<String> = name.split('.').map(str::to_owned).collect();
            found.extend((1..=levels.len()).map(|depth| levels[..depth].to_vec()));
        }
        let remedy = if found.is_empty() { self.others()? } else { String::new() };
        super::some_of(found.into_iter().collect(), &remedy)
    }

    fn properties(&self, namespace: &[String]) -> Result<Value> {
        let rows = self.database.rows(PROPERTIES, &[self.name, &namespace.join(".")])?;
        let property = |mut row: Vec<Option<String>>| match (row.pop().flatten(), row.pop().flatten()) {
            (Some(value), Some(key)) => Some((key, Value::from(value))),
            _ => None,
        };
        Ok(Value::Object(rows.into_iter().filter_map(property).collect::<Map<_, _>>()))
    }

    fn has_views(&self) -> bool {
        true
    }

    fn list(&self, namespace: &[String], held: Held) -> Result<Listing> {
        let kind = match held {
            Held::Tables => "TABLE",
            Held::Views => "VIEW",
        };
        let rows = self.database.rows(HELD, &[self.name, &namespace.join("."), kind])?;
        let listed = |mut row: Vec<Option<String>>| {
            let (metadata, name) = (row.pop().flatten(), row.pop().flatten());
            name.map(|name| Listed { name, metadata })
                .ok_or_else(|| protocol("the catalog lists a table without a name"))
        };
        Ok(Listing::of(rows.into_iter().map(listed).collect::<Result<_>>()?, 0))
    }

    fn load(&self, _: &[String], _: Held, some: &[Listed]) -> Vec<Result<Value>> {
        files::load(self.store, self.config, some)
    }
}
