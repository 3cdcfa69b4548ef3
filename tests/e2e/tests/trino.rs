//! The Trino connector in the sandbox against a real Trino, through the whole binary.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use metahost_e2e::{Finished, Project, sum, trino};
use serde_json::{Value, json};

const METADATA: &str = "openmetadata__trino__metadata";

/// A project with the stack's Trino as its source; `config` are keys of the connector.
fn project(config: &str, more: &str) -> Result<Project> {
    Project::new(&format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\nconfig = {{ url = \"{}\", {config} }}\n{more}",
        trino::URL
    ))
}

fn read(project: &Project) -> Result<Value> {
    project.run(&["run", METADATA, "--report", "report.json"])?.expect_code(0)?;
    project.json("report.json")
}

fn show(project: &Project, name: &str) -> Result<String> {
    Ok(project.run(&["catalog", "show", &format!("trino.{name}")])?.expect_code(0)?.out)
}

#[test]
fn every_type_partition_and_view_is_shown_as_trino_tells_it() -> Result<()> {
    let project = project(r#"catalogs = ["memory", "iceberg", "icefile"]"#, "")?;
    read(&project)?;
    // Iceberg ends a table's location with an id of its own.
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("-[0-9a-f]{32}", "-<id>");
    let _bound = settings.bind_to_scope();
    insta::assert_snapshot!("types", show(&project, "memory.types.everything")?);
    insta::assert_snapshot!("partitioned", show(&project, "iceberg.bronze.learners")?);
    insta::assert_snapshot!("materialized-view", show(&project, "icefile.mart.daily_sales")?);
    insta::assert_snapshot!("view-across-catalogs", show(&project, "memory.default.v_learners_by_country")?);
    Ok(())
}

#[test]
fn as_many_are_read_as_trino_counts() -> Result<()> {
    let report = read(&project(r#"catalogs = ["iceberg", "tpch"]"#, "")?)?;
    let counted = |kind: &str| -> Result<u64> {
        let own = "table_schema NOT IN ('information_schema', 'system')";
        let of = |catalog: &str| {
            trino::number(&format!(
                "SELECT count(DISTINCT {kind}) FROM {catalog}.information_schema.tables WHERE {own}"
            ))
        };
        Ok(of("iceberg")? + of("tpch")?)
    };
    assert_eq!(sum(&report, Some("database"), "created"), 2);
    assert_eq!(sum(&report, Some("databaseSchema"), "created"), counted("table_schema")?);
    assert_eq!(sum(&report, Some("table"), "created"), counted("(table_schema, table_name)")?);
    Ok(())
}

#[test]
fn a_comment_writes_one_table() -> Result<()> {
    for sql in [
        "CREATE SCHEMA IF NOT EXISTS memory.zz_comment",
        "CREATE TABLE IF NOT EXISTS memory.zz_comment.one (n bigint)",
        "CREATE TABLE IF NOT EXISTS memory.zz_comment.two (n bigint)",
        "COMMENT ON TABLE memory.zz_comment.one IS NULL",
    ] {
        trino::rows(sql)?;
    }
    let filters = "[sources.trino.filters]\nschema = { includes = [\"^zz_comment$\"] }\n";
    let project = project(r#"catalogs = ["memory"]"#, filters)?;
    assert_eq!(sum(&read(&project)?, Some("table"), "created"), 2);
    trino::rows("COMMENT ON TABLE memory.zz_comment.one IS 'Said later'")?;
    let report = read(&project)?;
    assert_eq!(sum(&report, None, "updated"), 1, "{report:#}");
    assert_eq!(sum(&report, None, "created"), 0, "{report:#}");
    assert_eq!(sum(&report, Some("table"), "unchanged"), 1, "{report:#}");
    assert!(show(&project, "memory.zz_comment.one")?.contains("Said later"));
    Ok(())
}

#[test]
fn what_is_filtered_is_counted_and_not_written() -> Result<()> {
    let filters = "[sources.trino.filters]\nschema = { includes = [\"^mart$\"] }\ntable = { excludes = [\"^v_\"] }\n";
    let project = project(r#"catalogs = ["icefile"]"#, filters)?;
    let report = read(&project)?;
    assert_eq!(sum(&report, Some("databaseSchema"), "created"), 1, "{report:#}");
    assert_eq!(sum(&report, Some("table"), "filtered"), 1, "{report:#}");
    let listed = project.run(&["catalog", "list"])?.expect_code(0)?.out;
    assert!(listed.contains("trino.icefile.mart.daily_sales") && !listed.contains("v_monthly_sales"), "{listed}");
    Ok(())
}

/// A schema of wide tables as lines.
fn wide(spooling: &str, more: &str) -> Result<String> {
    let filters = "[sources.trino.filters]\nschema = { includes = [\"^zz_wide$\"] }\n";
    let config = format!("catalogs = [\"memory\"], spooling = \"{spooling}\"");
    let project = project(&config, &format!("{more}{filters}"))?;
    project.run(&["run", METADATA, "--sink", "jsonl", "--output", "out.jsonl"])?.expect_code(0)?;
    project.read("out.jsonl")
}

/// Trino encodes results for spooling, with the storage granted or not. (It inlines what it tells of metadata; rows that do
/// go by way of the storage are read by the connector's own live test.)
#[test]
fn the_way_of_results_does_not_change_what_is_read() -> Result<()> {
    trino::rows("CREATE SCHEMA IF NOT EXISTS memory.zz_wide")?;
    let columns: Vec<String> = (0..1_000).map(|n| format!("a_column_with_a_long_name_{n:04} bigint")).collect();
    for table in 0..5 {
        trino::rows(&format!("CREATE TABLE IF NOT EXISTS memory.zz_wide.t{table} ({})", columns.join(", ")))?;
    }
    let direct = wide("off", "")?;
    assert_eq!(direct.matches("a_column_with_a_long_name_0999").count(), 5);
    assert!(direct == wide("auto", "")?, "without the storage's origin");
    let origins = format!("origins = [\"{}\", \"http://127.0.0.1:19000\"]\n", trino::URL);
    assert!(direct == wide("auto", &origins)?, "with the storage's origin");
    Ok(())
}

/// States of the statements of one source that Trino has not ended, and how many it has seen.
fn statements(source: &str) -> Result<(Vec<Value>, usize)> {
    let sql = format!("SELECT state FROM system.runtime.queries WHERE source = '{source}'");
    let states: Vec<Value> = trino::rows(&sql)?.into_iter().flatten().collect();
    let seen = states.len();
    Ok((states.into_iter().filter(|state| *state != "FINISHED" && *state != "FAILED").collect(), seen))
}

#[test]
fn ctrl_c_leaves_no_statement_behind_in_trino() -> Result<()> {
    let source = format!("e2e-cancel-{}", std::process::id());
    let project = project(&format!("source = \"{source}\", spooling = \"off\""), "")?;
    let run = project.start(&["run", METADATA])?;
    let deadline = Instant::now() + Duration::from_secs(30);
    while statements(&source)?.0.is_empty() {
        ensure!(Instant::now() < deadline, "no statement of the run was seen under way");
        thread::sleep(Duration::from_millis(20));
    }
    ensure!(Command::new("kill").args(["-INT", &run.id().to_string()]).status()?.success());
    let finished = Finished::of(&run.wait_with_output()?).expect_code(130)?;
    assert!(finished.out.contains("cancelled: what was confirmed is kept"), "{}", finished.all());
    thread::sleep(Duration::from_millis(500));
    let (open, seen) = statements(&source)?;
    assert!(open.is_empty(), "{open:?} of {seen} statements go on");
    Ok(())
}

#[test]
fn the_history_has_who_asked_and_leaves_out_what_is_excluded() -> Result<()> {
    // Where no other test reads: a table that goes while it is read is told as left out.
    let table = format!("blackhole.default.e2e_history_{}", std::process::id());
    for part in ["kept", "excluded"] {
        trino::rows(&format!("CREATE TABLE {table}_{part} AS SELECT 1 AS n"))?;
        trino::rows(&format!("DROP TABLE {table}_{part}"))?;
    }
    let project = project("query-history = { exclude = [\"%_excluded AS%\"] }", "")?;
    let arguments = ["run", "openmetadata__trino__lineage", "--sink", "jsonl", "--output", "out.jsonl"];
    project.run(&arguments)?.expect_code(0)?;
    let lines = project.read("out.jsonl")?;
    let made: Vec<&str> = lines.lines().filter(|line| line.contains(&table)).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    let line: Value = serde_json::from_str(made.first().context("no line")?)?;
    assert!(line.to_string().contains(&format!("{table}_kept AS SELECT 1")), "{line:#}");
    assert!(line.to_string().contains(&json!("e2e").to_string()), "who asked: {line:#}");
    Ok(())
}

#[test]
fn a_dead_server_is_named() -> Result<()> {
    let text = "[sources.trino]\nplugin = \"trino\"\nallow-private = true\nconfig = { url = \"http://127.0.0.1:9\" }\n";
    let finished = Project::new(text)?.run(&["run", METADATA])?.expect_code(5)?;
    assert!(finished.all().contains("127.0.0.1:9"), "{}", finished.all());
    Ok(())
}
