//! What has not changed is not written again, and costs next to nothing.

use std::sync::atomic::Ordering;

use metahost_model::{EntityKind, Event};

use crate::catalog::MemoryCatalog;
use crate::given::{
    Bench, annotation, borrowing, counts, described, drawn, entity, options, pipeline, pipeline_run, query, ran,
    result, split, test, usage,
};

pub fn everything() -> Vec<Event> {
    let mut list = vec![entity("db"), entity("db.s")];
    list.extend((0..250).map(|n| entity(&format!("db.s.t{n}"))));
    list.extend((1..100).map(|n| drawn("db.s.t0", &format!("db.s.t{n}"))));
    list.extend((0..50).map(|n| annotation(&format!("db.s.t{n}"), "x")));
    list.extend((0..50).map(|n| test(&format!("db.s.t{n}"), "unique")));
    list.extend((0..50).map(|n| result(&format!("db.s.t{n}"), "unique", 7)));
    list.extend([
        pipeline("job"),
        pipeline_run("job", "1"),
        ran(query("select a from t1")),
        usage("db.s.t1", "2026-11-23", 3),
    ]);
    split(list)
}

#[tokio::test]
async fn a_second_run_writes_nothing_and_only_lists() {
    let bench = Bench::new(MemoryCatalog::default());
    let first = bench.run(options(), everything()).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&first), (505, 0, 0, 0));
    bench.catalog.forget_writes();
    let second = bench.run(options(), everything()).await;
    assert_eq!(counts(&second), (0, 505, 0, 0));
    assert_eq!(bench.catalog.written(), Vec::<String>::new());
    // Databases, schemas, tables, pipelines: one listing each.
    assert_eq!(bench.catalog.listings.load(Ordering::Relaxed), 4);
    assert_eq!(bench.catalog.finds.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let bench = Bench::new(MemoryCatalog::default());
    let events = |text: &str| {
        let tables = vec![entity("db"), entity("db.s"), described("db.s.a", text), entity("db.s.b")];
        split([tables, vec![annotation("db.s.b", text), drawn("db.s.a", "db.s.b")]].concat())
    };
    bench.run(options(), events("old")).await;
    bench.catalog.forget_writes();
    let report = bench.run(options(), events("new")).await;
    assert_eq!(bench.catalog.written(), ["svc.db.s.a", "annotation svc.db.s.b"]);
    assert_eq!(counts(&report), (2, 4, 0, 0));
    assert_eq!(report.total().updated, 2);
}

#[tokio::test]
async fn what_was_deleted_in_the_catalog_is_brought_back() {
    let bench = Bench::new(MemoryCatalog::default());
    let events = || split(vec![entity("db"), entity("db.s"), entity("db.s.t"), annotation("db.s.t", "x")]);
    bench.run(options(), events()).await;
    bench.catalog.forget_writes();
    bench.catalog.delete_all(EntityKind::Table);
    bench.run(options(), events()).await;
    bench.catalog.no_breach();
    assert_eq!(bench.catalog.written(), ["svc.db.s.t"]);
}

#[tokio::test]
async fn a_table_that_was_made_anew_gets_its_annotation_again() {
    let first = Bench::new(MemoryCatalog::holding(&[(EntityKind::Table, "svc.db.s.a")]));
    let events = || split(vec![annotation("db.s.a", "x")]);
    assert_eq!(counts(&first.run(borrowing(), events()).await), (1, 0, 0, 0));
    let held = [(EntityKind::Table, "svc.db.s.other"), (EntityKind::Table, "svc.db.s.a")];
    let anew = first.with(MemoryCatalog::holding(&held));
    assert_eq!(counts(&anew.run(borrowing(), events()).await), (1, 0, 0, 0));
}

#[tokio::test]
async fn a_service_that_was_made_anew_gets_everything_again() {
    let first = Bench::new(MemoryCatalog::default());
    let events = || split(vec![ran(query("select a from t1"))]);
    first.run(options(), events()).await;
    assert_eq!(counts(&first.run(options(), events()).await), (0, 1, 0, 0));
    let anew = first.with(MemoryCatalog { service_is_new: true, ..MemoryCatalog::default() });
    assert_eq!(counts(&anew.run(options(), events()).await), (1, 0, 0, 0));
}

#[tokio::test]
async fn another_service_under_the_old_name_gets_everything_again_from_those_who_borrow_it_too() {
    let first = Bench::new(MemoryCatalog::default());
    let events = || split(vec![ran(query("select a from t1"))]);
    assert_eq!(counts(&first.run(borrowing(), events()).await), (1, 0, 0, 0));
    let other = first.with(MemoryCatalog { service_id: "2".to_owned(), ..MemoryCatalog::default() });
    assert_eq!(counts(&other.run(borrowing(), events()).await), (1, 0, 0, 0));
    assert_eq!(counts(&other.run(borrowing(), events()).await), (0, 1, 0, 0));
}

#[tokio::test]
async fn a_full_run_writes_what_is_there_and_counts_no_read_twice() {
    let held = [(EntityKind::Table, "svc.db.s.a")];
    let bench = Bench::new(MemoryCatalog::holding(&held));
    let events = || split(vec![annotation("db.s.a", "x"), usage("db.s.a", "2026-11-23", 5)]);
    assert_eq!(counts(&bench.run(borrowing(), events()).await), (2, 0, 0, 0));
    let full = metahost_pipeline::Options { full: true, ..borrowing() };
    assert_eq!(counts(&bench.run(full, events()).await), (1, 1, 0, 0));
    let tables = Bench::new(MemoryCatalog::default());
    tables.run(options(), everything()).await;
    let full = metahost_pipeline::Options { full: true, ..options() };
    assert_eq!(counts(&tables.run(full, everything()).await), (504, 1, 0, 0), "all but the reads");
}

#[tokio::test]
async fn reads_of_a_day_are_counted_once() {
    let bench = Bench::new(MemoryCatalog::holding(&[(EntityKind::Table, "svc.db.s.a")]));
    let run = async |count| counts(&bench.run(borrowing(), split(vec![usage("db.s.a", "2026-11-23", count)])).await);
    assert_eq!(run(5).await, (1, 0, 0, 0));
    assert_eq!(run(5).await, (0, 1, 0, 0));
    assert_eq!(run(9).await, (0, 0, 1, 0));
    assert_eq!(bench.catalog.written(), ["usage svc.db.s.a 2026-11-23 5"]);
}

#[tokio::test]
async fn what_was_rejected_is_tried_again() {
    let held = [(EntityKind::Table, "svc.db.s.a")];
    let refuses: fn(&str) -> Option<&'static str> = |_| Some("400 Bad Request");
    let first = Bench::new(MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::holding(&held) });
    let events = || split(vec![annotation("db.s.a", "x")]);
    assert_eq!(counts(&first.run(borrowing(), events()).await), (0, 0, 0, 1));
    let second = first.with(MemoryCatalog::holding(&held));
    assert_eq!(counts(&second.run(borrowing(), events()).await), (1, 0, 0, 0));
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_touches_nothing() {
    let bench = Bench::new(MemoryCatalog::default());
    let dry = || metahost_pipeline::Options { dry_run: true, ..options() };
    let report = bench.run(dry(), everything()).await;
    assert!(report.dry_run);
    assert_eq!(counts(&report), (505, 0, 0, 0), "as the run that follows");
    assert!(bench.catalog.written().is_empty());
    assert_eq!(counts(&bench.run(options(), everything()).await), (505, 0, 0, 0));
    assert_eq!(counts(&bench.run(dry(), everything()).await), (0, 505, 0, 0));
}
