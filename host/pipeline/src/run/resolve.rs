//! What a record refers to, and whether it differs from what was written last time. Never sends anything but questions.

use metahost_catalog::{Known, Reference, Write};
use metahost_model::{
    ColumnNames, Edge, Endpoint, Entity, EntityKind, EntityPath, Fingerprint, Fqn, Record, RecordKind, TableProfile,
};
use metahost_store::{Change, Space};

use super::Pipeline;
use super::admit::Stop;
use crate::compare::parent;
use crate::incoming::Incoming;
use crate::seen::{Standing, entity_key, key};
use crate::state::Keys;
use crate::writer::{Group, Item, Ticket};

/// What a record needs to be written.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// What it refers to, in the order of its fields.
    references: Vec<Reference>,
    pipeline: Option<Reference>,
    known: Option<Known>,
    previous: Option<Vec<u8>>,
    parent: Option<String>,
    remember: Vec<Change>,
    was_known: bool,
}

impl Resolved {
    /// Of an edge of which is remembered elsewhere that it was written.
    pub(super) fn of(references: Vec<Reference>, remember: Vec<Change>, was_known: bool) -> Self {
        Self { references, remember, was_known, ..Self::default() }
    }

    /// The same, with one more change of the state once it is written.
    pub(super) fn also(mut self, change: Change) -> Self {
        self.remember.push(change);
        self
    }

    /// Something new each time, that needs not be remembered, below what it can't exist without.
    pub(super) fn once(target: Reference, parent: String) -> Self {
        Self { references: vec![target], parent: Some(parent), ..Self::default() }
    }

    /// Something that is added to what its target has.
    pub(super) fn adding(target: Reference, remember: Change) -> Self {
        Self { references: vec![target], remember: vec![remember], ..Self::default() }
    }
}

/// Where something that is referred to stands.
enum Found {
    Here(Reference),
    NotYet,
    Missing,
}

impl Pipeline {
    pub(super) async fn resolve(&mut self, incoming: &Incoming) -> Result<Resolved, Stop> {
        match &incoming.record {
            Record::Entity(entity) => self.resolve_entity(incoming, entity).await,
            Record::Annotation(annotation) => {
                let target = self.needed(&annotation.target()).await?;
                let mut resolved = self.changed(incoming, vec![target])?;
                self.add_previous(incoming, &mut resolved)?;
                Ok(resolved)
            }
            // At the end of the run more is known: which names are one table, and what its SQL says of two tables.
            Record::Edge(edge) if !self.finishing && (edge.is_bare() || self.may_be_led(edge)) => Err(Stop::Later),
            Record::Edge(edge) => {
                let ends = (edge.upstream.clone(), edge.downstream.clone(), edge.pipeline.clone());
                let keys = self.keys.clone();
                self.resolve_edge(incoming, &ends, &keys).await
            }
            Record::Run(run) => {
                let pipeline = self.target(EntityKind::Pipeline, &run.pipeline).await?;
                self.changed(incoming, vec![pipeline])
            }
            Record::TestCase(test) => {
                let table = self.needed(&test.target()).await?;
                self.changed(incoming, vec![table])
            }
            Record::TestResult(result) => {
                let table = self.needed(&result.target()).await?;
                let test =
                    key(RecordKind::TestCase, result.test_below(&result.target().fqn(&self.service.name)).as_str());
                self.check_test(&test)?;
                Ok(Resolved { parent: Some(test), ..self.changed(incoming, vec![table])? })
            }
            Record::Query(_) => self.changed(incoming, incoming.tables.clone()),
            Record::Stats(path, _) => {
                let table = self.target(EntityKind::Table, path).await?;
                self.changed(incoming, vec![table])
            }
            Record::Profile(path, _) => {
                let table = self.target(EntityKind::Table, path).await?;
                // Each run leaves a point of its own, whatever the one before it told.
                Ok(Resolved { references: vec![table], was_known: true, ..Resolved::default() })
            }
            Record::Usage(usage) => {
                let target = self.needed(&usage.target()).await?;
                self.counted_once(incoming, target)
            }
            _ => self.changed(incoming, Vec::new()),
        }
    }

    /// Whether an end of an edge may have another name.
    fn may_be_led(&self, edge: &Edge) -> bool {
        let is_table = [&edge.upstream, &edge.downstream].iter().any(|end| end.kind == EntityKind::Table);
        is_table && self.looks_for_twins()
    }

