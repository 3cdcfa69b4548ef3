//! What tests of profiles share: tables that the real Trino makes, the profile that a run left, and the engine's own answers.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::curl::curl;
use crate::{Project, trino};

/// A table of Trino's, made anew.
pub fn table(name: &str, sql: &str) -> Result<()> {
    trino::rows(&format!("DROP TABLE IF EXISTS {name}"))?;
    trino::rows(&format!("CREATE TABLE {name} {sql}")).map(drop)
}

/// Runs assets, and answers the report.
pub fn run(project: &Project, assets: &[&str], code: i32) -> Result<Value> {
    project.run(&[&["run", "--report", "report.json"], assets].concat())?.expect_code(code)?;
    project.json("report.json")
}

/// What the profiles of a run cost.
pub fn spent(report: &Value) -> &Value {
    let assets = report["assets"].as_array().into_iter().flatten();
    assets.map(|asset| &asset["profiling"]).find(|found| !found.is_null()).unwrap_or(&Value::Null)
}

/// The profile of a table in the local catalog.
pub fn shown(project: &Project, table: &str) -> Result<Value> {
    let told = project.run(&["catalog", "show", table, "--json"])?.expect_code(0)?;
    Ok(serde_json::from_str::<Value>(&told.out)?["profile"].take())
}

/// Its columns, by their names with `/` between.
pub fn columns(profile: &Value) -> BTreeMap<String, Value> {
    let name = |column: &Value| {
        let parts = column["column"].as_array().into_iter().flatten();
        parts.filter_map(Value::as_str).collect::<Vec<_>>().join("/")
    };
    profile["columns"].as_array().into_iter().flatten().map(|column| (name(column), column.clone())).collect()
}

/// A metric is what the engine says exactly, or keeps its bounds around it.
pub fn check(columns: &BTreeMap<String, Value>, table: &str, column: &str, metric: &str, sql: &str) -> Result<()> {
    let exact = trino::rows(&format!("SELECT CAST({sql} AS double) FROM {table}"))?;
    let expected = exact[0][0].as_f64().with_context(|| format!("{sql}: no number"))?;
    let found = &columns.get(column).with_context(|| format!("{column} is missing"))?["metrics"][metric];
    let number = |value: &Value| value.as_f64().with_context(|| format!("{column}.{metric}: {found}"));
    let near = 1e-9 * expected.abs().max(1.0);
    let (low, high) = if found["accuracy"] == "exact" {
        (number(&found["value"])?, number(&found["value"])?)
    } else {
        (number(&found["low"])?, number(&found["high"])?)
    };
    ensure!(
        low - near <= expected && expected <= high + near,
        "{column}.{metric}: {found}, the engine says {expected}"
    );
    Ok(())
}

/// The usual metrics of a column of numbers.
pub fn check_numbers(columns: &BTreeMap<String, Value>, table: &str, column: &str, name: &str) -> Result<()> {
    for (metric, sql) in [
        ("valuesCount", "count({})"),
        ("nullCount", "count_if({} IS NULL)"),
        ("distinctCount", "count(DISTINCT {})"),
        ("uniqueCount", "cardinality(map_filter(histogram({}), (k, v) -> v = 1))"),
        ("min", "min({})"),
        ("max", "max({})"),
        ("sum", "sum(CAST({} AS double))"),
        ("mean", "avg(CAST({} AS double))"),
        ("stddev", "stddev_pop(CAST({} AS double))"),
        ("variance", "var_pop(CAST({} AS double))"),
    ] {
        check(columns, table, column, metric, &sql.replace("{}", name))?;
    }
    Ok(())
}

/// Where the only data file of a table of Trino's catalog `iceberg` is, in the stack's S3.
pub fn data_file(schema: &str, table: &str) -> Result<String> {
    let found = trino::rows(&format!("SELECT file_path FROM iceberg.{schema}.\"{table}$files\""))?;
    let path = found.first().and_then(|row| row[0].as_str()).context("the table has no file")?;
    Ok(path.replace("s3://", &format!("{}/", metahost_stack::Server::S3.url())))
}

/// Takes an object out of the stack's S3, as somebody who cleans up too much.
pub fn delete_object(url: &str) -> Result<()> {
    s3(&["-X", "DELETE", url])
}

/// Changes the bytes of an object in the stack's S3, as a disk that fails.
pub fn spoil_object(url: &str, spoil: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("object").display().to_string();
    s3(&["-o", &file, url])?;
    let mut bytes = std::fs::read(&file)?;
    spoil(&mut bytes);
    std::fs::write(&file, bytes)?;
    s3(&["-T", &file, url])
}

fn s3(arguments: &[&str]) -> Result<()> {
    let (id, key) = metahost_stack::s3_credentials();
    let user = format!("{id}:{key}");
    curl(&[&["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", &user], arguments].concat()).map(drop)
}
