//! The Iceberg connector through the whole binary, from Apache's own REST catalog with tables that Trino made.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use metahost_e2e::{Landing, Project, glue, sum, trino};
use metahost_stack::Server;
use serde_json::Value;

const METADATA: &str = "openmetadata__iceberg__metadata";

fn source() -> Result<String> {
    metahost_stack::up(&[Server::Trino])?;
    Ok(format!(
        "[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = {{ url = \"{}\", database = \"iceberg\" }}\n\
         filters = {{ schema = {{ excludes = [\"^zz_\"] }} }}\n",
        Server::Iceberg.url()
    ))
}

fn lands(version: &str, service_type: &str) -> Result<()> {
    let landing = Landing::new(&source()?, version)?;
    let report = landing.lands(&[METADATA])?;
    let sql = "SELECT count(*) FROM iceberg.information_schema.tables \
               WHERE table_schema NOT IN ('information_schema', 'system') AND table_schema NOT LIKE 'zz\\_%' ESCAPE '\\'";
    let counted =
        trino::rows(sql)?.into_iter().flatten().next().and_then(|count| count.as_u64()).context("no count")?;
    assert_eq!(sum(&report, Some("table"), "created"), counted, "as many as Trino counts");
    let service = landing.server.get("services/databaseServices/name/iceberg")?;
    assert_eq!(service["serviceType"], service_type);
    let events = landing.server.get("tables/name/iceberg.iceberg.bronze.page_events?fields=columns,tablePartition")?;
    let parts = events["tablePartition"]["columns"].as_array().context("no partitions")?;
    let intervals: Vec<&Value> = parts.iter().map(|part| &part["interval"]).collect();
    assert_eq!(intervals, ["day", "bucket[4]"], "{events:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_it_as_iceberg() -> Result<()> {
    lands("1.7.7.4", "Iceberg")
}

#[test]
fn version_1_13_takes_it_as_a_custom_database() -> Result<()> {
    lands("1.13.6.3", "CustomDatabase")
}

#[test]
fn version_2_0_takes_it_as_a_custom_database() -> Result<()> {
    lands("2.0.7.0", "CustomDatabase")
}

#[test]
fn the_connection_test_counts() -> Result<()> {
    let finished = Project::new(&source()?)?.run(&["check", "iceberg"])?.expect_code(0)?;
    assert!(finished.out.contains("ok    source iceberg GetViews ("), "{}", finished.all());
    Ok(())
}

/// A source of this catalog, its metadata files in the stack's S3, under the name that the REST source has.
fn beside(catalog: &str, credential: &str) -> String {
    format!(
        "[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\n\
         config = {{ {catalog}, database = \"iceberg\", s3 = {{ endpoint = \"{}\" }} }}\n\
         filters = {{ schema = {{ excludes = [\"^zz_\"] }} }}\n\
         [sources.iceberg.credentials.iceberg]\n{credential}\n\
         [sources.iceberg.credentials.s3]\nkind = \"aws-sigv4\"\naccess-key-id = \"env:ID\"\nsecret-access-key = \"env:KEY\"\nregion = \"us-east-1\"\n",
        Server::S3.url()
    )
}

fn glue_source(more: &str) -> Result<String> {
    let url = glue::over(&Server::Iceberg.url())?;
    let key = format!("kind = \"aws-sigv4\"\naccess-key-id = \"{}\"\nsecret-access-key = \"env:GLUE\"", glue::KEY_ID);
    let credential = format!("{key}\nregion = \"us-east-1\"\nservice = \"glue\"");
    Ok(beside(&format!("type = \"glue\", url = \"{url}\"{more}"), &credential))
}

fn project(source: &str) -> Result<Project> {
    let (id, key) = metahost_stack::s3_credentials();
    Ok(Project::new(source)?.env("ID", &id).env("KEY", &key).env("GLUE", "hunter2-of-glue"))
}

/// What a source tells of its tables and views, by name.
fn told(project: &Project, more: &[&str]) -> Result<BTreeMap<String, Value>> {
    let arguments = [&["run", METADATA, "--sink", "jsonl", "--output", "out.jsonl"], more].concat();
    project.run(&arguments)?.expect_code(0)?;
    let lines = project.read("out.jsonl")?;
    let records = lines.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let tables = records.into_iter().filter(|record| record["type"] == "table");
    tables.map(|table| Ok((table["fqn"].as_str().context("no name")?.to_owned(), table))).collect()
}

#[test]
fn glue_tells_the_same_tables_as_rest_does() -> Result<()> {
    let mut of_rest = told(&project(&source()?)?, &[])?;
    let of_glue = told(&project(&glue_source(", page-size = 3")?)?, &[])?;
    of_rest.retain(|_, table| table["entity"]["kind"] != "view");
    assert!(of_rest.len() > 20, "{} tables", of_rest.len());
    assert_eq!(of_glue, of_rest);
    Ok(())
}
