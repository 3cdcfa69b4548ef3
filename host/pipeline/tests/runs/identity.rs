//! One table by several names: in a bucket, in a catalog of files, in an engine. Whatever the order in which their sources
//! run, the names are linked once and every edge goes to one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use metahost_model::{
    Column, ColumnEdge, Common, Container, Edge, EdgeSource, Endpoint, Entity, EntityKind, EntityPath, Event, Fqn,
    Record, Service, ServiceKind, Table, TableKind,
};
use metahost_pipeline::{Expected, Explainer, IdentityRules, Options, Report, Unexplained};
use serde_json::json;

use crate::catalog::MemoryCatalog;
use crate::given::{Bench, common, counts, ended, entity, options, path, records, split};

/// A source as it runs, and what it emits.
type Source = (Options, Vec<Event>);

const PLACE: &str = "s3://bucket/raw/orders-1";

fn of(name: &str, kind: ServiceKind, service_type: &str) -> Options {
    let service = Service { name: name.to_owned(), kind, service_type: service_type.to_owned(), ..options().service };
    let (source, asset) = (name.to_owned(), format!("openmetadata__{name}__metadata"));
    Options { service, source, asset, services: services(), identity: Arc::new(rules()), ..options() }
}

fn services() -> Vec<String> {
    ["ice", "s3", "trino"].map(str::to_owned).into()
}

fn rules() -> IdentityRules {
    let services = [
        ("trino", ServiceKind::DatabaseService, "Trino"),
        ("ice", ServiceKind::DatabaseService, "Iceberg"),
        ("s3", ServiceKind::StorageService, "S3"),
    ];
    let expected = services.iter().filter_map(|(name, kind, service_type)| Expected::new(name, *kind, service_type));
    IdentityRules::default().expecting(expected.collect())
}

fn table(at: &str, location: Option<&str>, uuid: Option<&str>, definition: Option<&str>) -> Record {
    let column = |name: &str| Column { name: name.to_owned(), data_type: "INT".into(), ..Column::default() };
    let extension = uuid.map(|uuid| ("icebergUuid".to_owned(), json!(uuid))).into_iter().collect();
    Record::Entity(Box::new(Entity::Table(Table {
        common: Common { extension, ..common(at, "") },
        kind: if definition.is_some() { TableKind::View } else { TableKind::Iceberg },
        columns: vec![column("id"), column("total")],
        location: location.map(str::to_owned),
        definition: definition.map(str::to_owned),
        ..Table::default()
    })))
}

fn lake() -> Record {
    let extension = [("connectorName".to_owned(), json!("iceberg"))].into_iter().collect();
    Record::Entity(Box::new(Entity::Database(Common { extension, ..common("lake", "") })))
}

fn trino() -> Source {
    let list = vec![
        lake(),
        entity("lake.raw"),
        table("lake.raw.orders", Some("s3a://bucket/raw/orders-1/"), None, None),
        table("lake.raw.open", None, None, Some("CREATE VIEW lake.raw.open AS SELECT id, total FROM lake.raw.orders")),
    ];
    (of("trino", ServiceKind::DatabaseService, "Trino"), split(list))
}

/// One view more than the engine can read.
fn ice() -> Source {
    let list = vec![
        entity("lake"),
        entity("lake.raw"),
        table("lake.raw.orders", Some(PLACE), Some("u1"), None),
        table("lake.raw.open", Some("s3://bucket/raw/open"), None, Some("SELECT id, total FROM lake.raw.orders")),
        table("lake.raw.only", Some("s3://bucket/raw/only"), None, Some("SELECT id, total FROM lake.raw.orders")),
    ];
    (of("ice", ServiceKind::DatabaseService, "Iceberg"), split(list))
}

fn s3() -> Source {
    let bucket = |parts: &[&str]| EntityPath::new(parts.iter().map(|part| (*part).to_owned()).collect()).unwrap();
    let container = |path: EntityPath, prefix: &str, uuid: &str| {
        let extension = [("tableUuid".to_owned(), json!(uuid))].into_iter().collect();
        let fields = vec![Column { name: "ID".into(), data_type: "INT".into(), ..Column::default() }];
        Record::Entity(Box::new(Entity::Container(Container {
            common: Common { path, extension, ..Common::default() },
            prefix: format!("/{prefix}"),
            size_bytes: None,
            objects: None,
            formats: Vec::new(),
            fields,
        })))
    };
    // The folder of a table of the same name, which was dropped.
    let (live, old) = ("raw/orders-1", "raw/orders-0");
    let told = |prefix: &str| {
        Record::Edge(Box::new(Edge {
            upstream: Endpoint { service: None, kind: EntityKind::Container, path: bucket(&["bucket", prefix]) },
            downstream: end("trino", "lake.raw.orders"),
            columns: vec![ColumnEdge { inputs: vec!["ID".into()], output: "ID".into(), function: None }],
            source: EdgeSource::ExternalTableLineage,
            sql: None,
            pipeline: None,
            executions: None,
        }))
    };
    let list = vec![
        crate::given::container("bucket"),
        container(bucket(&["bucket", live]), live, "u1"),
        told(live),
        container(bucket(&["bucket", old]), old, "u0"),
        told(old),
    ];
    (of("s3", ServiceKind::StorageService, "S3"), split(list))
}

