//! A query log row by row: each is counted, each query is read once, and who ran it how often is told.

use std::sync::atomic::Ordering;

use metahost_model::{Executions, Join, Query, Record};
use metahost_pipeline::{Options, QueryOptions, QueryRules, Report};

use crate::catalog::MemoryCatalog;
use crate::given::{Bench, counts, options, query, ran, records, split, table_end};
use crate::lineage::{edges, stocked};

const DAY: u64 = 86_400_000;
const FIRST: u64 = 20_780 * DAY;

/// A row of a log.
fn row(sql: &str, user: &str, at: u64, took: u64) -> Record {
    let (user, started_at, duration_ms) = (Some(user.to_owned()), Some(at), Some(took));
    ran(Query { user, started_at, duration_ms, ..query(sql) })
}

fn insert(value: u64) -> String {
    format!("INSERT INTO db.s.report SELECT total, '{value}' FROM db.s.orders WHERE total > {value}")
}

/// Rows of a source that goes on next time from where it was.
fn log(mut rows: Vec<Record>) -> Vec<metahost_model::Event> {
    rows.push(Record::Checkpoint(vec![1]));
    split(rows)
}

fn usage() -> Options {
    let asset = "openmetadata__src__usage".to_owned();
    Options { asset, queries: QueryOptions { counts_reads: true, ..QueryOptions::default() }, ..options() }
}

fn executions(bench: &Bench<MemoryCatalog>) -> Executions {
    edges(bench).last().unwrap().executions.clone().unwrap()
}

fn filtered(report: &Report) -> Vec<(&str, u64)> {
    report.ledger["query"].filtered.iter().map(|(reason, count)| (reason.as_str(), *count)).collect()
}

#[tokio::test]
async fn a_query_that_failed_first_is_read_when_it_succeeds() {
    let bench = stocked().await;
    let failed = Query { failed: true, ..query(&insert(1)) };
    let report = bench.run(options(), log(vec![ran(failed), row(&insert(2), "anna", FIRST, 5)])).await;
    assert_eq!(edges(&bench).len(), 1);
    assert_eq!(filtered(&report), [("failed query", 1)]);
}

#[tokio::test]
async fn an_edge_tells_how_often_it_was_used_when_and_by_whom() {
    let bench = stocked().await;
    let rows = vec![
        row(&insert(1), "ben", FIRST + 2, 10),
        row(&insert(2), "anna", FIRST + 1, 30),
        row("INSERT INTO db.s.report (name) SELECT total FROM db.s.orders", "anna", FIRST + DAY, 50),
    ];
    let report = bench.run(options(), log(rows)).await;
    let used = executions(&bench);
    assert_eq!((used.count, used.first_at, used.last_at), (3, Some(FIRST + 1), Some(FIRST + DAY)));
    assert_eq!(used.users.iter().collect::<Vec<_>>(), ["anna", "ben"]);
    assert_eq!((used.mean_ms(), &report.used_edges[0].executions), (Some(30.0), &used));
    assert_eq!(report.used_edges[0].to.as_str(), "svc.db.s.report");
    let verdicts = report.sql.unwrap();
    assert_eq!((verdicts.read.total(), verdicts.rows.total()), (2, 3));
}

#[tokio::test]
async fn another_day_of_the_same_queries_writes_nothing_and_is_counted() {
    let bench = stocked().await;
    bench.run(options(), log(vec![row(&insert(1), "anna", FIRST, 10)])).await;
    bench.catalog.forget_writes();
    let later = || log(vec![row(&insert(7), "anna", FIRST + DAY, 10), row(&insert(8), "anna", FIRST + DAY + 1, 10)]);
    let report = bench.run(options(), later()).await;
    assert_eq!(bench.catalog.written(), Vec::<String>::new(), "other values are no change");
    assert_eq!(counts(&report), (0, 2, 1, 0));
    assert_eq!(report.used_edges[0].executions.count, 3, "the state knows of both days");
    // Whoever reads all of it again does not count it again.
    let queries = QueryOptions { starts_over: true, ..QueryOptions::default() };
    let report = bench.run(Options { queries, ..options() }, later()).await;
    assert_eq!(report.used_edges[0].executions.count, 3);
}

