//! Profiles of Iceberg's files, read natively from a real S3 through a real REST catalog: what deletes, evolution and partitions
//! leave of a table is what the engine that wrote it says; a second run reads what is new and nothing else.

use anyhow::{Context, Result};
use metahost_e2e::profiling::{
    check, check_numbers, columns, data_file, delete_object, run, shown, spent, spoil_object, table,
};
use metahost_e2e::unreliable::{Unreliable, Weather};
use metahost_e2e::{Landing, Project, sum, trino};
use metahost_stack::{Server, s3_credentials};
use serde_json::{Value, json};

const METADATA: &str = "openmetadata__iceberg__metadata";
const ASSET: &str = "openmetadata__iceberg__profiling";

fn source(schema: &str, profile: &str) -> String {
    format!(
        "[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\n\
         config = {{ url = \"{}\", database = \"lake\", s3 = {{ endpoint = \"{}\" }} }}\n\
         filters = {{ schema = {{ includes = [\"^{schema}$\"] }} }}\n\
         [sources.iceberg.credentials.s3]\nkind = \"aws-sigv4\"\naccess-key-id = \"env:ID\"\nsecret-access-key = \"env:KEY\"\n\
         region = \"us-east-1\"\n[sources.iceberg.profile]\n{profile}\n",
        Server::Iceberg.url(),
        Server::S3.url()
    )
}

fn schema(name: &str) -> Result<()> {
    metahost_stack::up(&[Server::Trino, Server::Iceberg, Server::S3])?;
    trino::rows(&format!("CREATE SCHEMA IF NOT EXISTS iceberg.{name}")).map(drop)
}

fn project(schema: &str, profile: &str) -> Result<Project> {
    let (id, key) = s3_credentials();
    let project = Project::new(&source(schema, profile))?.env("ID", id).env("KEY", key);
    run(&project, &[METADATA], 0)?;
    Ok(project)
}

#[test]
fn deletes_evolution_and_partitions_leave_what_the_engine_says() -> Result<()> {
    schema("zz_native")?;
    let name = "iceberg.zz_native.changed";
    table(
        name,
        "(id bigint, price real, small integer, note varchar, day date, gone varchar, nested ROW(a bigint, b varchar)) \
         WITH (partitioning = ARRAY['day'], format_version = 2)",
    )?;
    let rows = |from: u32, to: u32| {
        format!(
            "SELECT n, CAST(n * 0.5 AS real), CAST(n % 100 AS integer), IF(n % 10 = 0, NULL, concat('näme ', CAST(n % 50 AS varchar))), \
             date_add('day', CAST(n % 3 AS integer), DATE '2026-11-01'), 'x', \
             CAST(ROW(n % 7, CAST(n AS varchar)) AS ROW(a bigint, b varchar)) FROM UNNEST(sequence({from}, {to})) AS t(n)"
        )
    };
    for statement in [
        format!("INSERT INTO {name} {}", rows(1, 6000)),
        format!("DELETE FROM {name} WHERE id % 11 = 0"),
        format!("ALTER TABLE {name} RENAME COLUMN note TO remark"),
        format!("ALTER TABLE {name} DROP COLUMN gone"),
        format!("ALTER TABLE {name} ALTER COLUMN small SET DATA TYPE bigint"),
        format!("ALTER TABLE {name} ALTER COLUMN price SET DATA TYPE double"),
        format!("ALTER TABLE {name} ADD COLUMN extra integer"),
        format!(
            "INSERT INTO {name} SELECT id + 10000, price, small + 5000000000, remark, day, nested, CAST(id % 4 AS integer) FROM {name} WHERE id < 2000"
        ),
        format!("UPDATE {name} SET remark = 'changed' WHERE id % 13 = 0"),
        format!("DELETE FROM {name} WHERE day = DATE '2026-11-02' AND id > 5000"),
    ] {
        trino::rows(&statement).with_context(|| statement.clone())?;
    }
    let project = project("zz_native", "")?;
    let report = run(&project, &[ASSET], 0)?;
    assert_eq!(spent(&report)["tables"], json!({ "files": 1 }), "{report:#}");
    let profile = shown(&project, "iceberg.lake.zz_native.changed")?;
    assert_eq!(profile["rows"].as_u64(), Some(trino::number(&format!("SELECT count(*) FROM {name}"))?));
    let columns = columns(&profile);
    for (column, sql) in
        [("id", "id"), ("price", "price"), ("small", "small"), ("extra", "extra"), ("nested/a", "nested.a")]
    {
        check_numbers(&columns, name, column, sql)?;
    }
    for (column, metric, sql) in [
        ("remark", "nullCount", "count_if(remark IS NULL)"),
        ("remark", "distinctCount", "count(DISTINCT remark)"),
        ("remark", "maxLength", "max(length(remark))"),
        ("day", "distinctCount", "count(DISTINCT day)"),
        ("nested/b", "distinctCount", "count(DISTINCT nested.b)"),
    ] {
        check(&columns, name, column, metric, sql)?;
    }
    assert!(!columns.contains_key("gone") && !columns.contains_key("note"), "{:?}", columns.keys());
    Ok(())
}

