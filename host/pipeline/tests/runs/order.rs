//! Parents before children, whatever the order in which a source emits them.

use metahost_catalog::RunState;

use crate::catalog::MemoryCatalog;
use crate::given::{Bench, container, counts, ended, entity, options, records, split};

#[tokio::test]
async fn parents_reach_the_catalog_before_their_children() {
    let bench = Bench::new(MemoryCatalog::default());
    let mut list = Vec::new();
    for schema in ["a", "b", "c", "d", "e"] {
        list.extend([entity(&format!("db.{schema}"))]);
        list.extend((0..7).map(|table| entity(&format!("db.{schema}.t{table}"))));
    }
    list.insert(0, entity("db"));
    let report = bench.run(options(), split(list)).await;
    bench.catalog.no_breach();
    assert_eq!((counts(&report), report.state), ((41, 0, 0, 0), RunState::Success));
}

#[tokio::test]
async fn children_that_come_first_wait_for_their_parents() {
    let bench = Bench::new(MemoryCatalog::default());
    let early = vec![entity("db.s.t1"), entity("db.s.t2"), entity("db.s"), entity("db.s.t3")];
    let events = vec![records("one", early), ended("one"), records("two", vec![entity("db")]), ended("two")];
    let report = bench.run(options(), events).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (5, 0, 0, 0));
}

#[tokio::test]
async fn a_child_without_a_parent_is_rejected_with_its_name() {
    let bench = Bench::new(MemoryCatalog::default());
    let report = bench.run(options(), split(vec![entity("db"), entity("db.other"), entity("db.s.t")])).await;
    assert_eq!(counts(&report), (2, 0, 0, 1));
    let rejected = &report.rejected[0];
    assert_eq!((rejected.name.as_str(), rejected.rejection.reason.as_str()), ("svc.db.s.t", "parent missing"));
    assert!(rejected.rejection.message.contains("svc.db.s"), "{rejected:?}");
}

#[tokio::test]
async fn below_a_rejected_parent_everything_is_rejected_and_nothing_sent() {
    let refuses: fn(&str) -> Option<&'static str> = |name| (name == "svc.db.s").then_some("400 Bad Request");
    let bench = Bench::new(MemoryCatalog { refuses: Box::new(refuses), ..MemoryCatalog::default() });
    let list = ["db", "db.s", "db.s.t1", "db.s.t2", "db.ok", "db.ok.t"].map(entity).to_vec();
    let report = bench.run(options(), split(list)).await;
    assert_eq!(report.total().rejected["parent missing"], 2);
    assert_eq!(report.total().rejected["400 Bad Request"], 1);
    assert!(bench.catalog.written().iter().all(|name| !name.starts_with("svc.db.s.")));
    assert_eq!(report.state, RunState::PartialSuccess);
}

#[tokio::test]
async fn containers_of_any_depth_follow_each_other() {
    let bench = Bench::new(MemoryCatalog { delay: std::time::Duration::from_millis(2), ..MemoryCatalog::default() });
    let mut list = vec![container("b")];
    list.extend((0..20).map(|n| container(&format!("b.x{n}"))));
    list.extend((0..20).map(|n| container(&format!("b.x{n}.y"))));
    list.reverse();
    let report = bench.run(options(), split(list)).await;
    bench.catalog.no_breach();
    assert_eq!(counts(&report), (41, 0, 0, 0));
}

#[tokio::test]
async fn a_path_that_no_table_can_have_is_rejected() {
    let bench = Bench::new(MemoryCatalog::default());
    let report = bench.run(options(), split(vec![entity("db.s.t.x")])).await;
    assert_eq!(report.total().rejected["malformed path"], 1);
}
