//! What the catalog holds: listed once a scope when it is first needed, looked up one by one elsewhere. Never writes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use metahost_catalog::{Catalog, Error, Known};
use metahost_model::{ColumnNames, EntityKind, EntityPath, Fqn, Service, decode_name};

/// So many new entities of a scope are looked up one by one; then the scope is listed again.
const LOOK_UPS: usize = 20;

type Scope = (EntityKind, EntityPath);

/// Listings of one service, and single look-ups.
pub(crate) struct Catalogued {
    catalog: Arc<dyn Catalog>,
    service: Arc<Service>,
    listed: HashMap<Scope, BTreeMap<Fqn, Known>>,
    found: HashMap<(EntityKind, Fqn), Option<Known>>,
    made: HashMap<Scope, usize>,
    elsewhere: HashMap<(EntityKind, Fqn), Elsewhere>,
}

/// A database of another service.
#[derive(Default)]
struct Elsewhere {
    asked: usize,
    listing: Option<BTreeMap<Fqn, Known>>,
}

impl Catalogued {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, service: Arc<Service>) -> Self {
        Self {
            catalog,
            service,
            listed: HashMap::new(),
            found: HashMap::new(),
            made: HashMap::new(),
            elsewhere: HashMap::new(),
        }
    }

    /// What the catalog held under this path of the own service when its scope was listed.
    pub(crate) async fn known(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Option<Known>, Error> {
        if !self.catalog.remembers() {
            return Ok(None);
        }
        let fqn = Fqn::new(&self.service.name, path);
        Ok(self.listed(kind, &scope(kind, path)).await?.get(&fqn).cloned())
    }

    async fn listed(&mut self, kind: EntityKind, scope: &EntityPath) -> Result<&BTreeMap<Fqn, Known>, Error> {
        let key = (kind, scope.clone());
        if !self.listed.contains_key(&key) {
            let listing = self.catalog.known(&self.service, kind, scope).await?;
            self.listed.insert(key.clone(), listing);
        }
        Ok(self.listed.entry(key).or_default())
    }

    /// An entity of the own service that others refer to. A catalog that remembers nothing is asked each time.
    pub(crate) async fn own(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Option<Known>, Error> {
        match self.known(kind, path).await? {
            Some(known) => Ok(Some(known)),
            None if self.catalog.remembers() && kind != EntityKind::Other => Ok(None),
            None => self.find(kind, &Fqn::new(&self.service.name, path)).await,
        }
    }

    /// An entity that this run made, which is not in the listing yet.
    pub(crate) async fn made(&mut self, kind: EntityKind, path: &EntityPath) -> Result<Option<Known>, Error> {
        let fqn = Fqn::new(&self.service.name, path);
        if self.catalog.remembers() && !self.found.contains_key(&(kind, fqn.clone())) {
            let scope = (kind, scope(kind, path));
            let made = self.made.entry(scope.clone()).or_default();
            *made += 1;
            if *made == LOOK_UPS {
                self.listed.remove(&scope);
            }
            if *made >= LOOK_UPS
                && let Some(known) = self.known(kind, path).await?
            {
                return Ok(Some(known));
            }
        }
        self.find(kind, &fqn).await
    }

    /// An entity of any service. Of a database elsewhere in which many are asked for, all are listed once.
    pub(crate) async fn find(&mut self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        let key = (kind, fqn.clone());
        if let Some(known) = self.found.get(&key) {
            return Ok(known.clone());
        }
        let known = match self.listed_elsewhere(kind, fqn).await? {
            Some(listing) => listing.get(fqn).cloned(),
            None => self.catalog.find(kind, fqn).await?,
        };
        self.found.insert(key, known.clone());
        Ok(known)
    }

    /// The names of a service's databases.
    pub(crate) async fn databases(&mut self, service: &str) -> Result<Vec<String>, Error> {
        let listing = self.listed_in(EntityKind::Database, service, &EntityPath::root()).await?;
        let name = |fqn: &Fqn| fqn.split().get(1).map(|name| decode_name(name));
        Ok(listing.iter().filter(|(_, known)| !known.deleted).filter_map(|(fqn, _)| name(fqn)).collect())
    }

    /// The tables of a database with their columns.
    pub(crate) async fn tables(
        &mut self,
        service: &str,
        database: &str,
    ) -> Result<Vec<(EntityPath, ColumnNames)>, Error> {
        let path = EntityPath::new(vec![database.to_owned()]).unwrap_or_default();
        let listing = self.listed_in(EntityKind::Table, service, &path).await?;
        let table = |(fqn, known): (&Fqn, &Known)| {
            let parts = fqn.split().iter().skip(1).map(|part| decode_name(part)).collect();
            EntityPath::new(parts).ok().map(|path| (path, known.columns.clone()))
        };
        Ok(listing.iter().filter(|(_, known)| !known.deleted).filter_map(table).collect())
    }

    async fn listed_in(
        &mut self,
        kind: EntityKind,
        service: &str,
        scope: &EntityPath,
    ) -> Result<&BTreeMap<Fqn, Known>, Error> {
        if service == self.service.name {
            self.listed(kind, scope).await
        } else {
            self.whole(kind, service, scope).await
        }
    }

    fn elsewhere(&self, service: &str) -> Service {
        Service { name: service.to_owned(), borrowed: true, ..Service::clone(&self.service) }
    }

    /// The listing of a scope of another service.
    async fn whole(
        &mut self,
        kind: EntityKind,
        service: &str,
        scope: &EntityPath,
    ) -> Result<&BTreeMap<Fqn, Known>, Error> {
        let key = (kind, Fqn::new(service, scope));
        if self.elsewhere.get(&key).is_none_or(|known| known.listing.is_none()) {
            let listing = self.catalog.known(&self.elsewhere(service), kind, scope).await?;
            self.elsewhere.entry(key.clone()).or_default().listing = Some(listing);
        }
        let known = self.elsewhere.entry(key).or_default();
        Ok(known.listing.get_or_insert_default())
    }

    async fn listed_elsewhere(&mut self, kind: EntityKind, fqn: &Fqn) -> Result<Option<&BTreeMap<Fqn, Known>>, Error> {
        let parts = fqn.split();
        let (Some(service), Some(database)) = (parts.first(), parts.get(1)) else { return Ok(None) };
        let is_far = kind == EntityKind::Table && *service != self.service.name && self.catalog.remembers();
        if !is_far {
            return Ok(None);
        }
        let path = EntityPath::new(vec![decode_name(database)]).unwrap_or_default();
        let known = self.elsewhere.entry((kind, Fqn::new(service, &path))).or_default();
        known.asked += 1;
        if known.asked < LOOK_UPS && known.listing.is_none() {
            return Ok(None);
        }
        self.whole(kind, service, &path).await.map(Some)
    }
}

/// Listings of a database service go database by database: small enough to hold, large enough to be few.
fn scope(kind: EntityKind, path: &EntityPath) -> EntityPath {
    let by_database = matches!(kind, EntityKind::DatabaseSchema | EntityKind::Table | EntityKind::StoredProcedure);
    let first = path.parts().first().filter(|_| by_database).cloned();
    first.and_then(|database| EntityPath::new(vec![database]).ok()).unwrap_or_default()
}

/// What must be there before an entity of this kind, if anything below the service.
pub(crate) fn parent(kind: EntityKind, path: &EntityPath) -> Option<EntityKind> {
    match kind {
        EntityKind::DatabaseSchema => Some(EntityKind::Database),
        EntityKind::Table | EntityKind::StoredProcedure => Some(EntityKind::DatabaseSchema),
        EntityKind::Container if path.depth() > 1 => Some(EntityKind::Container),
        _ => None,
    }
}

/// How many names the path of such an entity has, where that is fixed.
pub(crate) fn depth(kind: EntityKind) -> Option<usize> {
    match kind {
        EntityKind::Database => Some(1),
        EntityKind::DatabaseSchema => Some(2),
        EntityKind::Table | EntityKind::StoredProcedure => Some(3),
        _ => None,
    }
}
