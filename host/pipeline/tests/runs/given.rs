//! What the tests begin with: a service, records, runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream;
use metahost_catalog::Catalog;
use metahost_model::{
    Annotation, Common, Complete, Container, Edge, EdgeSource, Endpoint, Entity, EntityKind, EntityPath, Event,
    Outcome as Verdict, Pipeline, Query, Record, Run, Service, ServiceKind, SplitFailure, Status, Table, TestCase,
    TestResult, Usage,
};
use metahost_pipeline::{Filters, Options, Patterns, QueryOptions, Report, run};
use metahost_store::{MemoryStore, Store};
use serde_json::json;
use tokio_util::sync::CancellationToken;

pub fn service() -> Service {
    Service {
        name: "svc".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed: false,
    }
}

pub fn options() -> Options {
    Options {
        source: "src".into(),
        asset: "openmetadata__src__metadata".into(),
        service: service(),
        services: vec!["svc".into(), "lake".into()],
        identity: Arc::default(),
        filters: Filters::default(),
        queries: QueryOptions::default(),
        profile: None,
        dry_run: false,
        full: false,
        batch: 3,
        writers: 4,
        max_details: 1_000,
    }
}

pub fn borrowing() -> Options {
    Options { service: Service { borrowed: true, ..service() }, ..options() }
}

pub fn filters(kind: &str, includes: &[&str], excludes: &[&str]) -> Filters {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let patterns = Patterns { includes: owned(includes), excludes: owned(excludes) };
    Filters::new(BTreeMap::from([(kind.to_owned(), patterns)]), false).unwrap()
}

/// "db.s.t" as a path.
pub fn path(text: &str) -> EntityPath {
    EntityPath::new(text.split('.').map(str::to_owned).collect()).unwrap()
}

pub fn common(at: &str, description: &str) -> Common {
    Common { path: path(at), description: Some(description.to_owned()), ..Common::default() }
}

/// A database, schema or table, by the number of its names.
pub fn entity(at: &str) -> Record {
    described(at, "")
}

pub fn described(at: &str, description: &str) -> Record {
    let common = common(at, description);
    Record::Entity(Box::new(match common.path.depth() {
        1 => Entity::Database(common),
        2 => Entity::DatabaseSchema(common),
        _ => Entity::Table(Table { common, ..Table::default() }),
    }))
}

pub fn container(at: &str) -> Record {
    Record::Entity(Box::new(Entity::Container(Container {
        common: common(at, ""),
        prefix: at.to_owned(),
        size_bytes: None,
        objects: None,
        formats: Vec::new(),
        fields: Vec::new(),
    })))
}

pub fn pipeline(at: &str) -> Record {
    let pipeline = Pipeline { common: common(at, ""), tasks: Vec::new(), schedule: None, started_at: None };
    Record::Entity(Box::new(Entity::Pipeline(pipeline)))
}

pub fn annotation(at: &str, description: &str) -> Record {
    let value = json!({ "kind": "table", "path": path(at), "description": description });
    Record::Annotation(Box::new(serde_json::from_value::<Annotation>(value).unwrap()))
}

pub fn table_end(at: &str) -> Endpoint {
    Endpoint { service: None, kind: EntityKind::Table, path: path(at) }
}

pub fn edge(from: &str, to: &str) -> Edge {
    Edge {
        upstream: table_end(from),
        downstream: table_end(to),
        columns: Vec::new(),
        source: EdgeSource::DbtLineage,
        sql: None,
        pipeline: None,
        executions: None,
    }
}

pub fn drawn(from: &str, to: &str) -> Record {
    Record::Edge(Box::new(edge(from, to)))
}

pub fn query(sql: &str) -> Query {
    Query { sql: sql.to_owned(), dialect: "trino".into(), ..Query::default() }
}

pub fn ran(query: Query) -> Record {
    Record::Query(Box::new(query))
}

pub fn test(table: &str, name: &str) -> Record {
    let value = json!({ "name": name, "table": path(table), "definition": "unique", "platform": "dbt" });
    Record::TestCase(Box::new(serde_json::from_value::<TestCase>(value).unwrap()))
}

pub fn result(table: &str, test: &str, at: u64) -> Record {
    Record::TestResult(Box::new(TestResult {
        test: test.to_owned(),
        service: None,
        table: path(table),
        column: Vec::new(),
        at,
        outcome: Verdict::Success,
        message: None,
        failed_rows: None,
        values: Vec::new(),
    }))
}

pub fn pipeline_run(at: &str, id: &str) -> Record {
    Record::Run(Box::new(Run {
        id: id.to_owned(),
        pipeline: path(at),
        status: Status::Successful,
        started_at: Some(1),
        ended_at: None,
        tasks: Vec::new(),
        metrics: BTreeMap::new(),
    }))
}

pub fn usage(at: &str, day: &str, count: u64) -> Record {
    let usage = Usage {
        service: None,
        kind: EntityKind::Table,
        path: path(at),
        day: day.to_owned(),
        count,
        users: Vec::new(),
        joins: Vec::new(),
    };
    Record::Usage(Box::new(usage))
}

pub fn complete(scope: EntityPath, kind: EntityKind, listed: u64) -> Record {
    Record::Complete(Complete { scope, kind, listed: Some(listed) })
}

pub fn records(split: &str, records: Vec<Record>) -> Event {
    Event::Records { split: split.into(), records }
}

pub fn ended(split: &str) -> Event {
    Event::Ended { split: split.into(), failure: None }
}

pub fn failed(split: &str) -> Event {
    let failure = SplitFailure { kind: "unavailable".into(), message: "nobody answers".into() };
    Event::Ended { split: split.into(), failure: Some(failure) }
}

/// One split that emits these and ends well.
pub fn split(list: Vec<Record>) -> Vec<Event> {
    vec![records("only", list), ended("only")]
}

/// A runnable pipeline with its state.
pub struct Bench<C> {
    pub catalog: Arc<C>,
    pub store: Arc<dyn Store>,
}

impl<C: Catalog + 'static> Bench<C> {
    pub fn new(catalog: C) -> Self {
        Self { catalog: Arc::new(catalog), store: Arc::new(MemoryStore::default()) }
    }

    /// The same state with another catalog.
    pub fn with(&self, catalog: C) -> Self {
        Self { catalog: Arc::new(catalog), store: Arc::clone(&self.store) }
    }

    pub async fn run(&self, options: Options, events: Vec<Event>) -> Report {
        self.run_until(options, events, CancellationToken::new()).await
    }

    pub async fn run_until(&self, options: Options, events: Vec<Event>, cancel: CancellationToken) -> Report {
        let catalog: Arc<dyn Catalog> = Arc::clone(&self.catalog) as Arc<dyn Catalog>;
        let report = run(options, catalog, Arc::clone(&self.store), stream::iter(events), cancel, |_, _| {}).await;
        let report = report.unwrap();
        balanced(&report);
        report
    }

    pub fn cursor(&self, split: &str) -> Option<Vec<u8>> {
        metahost_pipeline::cursor(self.store.as_ref(), &self.catalog.id(), "src", split).unwrap()
    }
}

/// emitted = written + unchanged + filtered + rejected, for each kind.
pub fn balanced(report: &Report) {
    for (kind, row) in &report.ledger {
        assert_eq!(row.emitted, row.written() + row.unchanged + row.filtered() + row.rejected(), "{kind}: {row:?}");
    }
}

/// Counts as (written, unchanged, filtered, rejected).
pub fn counts(report: &Report) -> (u64, u64, u64, u64) {
    let total = report.total();
    (total.written(), total.unchanged, total.filtered(), total.rejected())
}
