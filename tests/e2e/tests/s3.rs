//! The S3 connector through the whole binary, from a real S3 server (`SeaweedFS`) with what Trino and dbt left there.

use anyhow::{Context, Result};
use metahost_e2e::{Landing, Project, sum};
use metahost_stack::Server;
use serde_json::Value;

const METADATA: &str = "openmetadata__s3__metadata";

/// Only what no other test writes to while this one reads twice.
fn source() -> Result<String> {
    metahost_stack::up(&[Server::Trino])?;
    Ok(format!(
        "[sources.s3]\nplugin = \"s3\"\nallow-private = true\nconfig = {{ endpoint = \"{}\", region = \"us-east-1\", buckets = [\"landing\", \"warehouse\"] }}\n\
         filters = {{ container = {{ excludes = [\"trino-spool\", \"iceberg/zz_.*\"] }} }}\n\
         [sources.s3.credentials.s3]\nkind = \"aws-sigv4\"\naccess-key-id = \"env:ID\"\nsecret-access-key = \"env:KEY\"\nregion = \"us-east-1\"\n",
        Server::S3.url()
    ))
}

fn lands(version: &str) -> Result<()> {
    let (id, key) = metahost_stack::s3_credentials();
    let landing = Landing::new(&source()?, version)?.env("ID", id).env("KEY", key);
    let report = landing.run(&[METADATA])?;
    assert_eq!(sum(&report, None, "rejected"), 0, "{report:#}");
    assert_eq!(landing.server.ask("check")?["problems"], Value::from(Vec::<Value>::new()));
    let bucket = landing.server.get("containers/name/s3.warehouse")?;
    assert!(bucket["numberOfObjects"].as_f64().is_some_and(|count| count > 100.0), "{bucket:#}");
    let tables = landing.server.get("containers?service=s3&limit=1000")?;
    let tables = tables["data"].as_array().context("no containers")?;
    let orders =
        tables.iter().find(|it| it["name"].as_str().is_some_and(|name| name.starts_with("iceberg/bronze/orders-")));
    let orders = orders.context("no orders")?;
    assert!(orders["description"].as_str().is_some_and(|text| text.contains("Iceberg table")), "{orders:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_buckets_and_tables() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_buckets_and_tables() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_buckets_and_tables() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn a_wrong_key_is_told_and_not_shown() -> Result<()> {
    let project = Project::new(&source()?)?.env("ID", "stack-access").env("KEY", "hunter2-is-wrong");
    let finished = project.run(&["run", METADATA])?.expect_code(5)?;
    assert!(finished.all().contains("credentials.s3"), "{}", finished.all());
    assert!(!finished.all().contains("hunter2"), "{}", finished.all());
    Ok(())
}
