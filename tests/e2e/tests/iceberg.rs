//! The Iceberg connector through the whole binary, from Apache's own REST catalog with tables that Trino made.

use anyhow::{Context, Result};
use metahost_e2e::{Landing, Project, sum, trino};
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
