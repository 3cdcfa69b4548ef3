//! The memory that a large query log takes, in a process of its own, with the catalog and the state that users have.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::sync::Arc;

use futures::{StreamExt, stream};
use metahost_catalog::{Catalog, LocalCatalog};
use metahost_model::{Event, Query, Record, Service, ServiceKind};
use metahost_pipeline::{Filters, Options, QueryOptions, run};
use metahost_store::{EmbeddedStore, Store};
use tokio_util::sync::CancellationToken;

const ROWS: u64 = 100_000;
const DISTINCT: u64 = 1_000;
/// In KiB.
const MOST: u64 = 256 << 10;

fn row(number: u64) -> Record {
    let kind = number % DISTINCT;
    let wide = (0..60).map(|column| format!("o.column_{column} + {number} AS c_{kind}_{column}"));
    let select: Vec<String> = wide.collect();
    let sql = format!("INSERT INTO lake.s.t{} SELECT {} FROM lake.s.o{kind} o", kind % 50, select.join(", "));
    Record::Query(Box::new(Query {
        sql,
        dialect: "trino".into(),
        user: Some(format!("user{}", number % 300)),
        started_at: Some(1_795_392_000_000 + number * 1_000),
        duration_ms: Some(number % 10_000),
        ..Query::default()
    }))
}

/// Made as they are asked for, as a source does.
fn rows() -> impl futures::Stream<Item = Event> + Unpin {
    let page = |at: u64| {
        let mut records: Vec<Record> = (at * 1_000..(at + 1) * 1_000).map(row).collect();
        records.push(Record::Checkpoint(at.to_string().into_bytes()));
        Event::Records { split: "only".into(), records }
    };
    let end = Event::Ended { split: "only".into(), failure: None };
    stream::iter(0..ROWS / 1_000).map(page).chain(stream::iter([end])).boxed()
}

fn options() -> Options {
    let service = Service {
        name: "svc".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed: false,
    };
    Options {
        source: "src".into(),
        asset: "openmetadata__src__usage".into(),
        service,
        services: vec!["svc".into()],
        identity: Arc::default(),
        filters: Filters::default(),
        queries: QueryOptions { counts_reads: true, ..QueryOptions::default() },
        profile: None,
        dry_run: false,
        full: false,
        batch: 100,
        writers: 8,
        max_details: 1_000,
    }
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_rows_stay_below_a_quarter_of_a_gibibyte() {
    let folder = tempfile::tempdir().unwrap();
    let catalog: Arc<dyn Catalog> = Arc::new(LocalCatalog::open(&folder.path().join("catalog.redb")).unwrap());
    let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(&folder.path().join("state.redb")).unwrap());
    let report = run(options(), catalog, store, rows(), CancellationToken::new(), |_, _| {}).await.unwrap();
    let verdicts = report.sql.unwrap();
    assert_eq!((verdicts.read.full, verdicts.rows.full), (DISTINCT, ROWS));
    let ledger = &report.ledger["query"];
    assert_eq!(ledger.emitted, ROWS);
    assert_eq!(ledger.emitted, ledger.written() + ledger.unchanged + ledger.filtered() + ledger.rejected());
    let peak = peak();
    assert!(peak < MOST, "{peak} KiB");
}
