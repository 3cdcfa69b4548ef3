//! A catalog in memory. It does what a real one would, and notes every breach of what the pipeline promises: that a
//! batch is of one case and kind, that parents are there, that ids are right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use metahost_catalog::{
    Catalog, Error, ErrorKind, HeldService, Known, Outcome, Reference, Rejection, RunReport, Write,
};
use metahost_model::{ColumnNames, Edge, EntityKind, EntityPath, Fingerprint, Fqn, Query, RecordKind, Service, Usage};

type Refuses = Box<dyn Fn(&str) -> Option<&'static str> + Send + Sync>;

pub struct MemoryCatalog {
    pub entities: Mutex<BTreeMap<(EntityKind, Fqn), Known>>,
    pub tests: Mutex<BTreeSet<Fqn>>,
    pub edges: Mutex<Vec<Edge>>,
    pub queries: Mutex<Vec<Query>>,
    pub usages: Mutex<Vec<Usage>>,
    /// How many tables each query named.
    pub query_tables: Mutex<Vec<usize>>,
    /// What was written, batch by batch.
    pub batches: Mutex<Vec<Vec<String>>>,
    pub breaches: Mutex<Vec<String>>,
    pub listings: AtomicUsize,
    pub finds: AtomicUsize,
    pub next_id: AtomicUsize,
    /// The reason for which a write of this name is refused.
    pub refuses: Refuses,
    /// Fails as a whole from this batch on.
    pub fails_after: usize,
    pub crashes: bool,
    pub remembers: bool,
    pub answers_short: bool,
    pub delay: Duration,
    pub listing_delay: Duration,
    pub service_is_new: bool,
    pub service_id: String,
    pub running: Mutex<BTreeMap<String, usize>>,
}

impl Default for MemoryCatalog {
    fn default() -> Self {
        Self {
            entities: Mutex::default(),
            tests: Mutex::default(),
            edges: Mutex::default(),
            queries: Mutex::default(),
            usages: Mutex::default(),
            query_tables: Mutex::default(),
            batches: Mutex::default(),
            breaches: Mutex::default(),
            listings: AtomicUsize::new(0),
            finds: AtomicUsize::new(0),
            next_id: AtomicUsize::new(1),
            refuses: Box::new(|_| None),
            fails_after: usize::MAX,
            crashes: false,
            remembers: true,
            answers_short: false,
            delay: Duration::ZERO,
            listing_delay: Duration::ZERO,
            service_is_new: false,
            service_id: "1".to_owned(),
            running: Mutex::default(),
        }
    }
}

impl MemoryCatalog {
    /// Holds these entities, written by somebody else.
    pub fn holding(entities: &[(EntityKind, &str)]) -> Self {
        let catalog = Self::default();
        for (kind, fqn) in entities {
            catalog.put(*kind, Fqn::parse(fqn), None, ColumnNames::default());
        }
        catalog
    }

    fn put(&self, kind: EntityKind, fqn: Fqn, fingerprint: Option<Fingerprint>, columns: ColumnNames) -> Outcome {
        let mut entities = self.entities.lock().unwrap();
        if let Some(known) = entities.get_mut(&(kind, fqn.clone())) {
            known.fingerprint = fingerprint;
            known.columns = columns;
            known.deleted = false;
            return Outcome::Updated;
        }
        let id = format!("id{}", self.next_id.fetch_add(1, Ordering::Relaxed));
        entities.insert((kind, fqn), Known { id, fingerprint, deleted: false, columns });
        Outcome::Created
    }

    /// Somebody deletes everything of a kind, as people do: it can be brought back.
    pub fn delete_all(&self, kind: EntityKind) {
        let mut entities = self.entities.lock().unwrap();
        entities.iter_mut().filter(|((held, _), _)| *held == kind).for_each(|(_, known)| known.deleted = true);
    }

    /// Everything that was written, in the order of its batches.
    pub fn written(&self) -> Vec<String> {
        self.batches.lock().unwrap().iter().flatten().cloned().collect()
    }

    pub fn forget_writes(&self) {
        self.batches.lock().unwrap().clear();
        self.queries.lock().unwrap().clear();
        self.edges.lock().unwrap().clear();
        self.listings.store(0, Ordering::Relaxed);
        self.finds.store(0, Ordering::Relaxed);
    }

    pub fn no_breach(&self) {
        assert_eq!(*self.breaches.lock().unwrap(), Vec::<String>::new());
    }

    fn breach(&self, what: String) {
        self.breaches.lock().unwrap().push(what);
    }

    fn check(&self, reference: &Reference) {
        let held = self.entities.lock().unwrap().get(&(reference.kind, reference.fqn.clone())).cloned();
        if self.remembers && held.as_ref().is_none_or(|held| held.id != reference.id || held.deleted) {
            self.breach(format!("{reference:?} is not {held:?}"));
        }
    }

