//! What becomes of one record: filtered, unchanged, rejected, or handed to the writer.

use std::sync::Arc;

use metahost_catalog::{Reference, Write};
use metahost_model::{
    Annotation, Edge, Endpoint, Entity, EntityKind, EntityPath, Fingerprint, Fqn, Query, Record, RecordKind, Run,
    TestCase, TestResult, Usage,
};
use metahost_store::{Change, Space};
use serde::Serialize;

use super::Pipeline;
use crate::compare::Novelty;
use crate::error::{Error, ErrorKind};
use crate::writer::{Group, Item, Ticket};

/// Why a record is not written.
enum Stop {
    Filtered(String),
    Unchanged,
    Rejected {
        reason: &'static str,
        message: String,
    },
    /// The catalog or the state failed; that is in the books already.
    Broken,
    Internal(Error),
}

type Decision = Result<(Group, Item), Stop>;

impl Pipeline {
    /// Counts a record and decides about it.
    pub(super) async fn record(&mut self, split: &Arc<str>, record: Record) -> Result<(), Error> {
        let Some(kind) = record.kind() else {
            self.mark(split, record).await;
            return Ok(());
        };
        self.account.ledger.emitted(kind);
        let name = self.name(&record);
        match self.decide(kind, &name, record).await {
            Ok((group, item)) => self.push(group, item).await,
            Err(Stop::Filtered(reason)) => self.account.ledger.filtered(kind, &reason),
            Err(Stop::Unchanged) => self.account.settled(kind, &name, metahost_catalog::Outcome::Unchanged),
            Err(Stop::Rejected { reason, message }) => self.account.rejected(kind, &name, reason, message),
            Err(Stop::Broken) => {
                self.account.rejected(
                    kind,
                    &name,
                    "catalog failed",
                    "not sent, because the catalog or the state had failed",
                );
            }
            Err(Stop::Internal(error)) => return Err(error),
        }
        Ok(())
    }

    async fn mark(&mut self, split: &Arc<str>, record: Record) {
        match record {
            Record::Complete(complete) => self.marks.claimed(split, complete),
            Record::Checkpoint(cursor) => {
                self.drain().await;
                if !self.broken {
                    let key = self.keys.key("split", split);
                    self.commit(vec![Change::Put { space: Space::Cursors, key, value: cursor }]);
                }
            }
            _ => {}
        }
    }

    async fn decide(&mut self, kind: RecordKind, name: &str, record: Record) -> Decision {
        if self.broken {
            return Err(Stop::Broken);
        }
        match record {
            Record::Entity(entity) => self.entity(kind, name, entity).await,
            Record::Annotation(annotation) => self.annotation(kind, name, annotation).await,
            Record::Edge(edge) => self.edge(kind, name, edge).await,
            Record::Query(query) => self.query(kind, name, query),
            Record::Run(run) => self.pipeline_run(kind, name, run).await,
            Record::TestCase(test) => self.test_case(kind, name, test).await,
            Record::TestResult(result) => self.test_result(kind, name, result).await,
            Record::Usage(usage) => self.usage(kind, name, usage).await,
            Record::Stats(..) | Record::Files(..) | Record::Rows(..) => {
                Err(Stop::Filtered("profiling is not part of this version".to_owned()))
            }
            Record::Complete(_) | Record::Checkpoint(_) => Err(Stop::Unchanged),
        }
    }

    async fn entity(&mut self, kind: RecordKind, name: &str, entity: Box<Entity>) -> Decision {
        let (entity_kind, path) = (entity.kind(), entity.path().clone());
        self.marks.emitted(entity_kind, &path);
        if self.service.borrowed {
            let message = format!("the source only adds to service `{}`, which another source owns", self.service.name);
            return Err(Stop::Rejected { reason: "not its service", message });
        }
        if let Some(reason) = self.options.filters.filtered(&self.service, entity_kind, &path) {
            return Err(Stop::Filtered(reason));
        }
        let fqn = Fqn::new(&self.service.name, &path);
        let fingerprint = fingerprint(&entity, &[&self.service.name])?;
        match self.catalogued.note(&fqn, &fingerprint) {
            Novelty::New => {}
            Novelty::Again => return Err(Stop::Filtered("duplicate".to_owned())),
            Novelty::Conflict => {
                let message = "emitted twice with different content; the first is kept".to_owned();
                return Err(Stop::Rejected { reason: "conflicting duplicate", message });
            }
        }
        if !self.catalogued.has_parent(entity_kind, &path).await.map_err(|error| self.failed(&error))? {
            self.catalogued.lose(fqn);
            let message =
                format!("`{}`, which it belongs to, was neither emitted nor is it in the catalog", path.parent());
            return Err(Stop::Rejected { reason: "parent missing", message });
        }
        let known = self.catalogued.known(entity_kind, &path).await.map(Option::<&metahost_catalog::Known>::cloned);
        let known = known.map_err(|error| self.failed(&error))?;
        if known.as_ref().is_some_and(|known| known.fingerprint.as_ref() == Some(&fingerprint) && !known.deleted) {
            return Err(Stop::Unchanged);
        }
        let ticket = Ticket {
            kind,
            name: name.to_owned(),
            parent: (path.depth() > 1).then(|| Fqn::new(&self.service.name, &path.parent())),
            itself: Some(fqn.clone()),
            remember: Vec::new(),
        };
        Ok((Group::Entity(entity_kind), Item { ticket, write: Write::Entity { fqn, entity, fingerprint, known } }))
    }

