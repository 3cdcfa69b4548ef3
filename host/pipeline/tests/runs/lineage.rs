//! What a run reads out of SQL: views, query logs, queries of dashboards, and what dbt tells without columns.

use metahost_catalog::Catalog;
use metahost_model::{
    Column, ColumnEdge, Edge, Endpoint, Entity, EntityKind, Query, Record, Service, ServiceKind, Table, TableKind,
};
use metahost_pipeline::Options;

use crate::catalog::MemoryCatalog;
use crate::given::{Bench, borrowing, common, counts, drawn, entity, options, path, query, ran, records, split};

/// A table with columns, in the database `db` and the schema `s`.
pub fn table(name: &str, columns: &[&str]) -> Record {
    made(name, columns, TableKind::Regular, None)
}

fn view(name: &str, columns: &[&str], sql: &str) -> Record {
    made(name, columns, TableKind::View, Some(sql.to_owned()))
}

fn made(name: &str, columns: &[&str], kind: TableKind, definition: Option<String>) -> Record {
    let column = |name: &&str| Column { name: (*name).to_owned(), data_type: "INT".into(), ..Column::default() };
    let common = common(&format!("db.s.{name}"), "");
    let columns = columns.iter().map(column).collect();
    Record::Entity(Box::new(Entity::Table(Table { common, kind, columns, definition, ..Table::default() })))
}

fn shop() -> Vec<Record> {
    vec![entity("db"), entity("db.s"), table("orders", &["id", "total"]), table("customers", &["id", "Name"])]
}

/// A catalog in which the shop is already.
pub async fn stocked() -> Bench<MemoryCatalog> {
    let bench = Bench::new(MemoryCatalog::default());
    let mut shop = shop();
    shop.push(table("report", &["total", "name"]));
    bench.run(options(), split(shop)).await;
    bench.catalog.forget_writes();
    bench
}

pub fn edges(bench: &Bench<MemoryCatalog>) -> Vec<Edge> {
    bench.catalog.edges.lock().unwrap().clone()
}

fn shown(edge: &Edge) -> String {
    let columns: Vec<String> =
        edge.columns.iter().map(|column| format!("{}<{}", column.output, column.inputs.join("+"))).collect();
    let end = |end: &Endpoint| end.fqn("svc").to_string();
    format!("{} > {} {:?} {}", end(&edge.upstream), end(&edge.downstream), edge.source, columns.join(","))
}

fn all(bench: &Bench<MemoryCatalog>) -> Vec<String> {
    edges(bench).iter().map(shown).collect()
}

#[tokio::test]
async fn a_view_of_this_run_has_edges_with_columns() {
    let bench = Bench::new(MemoryCatalog::default());
    let sql = "CREATE VIEW db.s.v AS SELECT o.*, c.name AS who FROM orders o JOIN customers c ON c.id = o.id";
    let list = || [shop(), vec![view("v", &["id", "total", "who"], sql)]].concat();
    let report = bench.run(options(), split(list())).await;
    bench.catalog.no_breach();
    assert_eq!(
        all(&bench),
        [
            "svc.db.s.customers > svc.db.s.v ViewLineage who<Name",
            "svc.db.s.orders > svc.db.s.v ViewLineage id<id,total<total",
        ]
    );
    let sql = report.sql.unwrap();
    assert_eq!((sql.read.total(), sql.read.full), (1, 1));
    let again = bench.run(options(), split(list())).await;
    assert_eq!(counts(&again), (0, 7, 0, 0), "a second run writes nothing");
}

#[tokio::test]
async fn a_query_log_makes_one_edge_of_a_pair_and_one_query_of_all_its_likes() {
    let bench = stocked().await;
    let insert = |total: &str| {
        query(&format!("INSERT INTO db.s.report SELECT total, '{total}' FROM db.s.orders WHERE total > {total}"))
    };
    let named = query("INSERT INTO db.s.report (name) SELECT NAME FROM db.s.customers");
    let other = query("INSERT INTO db.s.report (name) SELECT upper(name) FROM db.s.customers");
    let tools = query("SHOW TABLES");
    let report =
        bench.run(options(), split(vec![ran(insert("1")), ran(insert("2")), ran(named), ran(other), ran(tools)])).await;
    bench.catalog.no_breach();
    assert_eq!(
        all(&bench),
        [
            "svc.db.s.customers > svc.db.s.report QueryLineage name<Name",
            "svc.db.s.orders > svc.db.s.report QueryLineage total<total",
        ]
    );
    let filtered = report.total().filtered;
    assert_eq!((filtered["runs again"], filtered["tool-made query: moves no data"]), (1, 1));
    assert_eq!(report.ledger["query"].written(), 3);
    assert_eq!(*bench.catalog.query_tables.lock().unwrap(), [2, 2, 2], "each query names its tables");
}

#[tokio::test]
async fn the_second_run_over_a_log_writes_nothing_and_lists_each_database_once() {
    let bench = stocked().await;
    let list = || split(vec![ran(query("INSERT INTO db.s.report SELECT * FROM db.s.orders"))]);
    bench.run(options(), list()).await;
    bench.catalog.forget_writes();
    let report = bench.run(options(), list()).await;
    assert_eq!(counts(&report), (0, 2, 0, 0), "{:?}", report.left_out);
    assert_eq!(bench.catalog.written(), Vec::<String>::new());
    assert_eq!(bench.catalog.listings.load(std::sync::atomic::Ordering::Relaxed), 1, "its tables");
}

