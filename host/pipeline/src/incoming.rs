//! A record with its name for people, its key for the state, and its fingerprint. Never decides anything.

use metahost_catalog::Reference;
use metahost_lineage::Dialect;
use metahost_model::{Edge, EdgeSource, EntityPath, Fingerprint, Fqn, Query, Record, RecordKind, Service, TestResult};

use crate::checkpoints::Position;
use crate::reasons::How;
use crate::seen::key;

/// What must be remembered of a record until it is settled.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    pub(crate) kind: RecordKind,
    /// For the report.
    pub(crate) name: String,
    /// Unique for its source, the same in every run.
    pub(crate) key: String,
    pub(crate) at: Position,
}

/// A record on its way.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) receipt: Receipt,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) record: Record,
    /// Of a query: the tables that it names.
    pub(crate) tables: Vec<Reference>,
    /// Of an edge: how it was learnt.
    pub(crate) how: How,
    /// Of an edge: its ends as they were told, where it goes to others.
    pub(crate) told_as: Option<(String, String)>,
}

impl Incoming {
    pub(crate) fn new(receipt: Receipt, fingerprint: Fingerprint, record: Record) -> Self {
        Self { receipt, fingerprint, record, tables: Vec::new(), how: How::Told, told_as: None }
    }
}

impl Receipt {
    pub(crate) fn new(service: &Service, kind: RecordKind, at: Position, record: &Record) -> Self {
        let names = Names(&service.name);
        Self { kind, name: names.for_people(record), key: key(kind, &names.for_state(record)), at }
    }

    /// The key that a record has, seen from a service.
    pub(crate) fn key_of(service: &Service, kind: RecordKind, record: &Record) -> String {
        key(kind, &Names(&service.name).for_state(record))
    }

    /// Of a record that can't be read back.
    pub(crate) fn unknown(kind: RecordKind, at: Position) -> Self {
        Self { kind, name: String::new(), key: String::new(), at }
    }
}

/// A hash of everything about the record that a catalog shows.
pub(crate) fn fingerprint(service: &Service, record: &Record) -> Result<Fingerprint, serde_json::Error> {
    match record {
        Record::Entity(entity) => Fingerprint::of(entity, &[&service.name]),
        // A query is one entity however often it ran, and with whatever values: its runs do not make it another. Only
        // what feeds something is what it is to the letter.
        Record::Query(query) => {
            let names = (&query.service, &query.database, &query.schema);
            let text = query.target.as_ref().map_or_else(|| likes(query), |_| query.sql.clone());
            let users: Vec<&str> = query.executions.iter().flat_map(|ran| &ran.users).map(String::as_str).collect();
            Fingerprint::of(&(text, &query.dialect, names, &query.target), &users)
        }
        Record::Edge(edge) => Fingerprint::of(&lasting(edge), &[]),
        other => Fingerprint::of(other, &[]),
    }
}

/// An edge without what changes with each run. The text of a query that ran has other values each time.
fn lasting(edge: &Edge) -> Edge {
    let is_logged = edge.source == EdgeSource::QueryLineage && edge.executions.is_some();
    Edge { executions: None, sql: edge.sql.clone().filter(|_| !is_logged), ..edge.clone() }
}

/// The same for all queries that differ in nothing but values, blanks and comments.
fn likes(query: &Query) -> String {
    metahost_lineage::fingerprint(&query.sql, Dialect::from_name(&query.dialect).unwrap_or_default())
}

/// What a query is known by: too long for a key itself, and a hash tells as much.
fn query_name(query: &Query) -> String {
    let within = (&query.service, &query.database, &query.schema);
    let hash = Fingerprint::of(&(likes(query), within, &query.target), &[]);
    hash.map_or_else(|_| query.sql.clone(), |hash| hash.to_string())
}

/// The key of a query.
pub(crate) fn query_key(query: &Query) -> String {
    key(RecordKind::Query, &query_name(query))
}

/// Names as seen from one service.
struct Names<'a>(&'a str);

impl Names<'_> {
    fn own(&self, path: &EntityPath) -> Fqn {
        Fqn::new(self.0, path)
    }

    fn test_of(&self, result: &TestResult) -> Fqn {
        result.test_below(&result.target().fqn(self.0))
    }

    /// What names it best in a report.
    fn for_people(&self, record: &Record) -> String {
        match record {
            Record::Entity(entity) => entity.fqn(self.0).to_string(),
            Record::Annotation(annotation) => annotation.target().fqn(self.0).to_string(),
            Record::Edge(edge) => format!("{} -> {}", edge.upstream.fqn(self.0), edge.downstream.fqn(self.0)),
            Record::Query(query) => query.sql.chars().take(80).collect(),
            Record::Run(run) => format!("{} {}", self.own(&run.pipeline), run.id),
            Record::TestCase(test) => test.below(&test.target().fqn(self.0)).to_string(),
            Record::TestResult(result) => format!("{} at {}", self.test_of(result), result.at),
            Record::Usage(usage) => format!("{} on {}", usage.target().fqn(self.0), usage.day),
            Record::Stats(table, _) | Record::Files(table, _) | Record::Rows(table, _) | Record::Profile(table, _) => {
                self.own(table).to_string()
            }
            Record::Complete(complete) => self.own(&complete.scope).to_string(),
            Record::Checkpoint(_) => String::new(),
        }
    }

    /// What tells it from all others of its kind. A NUL is in no name.
    fn for_state(&self, record: &Record) -> String {
        match record {
            Record::Annotation(annotation) => format!("{}\0{}", annotation.kind, annotation.target().fqn(self.0)),
            Record::Edge(edge) => {
                let (from, to) = (&edge.upstream, &edge.downstream);
                let pipeline = edge.pipeline.as_ref().map(|end| end.fqn(self.0).to_string()).unwrap_or_default();
                let ends = format!("{}\0{}\0{}\0{}", from.kind, from.fqn(self.0), to.kind, to.fqn(self.0));
                format!("{ends}\0{:?}\0{pipeline}", edge.source)
            }
            Record::Query(query) => query_name(query),
            Record::Run(run) => format!("{}\0{}", self.own(&run.pipeline), run.id),
            Record::TestResult(result) => format!("{}\0{}", self.test_of(result), result.at),
            Record::Usage(usage) => format!("{}\0{}\0{}", usage.kind, usage.target().fqn(self.0), usage.day),
            other => self.for_people(other),
        }
    }
}