    async fn annotation(&mut self, kind: RecordKind, name: &str, annotation: Box<Annotation>) -> Decision {
        self.passes(annotation.kind, &annotation.path)?;
        let target = self.existing(annotation.kind, &annotation.path).await?;
        let key = self.keys.key(kind.as_str(), target.fqn.as_str());
        let hash = self.changed(&key, &annotation, &[&target.id])?;
        let previous = self.previous(&key)?;
        let value = serde_json::to_vec(&annotation).map_err(internal)?;
        let remember = vec![hash, Change::Put { space: Space::Annotations, key, value }];
        Ok((Group::Annotation, item(kind, name, remember, Write::Annotation { target, annotation, previous })))
    }

    async fn edge(&mut self, kind: RecordKind, name: &str, edge: Box<Edge>) -> Decision {
        if edge.upstream == edge.downstream {
            return Err(Stop::Filtered("self loop".to_owned()));
        }
        for end in [&edge.upstream, &edge.downstream] {
            if end.service.is_none() {
                self.passes(end.kind, &end.path)?;
            }
        }
        let from = self.endpoint(&edge.upstream).await?;
        let to = self.endpoint(&edge.downstream).await?;
        let pipeline = match &edge.pipeline {
            Some(end) => Some(self.endpoint(end).await?),
            None => None,
        };
        let key = self.keys.key(kind.as_str(), &format!("{}\0{}\0{:?}", from.fqn, to.fqn, edge.source));
        let hash = self.changed(&key, &edge, &[&from.id, &to.id])?;
        Ok((Group::Edge, item(kind, name, vec![hash], Write::Edge { from, to, pipeline, edge })))
    }

    fn query(&mut self, kind: RecordKind, name: &str, query: Box<Query>) -> Decision {
        if query.failed {
            return Err(Stop::Filtered("failed query".to_owned()));
        }
        // A query is one entity however often it ran: its runs do not make it another.
        let text = (&query.sql, &query.dialect, &query.database, &query.schema);
        let hash = fingerprint(&text, &[])?;
        let fqn = Fqn::parse(hash.as_str());
        if self.catalogued.note(&fqn, &hash) != Novelty::New {
            return Err(Stop::Filtered("duplicate".to_owned()));
        }
        let change = self.changed(&self.keys.key(kind.as_str(), hash.as_str()), &text, &[])?;
        Ok((Group::Query, item(kind, name, vec![change], Write::Query(query))))
    }

    async fn pipeline_run(&mut self, kind: RecordKind, name: &str, run: Box<Run>) -> Decision {
        let pipeline = self.existing(EntityKind::Pipeline, &run.pipeline).await?;
        let key = self.keys.key(kind.as_str(), &format!("{}\0{}", pipeline.fqn, run.id));
        let hash = self.changed(&key, &run, &[&pipeline.id])?;
        Ok((Group::Run, item(kind, name, vec![hash], Write::Run { pipeline, run })))
    }

    async fn test_case(&mut self, kind: RecordKind, name: &str, test: Box<TestCase>) -> Decision {
        self.passes(EntityKind::Table, &test.table)?;
        let table = self.existing(EntityKind::Table, &test.table).await?;
        let fqn = test.fqn(&self.service.name);
        let hash = self.changed(&self.keys.key(kind.as_str(), fqn.as_str()), &test, &[&table.id])?;
        let mut item = item(kind, name, vec![hash], Write::TestCase { table, test });
        item.ticket.itself = Some(fqn);
        Ok((Group::TestCase, item))
    }

