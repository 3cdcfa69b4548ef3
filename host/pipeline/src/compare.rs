//! What the catalog holds, listed once a scope when it is first needed; and what this run has added to it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use metahost_catalog::{Catalog, Error, Known, Reference};
use metahost_model::{Endpoint, EntityKind, EntityPath, Fingerprint, Fqn, Service};

/// Listings of one service, and single look-ups elsewhere.
pub(crate) struct Catalogued {
    catalog: Arc<dyn Catalog>,
    service: Arc<Service>,
    listed: HashMap<(EntityKind, EntityPath), BTreeMap<Fqn, Known>>,
    elsewhere: HashMap<(EntityKind, Fqn), Option<Known>>,
    emitted: HashMap<Fqn, Fingerprint>,
    lost: HashSet<Fqn>,
}

/// What an entity of this run is, compared with what was emitted before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Novelty {
    New,
    Again,
    Conflict,
}

impl Catalogued {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, service: Arc<Service>) -> Self {
        Self {
            catalog,
            service,
            listed: HashMap::new(),
            elsewhere: HashMap::new(),
            emitted: HashMap::new(),
            lost: HashSet::new(),
        }
    }

    /// What the catalog held under this path before this run wrote.
    pub(crate) async fn known(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Option<&Known>, Error> {
        let scope = (kind, scope(kind, path));
        if !self.listed.contains_key(&scope) {
            let listing = self.catalog.known(&self.service, kind, &scope.1).await?;
            self.listed.insert(scope.clone(), listing);
        }
        let fqn = Fqn::new(&self.service.name, path);
        Ok(self.listed.get(&scope).and_then(|listing| listing.get(&fqn)))
    }

    /// An entity that others refer to: of this service by its listing, of another by a look-up of its own.
    pub(crate) async fn reference(&mut self, end: &Endpoint) -> Result<Option<Reference>, Error> {
        let fqn = end.fqn(&self.service.name);
        let known = match &end.service {
            Some(other) if *other != self.service.name => self.elsewhere(end.kind, &fqn).await?,
            // What this run has just written is not in the listing yet.
            _ if self.emitted.contains_key(&fqn) => self.elsewhere(end.kind, &fqn).await?,
            _ => self.known(end.kind, &end.path).await?.cloned(),
        };
        Ok(known.filter(|known| !known.deleted).map(|known| Reference { kind: end.kind, fqn, id: known.id }))
    }

    /// Whether this run emitted it and it has not been looked up since.
    pub(crate) fn is_new(&self, end: &Endpoint) -> bool {
        let fqn = end.fqn(&self.service.name);
        self.emitted.contains_key(&fqn) && !self.elsewhere.contains_key(&(end.kind, fqn))
    }

    async fn elsewhere(&mut self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        let key = (kind, fqn.clone());
        if let Some(known) = self.elsewhere.get(&key) {
            return Ok(known.clone());
        }
        let known = self.catalog.find(kind, fqn).await?;
        self.elsewhere.insert(key, known.clone());
        Ok(known)
    }

    /// Notes that this run emitted an entity.
    pub(crate) fn note(&mut self, fqn: &Fqn, fingerprint: &Fingerprint) -> Novelty {
        match self.emitted.get(fqn) {
            Some(before) if before == fingerprint => Novelty::Again,
            Some(_) => Novelty::Conflict,
            None => {
                self.emitted.insert(fqn.clone(), fingerprint.clone());
                Novelty::New
            }
        }
    }

    /// Whether a parent is there or on its way.
    pub(crate) async fn has_parent(&mut self, kind: EntityKind, path: &EntityPath) -> Result<bool, Error> {
        let Some(parent_kind) = parent(kind, path) else { return Ok(true) };
        let parent = path.parent();
        let fqn = Fqn::new(&self.service.name, &parent);
        if self.lost.contains(&fqn) {
            return Ok(false);
        }
        Ok(self.emitted.contains_key(&fqn)
            || self.known(parent_kind, &parent).await?.is_some_and(|known| !known.deleted))
    }

    /// Notes that something this run emitted did not reach the catalog.
    pub(crate) fn lose(&mut self, fqn: Fqn) {
        self.lost.insert(fqn);
    }

    pub(crate) fn is_lost(&self, fqn: &Fqn) -> bool {
        self.lost.contains(fqn)
    }
}

/// Listings of a database service go database by database: small enough to hold, large enough to be few.
fn scope(kind: EntityKind, path: &EntityPath) -> EntityPath {
    let by_database = matches!(kind, EntityKind::DatabaseSchema | EntityKind::Table | EntityKind::StoredProcedure);
    let first = path.parts().first().filter(|_| by_database).cloned();
    first.and_then(|database| EntityPath::new(vec![database]).ok()).unwrap_or_default()
}

/// What must be there before an entity of this kind, if anything below the service.
fn parent(kind: EntityKind, path: &EntityPath) -> Option<EntityKind> {
    match kind {
        EntityKind::DatabaseSchema => Some(EntityKind::Database),
        EntityKind::Table | EntityKind::StoredProcedure => Some(EntityKind::DatabaseSchema),
        EntityKind::Container if path.depth() > 1 => Some(EntityKind::Container),
        _ => None,
    }
}
