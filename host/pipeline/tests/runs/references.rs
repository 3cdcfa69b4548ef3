//! Annotations, edges, tests, results, runs and reads: written to what is there, left out with a reason where it is not.

use metahost_catalog::RunState;
use metahost_model::{EntityKind, Record};

use crate::catalog::MemoryCatalog;
use crate::given::{
    Bench, annotation, borrowing, counts, described, drawn, edge, ended, entity, options, pipeline, pipeline_run,
    query, ran, records, result, split, table_end, test, usage,
};

const TABLES: [(EntityKind, &str); 3] =
    [(EntityKind::Table, "svc.db.s.a"), (EntityKind::Table, "svc.db.s.b"), (EntityKind::Table, "svc.db.s.c")];

#[tokio::test]
async fn an_annotation_reaches_its_table_and_one_without_a_table_is_listed() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let report = bench.run(borrowing(), split(vec![annotation("db.s.a", "x"), annotation("db.s.nope", "y")])).await;
    bench.catalog.no_breach();
    assert_eq!((counts(&report), report.state), ((1, 0, 1, 0), RunState::Success));
    assert_eq!(report.left_out[0].name, "svc.db.s.nope");
    assert_eq!(report.left_out[0].reason, "no such table in the catalog");
}

#[tokio::test]
async fn a_source_that_only_adds_can_make_no_entity() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let report = bench.run(borrowing(), split(vec![entity("db")])).await;
    assert_eq!(report.total().rejected["not its service"], 1);
    assert!(bench.catalog.written().is_empty());
}

#[tokio::test]
async fn edges_of_a_run_wait_for_the_tables_of_the_run() {
    let bench = Bench::new(MemoryCatalog::default());
    let early = vec![drawn("db.s.a", "db.s.b"), entity("db"), entity("db.s"), entity("db.s.a")];
    let late = vec![drawn("db.s.b", "db.s.c"), entity("db.s.b"), entity("db.s.c")];
    let events = vec![records("one", early), ended("one"), records("two", late), ended("two")];
    let report = bench.run(options(), events).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (7, 0, 0, 0));
}

#[tokio::test]
async fn many_new_ends_cost_a_listing_and_not_a_look_up_each() {
    let bench = Bench::new(MemoryCatalog::default());
    let mut list = vec![entity("db"), entity("db.s")];
    list.extend((0..200).map(|n| entity(&format!("db.s.t{n}"))));
    list.extend((1..200).map(|n| drawn("db.s.t0", &format!("db.s.t{n}"))));
    let report = bench.run(options(), split(list)).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (401, 0, 0, 0));
    let finds = bench.catalog.finds.load(std::sync::atomic::Ordering::Relaxed);
    assert!(finds < 25, "{finds} look-ups");
}

#[tokio::test]
async fn an_edge_to_what_was_rejected_or_never_came_is_left_out() {
    let refuses: fn(&str) -> Option<&'static str> = |name| (name == "svc.db.s.a").then_some("400 Bad Request");
    let bench = Bench::new(MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::default() });
    let list = vec![
        entity("db"),
        entity("db.s"),
        entity("db.s.a"),
        entity("db.s.b"),
        drawn("db.s.a", "db.s.b"),
        drawn("db.s.b", "db.s.never"),
    ];
    let report = bench.run(options(), split(list)).await;
    assert_eq!(report.total().filtered["no such table in the catalog"], 2);
    assert_eq!(report.ledger["lineageEdge"].written(), 0);
}

#[tokio::test]
async fn self_loops_failed_queries_and_duplicates_are_left_out() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let mut same = edge("db.s.a", "db.s.a");
    same.upstream.service = Some("svc".into());
    let mut bad = query("select a from nonsense");
    bad.failed = true;
    let mut again = query("select a from t1");
    again.started_at = Some(5);
    let list = vec![
        Record::Edge(Box::new(same)),
        ran(bad),
        ran(query("select a from t1")),
        ran(again),
        drawn("db.s.a", "db.s.b"),
        drawn("db.s.a", "db.s.b"),
        annotation("db.s.a", "x"),
        annotation("db.s.a", "x"),
    ];
    let report = bench.run(borrowing(), split(list)).await;
    let filtered = report.total().filtered;
    assert_eq!((filtered["self loop"], filtered["failed query"], filtered["duplicate"]), (1, 1, 2));
    assert_eq!(filtered["runs again"], 1);
    assert_eq!(report.total().written(), 3);
}

#[tokio::test]
async fn of_two_descriptions_of_one_table_the_first_is_kept_and_the_second_said() {
    let bench = Bench::new(MemoryCatalog::default());
    let list = vec![entity("db"), entity("db.s"), described("db.s.t", "1"), described("db.s.t", "2"), entity("db.s.t")];
    let report = bench.run(options(), split(list)).await;
    assert_eq!(report.total().rejected["conflicting duplicate"], 2);
    assert_eq!(counts(&report), (3, 0, 0, 2));
}

