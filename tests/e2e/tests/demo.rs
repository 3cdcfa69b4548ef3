//! The demo as a newcomer sees it: every asset from recorded exchanges, and again.

use anyhow::{Context, Result};
use metahost_e2e::{Project, root, sum};
use serde_json::Value;

/// The demo's configuration with the plugins where they were built.
fn demo() -> Result<Project> {
    let text = std::fs::read_to_string(root().join("tests/demo/metahost.toml"))?;
    let plugins = format!("\"{}\"", root().join("target/dist/plugins").display());
    Project::with_file(&text.replace("\"../dist/plugins\"", &plugins))
}

fn replay(project: &Project) -> Result<Value> {
    let cassettes = root().join("tests/demo/cassettes").display().to_string();
    project.run(&["run", "--all", "--replay", &cassettes, "--report", "report.json"])?.expect_code(0)?;
    project.json("report.json")
}

#[test]
fn everything_lands_and_a_second_run_finds_it_unchanged() -> Result<()> {
    let project = demo()?;
    let first = replay(&project)?;
    // Schemas that other tests left behind when it was recorded are filtered.
    let wanted = |report: &Value| sum(report, None, "emitted") - sum(report, None, "filtered");
    let all = wanted(&first);
    assert!(all > 1_200, "{all} records");
    assert_eq!(sum(&first, None, "created"), all, "all of it is new: {first:#}");
    let second = replay(&project)?;
    assert_eq!(wanted(&second), all);
    assert_eq!(sum(&second, None, "unchanged"), all, "all of it is unchanged: {second:#}");
    Ok(())
}

#[test]
fn one_table_and_its_lineage_read_well() -> Result<()> {
    let project = demo()?;
    replay(&project)?;
    let shown = project.run(&["catalog", "show", "trino.iceberg.campus_marts.dim_learners"])?.expect_code(0)?;
    insta::assert_snapshot!("catalog-show", shown.out);
    let lineage = project.run(&["catalog", "lineage", "trino.iceberg.campus_marts.dim_learners"])?.expect_code(0)?;
    insta::assert_snapshot!("catalog-lineage", lineage.out);
    Ok(())
}

#[test]
fn the_same_recording_gives_the_same_lines_byte_for_byte() -> Result<()> {
    let cassettes = root().join("tests/demo/cassettes").display().to_string();
    let lines = || -> Result<String> {
        let project = demo()?;
        project.run(&["run", "--all", "--replay", &cassettes, "--sink", "jsonl", "--output", "out.jsonl"])?;
        project.read("out.jsonl").context("the lines of JSON")
    };
    let first = lines()?;
    assert!(first.lines().count() > 1_000);
    assert!(first == lines()?, "two runs of one recording differ");
    Ok(())
}

#[test]
fn a_request_that_was_not_recorded_fails_and_is_named() -> Result<()> {
    let project = demo()?;
    let cassettes = project.folder().join("cassettes");
    std::fs::create_dir(&cassettes)?;
    for file in ["cassette.json", "dbt.jsonl"] {
        std::fs::copy(root().join("tests/demo/cassettes").join(file), cassettes.join(file))?;
    }
    std::fs::write(cassettes.join("trino.jsonl"), "")?;
    let arguments = ["run", "openmetadata__trino__metadata", "--replay", "cassettes"];
    let finished = project.run(&arguments)?.expect_code(5)?;
    assert!(finished.all().contains("POST http://127.0.0.1:18080/v1/statement"), "{}", finished.all());
    Ok(())
}
