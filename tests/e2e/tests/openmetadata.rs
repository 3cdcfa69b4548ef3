//! Real Trino and real dbt artifacts into the stand-in for OpenMetadata, in the oldest and the newest version, and what
//! OpenMetadata's own Python client reads back.

use anyhow::{Context, Result};
use metahost_e2e::{Project, StandIn, root, sum};
use metahost_stack::s3_credentials;
use serde_json::{Value, json};

/// The demo's sources, live, with the stand-in as the environment.
fn project(server: &StandIn) -> Result<Project> {
    let text = std::fs::read_to_string(root().join("tests/demo/metahost.toml"))?;
    let plugins = format!("\"{}\"", root().join("target/dist/plugins").display());
    let text = text.replace("\"../dist/plugins\"", &plugins);
    let environment =
        format!("\n[environments.test]\nopenmetadata = {{ url = \"{}\", token = \"env:OM_TOKEN\" }}\n", server.url());
    let (key, secret) = s3_credentials();
    let project = Project::with_file(&(text + &environment))?;
    Ok(project
        .env("OM_TOKEN", StandIn::token())
        .env("DEMO_S3_ACCESS_KEY_ID", key)
        .env("DEMO_S3_SECRET_ACCESS_KEY", secret))
}

/// What describes entities; queries are left out, since Trino's history grows with every test.
const ASSETS: [&str; 3] =
    ["openmetadata__trino__metadata", "openmetadata__dbt__metadata", "openmetadata__dbt__lineage"];

fn run(project: &Project, code: i32) -> Result<Value> {
    let arguments: Vec<&str> = ["run", "--env", "test", "--report", "report.json"].into_iter().chain(ASSETS).collect();
    project.run(&arguments)?.expect_code(code)?;
    project.json("report.json")
}

/// What was emitted and not filtered: other tests make schemas of their own, which the configuration leaves out.
fn wanted(report: &Value, kind: Option<&str>) -> u64 {
    sum(report, kind, "emitted") - sum(report, kind, "filtered")
}

fn names<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array().into_iter().flatten().filter_map(|item| item[key].as_str()).collect()
}

fn lands_whole_and_is_read_back(version: &str) -> Result<()> {
    let server = StandIn::start(version)?;
    let project = project(&server)?;
    let first = run(&project, 0)?;
    let emitted = wanted(&first, None);
    assert!(wanted(&first, Some("table")) > 1_000, "{first:#}");
    assert_eq!(sum(&first, None, "rejected"), 0);
    // What dbt tells of its views is in their own SQL, too: the second to say so changes nothing.
    let told_twice = sum(&first, Some("lineageEdge"), "unchanged");
    let written = sum(&first, None, "created") + sum(&first, None, "updated");
    assert_eq!(written + told_twice, emitted, "all of it was written");
    assert_eq!(server.ask("check")?["problems"], json!([]), "every kept document is one of this version's");
    second_run_writes_nothing(&server, &project, emitted)?;
    compare(&server.read_back()?, &first)
}

fn second_run_writes_nothing(server: &StandIn, project: &Project, emitted: u64) -> Result<()> {
    server.forget_requests()?;
    let second = run(project, 0)?;
    assert_eq!(sum(&second, None, "unchanged"), emitted, "{second:#}");
    let requests = server.ask("requests")?;
    let calls = requests["total"].as_u64().context("no total")?;
    assert!(calls * 100 <= 2 * emitted, "{calls} calls for {emitted} records: {}", requests["counts"]);
    let written = requests["requests"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|request| request["method"] != "GET" && !is_status(request));
    assert_eq!(written.collect::<Vec<_>>(), Vec::<&Value>::new(), "only the run's own status is written");
    Ok(())
}

/// Whether a request tells how a run stands.
fn is_status(request: &Value) -> bool {
    request["path"].as_str().unwrap_or_default().contains("/services/ingestionPipelines")
}

/// What the client read is what the run says it wrote.
fn compare(read: &Value, report: &Value) -> Result<()> {
    assert_eq!(names(&read["services"], "name"), ["trino"]);
    let count = |key: &str| read[key].as_array().map_or(0, Vec::len) as u64;
    assert_eq!(count("databases"), wanted(report, Some("database")));
    assert_eq!(count("schemas"), wanted(report, Some("databaseSchema")));
    assert_eq!(count("tables"), wanted(report, Some("table")));
    assert_eq!(count("testCases"), wanted(report, Some("testCase")));
    let told_twice = sum(report, Some("lineageEdge"), "unchanged");
    assert_eq!(count("edges"), wanted(report, Some("lineageEdge")) - told_twice);
    let sources = names(&read["edges"], "source");
    assert!(sources.iter().all(|source| ["DbtLineage", "ViewLineage"].contains(source)), "{sources:?}");
    let with_columns =
        read["edges"].as_array().into_iter().flatten().filter(|edge| edge["columns"] != json!(0)).count();
    assert!(with_columns * 10 >= sources.len() * 9, "{with_columns} of {} edges have columns", sources.len());
    let table = |name: &str| {
        let all = read["tables"].as_array().into_iter().flatten();
        all.into_iter()
            .find(|table| table["fullyQualifiedName"] == name)
            .with_context(|| format!("{name} was not read"))
    };
    let model = table("trino.iceberg.campus_marts.dim_learners")?;
    assert_eq!(model["dataModel"]["modelType"], "DBT");
    assert!(model["dataModel"]["sql"].as_str().is_some_and(|sql| sql.to_lowercase().contains("select")), "{model:#}");
    assert!(model["tags"].as_array().is_some_and(|tags| tags.contains(&json!("Tier.Tier2"))), "{model:#}");
    assert_eq!(names(&model["columns"], "name").first(), Some(&"learner_id"));
    let types = table("trino.memory.types.everything")?;
    assert!(
        types["columns"].as_array().is_some_and(|columns| columns.iter().any(|column| column["children"].is_array())),
        "{types:#}"
    );
    Ok(())
}