    fn check_parent(&self, kind: EntityKind, fqn: &Fqn) {
        let parent = match kind {
            EntityKind::DatabaseSchema => EntityKind::Database,
            EntityKind::Table => EntityKind::DatabaseSchema,
            EntityKind::Container if fqn.split().len() > 2 => EntityKind::Container,
            _ => return,
        };
        let key = (parent, fqn.parent().unwrap());
        if self.entities.lock().unwrap().get(&key).is_none_or(|parent| parent.deleted) && self.remembers {
            self.breach(format!("{fqn} came before its parent"));
        }
    }

    fn take(&self, write: &Write) -> Outcome {
        if let Some(reason) = (self.refuses)(&name(write)) {
            return Outcome::Rejected(Rejection { reason: reason.to_owned(), message: "no".to_owned() });
        }
        match write {
            Write::Entity { fqn, entity, fingerprint, known } => {
                self.check_parent(entity.kind(), fqn);
                let held = self.entities.lock().unwrap().get(&(entity.kind(), fqn.clone())).cloned();
                if self.remembers && held.is_some() != known.is_some() {
                    self.breach(format!("{fqn}: known as {known:?}, held as {held:?}"));
                }
                return self.put(entity.kind(), fqn.clone(), Some(fingerprint.clone()), entity.column_names());
            }
            Write::Annotation { target, .. } => self.check(target),
            Write::Usage { target, usage } => {
                self.usages.lock().unwrap().push(Usage::clone(usage));
                self.check(target);
            }
            Write::Edge { from, to, pipeline, edge } => {
                self.edges.lock().unwrap().push(Edge::clone(edge));
                [Some(from), Some(to), pipeline.as_ref()].into_iter().flatten().for_each(|end| self.check(end));
            }
            Write::TestCase { table, test } => {
                self.check(table);
                let fqn = test.column.iter().fold(table.fqn.clone(), |fqn, part| fqn.child(part)).child(&test.name);
                self.tests.lock().unwrap().insert(fqn);
            }
            Write::TestResult { test, .. } => {
                if !self.tests.lock().unwrap().contains(test) {
                    return Outcome::Rejected(Rejection {
                        reason: "404 Not Found".to_owned(),
                        message: format!("no test {test}"),
                    });
                }
            }
            Write::Run { pipeline, .. } => self.check(pipeline),
            Write::Query { query, tables } => {
                self.queries.lock().unwrap().push(Query::clone(query));
                self.query_tables.lock().unwrap().push(tables.len());
                for table in tables {
                    self.check(table);
                }
            }
            Write::Profile { table, .. } => self.check(table),
        }
        Outcome::Updated
    }
}

/// How a write is named in these tests.
pub fn name(write: &Write) -> String {
    match write {
        Write::Entity { fqn, .. } => fqn.to_string(),
        Write::Annotation { target, .. } => format!("annotation {}", target.fqn),
        Write::Edge { from, to, .. } => format!("{} -> {}", from.fqn, to.fqn),
        Write::TestCase { table, test } => format!("test {}.{}", table.fqn, test.name),
        Write::TestResult { test, result } => format!("result {test} {}", result.at),
        Write::Query { query, .. } => format!("query {}", query.sql),
        Write::Run { pipeline, run } => format!("run {} {}", pipeline.fqn, run.id),
        Write::Usage { target, usage } => format!("usage {} {} {}", target.fqn, usage.day, usage.count),
        Write::Profile { table, .. } => format!("profile {}", table.fqn),
    }
}

fn sort(write: &Write) -> String {
    match write {
        Write::Entity { entity, .. } => RecordKind::Entity(entity.kind()).to_string(),
        Write::Annotation { .. } => "annotation".to_owned(),
        Write::Edge { .. } => "edge".to_owned(),
        Write::TestCase { .. } => "test".to_owned(),
        Write::TestResult { .. } => "result".to_owned(),
        Write::Query { .. } => "query".to_owned(),
        Write::Run { .. } => "run".to_owned(),
        Write::Usage { .. } => "usage".to_owned(),
        Write::Profile { .. } => "profile".to_owned(),
    }
}

#[async_trait]
impl Catalog for MemoryCatalog {
    fn describe(&self) -> String {
        "a catalog in memory".to_owned()
    }

    fn id(&self) -> String {
        "memory".to_owned()
    }

    async fn service(&self, service: &Service) -> Result<HeldService, Error> {
        if self.fails_after == 0 {
            return Err(Error::new(ErrorKind::NoService, format!("there is no service {}", service.name)));
        }
        let outcome = if self.service_is_new { Outcome::Created } else { Outcome::Unchanged };
        Ok(HeldService { outcome, id: self.service_id.clone() })
    }

