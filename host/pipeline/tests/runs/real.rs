//! The same runs against the catalogs and the store that users have.

use std::sync::Arc;

use metahost_catalog::{Catalog, JsonLines, LocalCatalog};
use metahost_store::{EmbeddedStore, Store};

use crate::given::{Bench, borrowing, counts, options, split};
use crate::second_run::everything;

#[tokio::test]
async fn the_local_catalog_finds_nothing_changed_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for expected in [(505, 0, 0, 0), (0, 505, 0, 0)] {
        let catalog = LocalCatalog::open(&folder.path().join("catalog.redb")).unwrap();
        let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(&folder.path().join("state.redb")).unwrap());
        let bench = Bench { catalog: Arc::new(catalog), store };
        let report = bench.run(options(), everything()).await;
        assert_eq!(counts(&report), expected, "{:?}", report.rejected);
        bench.catalog.finish().await.unwrap();
    }
}

#[tokio::test]
async fn two_runs_into_json_lines_give_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(&folder.path().join("state.redb")).unwrap());
    let mut files = Vec::new();
    for name in ["one.jsonl", "two.jsonl"] {
        let path = folder.path().join(name);
        let bench = Bench { catalog: Arc::new(JsonLines::file(&path).unwrap()), store: Arc::clone(&store) };
        let report = bench.run(options(), everything()).await;
        assert_eq!(counts(&report), (505, 0, 0, 0), "{:?}", report.rejected);
        bench.catalog.finish().await.unwrap();
        files.push(std::fs::read_to_string(path).unwrap());
    }
    assert!(files[0].lines().count() > 505 && files[0] == files[1]);
}

#[tokio::test]
async fn a_service_that_is_only_borrowed_must_be_in_the_local_catalog() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new(LocalCatalog::open(&folder.path().join("catalog.redb")).unwrap());
    let report = bench.run(borrowing(), split(Vec::new())).await;
    assert_eq!(report.failures[0].what, metahost_pipeline::FailureKind::Service, "{:?}", report.failures);
}

#[tokio::test]
async fn a_dry_run_before_the_first_one_tells_what_it_cannot_know() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new(LocalCatalog::open(&folder.path().join("catalog.redb")).unwrap());
    let dry = metahost_pipeline::Options { dry_run: true, ..borrowing() };
    let report = bench.run(dry, split(Vec::new())).await;
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert!(report.warnings.keys().any(|warning| warning.contains("no service `svc`")), "{:?}", report.warnings);
}
