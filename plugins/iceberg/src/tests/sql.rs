//! The connector over a SQL catalog's tables, held in memory by hand: what a real PostgreSQL answers to the statements is held by the
//! whole-binary tests. The metadata files are the recorded ones.

use metahost_plugin_sdk::database::{Database, Rows};
use metahost_plugin_sdk::testing::{ByHeart, Collected};
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Connector, Error, Result, protocol};
use serde_json::{Value, json};

use super::glue::{at, store};
use super::{read_all, whole};
use crate::Iceberg;
use crate::catalog::Servers;
use crate::config::Config;

/// A database that no test may ask.
pub struct Unasked;

impl Database for Unasked {
    fn page(&self, sql: &str, _: &[&str], _: u32) -> Result<Rows> {
        Err(protocol(format!("nobody should ask {sql}")))
    }
}

/// The two tables of the catalog `lake`, two rows a page.
#[derive(Clone, Default)]
struct InMemory {
    /// Namespace, name, kind, metadata file.
    tables: Vec<[String; 4]>,
    /// Namespace, key, value.
    properties: Vec<[String; 3]>,
    refuses: Option<Error>,
}

impl InMemory {
    fn recorded() -> Self {
        let answers: Value = serde_json::from_str(include_str!("../../fixtures/catalog.json")).unwrap();
        let mut tables = Self::default().with_property("bronze", "owner", "anna@example.org");
        for (path, answer) in answers.as_object().unwrap() {
            let parts: Vec<&str> = path.split('/').collect();
            if let (["", "v1", "namespaces", namespace, kind, name], Some(file)) =
                (parts.as_slice(), answer["metadata-location"].as_str())
            {
                tables = tables.with(namespace, name, if *kind == "views" { "VIEW" } else { "TABLE" }, file);
            }
        }
        tables
    }

    fn with(mut self, namespace: &str, name: &str, kind: &str, file: &str) -> Self {
        self.tables.push([namespace, name, kind, file].map(str::to_owned));
        self
    }

    fn with_property(mut self, namespace: &str, key: &str, value: &str) -> Self {
        self.properties.push([namespace, key, value].map(str::to_owned));
        self
    }

    fn all(&self, sql: &str, parameters: &[&str]) -> Vec<Vec<String>> {
        let cut = |row: &[&String]| row.iter().map(|cell| (*cell).clone()).collect();
        match parameters {
            [_] => vec![vec!["lake".to_owned()]],
            ["lake", _] => {
                let tables = self.tables.iter().map(|row| &row[0]);
                tables.chain(self.properties.iter().map(|row| &row[0])).map(|name| vec![name.clone()]).collect()
            }
            ["lake", namespace, _] => {
                assert!(sql.contains("property_key"), "{sql}");
                let rows = self.properties.iter().filter(|row| row[0] == *namespace);
                rows.map(|[_, key, value]| cut(&[key, value])).collect()
            }
            ["lake", namespace, kind, _] => {
                let rows = self.tables.iter().filter(|row| row[0] == *namespace && row[2] == *kind);
                rows.map(|[_, name, _, file]| cut(&[name, file])).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Database for InMemory {
    fn page(&self, sql: &str, parameters: &[&str], _: u32) -> Result<Rows> {
        if let Some(error) = &self.refuses {
            return Err(error.clone());
        }
        let (mut found, last) = (self.all(sql, parameters), parameters.last().unwrap());
        found.sort();
        found.dedup();
        found.retain(|row| row[0].as_str() > *last);
        let more = found.len() > 2;
        let cells = found.into_iter().take(2).map(|row| row.into_iter().map(Some).collect()).collect();
        Ok(Rows { columns: Vec::new(), cells, more })
    }
}

fn connector(tables: &InMemory, catalog: &str) -> Iceberg {
    let config = json!({
        "type": "sql", "url": "postgresql://db:5432/lake", "catalog-name": catalog, "database": "lake",
        "s3": { "endpoint": "http://store:9000" },
    });
    let catalog = Box::new(ByHeart::new("no server", "iceberg"));
    let servers = Servers { catalog, database: Box::new(tables.clone()), store: Box::new(store()) };
    Iceberg { config: Config::parse(&config.to_string()).unwrap(), servers }
}

fn run(tables: &InMemory) -> (Result<()>, Collected) {
    read_all(&mut connector(tables, "lake"))
}

#[test]
fn sql_and_rest_tell_the_same_tables_and_views() {
    let (done, out) = run(&InMemory::recorded());
    done.unwrap();
    assert_eq!(format!("{:#?}", out.tables()), format!("{:#?}", whole().tables()));
    assert!(out.complete.contains(&("lake/bronze".to_owned(), "table".to_owned(), Some(5))), "{:?}", out.complete);
}

#[test]
fn a_namespace_around_others_exists_without_tables_of_its_own() {
    let tables = InMemory::default().with_property("a.b.c", "comment", "deep").with_property("d", "comment", "x");
    let mut iceberg = connector(&tables, "lake");
    assert_eq!(iceberg.test("GetNamespaces").unwrap(), "4 namespaces");
    let (done, out) = run(&tables);
    done.unwrap();
    assert!(format!("{:?}", out.entities).contains("a.b.c"), "{:?}", out.entities);
}

#[test]
fn the_older_version_knows_no_views() {
    let mut iceberg = connector(&InMemory::recorded(), "lake");
    assert_eq!(iceberg.test("GetTables").unwrap(), "5 tables");
    assert_eq!(iceberg.test("GetViews").unwrap(), "1 views");
    let mut older = InMemory::recorded();
    older.tables.retain(|row| row[2] == "TABLE");
    assert_eq!(connector(&older, "lake").test("GetViews").unwrap(), "0 views");
}

#[test]
fn a_catalog_of_another_name_tells_which_there_are() {
    let error = format!("{:?}", read_all(&mut connector(&InMemory::recorded(), "laek")).0.unwrap_err());
    assert!(error.contains("`catalog-name` is `laek`") && error.contains("tables lake in"), "{error}");
    let (done, out) = run(&InMemory::default());
    assert!(format!("{:?}", done.unwrap_err()).contains("the catalog shows no namespace"));
    assert!(out.complete.is_empty());
}

#[test]
fn what_the_database_refuses_ends_the_read() {
    let refusal = Failure { message: "the database refuses the credential".to_owned(), context: Vec::new() };
    let tables = InMemory { refuses: Some(Error::Denied(refusal)), ..InMemory::recorded() };
    assert!(format!("{:?}", run(&tables).0.unwrap_err()).contains("refuses the credential"));
}

#[test]
fn names_in_sql_may_hold_anything() {
    let strange = format!("a.b\"c::d 🦆 '); DROP {}", "x".repeat(300));
    let file = "s3://w/t.metadata.json";
    let metadata = r#"{"format-version": 2, "schemas": [{"schema-id": 0, "fields": []}], "current-schema-id": 0}"#;
    let mut iceberg = connector(&InMemory::default().with("n", &strange, "TABLE", file), "lake");
    iceberg.servers.store = Box::new(store().with(&at(file), 200, metadata));
    let (done, out) = read_all(&mut iceberg);
    done.unwrap();
    assert_eq!(out.tables()[0].common.path, ["lake", "n", &strange]);
}

#[test]
fn a_database_needs_the_name_of_its_catalog() {
    let config = r#"{"type": "sql", "url": "postgresql://db/lake", "s3": {"endpoint": "http://store:9000"}}"#;
    assert!(format!("{:?}", Config::parse(config).unwrap_err()).contains("/catalog-name"));
}
