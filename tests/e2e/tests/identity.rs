//! One table under three names through the whole binary: a real Trino, the Iceberg REST catalog and the S3 folder behind it.
//! In whatever order they run, one at a time, the graph is the same; `metahost explain` says why.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use metahost_e2e::Project;
use metahost_stack::Server;
use serde_json::Value;

const VIEW: &str = "trino.iceberg.silver.v_enrollment";
const TABLE: &str = "trino.iceberg.bronze.learners";
const TWIN: &str = "iceberg.iceberg.bronze.learners";

fn project(identity: &str) -> Result<Project> {
    metahost_stack::up(&[Server::Trino])?;
    let schemas = "filters = { schema = { includes = [\"^(bronze|silver)$\"] } }\n";
    let (id, key) = metahost_stack::s3_credentials();
    let sources = format!(
        "[environments.dev]\nsink = \"local\"\n\
         [sources.trino]\nplugin = \"trino\"\nallow-private = true\nconfig = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\n{schemas}\
         [sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = {{ url = \"{}\", database = \"iceberg\" }}\n{schemas}\
         [sources.s3]\nplugin = \"s3\"\nallow-private = true\n\
         config = {{ endpoint = \"{}\", region = \"us-east-1\", buckets = [\"warehouse\"] }}\n\
         filters = {{ container = {{ excludes = [\"iceberg/(?!bronze|silver)\"] }} }}\n\
         [sources.s3.credentials.s3]\nkind = \"aws-sigv4\"\naccess-key-id = \"env:ID\"\nsecret-access-key = \"env:KEY\"\nregion = \"us-east-1\"\n{identity}",
        Server::Trino.url(),
        Server::Iceberg.url(),
        Server::S3.url()
    );
    Ok(Project::new(&sources)?.env("ID", id).env("KEY", key))
}

fn run(project: &Project, sources: &[&str]) -> Result<()> {
    for source in sources {
        project
            .run(&["run", &format!("openmetadata__{source}__metadata"), "--report", "report.json"])?
            .expect_code(0)?;
    }
    Ok(())
}

/// Every edge around a name.
fn graph(project: &Project, name: &str) -> Result<BTreeSet<String>> {
    let shown = project.run(&["catalog", "lineage", name, "--json"])?.expect_code(0)?;
    let graph: Value = serde_json::from_str(&shown.out)?;
    let flows = graph["flows"].as_array().context("no flows")?;
    let end = |flow: &Value, side: &str| flow[side]["fqn"].as_str().unwrap_or_default().to_owned();
    Ok(flows.iter().map(|flow| format!("{} -> {}", end(flow, "from"), end(flow, "to"))).collect())
}

#[test]
fn any_order_of_runs_gives_one_graph() -> Result<()> {
    let mut graphs = Vec::new();
    for order in [["trino", "iceberg", "s3"], ["iceberg", "s3", "trino"], ["s3", "trino", "iceberg"]] {
        let project = project("")?;
        run(&project, &order)?;
        graphs.push(graph(&project, VIEW)?);
    }
    let first = &graphs[0];
    assert!(graphs.iter().all(|graph| graph == first), "{graphs:#?}");
    assert!(first.contains(&format!("{TABLE} -> {VIEW}")), "{first:#?}");
    assert!(first.contains(&format!("{TWIN} -> {TABLE}")), "{first:#?}");
    let folders: Vec<&String> = first.iter().filter(|edge| edge.ends_with(&format!(" -> {TWIN}"))).collect();
    assert!(matches!(folders.as_slice(), [edge] if edge.starts_with("s3.warehouse.")), "{first:#?}");
    assert!(!first.iter().any(|edge| edge.starts_with("iceberg.") && !edge.contains(" -> trino.")), "{first:#?}");
    Ok(())
}

#[test]
fn explain_tells_why() -> Result<()> {
    let project = project("")?;
    run(&project, &["trino", "iceberg", "s3"])?;
    let explain =
        |names: &[&str]| -> Result<String> { Ok(project.run(&[&["explain"], names].concat())?.expect_code(0)?.out) };
    let name = explain(&[TWIN])?;
    for told in [
        format!("table {TWIN}"),
        format!("edges go to {TABLE}"),
        "told by source `s3`".to_owned(),
        "both have the id ".to_owned(),
        "the files of both are in s3://warehouse/iceberg/bronze/learners".to_owned(),
    ] {
        assert!(name.contains(&told), "{told}: {name}");
    }
    let edge = explain(&[TABLE, VIEW])?;
    assert!(edge.contains("the catalog has it as ViewLineage") && edge.contains("by source `trino`"), "{edge}");
    assert!(edge.lines().any(|line| line.starts_with("    | ") && line.contains("learners")), "its SQL: {edge}");
    let led = explain(&[TWIN, VIEW])?;
    assert!(led.contains(&format!("edges of these go to {TABLE} -> {VIEW}")), "{led}");
    let none = explain(&[VIEW, TABLE])?;
    assert!(none.contains("data flows the other way"), "{none}");
    let json: Value = serde_json::from_str(&explain(&[TWIN, "--json"])?)?;
    assert_eq!(json["names"].as_array().map(Vec::len), Some(3), "{json:#}");
    let unknown = project.run(&["explain", "trino.iceberg.bronze.learner"])?.expect_code(3)?;
    assert!(unknown.err.contains(&format!("did you mean `{TABLE}`")), "{}", unknown.all());
    Ok(())
}

#[test]
fn rules_of_the_configuration_win() -> Result<()> {
    let rules = "[identity]\nprefer = [\"iceberg\"]\n[[identity.different]]\n\
        names = [\"trino.iceberg.silver.*\", \"iceberg.iceberg.silver.*\"]\n";
    let project = project(rules)?;
    run(&project, &["trino", "iceberg"])?;
    let graph = graph(&project, TWIN)?;
    assert!(graph.contains(&format!("{TWIN} -> {VIEW}")), "edges go to the catalog's table: {graph:#?}");
    assert!(graph.contains(&format!("{TWIN} -> iceberg.iceberg.silver.v_enrollment")), "{graph:#?}");
    let parted = project.run(&["explain", VIEW])?.expect_code(0)?;
    assert!(parted.out.contains("a rule of the configuration says that they are two"), "{}", parted.out);
    Ok(())
}
