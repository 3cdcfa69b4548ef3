//! What was learnt of the server while working: ids that are asked for again, calls it does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use metahost_model::{EntityKind, Fqn};

use super::OpenMetadata;
use super::collection::Collection;

/// See the module.
#[derive(Default)]
pub struct Memory(Mutex<Learnt>);

#[derive(Default)]
struct Learnt {
    services: BTreeMap<String, String>,
    containers: BTreeMap<Fqn, String>,
    without_hash_field: BTreeSet<EntityKind>,
    without_bulk: BTreeSet<&'static str>,
    read_days: BTreeSet<(EntityKind, String)>,
}

impl Memory {
    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenMetadata {
    pub(super) fn remember_service(&self, name: &str, id: &str) {
        self.memory.learnt().services.insert(name.to_owned(), id.to_owned());
    }

    pub(super) fn service_id(&self, name: &str) -> Option<String> {
        self.memory.learnt().services.get(name).cloned()
    }

    pub(super) fn remember_container(&self, fqn: &Fqn, id: &str) {
        self.memory.learnt().containers.insert(fqn.clone(), id.to_owned());
    }

    pub(super) fn container_id(&self, fqn: &Fqn) -> Option<String> {
        self.memory.learnt().containers.get(fqn).cloned()
    }

    pub(super) fn remember_no_hash_field(&self, kind: EntityKind) {
        self.memory.learnt().without_hash_field.insert(kind);
    }

    pub(super) fn knows_no_hash_field(&self, kind: EntityKind) -> bool {
        self.memory.learnt().without_hash_field.contains(&kind)
    }

    pub(super) fn remember_reads(&self, kind: EntityKind, day: &str) {
        self.memory.learnt().read_days.insert((kind, day.to_owned()));
    }

    /// The days to which reads were added.
    pub(super) fn take_read_days(&self) -> BTreeSet<(EntityKind, String)> {
        std::mem::take(&mut self.memory.learnt().read_days)
    }

    pub(super) fn remember_no_bulk(&self, path: &'static str) {
        self.memory.learnt().without_bulk.insert(path);
    }

    pub(super) fn has_bulk(&self, collection: Collection) -> bool {
        self.profile.has_bulk && collection.has_bulk && !self.memory.learnt().without_bulk.contains(collection.path)
    }
}