#[test]
fn a_second_run_reads_the_file_that_is_new_and_nothing_else() -> Result<()> {
    schema("zz_native_more")?;
    let name = "iceberg.zz_native_more.grows";
    let rows =
        |from: u32, to: u32| format!("SELECT n, CAST(n AS varchar) AS t FROM UNNEST(sequence({from}, {to})) AS t(n)");
    table(name, &format!("AS {}", rows(1, 9000)))?;
    let project = project("zz_native_more", "")?;
    let first = run(&project, &[ASSET], 0)?;
    let number = |report: &Value, what: &str| spent(report)[what].as_u64().unwrap_or_default();
    assert!(number(&first, "fileBytes") > 10_000 && number(&first, "files") == 1, "{first:#}");
    let same = run(&project, &[ASSET], 0)?;
    assert_eq!((number(&same, "unchanged"), number(&same, "fileBytes")), (1, 0), "{same:#}");
    let way = |report: &Value| spent(report)["chosen"]["iceberg.lake.zz_native_more.grows"].clone();
    assert_eq!([way(&first), way(&same)], [json!("files"), json!("unchanged")]);
    trino::rows(&format!("INSERT INTO {name} {}", rows(9001, 9010)))?;
    let added = run(&project, &[ASSET], 0)?;
    assert_eq!((number(&added, "files"), number(&added, "keptFiles")), (1, 1), "{added:#}");
    let size =
        trino::number("SELECT CAST(min(file_size_in_bytes) AS bigint) FROM iceberg.zz_native_more.\"grows$files\"")?;
    assert!(number(&added, "fileBytes") <= 3 * size, "{} bytes of a file of {size}", number(&added, "fileBytes"));
    let columns = columns(&shown(&project, "iceberg.lake.zz_native_more.grows")?);
    check_numbers(&columns, name, "n", "n")?;
    check(&columns, name, "t", "distinctCount", "count(DISTINCT t)")
}

