//! Catalogs and their schemas: the splits there are, and the databases. Never lists a table.

use metahost_plugin_sdk::connector::{Mode, Split};
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{ErrorExt, Result, protocol};

use crate::answer::{is_local, reason};
use crate::client::Client;
use crate::config::Config;
use crate::galaxy::OfCatalog;
use crate::properties::{self, Properties};
use crate::{sql, table};

/// A catalog and its connector.
type Catalog = (String, Option<String>);

/// Iceberg catalogs have a schema of Trino's own by this name.
const ICEBERG_SYSTEM: &str = "system";

/// The catalogs to read.
pub fn list(client: &Client, config: &Config) -> Result<Vec<Catalog>> {
    client.all(sql::catalogs(&config.catalogs, config.include_system_schemas))
}

/// The schemas of one catalog.
fn schemas(config: &Config, connector: Option<&str>, rows: Vec<(String,)>) -> Vec<String> {
    let system = |name: &str| connector == Some("iceberg") && name == ICEBERG_SYSTEM && !config.include_system_schemas;
    rows.into_iter().map(|(name,)| name).filter(|name| !system(name)).collect()
}

/// One split per catalog, for itself and its list of schemas, and one per schema.
pub fn splits(client: &Client, config: &Config, out: &mut dyn Output) -> Result<Vec<Split>> {
    let catalogs = list(client, config)?;
    if catalogs.is_empty() {
        return Err(protocol("Trino lists no catalog to read; has the user rights? Nothing is taken for gone"));
    }
    warn_of_missing(config, &catalogs, out);
    let statements: Vec<String> =
        catalogs.iter().map(|(name, _)| sql::schemas(name, config.include_system_schemas)).collect();
    let mut splits = Vec::new();
    for ((catalog, connector), answer) in catalogs.iter().zip(client.all_of(&statements)) {
        splits.push(split(&[catalog]));
        match answer {
            Ok(rows) => {
                splits
                    .extend(schemas(config, connector.as_deref(), rows).iter().map(|schema| split(&[catalog, schema])));
            }
            // The catalog's own split fails with this error; the other catalogs go on.
            Err(error) if is_local(&error) => {
                let fields = [("catalog", catalog.clone()), ("reason", reason(&error))];
                out.note(Level::Warn, "the schemas of a catalog can't be listed", &fields);
            }
            Err(error) => return Err(error).with("catalog", catalog),
        }
    }
    Ok(splits)
}

fn warn_of_missing(config: &Config, found: &[Catalog], out: &mut dyn Output) {
    for wanted in config.catalogs.iter().filter(|wanted| found.iter().all(|(name, _)| name != *wanted)) {
        let fields = [("catalog", wanted.clone())];
        out.note(Level::Warn, "Trino has no such catalog, or this user may not see it", &fields);
    }
}

fn split(path: &[&str]) -> Split {
    let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
    // A name may hold a dot, so the id quotes like SQL does.
    let quoted = sql::path(&path.iter().map(String::as_str).collect::<Vec<_>>());
    Split { id: format!("entities:{quoted}"), path, mode: Mode::Entities, weight: None }
}

/// What each schema was created with, in their order: asked for only where a connector's schemas have properties.
fn properties(
    client: &Client,
    config: &Config,
    (catalog, connector): (&str, Option<&str>),
    schemas: &[String],
    out: &mut dyn Output,
) -> Result<Vec<Properties>> {
    if !config.table_properties.wanted(connector) {
        return Ok(schemas.iter().map(|_| Properties::default()).collect());
    }
    let statements: Vec<String> = schemas.iter().map(|schema| sql::show_create_schema(catalog, schema)).collect();
    let answers = schemas.iter().zip(client.all_of::<(String,)>(&statements));
    answers
        .map(|(schema, answer)| match answer {
            Ok(rows) => Ok(rows.first().map(|(ddl,)| properties::parse(ddl)).unwrap_or_default()),
            Err(error) if is_local(&error) => {
                let fields = [("schema", [catalog, schema].join(".")), ("reason", reason(&error))];
                out.note(Level::Warn, "SHOW CREATE SCHEMA failed", &fields);
                Ok(Properties::default())
            }
            Err(error) => Err(error).with("schema", schema),
        })
        .collect()
}