#[tokio::test]
async fn what_a_source_tells_of_two_tables_gets_the_columns_of_its_sql() {
    let bench = stocked().await;
    let sql = "create table db.s.report as select total, cast(null as varchar) as name from db.s.orders";
    let list = vec![drawn("db.s.orders", "db.s.report"), ran(query(sql))];
    let report = bench.run(borrowing(), split(list)).await;
    assert_eq!(all(&bench), ["svc.db.s.orders > svc.db.s.report DbtLineage total<total"]);
    assert_eq!(report.ledger["lineageEdge"].emitted, 1, "one edge, not two");
    assert_eq!(edges(&bench)[0].sql.as_deref(), Some(sql));
}

#[tokio::test]
async fn a_table_that_a_tool_builds_with_is_the_finished_one() {
    let bench = stocked().await;
    let log = query("CREATE TABLE db.s.report__dbt_tmp AS SELECT total FROM db.s.orders");
    bench.run(options(), split(vec![ran(log)])).await;
    assert_eq!(all(&bench), ["svc.db.s.orders > svc.db.s.report QueryLineage total<total"]);
}

fn boards() -> Options {
    let service = Service { name: "bi".into(), kind: ServiceKind::DashboardService, ..options().service };
    Options { service, services: vec!["bi".into(), "lake".into(), "svc".into()], ..options() }
}

fn model(name: &str) -> Record {
    let value = serde_json::json!({ "path": [name], "kind": "SupersetDataModel", "columns": [] });
    Record::Entity(Box::new(Entity::DashboardDataModel(serde_json::from_value(value).unwrap())))
}

fn shows(name: &str, sql: &str) -> Query {
    let target = Endpoint { service: None, kind: EntityKind::DashboardDataModel, path: path(name) };
    Query { service: Some("*".to_owned()), target: Some(target), ..query(sql) }
}

#[tokio::test]
async fn the_query_of_a_dashboard_is_of_the_service_that_has_its_tables() {
    let bench = stocked().await;
    let list = vec![model("m"), ran(shows("m", "SELECT total AS sum FROM db.s.orders WHERE total > 5"))];
    let report = bench.run(boards(), split(list)).await;
    bench.catalog.no_breach();
    assert!(all(&bench)[0].ends_with("DashboardLineage sum<total"), "{:?}", report.left_out);
    assert!(bench.catalog.written().contains(&"svc.db.s.orders -> bi.m".to_owned()));
    assert_eq!(report.ledger["query"].written(), 1);
}

#[tokio::test]
async fn a_query_of_which_nobody_has_a_table_is_named() {
    let bench = stocked().await;
    let report = bench.run(boards(), split(vec![model("m"), ran(shows("m", "SELECT a FROM gone.s.t"))])).await;
    assert_eq!(report.left_out[0].reason, "no service has all tables of this query");
    assert!(report.left_out[0].name.contains("gone.s.t"));
    assert!(edges(&bench).is_empty());
    let alone = Options { services: vec!["bi".into()], ..boards() };
    let report = bench.run(alone, split(vec![model("m"), ran(shows("m", "SELECT a FROM db.s.t"))])).await;
    assert_eq!(report.left_out.len(), 1, "a service of dashboards is not the one that it ran in");
}

#[tokio::test]
async fn a_table_that_is_not_in_the_catalog_costs_its_own_edge_only() {
    let bench = stocked().await;
    let log = query("INSERT INTO db.s.report SELECT total, name FROM db.s.orders, db.s.gone");
    let report = bench.run(options(), split(vec![ran(log)])).await;
    assert_eq!(all(&bench).len(), 1);
    assert_eq!(report.left_out[0].name, "svc.db.s.gone -> svc.db.s.report");
}

#[tokio::test]
async fn sql_that_is_none_is_counted_and_shown() {
    let bench = stocked().await;
    let report = bench.run(options(), split(vec![ran(query("selekt everything fro)m nowhere"))])).await;
    let sql = report.sql.unwrap();
    assert_eq!((sql.read.total(), sql.read.full, sql.read.none), (1, 0, 1));
    assert!(sql.examples[0].sql.starts_with("selekt") && !sql.examples[0].reason.is_empty(), "{sql:?}");
}

#[tokio::test]
async fn cursors_pass_a_query_when_its_edges_are_written() {
    let insert = || ran(query("INSERT INTO db.s.report SELECT * FROM db.s.orders"));
    for (refused, expected) in [(None, Some(vec![1])), (Some("503 Service Unavailable"), None)] {
        let bench = stocked().await;
        let refuses = move |name: &str| refused.filter(|_| name.contains("->"));
        let catalog = MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::default() };
        catalog.entities.lock().unwrap().clone_from(&bench.catalog.entities.lock().unwrap());
        let bench = bench.with(catalog);
        bench.run(options(), split(vec![insert(), Record::Checkpoint(vec![1])])).await;
        assert_eq!(bench.cursor("only"), expected, "{refused:?} in {}", bench.catalog.describe());
    }
}

#[tokio::test]
async fn a_thousand_queries_are_read_in_the_same_way_each_time() {
    let mut written = Vec::new();
    for _ in 0..2 {
        let bench = stocked().await;
        let list =
            (0..1_000).map(|n| ran(query(&format!("INSERT INTO db.s.report SELECT total AS c{n} FROM db.s.orders"))));
        let report = bench.run(options(), vec![records("only", list.collect())]).await;
        assert_eq!(report.sql.unwrap().read.full, 1_000);
        let columns: Vec<ColumnEdge> = edges(&bench).into_iter().flat_map(|edge| edge.columns).collect();
        written.push((bench.catalog.written(), columns));
    }
    assert!(written[0] == written[1]);
}
