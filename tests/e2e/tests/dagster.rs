//! The Dagster connector in the sandbox, over exchanges recorded from a real Dagster 1.13, through the whole binary into
//! the stand-in for OpenMetadata.

use anyhow::{Context, Result};
use metahost_e2e::{Project, StandIn, root, sum};
use serde_json::{Value, json};

const METADATA: &str = "openmetadata__dagster__metadata";
const SOURCE: &str =
    "[sources.dagster]\nplugin = \"dagster\"\nallow-private = true\nconfig = { url = \"http://127.0.0.1:23070\" }\n";

fn cassettes() -> String {
    root().join("tests/e2e/cassettes/dagster").display().to_string()
}

fn replay(project: &Project) -> Result<Value> {
    let run = ["run", "--env", "test", METADATA, "--replay", &cassettes(), "--report", "report.json"];
    project.run(&run)?.expect_code(0)?;
    project.json("report.json")
}

fn lands_whole(version: &str) -> Result<()> {
    let server = StandIn::start(version)?;
    let environment =
        format!("[environments.test]\nopenmetadata = {{ url = \"{}\", token = \"env:OM_TOKEN\" }}\n", server.url());
    let project = Project::new(&format!("{SOURCE}{environment}"))?.env("OM_TOKEN", StandIn::token());
    let first = replay(&project)?;
    assert_eq!(sum(&first, None, "rejected"), 0, "{first:#}");
    assert_eq!(sum(&first, Some("pipeline"), "created"), 7, "{first:#}");
    assert_eq!(sum(&first, None, "unchanged"), 0, "{first:#}");
    let statuses = server.ask("series?collection=pipelines&fqn=dagster.lab%2Fraw")?.to_string();
    assert!(statuses.contains("raw/addresses") && statuses.contains("Successful"), "{statuses}");
    assert_eq!(server.ask("check")?["problems"], json!([]));
    let staging = server.get("pipelines/name/dagster.lab%2Fmarts?fields=tasks,tags,scheduleInterval")?;
    let tasks = staging["tasks"].as_array().context("no tasks")?;
    let customer = tasks.iter().find(|task| task["name"] == "marts/dim_customer").context("no dim_customer")?;
    assert_eq!(customer["downstreamTasks"], json!(["marts/fct_sales"]), "in the direction that data flows");
    let second = replay(&project)?;
    assert_eq!(sum(&second, None, "unchanged"), sum(&first, None, "emitted"), "{second:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_pipelines_runs_and_edges() -> Result<()> {
    lands_whole("1.7.7.4")
}

#[test]
fn version_2_0_takes_pipelines_runs_and_edges() -> Result<()> {
    lands_whole("2.0.7.0")
}

#[test]
fn what_is_emitted_is_what_dagster_said() -> Result<()> {
    let project = Project::new(SOURCE)?;
    let run = ["run", METADATA, "--replay", &cassettes(), "--sink", "jsonl", "--output", "out.jsonl"];
    project.run(&run)?.expect_code(0)?;
    let lines = project.read("out.jsonl")?;
    let lines = lines.lines().filter(|line| line.contains("lab/raw")).map(serde_json::from_str);
    insta::assert_json_snapshot!("dagster-raw", lines.collect::<Result<Vec<Value>, _>>()?);
    Ok(())
}

#[test]
fn a_pipeline_reads_well() -> Result<()> {
    let project = Project::new(SOURCE)?;
    project.run(&["run", METADATA, "--replay", &cassettes()])?.expect_code(0)?;
    let shown = |name| -> Result<String> { Ok(project.run(&["catalog", "show", name])?.expect_code(0)?.out) };
    let raw = shown("dagster.lab/raw")?;
    for part in ["schedule: 15 3 * * * (Europe/Paris)", "raw/addresses", "airbyte", "run Successful"] {
        assert!(raw.contains(part), "{part}: {raw}");
    }
    let marts = shown("dagster.lab/marts")?;
    assert!(marts.contains("marts/dim_customer, marts/dim_product"), "what a task waits for: {marts}");
    Ok(())
}

#[test]
fn a_token_that_is_missing_is_named_and_nothing_is_read() -> Result<()> {
    let slot = "[sources.dagster.credentials.dagster]\nkind = \"api-key\"\nheader = \"Dagster-Cloud-Api-Token\"\nvalue = \"env:NO_TOKEN\"\n";
    let finished = Project::new(&format!("{SOURCE}{slot}"))?.run(&["run", METADATA])?.expect_code(3)?;
    assert!(finished.all().contains("NO_TOKEN"), "{}", finished.all());
    Ok(())
}

#[test]
fn an_address_without_dagster_is_told() -> Result<()> {
    let server = StandIn::start("2.0.7.0")?;
    let project = Project::new(&SOURCE.replace("http://127.0.0.1:23070", server.url().trim_end_matches("/api")))?;
    let finished = project.run(&["run", METADATA])?.expect_code(5)?;
    assert!(finished.all().contains("`url` is the address of Dagster's web server"), "{}", finished.all());
    Ok(())
}
