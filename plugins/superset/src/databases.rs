//! Which table a dataset reads, and where its SQL runs: from how Superset reaches the database, unless the operator says
//! otherwise.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::lineage::Endpoint;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{Error, Result};

use crate::answer::{Connection, DatabaseOf};
use crate::config::Config;
use crate::place;

/// Whichever database service of the catalog has the table.
const ANY_SERVICE: &str = "*";

/// How databases are reached, each asked for once.
#[derive(Default)]
pub struct Databases {
    connections: BTreeMap<u64, Connection>,
    hidden: BTreeSet<u64>,
}

/// Where SQL runs: what names without service, database or schema mean.
#[derive(Debug, Clone)]
pub struct Place {
    /// The database service, or "*".
    pub service: String,
    /// The database.
    pub database: Option<String>,
    /// The schema.
    pub schema: Option<String>,
    /// Its dialect's name.
    pub dialect: &'static str,
}

impl Place {
    /// A table there; none where the place is not told well enough.
    pub fn table(&self, name: &str) -> Option<Endpoint> {
        let path = vec![self.database.clone()?, self.schema.clone()?, name.to_owned()];
        Some(Endpoint { service: Some(self.service.clone()), entity_type: "table".to_owned(), path })
    }
}

impl Databases {
    /// Where SQL of this database runs. Says once if that is hidden and nothing else tells it.
    pub fn place(
        &mut self,
        server: &dyn Api,
        config: &Config,
        database: &DatabaseOf,
        (catalog, schema): (Option<&str>, Option<&str>),
        out: &mut dyn Output,
    ) -> Result<Place> {
        let connection = self.connection(server, database)?;
        let backend = database.backend.as_deref().or(connection.backend.as_deref()).unwrap_or_default();
        let uri = connection.sqlalchemy_uri.as_deref().unwrap_or_default();
        let (found, schema) = place::defaults(backend, uri, given(catalog), given(schema));
        let dialect = place::dialect(backend);
        let mapped = config.databases.get(&database.database_name);
        let service = mapped.and_then(|mapped| mapped.service.clone()).unwrap_or_else(|| ANY_SERVICE.to_owned());
        let found = mapped.and_then(|mapped| mapped.database.clone()).or(found);
        if found.is_none() && self.hidden.remove(&database.id) {
            let hidden = "how it is reached is hidden from this user; name it in `databases` for lineage";
            out.skipped(&["database", &database.database_name], hidden);
        }
        Ok(Place { service, database: found, schema, dialect })
    }

    fn connection(&mut self, server: &dyn Api, database: &DatabaseOf) -> Result<&Connection> {
        match self.connections.entry(database.id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(ask(server, database, &mut self.hidden)?)),
        }
    }
}

/// Only administrators may see it; others still learn the catalog from newer versions' datasets, and what kind of database
/// it is.
fn ask(server: &dyn Api, database: &DatabaseOf, hidden: &mut BTreeSet<u64>) -> Result<Connection> {
    let path = format!("/api/v1/database/{}", database.id);
    if let Some(connection) = told(server, &format!("{path}/connection"))? {
        return Ok(connection);
    }
    hidden.insert(database.id);
    let less = if database.backend.is_some() { None } else { told(server, &path)? };
    Ok(less.unwrap_or_default())
}

fn given(name: Option<&str>) -> Option<&str> {
    name.filter(|name| !name.is_empty())
}

/// None where this user may not see it.
fn told(server: &dyn Api, path: &str) -> Result<Option<Connection>> {
    let answer = server.get(path);
    match answer.and_then(|mut answer| parse("a connection", answer["result"].take())) {
        Err(Error::Denied(_) | Error::Protocol(_)) => Ok(None),
        found => found.map(Some),
    }
}
