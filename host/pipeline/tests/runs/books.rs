//! The ledger balances, whatever comes in and whatever the catalog does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use metahost_catalog::Catalog;
use metahost_model::{EntityKind, Event, Record, RecordKind, TableStat};
use metahost_pipeline::{Options, Report, run};
use metahost_store::{MemoryStore, Store};
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::catalog::MemoryCatalog;
use crate::given::{
    annotation, balanced, complete, container, described, drawn, ended, entity, failed, filters, options, path,
    pipeline, pipeline_run, query, ran, records, result, test, usage,
};

/// Names from a small world, so that records meet each other.
fn name() -> impl Strategy<Value = String> {
    let part = || prop::sample::select(vec!["a", "b", "c"]);
    prop_oneof![
        2 => part().prop_map(str::to_owned),
        4 => (part(), part()).prop_map(|(a, b)| format!("{a}.{b}")),
        9 => (part(), part(), part()).prop_map(|(a, b, c)| format!("{a}.{b}.{c}")),
    ]
}

fn table() -> impl Strategy<Value = String> {
    name().prop_map(|name| if name.matches('.').count() == 2 { name } else { "a.b.c".to_owned() })
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        12 => name().prop_map(|name| entity(&name)),
        2 => (name(), "[xy]").prop_map(|(name, text)| described(&name, &text)),
        3 => name().prop_map(|name| container(&name)),
        1 => "[ab]".prop_map(|name| pipeline(&name)),
        3 => (table(), "[xy]").prop_map(|(name, text)| annotation(&name, &text)),
        4 => (table(), table()).prop_map(|(from, to)| drawn(&from, &to)),
        2 => ("[a-c]", any::<bool>()).prop_map(|(sql, failed)| {
            let mut query = query(&sql);
            query.failed = failed;
            ran(query)
        }),
        2 => (table(), "[t-v]").prop_map(|(table, name)| test(&table, &name)),
        2 => (table(), "[t-v]", 0..3u64).prop_map(|(table, name, at)| result(&table, &name, at)),
        1 => ("[ab]", "[12]").prop_map(|(name, id)| pipeline_run(&name, &id)),
        1 => (table(), 0..3u64).prop_map(|(table, count)| usage(&table, "2026-11-23", count)),
        1 => table().prop_map(|table| Record::Stats(path(&table), Box::<TableStat>::default())),
        1 => table().prop_map(|table| Record::Rows(path(&table), vec![1, 2, 3])),
        1 => any::<u8>().prop_map(|cursor| Record::Checkpoint(vec![cursor])),
        1 => (name(), 0..5u64).prop_map(|(scope, listed)| complete(path(&scope), EntityKind::Table, listed)),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let split = || prop::sample::select(vec!["one", "two"]);
    prop_oneof![
        10 => (split(), prop::collection::vec(record(), 0..12)).prop_map(|(split, list)| records(split, list)),
        1 => split().prop_map(ended),
        1 => split().prop_map(failed),
        1 => split().prop_map(|split| Event::Skipped {
            split: split.into(), path: vec!["x".into()], reason: "denied".into(),
        }),
    ]
}

#[derive(Debug, Clone)]
struct Weather {
    refused: u64,
    fails_after: usize,
    cancel_after: usize,
    remembers: bool,
    crashes: bool,
    dry_run: bool,
    borrowed: bool,
    filtered: bool,
    batch: usize,
    writers: usize,
}

fn weather() -> impl Strategy<Value = Weather> {
    let often = |rarely: usize| prop_oneof![4 => Just(usize::MAX), 1 => 0..rarely];
    let flag = |percent: u32| prop::bool::weighted(f64::from(percent) / 100.0);
    (
        (prop_oneof![Just(0), 2..6u64], often(8), often(10), flag(85)),
        (flag(3), flag(15), flag(20), flag(40), 1..6usize, 1..4usize),
    )
        .prop_map(|((refused, fails_after, cancel_after, remembers), rest)| {
            let (crashes, dry_run, borrowed, filtered, batch, writers) = rest;
            Weather {
                refused,
                fails_after,
                cancel_after,
                remembers,
                crashes,
                dry_run,
                borrowed,
                filtered,
                batch,
                writers,
            }
        })
}