/// A catalog as a database, and its schemas, with what Galaxy knows of them.
pub fn read(client: &Client, config: &Config, catalog: &str, mut known: OfCatalog, out: &mut dyn Output) -> Result<()> {
    let connector: Vec<(Option<String>,)> = client.all(sql::connector(catalog))?;
    let connector = connector.into_iter().next().and_then(|(name,)| name);
    let rows = client.all(sql::schemas(catalog, config.include_system_schemas)).with("catalog", catalog)?;
    let schemas = schemas(config, connector.as_deref(), rows);
    let mut database = table::database(catalog, connector.as_deref());
    known.catalog.put_on(&mut database.common);
    out.entity(Entity::Database(database))?;
    let properties = properties(client, config, (catalog, connector.as_deref()), &schemas, out)?;
    for (name, properties) in schemas.iter().zip(properties) {
        let mut schema = table::schema(catalog, name, &properties);
        known.schemas.remove(name).unwrap_or_default().put_on(&mut schema.common);
        out.entity(Entity::Schema(schema))?;
    }
    if schemas.is_empty() {
        // A user who may see none is told the same.
        let fields = [("catalog", catalog.to_owned())];
        out.note(Level::Warn, "the catalog lists no schema; has the user rights? Nothing is taken for gone", &fields);
        return Ok(());
    }
    out.complete(&[catalog.to_owned()], "databaseSchema", Some(schemas.len() as u64))
}

#[cfg(test)]
mod tests {
    use metahost_plugin_sdk::testing::Collected;
    use serde_json::json;

    use super::*;
    use crate::testing::{Said, Scripted, request, trino};

    fn server(connector: &str) -> Scripted {
        let raw = "CREATE SCHEMA c.raw\nAUTHORIZATION ROLE loader\nWITH (\n   location = 's3://b/raw'\n)";
        Scripted::default()
            .rows("SELECT connector_name", json!([[connector]]))
            .rows("information_schema.schemata", json!([["raw"], ["secret"]]))
            .rows("SHOW CREATE SCHEMA \"c\".\"raw\"", json!([[raw]]))
            .says(
                "SHOW CREATE SCHEMA \"c\".\"secret\"",
                Said::Error("PERMISSION_DENIED", "USER_ERROR", "Access Denied"),
            )
    }

    fn schemas(server: &Scripted) -> (Vec<Vec<String>>, Collected) {
        let mut out = Collected::default();
        trino(server, "").read_into(&request(Mode::Entities, &["c"]), &mut out).unwrap();
        let owners = out.entities.iter().filter_map(|entity| match entity {
            Entity::Schema(schema) => Some(schema.common.owners.clone()),
            _ => None,
        });
        (owners.collect(), out)
    }

    #[test]
    fn a_schema_tells_its_owner_and_its_properties() {
        let (owners, out) = schemas(&server("hive"));
        assert_eq!(owners, [vec!["loader".to_owned()], Vec::new()]);
        let Entity::Schema(raw) = &out.entities[1] else { panic!("{:?}", out.entities) };
        let all = ("schemaProperties".to_owned(), r#"{"location":"s3://b/raw"}"#.to_owned());
        assert_eq!(raw.common.extension, [all]);
        assert!(out.notes[0].contains("c.secret") && out.notes[0].contains("Access Denied"), "{:?}", out.notes);
        assert_eq!((out.skipped.len(), out.complete.len()), (0, 1));
    }

    #[test]
    fn schemas_of_other_connectors_cost_no_statement() {
        let server = server("postgresql");
        let (owners, out) = schemas(&server);
        assert_eq!((owners.len(), out.notes.len(), server.statements().len()), (2, 0, 2));
    }
}
