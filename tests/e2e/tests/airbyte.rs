//! The Airbyte connector through the whole binary, from the stand-in for Airbyte.

use anyhow::Result;
use metahost_e2e::airbyte::{fixture, source};
use metahost_e2e::{Landing, sum};

const METADATA: &str = "openmetadata__airbyte__metadata";

fn landing(version: &str) -> Result<Landing> {
    Ok(Landing::new(&source()?, version)?.env("SECRET", "hunter2"))
}

fn lands(version: &str) -> Result<()> {
    let landing = landing(version)?;
    let report = landing.lands(&[METADATA, "--days", "36500"])?;
    let (connections, jobs) = (
        fixture("connections", &[])?.len() as u64,
        (fixture("jobs", &[])?.len() + fixture("jobs-rest", &[])?.len()) as u64,
    );
    assert_eq!(sum(&report, Some("pipeline"), "created"), connections, "{report:#}");
    assert_eq!(sum(&report, Some("pipelineRun"), "updated"), jobs, "{report:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_connections_and_their_jobs() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_connections_and_their_jobs() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_connections_and_their_jobs() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn a_refused_client_is_told_and_its_secret_is_not() -> Result<()> {
    let landing = landing("2.0.7.0")?.env("SECRET", "hunter3");
    let finished = landing.project.run(&["check", "airbyte"])?.expect_code(5)?;
    assert!(finished.out.contains("invalid client"), "{}", finished.all());
    assert!(!finished.all().contains("hunter3"), "{}", finished.all());
    Ok(())
}