#[tokio::test]
async fn an_edge_may_end_in_another_service() {
    let held = [(EntityKind::Table, "svc.db.s.a"), (EntityKind::Dashboard, "bi.d1")];
    let bench = Bench::new(MemoryCatalog::holding(&held));
    let to = |dashboard: &str| {
        let mut edge = edge("db.s.a", "x.y.z");
        edge.downstream.service = Some("bi".into());
        edge.downstream.kind = EntityKind::Dashboard;
        edge.downstream.path = crate::given::path(dashboard);
        Record::Edge(Box::new(edge))
    };
    let report = bench.run(borrowing(), split(vec![to("d1"), to("d2")])).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (1, 0, 1, 0));
    assert_eq!(report.total().filtered["no such dashboard in the catalog"], 1);
}

#[tokio::test]
async fn an_edge_without_its_pipeline_is_drawn_and_said() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let mut edge = edge("db.s.a", "db.s.b");
    edge.pipeline = Some(metahost_model::Endpoint { kind: EntityKind::Pipeline, ..table_end("job") });
    let report = bench.run(borrowing(), split(vec![Record::Edge(Box::new(edge))])).await;
    assert_eq!(counts(&report), (1, 0, 0, 0));
    assert!(report.warnings.keys().any(|warning| warning.contains("svc.job")), "{:?}", report.warnings);
}

#[tokio::test]
async fn results_follow_their_test_even_when_they_come_first() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let list = vec![
        result("db.s.a", "unique_id", 1),
        test("db.s.a", "unique_id"),
        result("db.s.a", "unique_id", 2),
        result("db.s.a", "no_such_test", 1),
        test("db.s.gone", "x"),
        result("db.s.gone", "x", 1),
    ];
    let report = bench.run(borrowing(), split(list)).await;
    bench.catalog.no_breach();
    assert_eq!(report.ledger["testCaseResult"].written(), 2);
    assert_eq!(report.total().filtered["no such table in the catalog"], 2);
    assert_eq!(report.total().rejected["404 Not Found"], 1, "the catalog's own words");
}

#[tokio::test]
async fn results_of_a_rejected_test_are_rejected() {
    let refuses: fn(&str) -> Option<&'static str> = |name| name.starts_with("test ").then_some("400 Bad Request");
    let held = MemoryCatalog::holding(&TABLES);
    let bench = Bench::new(MemoryCatalog { refuses: Box::new(refuses), ..held });
    let report = bench.run(borrowing(), split(vec![test("db.s.a", "t"), result("db.s.a", "t", 1)])).await;
    assert_eq!(report.total().rejected["parent missing"], 1);
}

#[tokio::test]
async fn runs_and_reads_find_their_targets() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let list =
        vec![pipeline_run("job", "1"), pipeline("job"), usage("db.s.a", "2026-11-23", 5), usage("db.s.x", "d", 1)];
    let report = bench.run(options(), split(list)).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (3, 0, 1, 0));
}

#[tokio::test]
async fn a_catalog_that_remembers_nothing_gets_everything_each_time() {
    let catalog = || MemoryCatalog { remembers: false, ..MemoryCatalog::default() };
    let bench = Bench::new(catalog());
    let events = || split(vec![annotation("db.s.a", "x"), drawn("db.s.a", "db.s.b"), test("db.s.a", "t")]);
    assert_eq!(counts(&bench.run(borrowing(), events()).await), (3, 0, 0, 0));
    let again = bench.with(catalog());
    assert_eq!(counts(&again.run(borrowing(), events()).await), (3, 0, 0, 0));
}

#[tokio::test]
async fn a_table_of_an_unknown_service_is_found_where_it_is() {
    let held =
        [(EntityKind::Table, "lake.db.s.a"), (EntityKind::Table, "svc.db.s.b"), (EntityKind::Table, "lake.db.s.b")];
    let bench = Bench::new(MemoryCatalog::holding(&held));
    let anywhere = |from: &str| {
        let mut edge = edge(from, "db.s.b");
        edge.upstream.service = Some("*".to_owned());
        edge.downstream.service = Some("lake".to_owned());
        Record::Edge(Box::new(edge))
    };
    let report =
        bench.run(borrowing(), split(vec![anywhere("db.s.a"), anywhere("db.s.b"), anywhere("db.s.nope")])).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (2, 0, 1, 0), "{:?}", report.left_out);
    let written = bench.catalog.written();
    assert!(written.iter().any(|edge| edge.contains("lake.db.s.a")), "{written:?}");
    let ambiguous = "table db.s.b is in the services `lake` and `svc`";
    let told = |warning: &String| warning.starts_with(ambiguous) || warning.contains("`svc` and `lake`");
    assert!(report.warnings.keys().any(told), "{:?}", report.warnings);
}

