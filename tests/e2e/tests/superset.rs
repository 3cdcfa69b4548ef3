//! The Superset connector through the whole binary, from a real Superset over the stack's Trino.

use anyhow::{Context, Result};
use metahost_e2e::{Landing, Project, sum};
use metahost_stack::Server;

const METADATA: &str = "openmetadata__superset__metadata";

fn source(user: &str) -> Result<String> {
    metahost_stack::up(&[Server::Superset])?;
    let url = Server::Superset.url();
    Ok(format!(
        "[sources.superset]\nplugin = \"superset\"\nallow-private = true\nconfig = {{ url = \"{url}\" }}\n\
         [sources.superset.credentials.superset]\nkind = \"login\"\nlogin-url = \"{url}/api/v1/security/login\"\n\
         username = \"{user}\"\npassword = \"env:PASSWORD\"\nfields = {{ provider = \"db\" }}\n"
    ))
}

/// Trino, whose tables Superset reads: only the catalog that matters here.
fn trino() -> String {
    format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\nconfig = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\n\
         filters = {{ schema = {{ excludes = [\"^zz_\"] }} }}\n",
        Server::Trino.url()
    )
}

fn lands(version: &str) -> Result<()> {
    let landing = Landing::new(&format!("{}{}", source("admin")?, trino()), version)?.env("PASSWORD", "stack");
    landing.run(&["openmetadata__trino__metadata"])?;
    let report = landing.lands(&[METADATA])?;
    assert_eq!(sum(&report, Some("dashboardDataModel"), "created"), 11, "{report:#}");
    assert_eq!(sum(&report, Some("chart"), "created"), 11, "{report:#}");
    assert_eq!(sum(&report, Some("dashboard"), "created"), 5, "{report:#}");
    let boards = landing.server.get("dashboards?service=superset&limit=100&fields=charts,dataModels,owners,tags")?;
    let boards = boards["data"].as_array().context("no dashboards")?;
    let overview = boards.iter().find(|board| board["displayName"] == "Executive overview").context("no overview")?;
    assert!(overview["charts"].as_array().is_some_and(|charts| charts.len() == 3), "{overview:#}");
    assert!(overview["tags"].to_string().contains("SupersetTags.kpi"), "{overview:#}");
    // Nobody named Trino: the one service that has the table is found.
    let models = landing.server.get("dashboard/datamodels?service=superset&limit=100")?;
    let models = models["data"].as_array().context("no data models")?;
    let payments = models.iter().find(|model| model["displayName"] == "bronze.payments").context("no payments")?;
    let table = landing.server.get("tables/name/trino.iceberg.bronze.payments")?;
    let ends = [&table["id"], &payments["id"]].map(|id| id.as_str().unwrap_or_default().to_owned());
    let edge = landing.server.get(&format!("lineage/getLineageEdge/{}/{}", ends[0], ends[1]))?;
    assert!(edge.to_string().contains("trino.iceberg.bronze.payments.paid_at"), "{edge:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_data_models_charts_and_dashboards() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_data_models_charts_and_dashboards() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_data_models_charts_and_dashboards() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn a_user_without_rights_is_not_an_empty_superset() -> Result<()> {
    let project = Project::new(&source("gina")?)?.env("PASSWORD", "stack");
    let finished = project.run(&["run", METADATA])?.expect_code(5)?;
    assert!(finished.all().contains("has it a role that may?"), "{}", finished.all());
    Ok(())
}

#[test]
fn a_wrong_password_is_told_and_not_shown() -> Result<()> {
    let project = Project::new(&source("admin")?)?.env("PASSWORD", "hunter2-is-wrong");
    let finished = project.run(&["check", "superset"])?.expect_code(5)?;
    assert!(finished.out.contains("Not authorized"), "{}", finished.all());
    assert!(!finished.all().contains("hunter2"), "{}", finished.all());
    Ok(())
}
