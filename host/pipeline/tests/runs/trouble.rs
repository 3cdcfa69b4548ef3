//! Catalogs that fail, states that can't be written, runs that are cancelled: every record is still accounted for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use metahost_catalog::{Catalog, RunState};
use metahost_model::EntityKind;
use metahost_pipeline::{FailureKind, run};
use metahost_store::{Change, Error as StoreError, MemoryStore, Space, Store};
use tokio_util::sync::CancellationToken;

use crate::catalog::MemoryCatalog;
use crate::given::{Bench, annotation, balanced, borrowing, counts, ended, entity, failed, options, records, split};

fn tables(count: usize) -> Vec<metahost_model::Record> {
    let mut list = vec![entity("db"), entity("db.s")];
    list.extend((0..count).map(|n| entity(&format!("db.s.t{n}"))));
    list
}

#[tokio::test]
async fn a_catalog_that_fails_ends_the_run_and_is_named_once() {
    let bench = Bench::new(MemoryCatalog { fails_after: 4, ..MemoryCatalog::default() });
    let report = bench.run(options(), split(tables(100))).await;
    assert_eq!(report.state, RunState::Failed);
    let failures: Vec<_> = report.failures.iter().map(|failure| (failure.what, failure.message.as_str())).collect();
    assert_eq!(failures, [(FailureKind::Catalog, "the catalog is gone")]);
    assert!(report.total().written() > 0 && report.total().rejected["catalog failed"] > 50);
    assert_eq!(report.total().emitted, 102);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_said_before_anything_is_read() {
    let bench = Bench::new(MemoryCatalog { fails_after: 0, ..MemoryCatalog::default() });
    let report = bench.run(borrowing(), split(vec![annotation("db.s.a", "x")])).await;
    assert_eq!((report.state, report.total().emitted), (RunState::Failed, 0));
    assert!(report.failures[0].message.contains("svc"));
}

#[tokio::test]
async fn a_batch_that_crashes_is_counted() {
    let bench = Bench::new(MemoryCatalog { crashes: true, ..MemoryCatalog::default() });
    let report = bench.run(options(), split(tables(10))).await;
    assert_eq!((report.state, counts(&report)), (RunState::Failed, (0, 0, 0, 12)));
}

#[tokio::test]
async fn a_catalog_that_answers_for_too_few_is_not_believed() {
    let bench = Bench::new(MemoryCatalog { answers_short: true, ..MemoryCatalog::default() });
    let report = bench.run(options(), split(tables(10))).await;
    assert_eq!(report.state, RunState::Failed);
    assert!(report.failures[0].message.contains("answered for"), "{:?}", report.failures);
}

#[tokio::test]
async fn splits_that_fail_leave_the_others_alone() {
    let bench = Bench::new(MemoryCatalog::default());
    let events = vec![records("good", tables(5)), failed("bad"), ended("good")];
    let report = bench.run(options(), events).await;
    assert_eq!((report.state, counts(&report)), (RunState::PartialSuccess, (7, 0, 0, 0)));
    assert_eq!(report.failures[0].split.as_deref(), Some("bad"));
    let nothing = bench.run(options(), vec![failed("bad")]).await;
    assert_eq!(nothing.state, RunState::Failed);
}

#[tokio::test]
async fn cancelling_ends_soon_and_keeps_what_was_confirmed() {
    let bench = Bench::new(MemoryCatalog { delay: Duration::from_millis(5), ..MemoryCatalog::default() });
    let cancel = CancellationToken::new();
    let catalog: Arc<dyn Catalog> = Arc::clone(&bench.catalog) as Arc<dyn Catalog>;
    let endless = futures::stream::iter(0..).map(|n| records("s", vec![entity(&format!("db{n}"))]));
    let stop = cancel.clone();
    let running = run(options(), catalog, Arc::clone(&bench.store), endless, cancel, |ledger, _| {
        assert!(ledger.total().emitted > 0);
    });
    let report = tokio::join!(running, async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.cancel();
    })
    .0
    .unwrap();
    balanced(&report);
    assert!(report.cancelled && report.state == RunState::Failed);
    let total = report.total();
    let held = bench.catalog.entities.lock().unwrap().len() as u64;
    assert_eq!(total.written(), held, "what the catalog confirmed is counted as written");
    assert!(total.rejected.keys().all(|reason| reason == "cancelled"), "{total:?}");
}

#[tokio::test]
async fn cancelling_does_not_wait_for_a_listing_that_never_comes() {
    let catalog = MemoryCatalog { listing_delay: Duration::from_mins(10), ..MemoryCatalog::default() };
    let (bench, cancel) = (Bench::new(catalog), CancellationToken::new());
    let stop = cancel.clone();
    let running = bench.run_until(options(), split(tables(5)), cancel);
    let report = tokio::time::timeout(Duration::from_secs(5), async {
        tokio::join!(running, async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            stop.cancel();
        })
        .0
    });
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.total().rejected["cancelled"], 7);
}

/// A state on a disk that has room for one commit.
struct FullDisk(MemoryStore, AtomicBool);

impl Store for FullDisk {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(space, key)
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if self.1.swap(true, Ordering::Relaxed) { Err(unopenable()) } else { self.0.commit(changes) }
    }

    fn scan(&self, space: Space, prefix: &str, visit: &mut dyn FnMut(&str, &[u8])) -> Result<(), StoreError> {
        self.0.scan(space, prefix, visit)
    }
}

/// A real error of the store.
fn unopenable() -> StoreError {
    metahost_store::EmbeddedStore::open(std::path::Path::new("/dev/null/state.redb")).err().unwrap()
}

#[tokio::test]
async fn a_state_that_cannot_be_written_ends_the_run() {
    let held: Vec<String> = (0..30).map(|n| format!("svc.db.s.t{n}")).collect();
    let held: Vec<_> = held.iter().map(|fqn| (EntityKind::Table, fqn.as_str())).collect();
    let bench = Bench {
        catalog: Arc::new(MemoryCatalog::holding(&held)),
        store: Arc::new(FullDisk(MemoryStore::default(), AtomicBool::new(false))),
    };
    let list = (0..30).map(|n| annotation(&format!("db.s.t{n}"), "x")).collect();
    let report = bench.run(borrowing(), split(list)).await;
    assert_eq!(report.failures[0].what, FailureKind::State);
    assert!(report.total().rejected["state failed"] > 0);
    assert_eq!(report.total().written(), bench.catalog.written().len() as u64);
}
