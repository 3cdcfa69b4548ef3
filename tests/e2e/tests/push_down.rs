//! Profiles by one query a table, of the real Trino: right, cheap, within their budget, and one point a run in the catalog.

use anyhow::{Context, Result};
use metahost_e2e::profiling::{check, check_numbers, columns, run, shown, spent, table};
use metahost_e2e::{Landing, Project, sum, trino};
use metahost_stack::Server;
use serde_json::{Value, json};

const ASSET: &str = "openmetadata__trino__profiling";
const METADATA: &str = "openmetadata__trino__metadata";
const TABLE: &str = "iceberg.zz_push.types";

/// Fewer columns than a statement holds, of every type that is measured, with nulls, NaN, infinities, extremes and odd names.
const TYPES: &str = "SELECT CAST(IF(n % 7 = 0, NULL, n) AS bigint) AS id, CAST(n % 5 AS tinyint) AS few, \
    CAST(n * 1.25 AS decimal(12, 2)) AS price, CAST(n AS decimal(38, 10)) * 1000000000000000 AS wide, \
    CASE WHEN n = 1 THEN nan() WHEN n = 2 THEN infinity() ELSE CAST(n AS double) / 3 END AS ratio, \
    CAST(n AS real) AS short, n % 3 = 0 AS \"is \"\"third\"\"\", CAST(concat('näme ', CAST(n % 40 AS varchar)) AS varchar) AS name, \
    CAST(concat('x', CAST(n AS varchar)) AS varchar) AS code, to_utf8(CAST(n AS varchar)) AS bytes, \
    date_add('day', CAST(n % 90 AS integer), DATE '2026-01-01') AS day, \
    date_add('second', CAST(n AS integer), TIMESTAMP '2026-01-01 00:00:00.000000') AS at, \
    with_timezone(date_add('second', CAST(n AS integer), TIMESTAMP '2026-01-01 00:00:00.000000'), 'Europe/Berlin') AS zoned, \
    uuid() AS ident, CAST(ROW(n, CAST(n % 2 AS varchar)) AS ROW(deep bigint, \"in.ner\" varchar)) AS nested, \
    ARRAY[n] AS list, CAST(NULL AS integer) AS nothing FROM UNNEST(sequence(1, 9000)) AS t(n)";

fn schema(name: &str) -> Result<()> {
    metahost_stack::up(&[Server::Trino])?;
    trino::rows(&format!("CREATE SCHEMA IF NOT EXISTS iceberg.{name}")).map(drop)
}