/// One of so many names is refused, always the same.
fn is_refused(name: &str, one_in: u64) -> bool {
    one_in > 0 && name.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) % one_in == 0
}

fn catalog(weather: &Weather) -> MemoryCatalog {
    let one_in = weather.refused;
    MemoryCatalog {
        refuses: Box::new(move |name| is_refused(name, one_in).then_some("400 Bad Request")),
        fails_after: weather.fails_after,
        remembers: weather.remembers,
        crashes: weather.crashes,
        ..MemoryCatalog::default()
    }
}

fn chosen(weather: &Weather) -> Options {
    let mut options = options();
    options.service.borrowed = weather.borrowed;
    options.dry_run = weather.dry_run;
    (options.batch, options.writers) = (weather.batch, weather.writers);
    if weather.filtered {
        options.filters = filters("schema", &[], &["^b$"]);
    }
    options
}

/// Runs and answers the report with how many records were handed over, by kind.
async fn go(
    catalog: Arc<MemoryCatalog>,
    store: Arc<dyn Store>,
    events: Vec<Event>,
    weather: &Weather,
) -> (Report, Vec<RecordKind>) {
    let cancel = CancellationToken::new();
    let (token, count, handed) = (cancel.clone(), AtomicUsize::new(0), Arc::new(Mutex::new(Vec::new())));
    let (after, seen) = (weather.cancel_after, Arc::clone(&handed));
    let stream = futures::stream::iter(events).inspect(move |event| {
        if let Event::Records { records, .. } = event {
            seen.lock().unwrap().extend(records.iter().filter_map(Record::kind));
        }
        if count.fetch_add(1, Ordering::Relaxed) == after {
            token.cancel();
        }
    });
    let catalog: Arc<dyn Catalog> = catalog;
    let report = run(chosen(weather), catalog, store, stream, cancel, |_, _| {}).await.unwrap();
    let handed = handed.lock().unwrap().clone();
    (report, handed)
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_counted_exactly_once(events in prop::collection::vec(event(), 0..14), weather in weather()) {
        let catalog = Arc::new(catalog(&weather));
        let (report, handed) = block_on(go(Arc::clone(&catalog), Arc::new(MemoryStore::default()), events, &weather));
        balanced(&report);
        prop_assert_eq!(report.total().emitted, handed.len() as u64);
        for (kind, row) in &report.ledger {
            prop_assert_eq!(row.emitted, handed.iter().filter(|handed| handed.as_str() == *kind).count() as u64);
        }
        let breaches = catalog.breaches.lock().unwrap().clone();
        prop_assert!(breaches.is_empty() || weather.crashes, "{:?}", breaches);
        if weather.dry_run {
            prop_assert!(catalog.written().is_empty());
        } else if catalog.fails_after == usize::MAX && !weather.crashes {
            prop_assert!(report.total().written() <= catalog.written().len() as u64);
        }
    }

    #[test]
    fn the_same_again_changes_nothing(events in prop::collection::vec(event(), 0..14), refused in 0..4u64) {
        let weather = Weather {
            refused, fails_after: usize::MAX, cancel_after: usize::MAX, remembers: true, crashes: false,
            dry_run: false, borrowed: false, filtered: false, batch: 3, writers: 3,
        };
        let (catalog, store) = (Arc::new(catalog(&weather)), Arc::new(MemoryStore::default()));
        let first = block_on(go(Arc::clone(&catalog), store.clone(), events.clone(), &weather)).0;
        catalog.forget_writes();
        let second = block_on(go(Arc::clone(&catalog), store, events, &weather)).0;
        prop_assert_eq!(second.total().written(), 0, "{:?}", catalog.written());
        prop_assert_eq!(second.total().unchanged, first.total().written());
        let refused_again = second.total().rejected.get("400 Bad Request").copied().unwrap_or_default();
        let tried_again = refused_again + second.total().rejected.get("404 Not Found").copied().unwrap_or_default();
        prop_assert_eq!(catalog.written().len() as u64, tried_again, "only what was refused is sent again");
    }
}