    /// An edge with the ends and the pipeline as this run sees them, remembered under `keys`.
    pub(super) async fn resolve_edge(
        &mut self,
        incoming: &Incoming,
        (from, to, pipeline): &(Endpoint, Endpoint, Option<Endpoint>),
        keys: &Keys,
    ) -> Result<Resolved, Stop> {
        let from = self.needed(from).await?;
        let to = self.needed(to).await?;
        let pipeline = match pipeline {
            Some(end) => self.wanted(end).await?,
            None => None,
        };
        let mut references = vec![from, to];
        references.extend(pipeline.clone());
        Ok(Resolved { pipeline, ..self.changed_under(keys, incoming, references)? })
    }

    async fn resolve_entity(&mut self, incoming: &Incoming, entity: &Entity) -> Result<Resolved, Stop> {
        let (kind, path) = (entity.kind(), entity.path());
        let parent = self.check_parent(kind, path).await?;
        let known = self.catalogued.known(kind, path).await.map_err(|error| self.catalog_stops(&error))?;
        let is_same = |known: &Known| known.fingerprint.as_ref() == Some(&incoming.fingerprint) && !known.deleted;
        if !self.options.full && known.as_ref().is_some_and(is_same) {
            return Err(Stop::Unchanged);
        }
        // Kinds that no catalog lists are compared as everything else that has no listing.
        let resolved = match kind {
            EntityKind::Other if known.is_none() => self.changed(incoming, Vec::new())?,
            _ => Resolved { was_known: known.is_some(), ..Resolved::default() },
        };
        Ok(Resolved { known, parent, ..resolved })
    }