#[test]
fn version_1_7_lands_whole_and_is_read_back() -> Result<()> {
    lands_whole_and_is_read_back("1.7.7.4")
}

#[test]
fn version_2_0_lands_whole_and_is_read_back() -> Result<()> {
    lands_whole_and_is_read_back("2.0.7.0")
}

#[test]
fn a_busy_server_is_waited_for_and_a_refusal_is_told() -> Result<()> {
    let server = StandIn::start("2.0.7.0")?;
    let project = project(&server)?;
    server.fault(&json!({"match": "PUT /api/v1/databaseSchemas*", "status": 503, "times": 2, "retryAfter": 1}))?;
    server.fault(&json!({"match": "PUT /api/v1/databases*", "status": 429, "times": 1, "retryAfter": 1}))?;
    let report = run(&project, 0)?;
    assert_eq!(sum(&report, None, "rejected"), 0, "{report:#}");
    server.expect_struck()
}

/// Trino and dbt from the demo's recording. (Sources as small as the demo's others cost their few listings, however few
/// entities they have.)
fn replay(project: &Project, code: i32) -> Result<Value> {
    let cassettes = root().join("tests/demo/cassettes").display().to_string();
    let run = ["run", "--env", "test", "--replay", &cassettes, "--report", "report.json"];
    let assets = ["trino__metadata", "trino__lineage", "dbt__metadata", "dbt__lineage"];
    let assets = assets.map(|asset| format!("openmetadata__{asset}"));
    let assets: Vec<&str> = assets.iter().map(String::as_str).collect();
    project.run(&[&run[..], &assets].concat())?.expect_code(code)?;
    project.json("report.json")
}

fn takes_the_recording(version: &str) -> Result<()> {
    let server = StandIn::start(version)?;
    let project = project(&server)?;
    let first = replay(&project, 0)?;
    let emitted = wanted(&first, None);
    assert!(emitted > 1_200, "{first:#}");
    assert_eq!(sum(&first, None, "rejected"), 0, "{first:#}");
    assert_eq!(server.ask("check")?["problems"], json!([]), "every kept document is one of this version's");
    server.forget_requests()?;
    let second = replay(&project, 0)?;
    assert_eq!(sum(&second, None, "unchanged"), emitted, "{second:#}");
    let requests = server.ask("requests")?;
    let calls = requests["requests"].as_array().context("no requests")?;
    // The state of each asset's run is told in any case: three calls an asset, however much there is.
    let calls = calls.iter().filter(|request| !is_status(request)).count() as u64;
    assert!(calls * 100 <= 2 * emitted, "{calls} calls for {emitted} records: {}", requests["counts"]);
    Ok(())
}

#[test]
fn version_1_9_takes_the_recording() -> Result<()> {
    takes_the_recording("1.9.17.6")
}

#[test]
fn version_1_11_takes_the_recording() -> Result<()> {
    takes_the_recording("1.11.14.0")
}

#[test]
fn version_1_13_takes_the_recording() -> Result<()> {
    takes_the_recording("1.13.6.3")
}

#[test]
fn what_a_broken_server_refused_is_told_and_written_by_the_next_run() -> Result<()> {
    let server = StandIn::start("2.0.7.0")?;
    let project = project(&server)?;
    server.fault(&json!({
        "match": "PUT /api/v1/tables*", "status": 500, "times": 100_000, "body": {"message": "the search index is gone"}
    }))?;
    let broken = replay(&project, 4)?;
    let tables = sum(&broken, Some("table"), "emitted");
    assert_eq!(sum(&broken, Some("table"), "rejected"), tables, "{broken:#}");
    assert_eq!(sum(&broken, Some("databaseSchema"), "rejected"), 0);
    assert!(broken.to_string().contains("the search index is gone"), "the server's own words: {broken:#}");
    server.heal()?;
    let mended = replay(&project, 0)?;
    assert_eq!(sum(&mended, Some("table"), "created"), tables, "{mended:#}");
    assert_eq!(sum(&mended, Some("databaseSchema"), "unchanged"), wanted(&broken, Some("databaseSchema")));
    Ok(())
}

#[test]
fn what_people_wrote_survives_a_run_that_remembers_nothing() -> Result<()> {
    let server = StandIn::start("2.0.7.0")?;
    let project = project(&server)?;
    replay(&project, 0)?;
    let learners = "tables/name/trino.iceberg.campus_marts.dim_learners?fields=owners,tags";
    let written = server.get(learners)?;
    assert_eq!(written["description"], "One row a learner");
    let id = written["id"].as_str().context("a table without an id")?;
    let edit = json!([
        {"op": "replace", "path": "/description", "value": "Written by a person"},
        {"op": "add", "path": "/displayName", "value": "Learners"},
    ]);
    server.edit(&format!("tables/{id}"), &edit)?;
    std::fs::remove_dir_all(project.folder().join(".metahost"))?;
    replay(&project, 0)?;
    let kept = server.get(learners)?;
    assert_eq!(kept["description"], "Written by a person");
    assert_eq!(kept["displayName"], "Learners");
    assert_eq!(kept["tags"], written["tags"]);
    Ok(())
}
