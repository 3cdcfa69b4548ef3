//! Which table a dataset reads: from how Superset reaches the database, unless the operator says otherwise.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use metahost_plugin_sdk::lineage::Endpoint;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{Error, Result};

use crate::answer::{Connection, DatabaseOf, Dataset};
use crate::config::Config;

/// Whichever database service of the catalog has the table.
const ANY_SERVICE: &str = "*";

/// How databases are reached, each asked for once.
#[derive(Default)]
pub struct Databases(BTreeMap<u64, Connection>);

impl Databases {
    /// The table that a physical dataset is; none where Superset does not tell enough.
    pub fn table(
        &mut self,
        server: &dyn Api,
        config: &Config,
        dataset: &Dataset,
        out: &mut dyn Output,
    ) -> Result<Option<Endpoint>> {
        if dataset.kind.as_deref() != Some("physical") {
            return Ok(None);
        }
        let connection = self.connection(server, &dataset.database, out)?;
        let mapped = config.databases.get(&dataset.database.database_name);
        let service = mapped.and_then(|mapped| mapped.service.clone()).unwrap_or_else(|| ANY_SERVICE.to_owned());
        let path = path(dataset, connection, mapped.and_then(|mapped| mapped.database.as_deref()));
        Ok(path.map(|path| Endpoint { service: Some(service), entity_type: "table".to_owned(), path }))
    }

    /// Only administrators may see it; others still learn the catalog from newer versions' datasets.
    fn connection(&mut self, server: &dyn Api, database: &DatabaseOf, out: &mut dyn Output) -> Result<&Connection> {
        match self.0.entry(database.id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(ask(server, database, out)?)),
        }
    }
}

fn ask(server: &dyn Api, database: &DatabaseOf, out: &mut dyn Output) -> Result<Connection> {
    let answer = server.get(&format!("/api/v1/database/{}/connection", database.id));
    match answer.and_then(|mut answer| parse("a connection", answer["result"].take())) {
        Err(Error::Denied(_) | Error::Protocol(_)) => {
            let hidden = "how it is reached is hidden from this user; name it in `databases` for lineage";
            out.skipped(&["database", &database.database_name], hidden);
            Ok(Connection::default())
        }
        connection => connection,
    }
}

fn path(dataset: &Dataset, connection: &Connection, mapped: Option<&str>) -> Option<Vec<String>> {
    let backend = dataset.database.backend.as_deref().or(connection.backend.as_deref()).unwrap_or_default();
    let (first, second) = in_uri(connection.sqlalchemy_uri.as_deref().unwrap_or_default());
    // What these call a database is a schema in the catalog, below a database named "default".
    let (database, schema) = match backend {
        "mysql" | "mariadb" | "doris" | "starrocks" | "clickhouse" | "clickhousedb" | "hive" | "impala" => {
            (Some("default"), dataset.schema.as_deref().or(first))
        }
        _ => (dataset.catalog.as_deref().or(first), dataset.schema.as_deref().or(second).or(usual_schema(backend))),
    };
    let parts = [mapped.or(database)?, schema?, &dataset.table_name];
    Some(parts.map(str::to_owned).to_vec())
}

fn usual_schema(backend: &str) -> Option<&'static str> {
    match backend {
        "postgresql" | "redshift" | "cockroachdb" => Some("public"),
        "mssql" => Some("dbo"),
        _ => None,
    }
}

/// The first and second part of the path of `trino://user@host:443/catalog/schema?…`.
fn in_uri(uri: &str) -> (Option<&str>, Option<&str>) {
    let rest = uri.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    let mut parts = path.split(['?', '#']).next().unwrap_or_default().split('/').filter(|part| !part.is_empty());
    (parts.next(), parts.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(backend: &str, catalog: Option<&str>, schema: Option<&str>) -> Dataset {
        let value = serde_json::json!({
            "id": 1, "table_name": "orders", "schema": schema, "catalog": catalog, "kind": "physical",
            "database": { "id": 1, "database_name": "Lake", "backend": backend },
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_table_is_found_where_its_database_keeps_it() {
        let path = |dataset: &Dataset, uri: &str, mapped: Option<&str>| {
            let connection = Connection { backend: None, sqlalchemy_uri: Some(uri.to_owned()) };
            path(dataset, &connection, mapped).map(|path| path.join("."))
        };
        let trino = "trino://ann@starburst:443/lake/sales?verify=true";
        assert_eq!(path(&dataset("trino", None, None), trino, None).as_deref(), Some("lake.sales.orders"));
        assert_eq!(path(&dataset("trino", Some("raw"), Some("x")), trino, None).as_deref(), Some("raw.x.orders"));
        assert_eq!(path(&dataset("trino", None, Some("x")), trino, Some("ice")).as_deref(), Some("ice.x.orders"));
        assert_eq!(
            path(&dataset("postgresql", None, None), "postgresql://u:p@h/shop", None).as_deref(),
            Some("shop.public.orders")
        );
        assert_eq!(
            path(&dataset("mysql", None, None), "mysql://u:p@h/shop", None).as_deref(),
            Some("default.shop.orders")
        );
        assert_eq!(path(&dataset("trino", None, Some("x")), "", None), None, "without a catalog nothing is guessed");
    }
}