    async fn test_result(&mut self, kind: RecordKind, name: &str, result: Box<TestResult>) -> Decision {
        self.passes(EntityKind::Table, &result.table)?;
        let table = self.existing(EntityKind::Table, &result.table).await?;
        let test = result.test_fqn(&self.service.name);
        let key = self.keys.key(kind.as_str(), &format!("{test}\0{}", result.at));
        let hash = self.changed(&key, &result, &[&table.id])?;
        let mut item = item(kind, name, vec![hash], Write::TestResult { test: test.clone(), result });
        item.ticket.parent = Some(test);
        Ok((Group::TestResult, item))
    }

    async fn usage(&mut self, kind: RecordKind, name: &str, usage: Box<Usage>) -> Decision {
        self.passes(usage.kind, &usage.path)?;
        let target = self.existing(usage.kind, &usage.path).await?;
        // Catalogs add reads up: a day that was written once is never written again.
        let key = self.keys.key(kind.as_str(), &format!("{}\0{}", target.fqn, usage.day));
        let hash = self.changed(&key, &usage.day, &[&target.id])?;
        Ok((Group::Usage, item(kind, name, vec![hash], Write::Usage { target, usage })))
    }

    fn passes(&self, kind: EntityKind, path: &EntityPath) -> Result<(), Stop> {
        self.options.filters.filtered(&self.service, kind, path).map_or(Ok(()), |reason| Err(Stop::Filtered(reason)))
    }

    async fn existing(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Reference, Stop> {
        self.endpoint(&Endpoint { service: None, kind, path: path.clone() }).await
    }

    /// What a record refers to. That it is missing is no fault: its source may not have run, or it may be filtered.
    async fn endpoint(&mut self, end: &Endpoint) -> Result<Reference, Stop> {
        if self.catalogued.is_new(end) {
            // Emitted by this run: it must have reached the catalog before anything can refer to it.
            self.drain().await;
        }
        let found = self.catalogued.reference(end).await.map_err(|error| self.failed(&error))?;
        found.ok_or_else(|| Stop::Filtered(format!("no such {} in the catalog", end.kind)))
    }

    /// The change that remembers this record, unless it was written just so before.
    fn changed(&mut self, key: &str, record: &impl Serialize, ids: &[&str]) -> Result<Change, Stop> {
        let hash = fingerprint(record, ids)?;
        let before = self.store.get(Space::Written, key).map_err(|error| {
            self.state_failed(&error);
            Stop::Broken
        })?;
        if before.as_deref() == Some(hash.as_str().as_bytes()) {
            return Err(Stop::Unchanged);
        }
        Ok(Change::Put { space: Space::Written, key: key.to_owned(), value: hash.as_str().into() })
    }

    fn previous(&mut self, key: &str) -> Result<Option<Box<Annotation>>, Stop> {
        let before = self.store.get(Space::Annotations, key).map_err(|error| {
            self.state_failed(&error);
            Stop::Broken
        })?;
        before.map(|bytes| serde_json::from_slice(&bytes).map_err(internal)).transpose()
    }

    fn failed(&mut self, error: &metahost_catalog::Error) -> Stop {
        self.catalog_failed(error);
        Stop::Broken
    }

    /// What names a record best in a report.
    fn name(&self, record: &Record) -> String {
        let own = |path: &EntityPath| Fqn::new(&self.service.name, path).to_string();
        match record {
            Record::Entity(entity) => own(entity.path()),
            Record::Annotation(annotation) => own(&annotation.path),
            Record::Edge(edge) => {
                format!("{} -> {}", edge.upstream.fqn(&self.service.name), edge.downstream.fqn(&self.service.name))
            }
            Record::Query(query) => query.sql.chars().take(80).collect(),
            Record::Run(run) => format!("{} {}", own(&run.pipeline), run.id),
            Record::TestCase(test) => test.fqn(&self.service.name).to_string(),
            Record::TestResult(result) => format!("{} at {}", result.test_fqn(&self.service.name), result.at),
            Record::Usage(usage) => format!("{} on {}", own(&usage.path), usage.day),
            Record::Stats(table, _) | Record::Files(table, _) | Record::Rows(table, _) => own(table),
            Record::Complete(complete) => own(&complete.scope),
            Record::Checkpoint(_) => String::new(),
        }
    }
}

fn item(kind: RecordKind, name: &str, remember: Vec<Change>, write: Write) -> Item {
    Item { ticket: Ticket { kind, name: name.to_owned(), parent: None, itself: None, remember }, write }
}

fn fingerprint(record: &impl Serialize, salt: &[&str]) -> Result<Fingerprint, Stop> {
    Fingerprint::of(record, salt).map_err(internal)
}

#[expect(clippy::needless_pass_by_value, reason = "it is used as a function of map_err")]
fn internal(error: serde_json::Error) -> Stop {
    Stop::Internal(Error::new(ErrorKind::Internal, format!("a record can't be written down: {error}")))
}