#[tokio::test]
async fn what_an_earlier_run_read_of_an_edge_stays_on_it() {
    let bench = stocked().await;
    let other = "INSERT INTO db.s.report (name) SELECT upper(total) FROM db.s.orders";
    bench.run(options(), log(vec![row(&insert(1), "anna", FIRST, 10)])).await;
    bench.run(options(), log(vec![row(other, "anna", FIRST + DAY, 10)])).await;
    let columns: Vec<String> = edges(&bench)[1].columns.iter().map(|column| column.output.clone()).collect();
    assert_eq!(columns, ["name", "total"]);
    bench.catalog.forget_writes();
    bench.run(options(), log(vec![row(&insert(2), "anna", FIRST + 2 * DAY, 10)])).await;
    assert_eq!(bench.catalog.written(), Vec::<String>::new(), "part of what is known is no change");
}

#[tokio::test]
async fn a_query_is_written_again_when_somebody_else_runs_it() {
    let bench = stocked().await;
    let sql = "SELECT total FROM db.s.orders WHERE id = 1";
    for (user, written) in [("anna", 1), ("anna", 0), ("ben", 1), ("anna", 0)] {
        bench.catalog.forget_writes();
        let report = bench.run(options(), log(vec![row(sql, user, FIRST, 10)])).await;
        assert_eq!(report.ledger["query"].written(), written, "{user}");
    }
    let again = bench.run(options(), log(vec![row(sql, "cleo", FIRST, 10)])).await;
    assert_eq!(again.ledger["query"].updated, 1);
    let users = bench.catalog.queries.lock().unwrap()[0].executions.clone().unwrap().users;
    assert_eq!(users.into_iter().collect::<Vec<_>>(), ["anna", "ben", "cleo"]);
}

#[tokio::test]
async fn of_each_table_the_most_frequent_and_the_longest_queries_are_written() {
    let bench = stocked().await;
    let select = |column: &str, table: &str| format!("SELECT {column} FROM db.s.{table}");
    let often = (0..3).map(|at| row(&select("id", "orders"), "anna", FIRST + at, 1));
    let long = row(&select("total", "orders"), "anna", FIRST, 9_000);
    let neither = row(&select("id + total", "orders"), "anna", FIRST, 2);
    let elsewhere = row(&select("id", "customers"), "anna", FIRST, 1);
    let queries = QueryOptions { per_table: 1, ..QueryOptions::default() };
    let rows = often.chain([long, neither, elsewhere]).collect();
    let report = bench.run(Options { queries, ..options() }, log(rows)).await;
    let mut written: Vec<String> = bench.catalog.queries.lock().unwrap().iter().map(|it| it.sql.clone()).collect();
    written.sort();
    assert_eq!(written, [select("id", "customers"), select("id", "orders"), select("total", "orders")]);
    assert_eq!(filtered(&report), [("among the less used queries of its tables", 1), ("runs again", 2)]);
}

#[tokio::test]
async fn reads_are_counted_by_table_and_day_and_only_once() {
    let bench = stocked().await;
    let join = "SELECT o.id FROM db.s.orders o JOIN db.s.customers c ON c.id = o.id";
    let rows = || {
        log(vec![row(join, "anna", FIRST, 1), row(join, "ben", FIRST + 5, 1), row(&insert(1), "ben", FIRST + DAY, 1)])
    };
    let told = |bench: &Bench<MemoryCatalog>| {
        let mut told = bench.catalog.written();
        told.retain(|name| name.starts_with("usage"));
        told.sort();
        told
    };
    let report = bench.run(usage(), rows()).await;
    let expected = ["svc.db.s.customers 2026-11-23 2", "svc.db.s.orders 2026-11-23 2", "svc.db.s.orders 2026-11-24 1"];
    assert_eq!(told(&bench), expected.map(|usage| format!("usage {usage}")), "what is written is not read");
    assert_eq!(report.ledger["usage"].written(), 3);
    let joins: Vec<Join> = bench.catalog.usages.lock().unwrap().iter().flat_map(|usage| usage.joins.clone()).collect();
    let with = table_end("db.s.orders");
    assert_eq!(
        joins,
        [Join { column: "id".into(), with, with_column: "id".into(), count: 2 }],
        "of two only one tells"
    );
    bench.catalog.no_breach();
    bench.catalog.forget_writes();
    // Later rows of the same day are added; rows that are told again are not.
    bench.run(usage(), log(vec![row(join, "anna", FIRST + 9, 1)])).await;
    assert_eq!(told(&bench), ["usage svc.db.s.customers 2026-11-23 1", "usage svc.db.s.orders 2026-11-23 1"]);
    bench.catalog.forget_writes();
    let queries = QueryOptions { starts_over: true, counts_reads: true, ..QueryOptions::default() };
    let report = bench.run(Options { queries, ..usage() }, rows()).await;
    assert_eq!((told(&bench), report.ledger["usage"].unchanged), (Vec::new(), 3));
    let lineage = bench.run(options(), rows()).await;
    assert!(!lineage.ledger.contains_key("usage"), "lineage counts no reads");
}