    /// The key of the parent, which is there or on its way.
    async fn check_parent(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Option<String>, Stop> {
        let Some(parent_kind) = parent(kind, path) else { return Ok(None) };
        let parent = path.parent();
        let fqn = Fqn::new(&self.service.name, &parent);
        let parent_key = entity_key(parent_kind, &fqn);
        let why = match self.seen.standing(&parent_key) {
            Some(Standing::Pending | Standing::Here | Standing::Made) => return Ok(Some(parent_key)),
            Some(Standing::Lost) => "was not written",
            Some(Standing::Deferred) if !self.finishing => return Err(Stop::Later),
            Some(Standing::Deferred) => "could not be written before it",
            None => {
                match self.catalogued.own(parent_kind, &parent).await.map_err(|error| self.catalog_stops(&error))? {
                    Some(known) if !known.deleted => return Ok(None),
                    _ if !self.finishing => return Err(Stop::Later),
                    Some(_) => "is deleted in the catalog and was not emitted",
                    None => "was neither emitted nor is it in the catalog",
                }
            }
        };
        Err(Stop::rejected("parent missing", format!("the {parent_kind} {fqn}, to which it belongs, {why}")))
    }

    /// Whether the test case of a result is there or on its way. Where that can't be told, the catalog will say.
    fn check_test(&mut self, test: &str) -> Result<(), Stop> {
        match self.seen.standing(test) {
            Some(Standing::Lost) => {
                Err(Stop::rejected("parent missing", "the test case, to which it belongs, was not written"))
            }
            Some(Standing::Deferred) if !self.finishing => Err(Stop::Later),
            None if !self.finishing && self.written_before(&self.keys.of(test))?.is_none() => Err(Stop::Later),
            _ => Ok(()),
        }
    }

    async fn target(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Reference, Stop> {
        self.needed(&Endpoint { service: None, kind, path: path.clone() }).await
    }

    /// What a record can't be written without. That it is missing is no fault: its source may not have run, or it may
    /// be filtered.
    pub(super) async fn needed(&mut self, end: &Endpoint) -> Result<Reference, Stop> {
        match self.locate(end).await? {
            Found::Here(reference) => Ok(reference),
            Found::NotYet => Err(Stop::Later),
            Found::Missing => Err(Stop::LeftOut(format!("no such {} in the catalog", end.kind))),
        }
    }

    /// Those of these that are there.
    pub(super) async fn present(&mut self, ends: &[Endpoint]) -> Result<Vec<Reference>, Stop> {
        let mut there = Vec::with_capacity(ends.len());
        for end in ends {
            if let Found::Here(reference) = self.locate(end).await? {
                there.push(reference);
            }
        }
        Ok(there)
    }

    /// What a record can be written without.
    async fn wanted(&mut self, end: &Endpoint) -> Result<Option<Reference>, Stop> {
        match self.locate(end).await? {
            Found::Here(reference) => Ok(Some(reference)),
            Found::NotYet => Err(Stop::Later),
            Found::Missing => {
                let fqn = end.fqn(&self.service.name);
                self.account.warn(format!("edges were drawn without {} {fqn}, which is not in the catalog", end.kind));
                Ok(None)
            }
        }
    }

    async fn locate(&mut self, end: &Endpoint) -> Result<Found, Stop> {
        // Where nothing is remembered, nothing can be found: the name goes out as it is.
        if end.is_anywhere() && self.catalog.remembers() {
            return self.locate_anywhere(end).await;
        }
        self.locate_in(end).await
    }

    /// In whichever service of the configuration has it. Where several do, the first is taken, and that is told.
    async fn locate_anywhere(&mut self, end: &Endpoint) -> Result<Found, Stop> {
        let mut found: Option<(String, Reference)> = None;
        for service in self.options.services.clone() {
            let there = Endpoint { service: Some(service.clone()), ..end.clone() };
            let Found::Here(reference) = self.locate_in(&there).await? else { continue };
            if let Some((first, _)) = &found {
                let path = end.path.parts().join(".");
                self.account.warn(format!(
                    "{} {path} is in the services `{first}` and `{service}`: edges go to the first; name the service in the source's `config`",
                    end.kind
                ));
                break;
            }
            found = Some((service, reference));
        }
        Ok(found.map_or(Found::Missing, |(_, reference)| Found::Here(reference)))
    }

    async fn locate_in(&mut self, end: &Endpoint) -> Result<Found, Stop> {
        let fqn = end.fqn(&self.service.name);
        let is_own = self.is_own(end);
        let standing = if is_own { self.standing(&entity_key(end.kind, &fqn)).await } else { None };
        let known = match standing {
            Some(Standing::Pending | Standing::Deferred) if !self.finishing => return Ok(Found::NotYet),
            Some(Standing::Pending | Standing::Deferred | Standing::Lost) => return Ok(Found::Missing),
            // It would be there, under an id that nobody knows yet.
            Some(Standing::Made) if self.options.dry_run => Ok(Some(unwritten())),
            Some(Standing::Made) => self.catalogued.made(end.kind, &end.path).await,
            // A write brings back what was deleted.
            Some(Standing::Here) => self
                .catalogued
                .own(end.kind, &end.path)
                .await
                .map(|known| known.map(|it| Known { deleted: false, ..it })),
            None if is_own => self.catalogued.own(end.kind, &end.path).await,
            None => self.catalogued.find(end.kind, &fqn).await,
        };
        let known = known.map_err(|error| self.catalog_stops(&error))?.filter(|known| !known.deleted);
        Ok(match known {
            Some(known) => Found::Here(Reference { kind: end.kind, fqn, id: known.id }),
            // A source that owns the service may still emit it.
            None if is_own && standing.is_none() && !self.finishing && !self.service.borrowed => Found::NotYet,
            None => Found::Missing,
        })
    }

    /// How an entity stands; when nothing more will come, what is under way is waited for.
    async fn standing(&mut self, key: &str) -> Option<Standing> {
        let standing = self.seen.standing(key);
        if standing == Some(Standing::Pending) && self.finishing {
            self.drain().await;
            return self.seen.standing(key);
        }
        standing
    }

    /// Goes on if the record differs from what was written last time, or what it refers to is no longer the same.
    fn changed(&mut self, incoming: &Incoming, references: Vec<Reference>) -> Result<Resolved, Stop> {
        let keys = self.keys.clone();
        self.changed_under(&keys, incoming, references)
    }

    fn changed_under(
        &mut self,
        keys: &Keys,
        incoming: &Incoming,
        references: Vec<Reference>,
    ) -> Result<Resolved, Stop> {
        let hash = salted(&incoming.fingerprint, &references)?;
        let key = keys.of(&incoming.receipt.key);
        let before = self.written_before(&key)?;
        if !self.options.full && before.as_deref() == Some(hash.as_str().as_bytes()) {
            return Err(Stop::Unchanged);
        }
        let remember = vec![Change::Put { space: Space::Written, key, value: hash.as_str().into() }];
        Ok(Resolved { references, remember, was_known: before.is_some(), ..Resolved::default() })
    }

    /// Catalogs add reads up: a day that was counted is never counted again, not even with another number.
    fn counted_once(&mut self, incoming: &Incoming, target: Reference) -> Result<Resolved, Stop> {
        let key = self.keys.of(&format!("{}\0{}", incoming.receipt.key, target.id));
        let value = incoming.fingerprint.as_str().as_bytes().to_vec();
        match self.written_before(&key)? {
            Some(before) if before == value => Err(Stop::Unchanged),
            Some(_) => Err(Stop::LeftOut("reads of this day are counted already".to_owned())),
            None => {
                let remember = vec![Change::Put { space: Space::Written, key, value }];
                Ok(Resolved { references: vec![target], remember, ..Resolved::default() })
            }
        }
    }

    /// What this source said last time: only that may be replaced.
    fn add_previous(&mut self, incoming: &Incoming, resolved: &mut Resolved) -> Result<(), Stop> {
        let Record::Annotation(annotation) = &incoming.record else { return Ok(()) };
        let key = self.keys.of(&incoming.receipt.key);
        resolved.previous = self.kept(Space::Annotations, &key)?;
        let value = serde_json::to_vec(annotation).map_err(|error| unwritable(&error))?;
        resolved.remember.push(Change::Put { space: Space::Annotations, key, value });
        Ok(())
    }

    fn written_before(&mut self, key: &str) -> Result<Option<Vec<u8>>, Stop> {
        self.kept(Space::Written, key)
    }

    pub(super) fn kept(&mut self, space: Space, key: &str) -> Result<Option<Vec<u8>>, Stop> {
        if !self.catalog.remembers() {
            return Ok(None);
        }
        self.store.get(space, key).map_err(|error| {
            self.state_failed(&error);
            Stop::stopped("state failed")
        })
    }

    fn catalog_stops(&mut self, error: &metahost_catalog::Error) -> Stop {
        self.catalog_failed(error);
        Stop::stopped("catalog failed")
    }

    /// Makes the write of a record that has all it needs.
    pub(super) async fn send_on(&mut self, incoming: Incoming, resolved: Resolved) {
        let reason = self.reason_of(&incoming);
        let Incoming { receipt, fingerprint, record, tables, .. } = incoming;
        let Resolved { references, pipeline, known, previous, parent, mut remember, was_known } = resolved;
        remember.extend(reason);
        let previous = previous.and_then(|bytes| self.read_previous(&bytes));
        let mut references = references.into_iter();
        let mut next = || references.next();
        let write = match record {
            Record::Entity(entity) => {
                let fqn = entity.fqn(&self.service.name);
                if entity.kind() == EntityKind::Table {
                    self.written_columns.push((entity.path().clone(), entity.column_names()));
                }
                Some((Group::Entity(entity.kind()), Write::Entity { fqn, entity, fingerprint, known }))
            }
            Record::Annotation(annotation) => {
                next().map(|target| (Group::Annotation, Write::Annotation { target, annotation, previous }))
            }
            Record::Edge(edge) => {
                next().zip(next()).map(|(from, to)| (Group::Edge, Write::Edge { from, to, pipeline, edge }))
            }
            Record::TestCase(test) => next().map(|table| (Group::TestCase, Write::TestCase { table, test })),
            Record::TestResult(result) => next().map(|table| {
                let test = result.test_below(&table.fqn);
                (Group::TestResult, Write::TestResult { test, result })
            }),
            Record::Query(query) => Some((Group::Query, Write::Query { query, tables })),
            Record::Run(run) => next().map(|pipeline| (Group::Run, Write::Run { pipeline, run })),
            Record::Usage(usage) => next().map(|target| (Group::Usage, Write::Usage { target, usage })),
            Record::Stats(_, stats) => next().map(|table| {
                let profile = Box::new(TableProfile::of(*stats, self.began));
                (Group::Profile, Write::Profile { table, profile, sample: None })
            }),
            Record::Profile(path, profile) => next().map(|table| {
                let on_its_way = self.profiled.remove(&path);
                let (also, sample) = on_its_way.map(|found| (found.remember, found.sample)).unwrap_or_default();
                remember.extend(also);
                (Group::Profile, Write::Profile { table, profile, sample })
            }),
            _ => None,
        };
        match write {
            Some((group, write)) => {
                self.push(group, Item { ticket: Ticket { receipt, parent, remember, was_known }, write }).await;
            }
            None => self.count(&receipt, Stop::stopped("not sent")),
        }
    }

    /// An annotation that an older version kept and this one can't read is as good as none: nothing is taken back.
    fn read_previous(&mut self, bytes: &[u8]) -> Option<Box<metahost_model::Annotation>> {
        let previous = serde_json::from_slice(bytes);
        if let Err(error) = &previous {
            self.account
                .warn(format!("an annotation in the state can't be read, nothing of it is taken back: {error}"));
        }
        previous.ok()
    }
}

fn salted(fingerprint: &Fingerprint, references: &[Reference]) -> Result<Fingerprint, Stop> {
    let ids: Vec<&str> = references.iter().map(|reference| reference.id.as_str()).collect();
    Fingerprint::of(&fingerprint, &ids).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Stop {
    Stop::rejected("unreadable", format!("the record can't be written down: {error}"))
}

fn unwritten() -> Known {
    Known { id: String::new(), fingerprint: None, deleted: false, columns: ColumnNames::default() }
}