fn end(service: &str, at: &str) -> Endpoint {
    Endpoint { service: Some(service.to_owned()), kind: EntityKind::Table, path: path(at) }
}

/// A tool that knows the table by the name that the catalog of files has for it.
fn loader() -> Source {
    let told = |table: Endpoint| {
        Record::Edge(Box::new(Edge {
            upstream: end("trino", "lake.raw.source"),
            downstream: table,
            columns: Vec::new(),
            source: EdgeSource::PipelineLineage,
            sql: None,
            pipeline: None,
            executions: None,
        }))
    };
    let list = vec![told(end("ice", "lake.raw.orders")), told(end("trino", "lake.raw.orders"))];
    (of("loader", ServiceKind::PipelineService, "Airbyte"), split(list))
}

fn graph(bench: &Bench<MemoryCatalog>) -> BTreeSet<String> {
    let written = bench.catalog.written();
    let edges = written.iter().filter(|name| name.contains(" -> "));
    edges.cloned().collect()
}

async fn run(bench: &Bench<MemoryCatalog>, (options, events): Source) -> Report {
    let report = bench.run(options, events).await;
    bench.catalog.no_breach();
    assert_eq!(report.total().rejected(), 0, "{report:#?}");
    report
}

const WHOLE: [&str; 5] = [
    "ice.lake.raw.open -> trino.lake.raw.open",
    "ice.lake.raw.orders -> trino.lake.raw.orders",
    "s3.bucket.raw/orders-1 -> ice.lake.raw.orders",
    "trino.lake.raw.orders -> ice.lake.raw.only",
    "trino.lake.raw.orders -> trino.lake.raw.open",
];

#[tokio::test]
async fn three_sources_in_any_order_give_one_graph() {
    let sources: [fn() -> Source; 3] = [trino, ice, s3];
    for [first, second, third] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let bench = Bench::new(MemoryCatalog::default());
        for source in [first, second, third] {
            run(&bench, sources[source]()).await;
        }
        assert_eq!(graph(&bench).iter().collect::<Vec<_>>(), WHOLE, "{first} {second} {third}");
        bench.catalog.forget_writes();
        for source in [first, second, third] {
            let again = run(&bench, sources[source]()).await;
            assert_eq!(counts(&again).0, 0, "a second run writes nothing: {again:#?}");
        }
    }
}

#[tokio::test]
async fn side_by_side_they_give_the_same_graph() {
    let bench = Bench::new(MemoryCatalog::default());
    let (trino, ice) = (trino(), ice());
    let (one, other) = tokio::join!(bench.run(trino.0, trino.1), bench.run(ice.0, ice.1));
    assert_eq!((one.total().rejected(), other.total().rejected()), (0, 0));
    // Two runs may each send a batch of edges: only those of one run go one after another.
    bench.catalog.breaches.lock().unwrap().clear();
    run(&bench, s3()).await;
    assert_eq!(graph(&bench).iter().collect::<Vec<_>>(), WHOLE);
}

#[tokio::test]
async fn a_link_carries_the_columns_that_both_ends_have() {
    let bench = Bench::new(MemoryCatalog::default());
    for source in [trino(), ice(), s3()] {
        run(&bench, source).await;
    }
    let edges = bench.catalog.edges.lock().unwrap().clone();
    let columns = |from: EntityKind| {
        let link = edges.iter().find(|edge| {
            edge.source == EdgeSource::ExternalTableLineage
                && edge.upstream.kind == from
                && edge.downstream.path.name() == "orders"
        });
        let columns = &link.unwrap().columns;
        columns.iter().map(|column| format!("{} {}", column.inputs[0], column.output)).collect::<Vec<_>>()
    };
    assert_eq!(columns(EntityKind::Container), ["ID id"]);
    assert_eq!(columns(EntityKind::Table), ["id id", "total total"]);
}

#[tokio::test]
async fn an_edge_goes_to_the_name_that_edges_prefer_and_is_drawn_once() {
    let bench = Bench::new(MemoryCatalog::default());
    let (options, mut events) = trino();
    let source = table("lake.raw.source", Some("s3://bucket/raw/source"), None, None);
    events.insert(1, records("only", vec![source]));
    run(&bench, (options, events)).await;
    run(&bench, ice()).await;
    bench.catalog.forget_writes();
    let report = run(&bench, loader()).await;
    assert_eq!(bench.catalog.written(), ["trino.lake.raw.source -> trino.lake.raw.orders"]);
    assert_eq!(report.total().filtered["the same edge by another name"], 1);
}