#[test]
fn files_and_queries_say_the_same_of_a_table() -> Result<()> {
    schema("zz_native_same")?;
    table(
        "iceberg.zz_native_same.orders",
        "AS SELECT orderkey, custkey, orderstatus, totalprice, orderdate, comment FROM tpch.tiny.orders",
    )?;
    let (id, key) = s3_credentials();
    let trino_source = format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\nconfig = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\n\
         filters = {{ schema = {{ includes = [\"^zz_native_same$\"] }} }}\n",
        Server::Trino.url()
    );
    let both = Project::new(&format!("{}{trino_source}", source("zz_native_same", "")))?.env("ID", id).env("KEY", key);
    run(&both, &[METADATA, "openmetadata__trino__metadata"], 0)?;
    run(&both, &[ASSET, "openmetadata__trino__profiling"], 0)?;
    let read = columns(&shown(&both, "iceberg.lake.zz_native_same.orders")?);
    let asked = columns(&shown(&both, "trino.iceberg.zz_native_same.orders")?);
    assert_eq!(read.keys().collect::<Vec<_>>(), asked.keys().collect::<Vec<_>>());
    let mut compared = 0;
    for (column, profile) in &read {
        for (metric, ours) in profile["metrics"].as_object().into_iter().flatten() {
            let theirs = &asked[column]["metrics"][metric];
            if theirs.is_null() {
                continue;
            }
            compared += 1;
            assert!(overlap(ours, theirs), "{column}.{metric}: files say {ours}, the query {theirs}");
        }
    }
    assert!(compared > 60, "{compared}");
    Ok(())
}

/// Whether what two ways say can both be true.
fn overlap(one: &Value, other: &Value) -> bool {
    let ends = |measure: &Value| {
        let value = measure["value"].as_f64()?;
        let end = |key: &str| measure[key].as_f64().unwrap_or(value);
        Some((end("low"), end("high")))
    };
    match (ends(one), ends(other)) {
        (Some(one), Some(other)) => {
            let near = 1e-9 * one.0.abs().max(other.0.abs()).max(1.0);
            one.0 <= other.1 + near && other.0 <= one.1 + near
        }
        _ => one["value"] == other["value"],
    }
}

#[test]
fn broken_files_are_told_by_their_tables_and_all_others_are_profiled() -> Result<()> {
    const SCHEMA: &str = "zz_native_bad";
    schema(SCHEMA)?;
    for name in ["gone", "truncated", "corrupt", "forbidden"] {
        table(&format!("iceberg.{SCHEMA}.{name}"), "AS SELECT n FROM UNNEST(sequence(1, 5000)) AS t(n)")?;
    }
    table(&format!("iceberg.{SCHEMA}.good"), "AS SELECT 1 AS n")?;
    table(&format!("iceberg.{SCHEMA}.empty"), "(n bigint, t varchar)")?;
    let way = Unreliable::before(&Server::S3.url(), Weather::Forbids("/forbidden"))?;
    let text = source(SCHEMA, "").replace(&Server::S3.url(), &way.url());
    let (id, key) = s3_credentials();
    let project = Project::new(&text)?.env("ID", id).env("KEY", key);
    run(&project, &[METADATA], 0)?;
    delete_object(&data_file(SCHEMA, "gone")?)?;
    spoil_object(&data_file(SCHEMA, "truncated")?, |bytes| bytes.truncate(bytes.len() / 2))?;
    spoil_object(&data_file(SCHEMA, "corrupt")?, |bytes| bytes[10..200].fill(0xff))?;
    let report = run(&project, &[ASSET], 4)?;
    let rejected = report["assets"][0]["rejected"].as_array().context("nothing is rejected")?;
    for (table, reason, words) in [
        ("gone", "profile failed", "it is gone (HTTP 404)"),
        ("truncated", "profile failed", ".parquet"),
        ("corrupt", "profile failed", ".parquet"),
        ("forbidden", "access denied", "the store forbids it (HTTP 403)"),
    ] {
        let is_it = |record: &&Value| record.to_string().contains(&format!("{SCHEMA}.{table}"));
        let record = rejected.iter().find(is_it).with_context(|| format!("{table}: {report:#}"))?.to_string();
        assert!(record.contains(reason) && record.contains(words), "{table}: {record}");
    }
    assert_eq!(rejected.len(), 8, "of each its files and its statistics: {report:#}");
    let numbers = |table: &str| shown(&project, &format!("iceberg.lake.{SCHEMA}.{table}"));
    assert_eq!(columns(&numbers("good")?)["n"]["metrics"]["max"]["value"], 1);
    assert_eq!(numbers("empty")?["rows"], 0);
    assert!(!report.to_string().contains(key), "the report has the key");
    for name in ["gone", "truncated", "corrupt"] {
        trino::rows(&format!("DROP TABLE iceberg.{SCHEMA}.{name}"))?;
    }
    Ok(())
}

#[test]
fn without_a_store_what_the_metadata_says_is_told_and_how_to_get_more() -> Result<()> {
    schema("zz_native_none")?;
    table("iceberg.zz_native_none.one", "AS SELECT 1 AS n")?;
    let text = source("zz_native_none", "").replace(&format!(", s3 = {{ endpoint = \"{}\" }}", Server::S3.url()), "");
    let project = Project::new(&text)?.env("ID", "i").env("KEY", "k");
    run(&project, &[METADATA], 0)?;
    let told = project.run(&["run", ASSET, "--report", "report.json"])?.expect_code(0)?;
    assert!(told.all().contains("s3.endpoint"), "{}", told.all());
    assert_eq!(spent(&project.json("report.json")?)["tables"], json!({ "statistics": 1 }));
    Ok(())
}

#[test]
fn of_files_that_are_not_read_the_metadata_is_told() -> Result<()> {
    schema("zz_native_orc")?;
    table("iceberg.zz_native_orc.t", "WITH (format = 'ORC') AS SELECT n FROM UNNEST(sequence(1, 20)) AS t(n)")?;
    let project = project("zz_native_orc", "")?;
    let report = run(&project, &[ASSET], 0)?;
    assert_eq!(spent(&report)["chosen"], json!({ "iceberg.lake.zz_native_orc.t": "statistics" }), "{report:#}");
    assert_eq!(shown(&project, "iceberg.lake.zz_native_orc.t")?["rows"], 20);
    let asked = project.run(&["profile", "iceberg.lake.zz_native_orc.t"])?.expect_code(5)?;
    assert!(asked.err.contains("files of orc are not read, only Parquet and Avro are"), "{}", asked.err);
    Ok(())
}

fn lands(version: &str) -> Result<()> {
    let name = format!("zz_native_{}", version.replace('.', "_"));
    schema(&name)?;
    table(
        &format!("iceberg.{name}.t"),
        "AS SELECT n, CAST(n % 2 AS varchar) AS v FROM UNNEST(sequence(1, 20)) AS t(n)",
    )?;
    let (id, key) = s3_credentials();
    let landing = Landing::new(&source(&name, ""), version)?.env("ID", id).env("KEY", key);
    landing.run(&[METADATA])?;
    let report = landing.run(&[ASSET])?;
    assert_eq!(sum(&report, Some("tableFiles"), "updated"), 1, "{report:#}");
    assert_eq!(landing.server.ask("check")?["problems"], json!([]));
    let table = &landing.server.profiles()?[format!("iceberg.lake.{name}.t")];
    assert_eq!(
        (&table["columns"]["n"]["median"], &table["table"]["rowCount"]),
        (&json!(10.5), &json!(20.0)),
        "{table:#}"
    );
    Ok(())
}

#[test]
fn version_1_7_reads_back_what_files_say() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_reads_back_what_files_say() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_reads_back_what_files_say() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn one_table_is_read_by_its_name_with_what_is_frequent_in_it() -> Result<()> {
    schema("zz_native_one")?;
    for name in ["a_other", "some", "z_empty"] {
        let rows = if name == "z_empty" { 0 } else { 400 };
        table(
            &format!("iceberg.zz_native_one.{name}"),
            &format!(
                "AS SELECT n, concat('x', CAST(n % 4 AS varchar)) AS t, concat('me', CAST(n % 2 AS varchar)) AS email \
                      FROM UNNEST(sequence(1, 400)) AS t(n) WHERE n <= {rows}"
            ),
        )?;
    }
    let (id, key) = s3_credentials();
    let project = Project::new(&source("zz_native_one", ""))?.env("ID", id).env("KEY", key);
    let told = project.run(&["profile", "iceberg.lake.zz_native_one.some", "--json", "--top", "2"])?.expect_code(0)?;
    let profile: Value = serde_json::from_str(&told.out)?;
    assert_eq!(profile["rowCount"], 400);
    assert_eq!(profile["columns"][0]["metrics"]["sum"]["value"], 80_200);
    assert_eq!(profile["columns"][1]["topValues"][0]["count"], 100, "{}", told.out);
    assert!(profile["columns"][2]["topValues"].is_null() && !told.out.contains("me1"), "{}", told.out);
    let empty = project.run(&["profile", "iceberg.lake.zz_native_one.z_empty", "--json"])?.expect_code(0)?;
    assert_eq!(serde_json::from_str::<Value>(&empty.out)?["rowCount"], 0);
    let page = project.run(&["profile", "iceberg.lake.zz_native_one.some", "--html", "page.html"])?.expect_code(0)?;
    assert!(page.out.is_empty() && project.read("page.html")?.contains("<svg"));
    let wrong = project.run(&["profile", "iceberg.lake.zz_native_one.nowhere"])?.expect_code(5)?;
    assert!(wrong.err.contains("its source tells of no such table"), "{}", wrong.err);
    Ok(())
}

#[test]
fn rows_to_look_at_are_there_and_masked() -> Result<()> {
    schema("zz_native_look")?;
    let name = "iceberg.zz_native_look.rows";
    table(
        name,
        "(id bigint, email varchar, price decimal(8,2), day date, nested ROW(a bigint, b varchar), list ARRAY(bigint)) \
         WITH (format_version = 2)",
    )?;
    for statement in [
        format!(
            "INSERT INTO {name} SELECT n, concat('me', CAST(n AS varchar)), CAST(n AS decimal(8,2)) / 4, DATE '2026-11-29', \
             CAST(ROW(n, 'ü') AS ROW(a bigint, b varchar)), ARRAY[n, NULL] FROM UNNEST(sequence(1, 50)) AS t(n)"
        ),
        format!("DELETE FROM {name} WHERE id < 9"),
        format!("ALTER TABLE {name} RENAME COLUMN price TO cost"),
        format!("ALTER TABLE {name} ADD COLUMN later varchar"),
    ] {
        trino::rows(&statement).with_context(|| statement.clone())?;
    }
    let project = project("zz_native_look", "sample-rows = 2")?;
    run(&project, &[ASSET], 0)?;
    let told = project.run(&["catalog", "show", "iceberg.lake.zz_native_look.rows", "--json"])?.expect_code(0)?;
    let sample = &serde_json::from_str::<Value>(&told.out)?["sampleData"];
    assert_eq!(sample["columns"], json!(["id", "email", "cost", "day", "nested", "list", "later"]));
    let row = |n: u32, cost: &str| {
        json!([n.to_string(), "*****", cost, "2026-11-29", format!("{{a: {n}, b: ü}}"), format!("[{n}, ]"), null])
    };
    assert_eq!(sample["rows"], json!([row(9, "2.25"), row(10, "2.50")]));
    assert!(!told.out.contains("me9"), "{}", told.out);
    Ok(())
}
