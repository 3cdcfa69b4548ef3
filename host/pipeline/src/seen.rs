//! What this run was given so far: each record by its key, with how it stands. Keeps fingerprints, never records.

use std::collections::HashMap;

use metahost_model::{EntityKind, Fingerprint, Fqn, RecordKind};

/// How a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// On its way to the catalog.
    Pending,
    /// Set aside until everything else was written.
    Deferred,
    /// In the catalog, under the id it had before.
    Here,
    /// In the catalog since this run.
    Made,
    /// Not in the catalog: filtered or rejected.
    Lost,
}

/// What a record is, compared with what was emitted before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Novelty {
    New,
    Again,
    Conflict,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<String, (Fingerprint, Standing)>);

/// The key of a record: unique for its source, the same in every run.
pub(crate) fn key(kind: RecordKind, name: &str) -> String {
    format!("{kind}\0{name}")
}

/// The key of an entity.
pub(crate) fn entity_key(kind: EntityKind, fqn: &Fqn) -> String {
    key(RecordKind::Entity(kind), fqn.as_str())
}

impl Seen {
    /// Notes that a record was emitted. Of several with one key the first counts: which is last is a matter of chance
    /// when splits run side by side.
    pub(crate) fn note(&mut self, key: &str, fingerprint: &Fingerprint) -> Novelty {
        match self.0.get(key) {
            Some((before, _)) if before == fingerprint => Novelty::Again,
            Some(_) => Novelty::Conflict,
            None => {
                self.0.insert(key.to_owned(), (fingerprint.clone(), Standing::Pending));
                Novelty::New
            }
        }
    }

    pub(crate) fn set(&mut self, key: &str, standing: Standing) {
        if let Some((_, now)) = self.0.get_mut(key) {
            *now = standing;
        }
    }

    pub(crate) fn standing(&self, key: &str) -> Option<Standing> {
        self.0.get(key).map(|(_, standing)| *standing)
    }

    pub(crate) fn is_lost(&self, key: &str) -> bool {
        self.standing(key) == Some(Standing::Lost)
    }
}