#[tokio::test]
async fn a_query_of_a_dashboard_must_name_its_database_service() {
    let bench = Bench::new(MemoryCatalog::default());
    let service = metahost_model::Service { kind: metahost_model::ServiceKind::DashboardService, ..options().service };
    let boards = metahost_pipeline::Options { service, ..options() };
    let named = metahost_model::Query { service: Some("lake".to_owned()), ..query("select a from t2") };
    let anywhere = metahost_model::Query { service: Some("*".to_owned()), ..query("select a from t1") };
    let report = bench.run(boards, split(vec![ran(anywhere), ran(named)])).await;
    assert_eq!(counts(&report), (1, 0, 1, 0));
    assert_eq!(report.left_out[0].reason, "no service has all tables of this query");
}

#[tokio::test]
async fn many_tables_of_another_service_cost_a_listing_and_not_a_look_up_each() {
    let names: Vec<String> = (0..200).map(|n| format!("lake.db.s.t{n}")).collect();
    let mut held: Vec<_> = names.iter().map(|name| (EntityKind::Table, name.as_str())).collect();
    held.push((EntityKind::Table, "svc.db.s.a"));
    let bench = Bench::new(MemoryCatalog::holding(&held));
    let far = |n: usize| {
        let mut edge = edge(&format!("db.s.t{n}"), "db.s.a");
        edge.upstream.service = Some("lake".to_owned());
        Record::Edge(Box::new(edge))
    };
    let report = bench.run(borrowing(), split((0..201).map(far).collect())).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (200, 0, 1, 0), "the last one is nowhere");
    let finds = bench.catalog.finds.load(std::sync::atomic::Ordering::Relaxed);
    assert!(finds < 25, "{finds} look-ups");
}

#[tokio::test]
async fn tests_and_notes_reach_tables_of_other_services() {
    let held = [(EntityKind::Table, "lake.db.s.a"), (EntityKind::Table, "mart.db.s.b")];
    let bench = Bench::new(MemoryCatalog::holding(&held));
    let elsewhere = |service: &str, record: Record| match record {
        Record::TestCase(test) => {
            Record::TestCase(Box::new(metahost_model::TestCase { service: Some(service.to_owned()), ..*test }))
        }
        Record::TestResult(result) => {
            Record::TestResult(Box::new(metahost_model::TestResult { service: Some(service.to_owned()), ..*result }))
        }
        Record::Annotation(note) => {
            Record::Annotation(Box::new(metahost_model::Annotation { service: Some(service.to_owned()), ..*note }))
        }
        other => other,
    };
    let given = || {
        split(vec![
            elsewhere("*", result("db.s.a", "fresh", 1)),
            elsewhere("*", test("db.s.a", "fresh")),
            elsewhere("mart", annotation("db.s.b", "x")),
            elsewhere("mart", test("db.s.a", "fresh")),
        ])
    };
    let services = vec!["svc".to_owned(), "lake".to_owned(), "mart".to_owned()];
    let wide = || metahost_pipeline::Options { services: services.clone(), ..options() };
    let report = bench.run(wide(), given()).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (3, 0, 1, 0), "{:?}", report.left_out);
    let written = bench.catalog.written();
    assert!(written.iter().any(|line| line.contains("lake.db.s.a.fresh")), "{written:?}");
    assert_eq!(counts(&bench.run(wide(), given()).await), (0, 3, 1, 0), "the second run writes nothing");
}

#[tokio::test]
async fn statistics_of_a_table_are_written_when_they_change() {
    let bench = Bench::new(MemoryCatalog::holding(&[(EntityKind::Table, "svc.db.s.a")]));
    let stats = |table: &str, rows| {
        let stats = metahost_model::TableStat { rows: Some(rows), ..metahost_model::TableStat::default() };
        Record::Stats(crate::given::path(table), Box::new(stats))
    };
    let run =
        async |rows| counts(&bench.run(options(), split(vec![stats("db.s.a", rows), stats("db.s.z", rows)])).await);
    assert_eq!(run(1).await, (1, 0, 1, 0), "of a table that is not there nothing is kept");
    assert_eq!(run(1).await, (0, 1, 1, 0));
    assert_eq!(run(2).await, (1, 0, 1, 0));
}

#[tokio::test]
async fn a_metric_belongs_to_no_service_and_a_borrowing_source_may_make_it() {
    let bench = Bench::new(MemoryCatalog::holding(&TABLES));
    let metric = || {
        let common = metahost_model::Common { path: crate::given::path("revenue"), ..Default::default() };
        let body = serde_json::json!({ "metricType": "SUM" });
        let other = metahost_model::Other { common, entity_type: "metric".to_owned(), body };
        Record::Entity(Box::new(metahost_model::Entity::Other(other)))
    };
    assert_eq!(counts(&bench.run(borrowing(), split(vec![metric()])).await), (1, 0, 0, 0));
    assert!(bench.catalog.written().iter().any(|line| line.contains("revenue") && !line.contains("svc")));
    assert_eq!(counts(&bench.run(borrowing(), split(vec![metric()])).await), (0, 1, 0, 0));
}