#[tokio::test]
async fn what_waits_is_told_and_drawn_by_the_run_that_it_waits_for() {
    let bench = Bench::new(MemoryCatalog::default());
    let report = run(&bench, ice()).await;
    assert_eq!(graph(&bench), BTreeSet::new());
    assert_eq!(report.total().filtered["waits for a run of `trino`, which may have the same table"], 2);
    let (options, _) = trino();
    run(&bench, (options, vec![records("only", vec![lake()]), ended("only")])).await;
    let drawn: Vec<String> = graph(&bench).into_iter().collect();
    assert_eq!(drawn, ["ice.lake.raw.orders -> ice.lake.raw.only", "ice.lake.raw.orders -> ice.lake.raw.open"]);
}

#[tokio::test]
async fn without_identity_every_name_is_a_table_of_its_own() {
    let bench = Bench::new(MemoryCatalog::default());
    for (options, events) in [trino(), ice()] {
        run(&bench, (Options { identity: Arc::new(IdentityRules::off()), ..options }, events)).await;
    }
    let drawn: Vec<String> = graph(&bench).into_iter().collect();
    assert_eq!(
        drawn,
        [
            "ice.lake.raw.orders -> ice.lake.raw.only",
            "ice.lake.raw.orders -> ice.lake.raw.open",
            "trino.lake.raw.orders -> trino.lake.raw.open",
        ]
    );
}

#[tokio::test]
async fn a_run_that_writes_nothing_learns_nothing() {
    let bench = Bench::new(MemoryCatalog::default());
    let (options, events) = ice();
    run(&bench, (Options { dry_run: true, ..options }, events)).await;
    run(&bench, trino()).await;
    assert_eq!(graph(&bench).into_iter().collect::<Vec<_>>(), ["trino.lake.raw.orders -> trino.lake.raw.open"]);
}

fn explainer(bench: &Bench<MemoryCatalog>) -> Explainer {
    Explainer::new(Arc::clone(&bench.catalog) as Arc<_>, Arc::clone(&bench.store), Arc::new(rules())).unwrap()
}

#[tokio::test]
async fn it_is_explained_why_two_names_are_one() {
    let bench = Bench::new(MemoryCatalog::default());
    for source in [trino(), ice(), s3()] {
        run(&bench, source).await;
    }
    let explained = explainer(&bench).explain(&Fqn::parse("ice.lake.raw.orders")).await.unwrap();
    let names: Vec<String> = explained.names.iter().map(|name| name.fqn.to_string()).collect();
    assert_eq!(names, ["trino.lake.raw.orders", "ice.lake.raw.orders", "s3.bucket.raw/orders-1"]);
    assert_eq!(explained.edges_go_to.as_str(), "trino.lake.raw.orders");
    assert_eq!(explained.uuid.as_deref(), Some("u1"));
    let because = format!("{:?}", explained.names[1].because);
    assert!(because.contains("Uuid(\"u1\")") && because.contains(&format!("Location({PLACE:?})")), "{because}");
    let view = explainer(&bench).explain(&Fqn::parse("trino.lake.raw.open")).await.unwrap();
    assert!(format!("{:?}", view.names[0].because).contains("Database(1)"), "{view:?}");
}

#[tokio::test]
async fn it_is_explained_why_an_edge_is_there_or_is_not() {
    let bench = Bench::new(MemoryCatalog::default());
    for source in [ice(), trino(), s3()] {
        run(&bench, source).await;
    }
    let explainer = explainer(&bench);
    let explain =
        async |from: &str, to: &str| explainer.explain_edge(&Fqn::parse(from), &Fqn::parse(to)).await.unwrap();
    let view = explain("trino.lake.raw.orders", "trino.lake.raw.open").await;
    assert_eq!((view.reasons[0].0.learnt.as_str(), view.reasons[0].0.source.as_str()), ("ViewLineage", "trino"));
    let led = explain("ice.lake.raw.orders", "ice.lake.raw.open").await;
    assert_eq!(led.drawn_between.0.as_str(), "trino.lake.raw.orders");
    let old = explain("s3.bucket.raw/orders-0", "trino.lake.raw.orders").await;
    assert_eq!(old.reasons[0].1.absent.as_deref(), Some("the files of the table are in s3://bucket/raw/orders-1"));
    let by_way = explain("s3.bucket.raw/orders-1", "trino.lake.raw.orders").await;
    assert!(by_way.one_table);
    let none = explain("trino.lake.raw.open", "trino.lake.raw.orders").await;
    assert!(none.absent.is_some(), "{none:?}");
}

#[tokio::test]
async fn a_name_that_nobody_knows_gets_a_suggestion() {
    let bench = Bench::new(MemoryCatalog::default());
    run(&bench, trino()).await;
    let error = explainer(&bench).explain(&Fqn::parse("trino.lake.raw.order")).await.unwrap_err();
    assert!(matches!(error, Unexplained::Unknown { .. }));
    assert!(error.to_string().contains("did you mean `trino.lake.raw.orders`"), "{error}");
}
