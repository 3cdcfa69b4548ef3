//! The connector against a real Trino, without the host: `cargo test --release -p metahost-plugin-trino -- --ignored`.
//! The address is `TRINO_URL`, by default the one of the repository's stack.

use metahost_plugin_sdk::Error;
use metahost_plugin_sdk::connector::{Mode, ReadRequest, Window};
use metahost_plugin_sdk::sql::Statement;
use metahost_plugin_sdk::testing::{Collected, assert_coverage};

use crate::Trino;
use crate::testing::Plain;

fn trino(more: &str) -> Trino {
    let url = std::env::var("TRINO_URL").unwrap_or_else(|_| "http://127.0.0.1:18080".to_owned());
    Trino::over(&format!(r#"{{"url": "{url}"{more}}}"#), Box::new(Plain)).unwrap()
}

fn run(wanted: Mode, more: &str) -> Collected {
    let trino = trino(more);
    let mut out = Collected::default();
    for split in trino.splits(&[wanted], &mut out).unwrap() {
        let window = Window { since: None, until: None };
        let started = std::time::Instant::now();
        let before = out.entities.len() + out.queries.len();
        let request = ReadRequest { split: split.clone(), cursor: None, window, sample: None };
        let done = trino.read_into(&request, &mut out);
        println!(
            "{:5} in {:?} {} {:?}",
            out.entities.len() + out.queries.len() - before,
            started.elapsed(),
            split.id,
            done.err()
        );
    }
    for remark in out.skipped.iter().chain(&out.notes) {
        println!("{remark}");
    }
    out
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn every_listed_table_is_emitted_with_columns() {
    let out = run(Mode::Entities, "");
    let tables = out.tables();
    if let Ok(name) = std::env::var("SHOW") {
        tables.iter().filter(|t| t.common.path.join(".").contains(&name)).for_each(|t| println!("{t:#?}"));
    }
    let complete = out.complete.iter().filter(|(_, kind, _)| kind == "table");
    let listed: u64 = complete.filter_map(|(_, _, listed)| *listed).sum();
    println!("{} tables, {} columns", tables.len(), tables.iter().map(|t| t.columns.len()).sum::<usize>());
    assert!(
        !tables.is_empty() && !out.skipped.is_empty() || tables.len() as u64 == listed,
        "{} of {listed}",
        tables.len()
    );
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn the_readme_says_which_fields_are_filled() {
    let read = |mode| run(mode, r#", "catalogs": ["iceberg", "memory", "postgresql"]"#);
    let (entities, queries, profile) = (read(Mode::Entities), read(Mode::Usage), read(Mode::Profile));
    assert_coverage(include_str!("../README.md"), &[&entities, &queries, &profile]);
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn the_engine_tells_rows_bounds_and_changes_of_iceberg_tables() {
    let out = run(Mode::Profile, r#", "catalogs": ["iceberg"]"#);
    let (_, orders) = out.stats.iter().find(|(table, _)| table == "iceberg/bronze/orders").unwrap();
    assert_eq!(orders.rows, Some(15_000));
    let key = orders.columns.iter().find(|column| column.column == ["orderkey"]).unwrap();
    assert_eq!((key.lower.as_deref(), key.upper.as_deref(), key.nulls), (Some("1"), Some("60000"), Some(0)));
    assert!(orders.operations.iter().any(|operation| operation.kind == "INSERT" && operation.rows == Some(15_000)));
    assert!(orders.bytes.is_some() && orders.taken_at >= orders.created_at, "{orders:?}");
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn the_query_history_is_read_in_pages() {
    let other = trino(r#", "source": "history-probe""#);
    for probe in 0..5 {
        other.client.all::<(u64,)>(format!("SELECT {probe} AS history_probe")).unwrap();
    }
    // Others run queries in between, and Trino forgets the oldest: only what was just asked can be counted on.
    let probes = |more: &str| {
        let read = run(Mode::Usage, more);
        read.queries.iter().filter(|query| query.sql.ends_with(" AS history_probe")).count()
    };
    assert!(probes("") >= 5);
    assert!(probes(r#", "query-history": {"page-size": 100}"#) >= 5);
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn a_query_that_failed_is_told_with_its_user_and_times() {
    let other = trino(r#", "source": "history-probe", "user": "ada""#);
    other.client.all::<(u64,)>("SELECT 1 / 0 AS fail_probe").unwrap_err();
    let read = run(Mode::Usage, "");
    let query = read.queries.iter().find(|query| query.sql.ends_with(" AS fail_probe")).unwrap();
    assert!(query.failed && query.user.as_deref() == Some("ada"), "{query:?}");
    assert!(query.started_at.is_some() && query.duration_ms.is_some_and(|ms| ms < 60_000), "{query:?}");
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn spooled_rows_are_the_same_as_rows_by_way_of_the_coordinator() {
    // Trino inlines what is small, so this is not.
    let sql = "SELECT orderkey, comment FROM tpch.sf1.orders WHERE orderkey <= 1200000";
    let rows = |trino: &Trino| {
        let mut rows = trino.client.all::<(u64, String)>(sql).unwrap();
        rows.sort_unstable();
        rows
    };
    let spooling = trino("");
    let spooled = rows(&spooling);
    assert!(spooling.client.storage_reached.get(), "no segment came by way of the storage");
    assert_eq!(spooled.len(), 300_000);
    assert!(spooled == rows(&trino(r#", "spooling": "off""#)));
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn a_query_over_its_budget_ends_in_trino_too() {
    let trino = trino("");
    let sql = "SELECT count(*) AS budget_probe FROM tpch.sf100.lineitem a CROSS JOIN tpch.sf100.orders b";
    let statement = Statement { sql: sql.to_owned(), max_rows: 1, budget_ms: Some(1_500) };
    assert!(matches!(crate::execute::execute(&trino.client, &statement), Err(Error::Cancelled)));
    let state = "SELECT state FROM system.runtime.queries WHERE query LIKE '%AS budget_probe FROM%' \
                 AND query NOT LIKE '%runtime%' ORDER BY created DESC LIMIT 1";
    assert_eq!(trino.client.all::<(String,)>(state).unwrap()[0].0, "FAILED");
}

#[test]
#[ignore = "needs a running Trino: cargo xtask stack up"]
fn every_step_of_the_connection_test_passes() {
    let trino = trino("");
    for step in crate::steps::all() {
        println!("{}: {}", step.name, crate::steps::run(&trino, &step.name).unwrap());
    }
}
