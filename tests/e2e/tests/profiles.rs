//! What sources keep of their tables' rows by themselves, as profiles: of a real Trino and a real Iceberg catalog.

use anyhow::{Context, Result};
use metahost_e2e::{Landing, sum};
use metahost_stack::Server;
use serde_json::Value;

fn landing(version: &str) -> Result<Landing> {
    metahost_stack::up(&[Server::Trino, Server::Iceberg])?;
    let only = "filters = { schema = { includes = [\"^bronze$\"] } }\n";
    let sources = format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\n\
         config = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\nprofile = {{ depth = \"statistics\" }}\n{only}\
         [sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\n\
         config = {{ url = \"{}\", database = \"lake\" }}\n{only}",
        Server::Trino.url(),
        Server::Iceberg.url()
    );
    Landing::new(&sources, version)
}

/// What the server keeps beside a table.
fn kept(landing: &Landing, table: &str) -> Result<Value> {
    landing.server.ask(&format!("series?collection=tables&fqn={table}"))
}

fn profiles(version: &str) -> Result<()> {
    let landing = landing(version)?;
    landing.run(&["openmetadata__trino__metadata", "openmetadata__iceberg__metadata"])?;
    let report = landing.run(&["openmetadata__trino__profiling", "openmetadata__iceberg__profiling"])?;
    assert!(sum(&report, Some("tableStatistics"), "updated") >= 20, "{report:#}");
    assert_eq!(landing.server.ask("check")?["problems"], serde_json::json!([]));
    for table in ["trino.iceberg.bronze.orders", "iceberg.lake.bronze.orders"] {
        let kept = kept(&landing, table)?;
        let text = kept.to_string();
        assert!(text.contains("\"rowCount\":15000"), "{table}: {kept:#}");
        assert!(
            text.contains("\"operation\":\"INSERT\"") && text.contains("\"rowsAffected\":15000"),
            "{table}: {kept:#}"
        );
    }
    let columns = kept(&landing, "trino.iceberg.bronze.orders")?;
    let text = columns.to_string();
    assert!(text.contains("orderkey") && text.contains("\"max\":60000"), "{columns:#}");
    columns.as_object().context("nothing is kept").map(|_| ())
}

#[test]
fn version_1_7_takes_profiles() -> Result<()> {
    profiles("1.7.7.4")
}

#[test]
fn version_2_0_takes_profiles() -> Result<()> {
    profiles("2.0.7.0")
}