fn source(schema: &str, profile: &str) -> String {
    format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\n\
         config = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\nfilters = {{ schema = {{ includes = [\"^{schema}$\"] }} }}\n\
         [sources.trino.profile]\n{profile}\n",
        Server::Trino.url()
    )
}

#[test]
fn every_metric_is_the_engines_own_or_keeps_its_bounds() -> Result<()> {
    schema("zz_push")?;
    table(TABLE, &format!("AS {TYPES}"))?;
    let project = Project::new(&source("zz_push", "sample-rows = 2\nmask = [\"code\"]"))?;
    run(&project, &[METADATA], 0)?;
    let report = run(&project, &[ASSET], 0)?;
    // One for the profile, one for the rows to look at.
    assert_eq!(spent(&report)["queries"], 2, "{report:#}");
    let profile = shown(&project, "trino.iceberg.zz_push.types")?;
    assert_eq!((&profile["rows"], &profile["columnCount"]), (&json!(9000), &json!(17)));
    let columns = columns(&profile);
    for (column, name) in
        [("id", "id"), ("few", "few"), ("price", "price"), ("short", "short"), ("nested/deep", "nested.deep")]
    {
        check_numbers(&columns, TABLE, column, name)?;
        let median = "element_at(array_sort(array_agg({}) FILTER (WHERE {} IS NOT NULL)), CAST(ceil(count({}) / 2e0) AS integer))";
        check(&columns, TABLE, column, "median", &median.replace("{}", name))?;
    }
    for (column, metric, sql) in [
        ("wide", "sum", "sum(wide)"),
        ("ratio", "nanCount", "count_if(is_nan(ratio))"),
        ("ratio", "mean", "avg(ratio) FILTER (WHERE is_finite(ratio))"),
        ("is \"third\"", "trueCount", "count_if(\"is \"\"third\"\"\")"),
        ("name", "distinctCount", "count(DISTINCT name)"),
        ("name", "maxLength", "max(length(name))"),
        ("code", "distinctCount", "count(DISTINCT code)"),
        ("code", "uniqueCount", "count(DISTINCT code)"),
        ("code", "mean", "avg(CAST(length(code) AS double))"),
        ("bytes", "maxLength", "max(length(bytes))"),
        ("day", "distinctCount", "count(DISTINCT day)"),
        ("ident", "distinctCount", "count(DISTINCT ident)"),
        ("nested/in.ner", "valuesCount", "count(nested.\"in.ner\")"),
        ("list", "valuesCount", "count(list)"),
        ("nothing", "nullCount", "count(*)"),
    ] {
        check(&columns, TABLE, column, metric, sql)?;
    }
    let value = |column: &str, metric: &str| columns[column]["metrics"][metric]["value"].clone();
    assert_eq!(value("ratio", "max"), "Infinity");
    assert_eq!(value("day", "max"), "2026-03-31");
    assert_eq!(value("at", "min"), "2026-01-01T00:00:01");
    assert_eq!(value("zoned", "min"), "2025-12-31T23:00:01Z");
    let spread = columns["price"]["histogram"]["frequencies"].as_array().context("no histogram")?;
    assert_eq!(spread.iter().filter_map(Value::as_u64).sum::<u64>(), 9000);
    let told = project.run(&["catalog", "show", "trino.iceberg.zz_push.types", "--json"])?.expect_code(0)?;
    let sample = &serde_json::from_str::<Value>(&told.out)?["sampleData"];
    assert_eq!(
        (&sample["rows"][0][8], sample["rows"].as_array().map(Vec::len)),
        (&json!("*****"), Some(2)),
        "{sample}"
    );
    assert!(!told.out.contains("x1\""), "a masked value is shown");
    Ok(())
}

#[test]
fn a_hundred_columns_are_one_query_and_statistics_are_none() -> Result<()> {
    schema("zz_push_wide")?;
    let wide: Vec<String> = (0..100).map(|column| format!("n + {column} AS c{column}")).collect();
    table(
        "iceberg.zz_push_wide.hundred",
        &format!("AS SELECT {} FROM UNNEST(sequence(1, 500)) AS t(n)", wide.join(", ")),
    )?;
    let project = Project::new(&source("zz_push_wide", ""))?;
    run(&project, &[METADATA], 0)?;
    let report = run(&project, &[ASSET], 0)?;
    assert_eq!((&spent(&report)["queries"], &spent(&report)["tables"]), (&json!(1), &json!({ "query": 1 })));
    let profile = shown(&project, "trino.iceberg.zz_push_wide.hundred")?;
    assert_eq!(columns(&profile)["c99"]["metrics"]["max"]["value"], 599);
    let again = run(&project, &[ASSET], 0)?;
    assert_eq!((&spent(&again)["queries"], &spent(&again)["unchanged"]), (&json!(0), &json!(1)), "{again:#}");
    let known = Project::new(&source("zz_push_wide", "depth = \"statistics\""))?;
    run(&known, &[METADATA], 0)?;
    let report = run(&known, &[ASSET], 0)?;
    assert_eq!((&spent(&report)["queries"], &spent(&report)["tables"]), (&json!(0), &json!({ "statistics": 1 })));
    Ok(())
}

#[test]
fn what_is_over_its_time_is_cancelled_in_the_engine_and_what_is_over_budget_comes_next_time() -> Result<()> {
    schema("zz_push_budget")?;
    for name in ["one", "two", "three"] {
        table(&format!("iceberg.zz_push_budget.{name}"), "AS SELECT n FROM UNNEST(sequence(1, 50)) AS t(n)")?;
    }
    let project = Project::new(&source("zz_push_budget", "queries = 2\nconcurrent = 1"))?;
    run(&project, &[METADATA], 0)?;
    let first = run(&project, &[ASSET], 0)?;
    assert_eq!((&spent(&first)["queries"], &spent(&first)["leftForNextRun"]), (&json!(2), &json!(1)), "{first:#}");
    assert!(first.to_string().contains("left for the next run: the budget of queries is used up"), "{first:#}");
    let second = run(&project, &[ASSET], 0)?;
    assert_eq!((&spent(&second)["queries"], &spent(&second)["leftForNextRun"]), (&json!(1), &json!(0)), "{second:#}");

    let endless = source("^sf100$", "query-seconds = 2\n").replace("catalogs = [\"iceberg\"]", "catalogs = [\"tpch\"]");
    let endless = endless.replace("^^sf100$$", "^sf100$");
    let tables = "filters = { table = { includes = [\"^lineitem$\"] }, ";
    let project = Project::new(&endless.replace("filters = { ", tables))?;
    run(&project, &[METADATA], 0)?;
    let report = run(&project, &[ASSET], 0)?;
    assert_eq!(spent(&report)["cancelledQueries"], 1, "{report:#}");
    assert!(report.to_string().contains("took longer than 2000 ms and was cancelled"), "{report:#}");
    let seen = trino::rows(
        "SELECT state, error_code FROM system.runtime.queries WHERE query LIKE 'SELECT count(*), count(%FROM \"tpch\".\"sf100\".\"lineitem\"%' \
         AND query NOT LIKE '%system.runtime%' ORDER BY created DESC LIMIT 1",
    )?;
    assert_eq!(seen, [[json!("FAILED"), json!("USER_CANCELED")]]);
    Ok(())
}

#[test]
fn a_table_that_fails_is_told_and_the_others_are_profiled() -> Result<()> {
    schema("zz_push_bad")?;
    table("iceberg.zz_push_bad.good", "AS SELECT 1 AS n")?;
    table("iceberg.zz_push_bad.bad", "AS SELECT 2 AS n")?;
    let rules = "[[sources.trino.profile.tables]]\ntables = \"*.bad\"\n\
                 custom-metrics = [{ name = \"wrong\", expression = \"sum(no_such_column)\" }]\n\
                 [[sources.trino.profile.tables]]\ntables = \"*.good\"\n\
                 custom-metrics = [{ name = \"twice\", column = \"n\", expression = \"sum(n * 2)\" }]\n";
    let project = Project::new(&source("zz_push_bad", rules))?;
    run(&project, &[METADATA], 0)?;
    let report = run(&project, &[ASSET], 4)?;
    let said = report.to_string();
    assert!(said.contains("trino.iceberg.zz_push_bad.bad") && said.contains("no_such_column"), "{report:#}");
    let profile = shown(&project, "trino.iceberg.zz_push_bad.good")?;
    assert_eq!(columns(&profile)["n"]["customMetrics"]["twice"], 2.0);
    Ok(())
}

/// A table of two columns, profiled twice.
fn twice(version: &str) -> Result<(Landing, String)> {
    let name = format!("zz_push_{}", version.replace('.', "_"));
    schema(&name)?;
    table(
        &format!("iceberg.{name}.people"),
        "AS SELECT n, CAST(n % 3 AS varchar) AS \"odd.name\" FROM UNNEST(sequence(1, 30)) AS t(n)",
    )?;
    let landing = Landing::new(&source(&name, "sample-rows = 1"), version)?;
    landing.run(&[METADATA])?;
    for _day_has_two in 0..2 {
        let report = landing.run(&[ASSET])?;
        assert_eq!(sum(&report, Some("tableStatistics"), "updated"), 1, "{report:#}");
    }
    assert_eq!(landing.server.ask("check")?["problems"], json!([]));
    Ok((landing, format!("trino.iceberg.{name}.people")))
}

fn reads_back(version: &str) -> Result<Landing> {
    let (landing, name) = twice(version)?;
    let table = &landing.server.profiles()?[name];
    assert_eq!(table["points"], 2, "each run leaves one: {table:#}");
    assert_eq!((&table["table"]["rowCount"], &table["table"]["columnCount"]), (&json!(30.0), &json!(2.0)));
    let column = &table["columns"]["n"];
    assert_eq!(
        (&column["mean"], &column["uniqueCount"], &column["nullCount"]),
        (&json!(15.5), &json!(30.0), &json!(0.0))
    );
    assert!(column["histogram"]["frequencies"].as_array().is_some_and(|bins| !bins.is_empty()), "{column:#}");
    assert!(table["columns"].as_object().is_some_and(|columns| columns.len() == 2), "{table:#}");
    Ok(landing)
}

#[test]
fn version_1_7_is_read_back() -> Result<()> {
    reads_back("1.7.7.4").map(drop)
}

#[test]
fn version_1_13_is_read_back() -> Result<()> {
    let landing = reads_back("1.13.6.3")?;
    let kept = landing.server.ask("series?collection=tables&fqn=trino.iceberg.zz_push_1_13_6_3.people")?;
    assert!(kept.to_string().contains("\"allValuesUnique\""), "categories have a field by then: {kept:#}");
    Ok(())
}

#[test]
fn version_2_0_is_read_back() -> Result<()> {
    reads_back("2.0.7.0").map(drop)
}

#[test]
fn one_table_is_looked_at_by_its_name_and_nothing_is_written() -> Result<()> {
    schema("zz_push_one")?;
    let name = "iceberg.zz_push_one.some";
    table(name, "AS SELECT n, concat('x', CAST(n % 9 AS varchar)) AS email FROM UNNEST(sequence(1, 500)) AS t(n)")?;
    let project = Project::new(&source("zz_push_one", ""))?;
    let told = project.run(&["profile", "trino.iceberg.zz_push_one.some", "--json"])?.expect_code(0)?;
    let profile: Value = serde_json::from_str(&told.out)?;
    assert_eq!((&profile["name"], &profile["rowCount"]), (&json!("iceberg.zz_push_one.some"), &json!(500)));
    let numbers = &profile["columns"][0]["metrics"];
    assert_eq!([&numbers["sum"]["value"], &numbers["distinctCount"]["value"]], [&json!(125_250), &json!(500)]);
    // What tells of people is counted and measured, and never shown.
    let email = &profile["columns"][1];
    assert_eq!(email["metrics"]["distinctCount"]["value"], 9);
    assert!(!told.out.contains("\"x1\"") && email["cardinalityDistribution"].is_null(), "{}", told.out);
    let text = project.run(&["profile", "trino.iceberg.zz_push_one.some", "--columns", "n"])?.expect_code(0)?;
    assert!(text.out.contains("500 rows") && text.out.contains("250") && !text.out.contains("email"), "{}", text.out);
    for (arguments, code, expected) in [
        (&["trino.iceberg.zz_push_one.none"][..], 5, "none"),
        (&["trino.iceberg"][..], 3, "it is written trino.DATABASE.SCHEMA.TABLE"),
        (&["other.a.b.c"][..], 3, "no source of metahost.toml is the service `other`; there are: trino"),
        (&["trino.iceberg.zz_push_one.some", "--columns", "m"][..], 3, "the table has no column `m`"),
        (&["trino.iceberg.zz_push_one.some", "--top"][..], 3, "this source is asked in SQL"),
        (&["trino.iceberg.zz_push_one.some", "--threads", "1"][..], 3, "`--threads` is for a file"),
    ] {
        let told = project.run(&[&["profile"], arguments].concat())?.expect_code(code)?;
        assert!(told.err.contains(expected), "{arguments:?}: {}", told.err);
    }
    assert!(!project.folder().join(".metahost/state.redb").exists());
    Ok(())
}

#[test]
fn columns_that_people_tag_are_masked_from_the_next_run_on() -> Result<()> {
    schema("zz_push_tags")?;
    table(
        "iceberg.zz_push_tags.people",
        "AS SELECT n, concat('person ', CAST(n % 3 AS varchar)) AS who, CAST(ROW(concat('street ', CAST(n % 2 AS varchar))) AS ROW(home varchar)) AS lives \
         FROM UNNEST(sequence(1, 30)) AS t(n)",
    )?;
    let landing = Landing::new(&source("zz_push_tags", "sample-rows = 1"), "1.13.6.3")?;
    let name = "trino.iceberg.zz_push_tags.people";
    landing.run(&[METADATA])?;
    let table = landing.server.get(&format!("tables/name/{name}"))?;
    let id = table["id"].as_str().context("no id")?;
    let seen = || -> Result<String> {
        let profile = landing.server.get(&format!("tables/{name}/tableProfile/latest?includeColumnProfile=true"))?;
        let sample = landing.server.get(&format!("tables/{id}/sampleData"))?;
        Ok(format!("{profile} {}", sample["sampleData"]))
    };
    landing.run(&[ASSET])?;
    let open = seen()?;
    assert!(open.contains("person 1") && open.contains("street 1"), "{open}");
    let label =
        json!([{"tagFQN": "PII.Sensitive", "source": "Classification", "labelType": "Manual", "state": "Confirmed"}]);
    landing.server.edit(
        &format!("tables/{id}"),
        &json!([
            {"op": "add", "path": "/columns/1/tags", "value": label},
            {"op": "add", "path": "/columns/2/children/0/tags", "value": label},
        ]),
    )?;
    landing.run(&[ASSET])?;
    let told = seen()?;
    assert!(told.contains("\"distinctCount\":3"), "it is still counted: {told}");
    assert!(told.contains("*****") && !told.contains("person ") && !told.contains("street "), "{told}");
    Ok(())
}