    async fn known(
        &self,
        service: &Service,
        kind: EntityKind,
        scope: &EntityPath,
    ) -> Result<BTreeMap<Fqn, Known>, Error> {
        self.listings.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(self.listing_delay).await;
        if !self.remembers {
            return Ok(BTreeMap::new());
        }
        let within = Fqn::new(&service.name, scope);
        let entities = self.entities.lock().unwrap();
        let held = entities.iter().filter(|((held, fqn), _)| *held == kind && fqn.is_within(&within));
        Ok(held.map(|((_, fqn), known)| (fqn.clone(), known.clone())).collect())
    }

    async fn find(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        self.finds.fetch_add(1, Ordering::Relaxed);
        if !self.remembers {
            return Ok(Some(Known {
                id: "any".to_owned(),
                fingerprint: None,
                deleted: false,
                columns: ColumnNames::default(),
            }));
        }
        Ok(self.entities.lock().unwrap().get(&(kind, fqn.clone())).cloned())
    }

    async fn write(&self, _: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let sorts: BTreeSet<String> = batch.iter().map(sort).collect();
        if sorts.len() != 1 || batch.is_empty() {
            self.breach(format!("a batch of {sorts:?}"));
        }
        let sort = sorts.into_iter().next().unwrap_or_default();
        let at_once = {
            let mut running = self.running.lock().unwrap();
            let count = running.entry(sort.clone()).or_default();
            *count += 1;
            *count
        };
        if at_once > 1 && ["edge", "container"].contains(&sort.as_str()) {
            self.breach(format!("{at_once} batches of {sort} at once"));
        }
        tokio::time::sleep(self.delay).await;
        *self.running.lock().unwrap().entry(sort).or_default() -= 1;
        assert!(!self.crashes, "this catalog crashes");
        let sent = self.batches.lock().unwrap().len();
        if sent >= self.fails_after {
            return Err(Error::new(ErrorKind::Unreachable, "the catalog is gone"));
        }
        self.batches.lock().unwrap().push(batch.iter().map(name).collect());
        let mut outcomes: Vec<Outcome> = batch.iter().map(|write| self.take(write)).collect();
        if self.answers_short {
            outcomes.pop();
        }
        Ok(outcomes)
    }

    async fn report(&self, _: &Service, _: &RunReport) -> Result<(), Error> {
        Ok(())
    }

    async fn finish(&self) -> Result<(), Error> {
        Ok(())
    }

    fn remembers(&self) -> bool {
        self.remembers
    }
}

mod checks {
    use metahost_model::{Entity, Table};

    use super::*;
    use crate::given::{common, service};

    fn table(at: &str) -> Write {
        let entity = Box::new(Entity::Table(Table { common: common(at, ""), ..Table::default() }));
        let fingerprint = Fingerprint::from_text("f");
        Write::Entity { fqn: Fqn::new("svc", entity.path()), entity, fingerprint, known: None }
    }

    #[tokio::test]
    async fn this_catalog_notices_a_child_without_a_parent_a_wrong_id_and_a_mixed_batch() {
        let catalog = MemoryCatalog::default();
        catalog.write(&service(), vec![table("db.s.t")]).await.unwrap();
        let target = Reference { kind: EntityKind::Table, fqn: Fqn::parse("svc.db.s.t"), id: "old".to_owned() };
        let usage = Usage {
            service: None,
            kind: EntityKind::Table,
            path: crate::given::path("db.s.t"),
            day: "d".into(),
            count: 1,
            users: Vec::new(),
            joins: Vec::new(),
        };
        let usage = Write::Usage { target, usage: Box::new(usage) };
        catalog.write(&service(), vec![usage, table("db.s.t")]).await.unwrap();
        let breaches = catalog.breaches.lock().unwrap().join("\n");
        for expected in ["before its parent", "is not Some", "a batch of", "known as None"] {
            assert!(breaches.contains(expected), "{breaches}");
        }
    }

    #[tokio::test]
    async fn this_catalog_notices_two_batches_of_edges_at_once() {
        let catalog = MemoryCatalog { delay: Duration::from_millis(2), ..MemoryCatalog::default() };
        let end = |id: &str| Reference { kind: EntityKind::Table, fqn: Fqn::parse(id), id: id.to_owned() };
        let edge = || Write::Edge {
            from: end("a"),
            to: end("b"),
            pipeline: None,
            edge: Box::new(crate::given::edge("db.s.a", "db.s.b")),
        };
        let service = service();
        let (one, two) = tokio::join!(catalog.write(&service, vec![edge()]), catalog.write(&service, vec![edge()]));
        assert!(one.is_ok() && two.is_ok());
        assert!(catalog.breaches.lock().unwrap().iter().any(|breach| breach.contains("at once")));
    }
}
