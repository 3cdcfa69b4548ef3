//! Where a stream is in the catalog: a table of a database service or a container of a storage service. Never guesses a
//! service.

use std::collections::BTreeMap;

use metahost_plugin_sdk::lineage::Endpoint;
use serde_json::Value;

use crate::config::{Service, Shape};
use crate::connection::{End, Side};
use crate::folder;
use crate::spelling::Spelling;

/// Where connectors' settings name the database, or what stands for one.
const DATABASE: [&str; 8] = [
    "/database",
    "/project_id",
    "/catalog_type/catalog_name",
    "/catalog_name",
    "/database_config/database",
    "/sid",
    "/connection_data/sid",
    "/connection_data/service_name",
];
/// Where they name the schema, or what stands for one.
const SCHEMA: [&str; 8] = [
    "/schema",
    "/dataset_id",
    "/glue_database",
    "/lakeformation_database_name",
    "/catalog_type/database_name",
    "/catalog_type/namespace",
    "/catalog_config/database",
    "/default_schema",
];
/// Types whose databases have no schemas: in OpenMetadata their databases are schemas of one named "default".
const FLAT: [&str; 7] = ["mysql", "mariadb", "tidb", "clickhouse", "mongodb", "singlestore", "starrocks"];
/// Names of types that differ between Airbyte's two APIs.
const SAME: [(&str, &str); 3] =
    [("microsoft-sql-server-mssql", "mssql"), ("google-cloud-storage-gcs", "gcs"), ("oracle-db", "oracle")];

/// A source or destination that the catalog knows.
pub struct Place<'a> {
    service: &'a Service,
    end: &'a End,
    side: Side,
    /// How the destination spells names.
    pub spelling: Spelling,
}

/// Finds the service by the end's name, else by its type.
pub fn find<'a>(services: &'a BTreeMap<String, Service>, side: Side, end: &'a End) -> Option<Place<'a>> {
    let kind = kind(&end.kind);
    let by_type = || services.iter().find(|(key, _)| self::kind(key) == kind).map(|(_, service)| service);
    let service = services.get(&end.name).or_else(by_type)?;
    let written = side == Side::Destination && service.kind == Shape::Table;
    let spelling = if written { Spelling::of(&kind, &end.settings) } else { Spelling::AsIs };
    Some(Place { service, end, side, spelling })
}

/// One spelling for both APIs' names of a type: "S3 Data Lake" is "s3-data-lake", "mongodb-v2" is "mongodb".
fn kind(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|at| if at.is_alphanumeric() { at } else { '-' }).collect();
    let mut words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let is_version = |word: &&str| word.strip_prefix('v').is_some_and(|rest| rest.parse::<u8>().is_ok());
    if words.last().is_some_and(is_version) {
        words.pop();
    }
    let kind = words.join("-");
    SAME.iter().find(|(other, _)| *other == kind).map_or(kind.clone(), |(_, same)| (*same).to_owned())
}

/// The first of these settings that is there.
pub fn setting<'a>(settings: &'a Value, pointers: &[&str]) -> Option<&'a str> {
    let mut found = pointers.iter().filter_map(|pointer| settings.pointer(pointer)?.as_str());
    found.find(|text| !text.trim().is_empty())
}

impl Place<'_> {
    /// Where a stream is, or what is not known of that place.
    pub fn endpoint(&self, namespace: Option<&str>, stream: &str) -> Result<Endpoint, String> {
        let (entity_type, path) = match (self.service.kind, self.side) {
            (Shape::Table, _) => ("table", self.table(namespace, stream)?),
            (Shape::Container, side) => ("container", self.container(side, namespace, stream)?),
        };
        let service = Some(self.service.name.clone());
        Ok(Endpoint { service, entity_type: entity_type.to_owned(), path })
    }

    /// What the operator wrote is not spelled anew.
    fn table(&self, namespace: Option<&str>, stream: &str) -> Result<Vec<String>, String> {
        let settings = &self.end.settings;
        let flat = FLAT.contains(&kind(&self.end.kind).as_str());
        let outer = if flat { Some("default") } else { setting(settings, &DATABASE) };
        let inner = if flat { setting(settings, &DATABASE) } else { self.schema() };
        let database = self.service.database.clone().or_else(|| Some(self.spelling.write(outer?)));
        let own = || self.service.schema.clone().or_else(|| Some(self.spelling.write(inner?)));
        let schema = namespace.map(|namespace| self.spelling.write(namespace)).or_else(own);
        Ok(vec![
            database.ok_or_else(|| self.unknown("database"))?,
            schema.ok_or_else(|| self.unknown("schema"))?,
            self.spelling.write(stream),
        ])
    }

    /// The schema of `BigQuery` may stand behind its project; a source may have just one of many possible.
    fn schema(&self) -> Option<&str> {
        let settings = &self.end.settings;
        let one = settings.get("schemas").and_then(Value::as_array).filter(|all| all.len() == 1);
        let one = || one.and_then(|all| all.first()).and_then(Value::as_str);
        let found = setting(settings, &SCHEMA).or_else(one)?;
        Some(found.rsplit_once(':').map_or(found, |(_, schema)| schema))
    }

    fn container(&self, side: Side, namespace: Option<&str>, stream: &str) -> Result<Vec<String>, String> {
        let path = match side {
            Side::Source => folder::bucket(&self.end.settings),
            Side::Destination => folder::written(&self.end.settings, namespace, stream),
        };
        path.ok_or_else(|| format!("the settings of `{}` name no bucket", self.end.name))
    }

    fn unknown(&self, what: &str) -> String {
        format!("no {what} is known of `{}`; set `{what}` in `services.\"{}\"`", self.end.name, self.end.name)
    }
}