#[tokio::test]
async fn rows_that_will_be_told_again_are_not_counted() {
    let bench = stocked().await;
    let refuses = |name: &str| name.contains("->").then_some("503 Service Unavailable");
    let broken = MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::default() };
    broken.entities.lock().unwrap().clone_from(&bench.catalog.entities.lock().unwrap());
    let rows = || log(vec![row(&insert(1), "anna", FIRST, 1), row(&insert(2), "anna", FIRST, 1)]);
    let broken = bench.with(broken);
    let report = broken.run(usage(), rows()).await;
    assert!(!report.ledger.contains_key("usage") && broken.cursor("only").is_none());
    let report = bench.run(usage(), rows()).await;
    assert_eq!((report.ledger["usage"].written(), report.used_edges[0].executions.count), (1, 2));
    assert_eq!(bench.cursor("only"), Some(vec![1]));
}

#[tokio::test]
async fn patterns_of_the_configuration_leave_queries_out() {
    let bench = stocked().await;
    let rules = QueryRules::new(vec!["scratch".into()]).unwrap();
    let queries = QueryOptions { rules, ..QueryOptions::default() };
    let rows = vec![row("INSERT INTO db.s.report SELECT total FROM db.s.SCRATCH_9", "anna", FIRST, 1)];
    let report = bench.run(Options { queries, ..options() }, log(rows)).await;
    assert_eq!(filtered(&report), [("query filter `scratch`", 1)]);
    assert_eq!(report.sql, None);
}

#[tokio::test]
async fn a_hundred_thousand_rows_cost_a_listing_of_their_database() {
    let bench = stocked().await;
    let sql = |n: u64| match n % 1_000 {
        0 => "SHOW TABLES".to_owned(),
        1 => "SELECT broken FROM (".to_owned(),
        other => format!("INSERT INTO db.s.report SELECT total AS c{other} FROM db.s.orders WHERE id = {n}"),
    };
    let rows: Vec<Record> = (0..100_000).map(|n| row(&sql(n), "anna", FIRST + n, 1)).collect();
    let report = bench.run(options(), vec![records("only", rows)]).await;
    let ledger = &report.ledger["query"];
    assert_eq!((ledger.emitted, ledger.filtered["tool-made query: moves no data"]), (100_000, 100));
    assert_eq!(ledger.filtered["runs again"], 98_901);
    let verdicts = report.sql.unwrap();
    assert_eq!((verdicts.read.total(), verdicts.rows.total()), (999, 99_900));
    assert_eq!((verdicts.rows.full, verdicts.rows.none + verdicts.rows.partial), (99_800, 100));
    assert_eq!(verdicts.reasons.values().sum::<u64>(), 100);
    assert_eq!(report.used_edges[0].executions.count, 99_800);
    let listings = bench.catalog.listings.load(Ordering::Relaxed);
    let looked_up = bench.catalog.finds.load(Ordering::Relaxed);
    assert!(listings <= 2 && looked_up == 0, "{listings} listings, {looked_up} look-ups");
}
