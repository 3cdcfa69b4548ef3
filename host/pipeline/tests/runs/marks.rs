//! Checkpoints and completeness: kept only when they are true.

use std::time::Duration;

use metahost_model::{EntityKind, EntityPath, Event, Record};
use tokio_util::sync::CancellationToken;

use crate::catalog::MemoryCatalog;
use crate::given::{
    Bench, complete, described, drawn, ended, entity, failed, filters, options, path, query, ran, records, split,
};

fn checkpoint(number: u8) -> Record {
    Record::Checkpoint(vec![number])
}

#[tokio::test]
async fn a_cursor_is_kept_when_everything_before_it_was_confirmed() {
    let bench = Bench::new(MemoryCatalog::default());
    let list = vec![
        ran(query("select a from t1")),
        checkpoint(1),
        ran(query("select a from t2")),
        checkpoint(2),
        ran(query("select a from t3")),
    ];
    bench.run(options(), split(list)).await;
    assert_eq!(bench.cursor("only"), Some(vec![2]));
    assert_eq!(bench.cursor("other"), None);
}

#[tokio::test]
async fn an_outage_holds_the_cursors_of_a_log_and_a_refusal_does_not() {
    // Its rows are counted all at once, or all when they are told again.
    for (reason, expected) in [("503 Service Unavailable", None), ("400 Bad Request", Some(vec![2]))] {
        let refuses = move |name: &str| (name == "query select a from t2").then_some(reason);
        let bench = Bench::new(MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::default() });
        let list = vec![
            ran(query("select a from t1")),
            checkpoint(1),
            ran(query("select a from t2")),
            ran(query("select a from t3")),
            checkpoint(2),
        ];
        bench.run(options(), split(list)).await;
        assert_eq!(bench.cursor("only"), expected, "{reason}");
    }
}

#[tokio::test]
async fn a_cursor_waits_for_what_was_set_aside() {
    let refuses = |name: &str| name.contains("->").then_some("503 Service Unavailable");
    let bench = Bench::new(MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::default() });
    let list = vec![drawn("db.s.a", "db.s.b"), checkpoint(1), entity("db"), entity("db.s"), entity("db.s.a")];
    let events = vec![records("one", list), ended("one"), records("two", vec![entity("db.s.b")]), ended("two")];
    bench.run(options(), events).await;
    assert_eq!(bench.cursor("one"), None);
}

#[tokio::test]
async fn a_catalog_that_fails_keeps_the_cursors_from_before() {
    let bench = Bench::new(MemoryCatalog { fails_after: 1, ..MemoryCatalog::default() });
    let mut list: Vec<Record> = (0..3).map(|n| entity(&format!("a{n}"))).chain([checkpoint(1)]).collect();
    list.extend((0..6).map(|n| entity(&format!("b{n}"))).chain([checkpoint(2)]));
    bench.run(options(), split(list)).await;
    assert_eq!(bench.cursor("only"), Some(vec![1]));
}

#[tokio::test]
async fn a_cancelled_run_keeps_no_cursor_beyond_what_it_wrote() {
    let bench = Bench::new(MemoryCatalog { delay: Duration::from_millis(1), ..MemoryCatalog::default() });
    let cancel = CancellationToken::new();
    cancel.cancel();
    bench.run_until(options(), split(vec![ran(query("select a from t1")), checkpoint(1)]), cancel).await;
    assert_eq!(bench.cursor("only"), None);
}

#[tokio::test]
async fn a_dry_run_keeps_no_cursor() {
    let bench = Bench::new(MemoryCatalog::default());
    let dry = metahost_pipeline::Options { dry_run: true, ..options() };
    bench.run(dry, split(vec![ran(query("select a from t1")), checkpoint(1)])).await;
    assert_eq!(bench.cursor("only"), None);
}

fn listing(listed: u64) -> Vec<Record> {
    let mut list = ["db", "db.s", "db.s.a", "db.s.b"].map(entity).to_vec();
    list.extend([described("db.s.b", "again"), complete(path("db.s"), EntityKind::Table, listed)]);
    list
}

#[tokio::test]
async fn a_scope_is_complete_when_as_many_came_as_are_listed() {
    let bench = Bench::new(MemoryCatalog::default());
    let report = bench.run(options(), split(listing(2))).await;
    assert_eq!(report.complete.len(), 1);
    assert_eq!((report.complete[0].scope.as_str(), report.complete[0].emitted), ("db.s", 2));
    let report = bench.run(options(), split(listing(3))).await;
    assert!(report.complete.is_empty());
    assert!(report.warnings.keys().any(|warning| warning.contains("lists 3 and emitted 2")), "{:?}", report.warnings);
}

#[tokio::test]
async fn what_a_filter_leaves_out_was_still_listed() {
    let bench = Bench::new(MemoryCatalog::default());
    let options = metahost_pipeline::Options { filters: filters("table", &[], &["^a$"]), ..options() };
    let report = bench.run(options, split(listing(2))).await;
    assert_eq!(report.complete.len(), 1);
    assert_eq!(report.total().filtered["table filter"], 1);
}

#[tokio::test]
async fn a_split_that_failed_or_skipped_completes_nothing() {
    let bench = Bench::new(MemoryCatalog::default());
    let report = bench.run(options(), vec![records("s", listing(2)), failed("s")]).await;
    assert!(report.complete.is_empty());
    let skipped = Event::Skipped { split: "s".into(), path: vec!["db".into(), "x".into()], reason: "denied".into() };
    let report = bench.run(options(), vec![skipped, records("s", listing(2)), ended("s")]).await;
    assert!(report.complete.is_empty());
    assert_eq!(report.skipped[0].item, "db.x");
}

#[tokio::test]
async fn the_whole_service_is_a_scope() {
    let bench = Bench::new(MemoryCatalog::default());
    let list = vec![entity("a"), entity("b"), complete(EntityPath::root(), EntityKind::Database, 2)];
    assert_eq!(bench.run(options(), split(list)).await.complete.len(), 1);
}
