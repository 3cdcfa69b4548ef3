//! The Redash connector through the whole binary, from the stand-in for Redash.

use anyhow::{Context, Result};
use metahost_e2e::redash::{KEY, source};
use metahost_e2e::{Landing, Project, sum};

const METADATA: &str = "openmetadata__redash__metadata";

fn lands(version: &str) -> Result<()> {
    let landing = Landing::new(&source()?, version)?.env("KEY", KEY);
    let report = landing.lands(&[METADATA])?;
    assert_eq!(sum(&report, Some("chart"), "created"), 31, "{report:#}");
    assert_eq!(sum(&report, Some("dashboard"), "created"), 6, "{report:#}");
    let board = landing.server.get("dashboards/name/redash.1?fields=charts,tags")?;
    let names: Vec<&str> =
        board["charts"].as_array().context("no charts")?.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names.len(), 3, "{board:#}");
    assert!(names.contains(&"2_5"), "{names:?}");
    Ok(())
}

#[test]
fn version_1_7_takes_charts_and_dashboards() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_charts_and_dashboards() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_charts_and_dashboards() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn a_wrong_key_is_named_and_not_shown() -> Result<()> {
    let project = Project::new(&source()?)?.env("KEY", "hunter2-is-wrong");
    let finished = project.run(&["run", METADATA])?.expect_code(5)?;
    assert!(finished.all().contains("credentials.redash"), "{}", finished.all());
    assert!(!finished.all().contains("hunter2"), "{}", finished.all());
    let checked = project.run(&["check", "redash"])?.expect_code(5)?;
    assert!(checked.out.contains("FAIL  source redash CheckAccess ("), "{}", checked.all());
    assert!(checked.out.contains("what to do: see whether [sources.redash.credentials]"), "{}", checked.all());
    Ok(())
}
