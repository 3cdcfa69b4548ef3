//! The keys under which a run keeps its state: always apart by catalog and source.

use metahost_catalog::{HeldService, Outcome};
use metahost_store::{Change, Error, Space, Store};

/// Names the state of one source in one catalog.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) fn new(catalog: &str, source: &str) -> Self {
        Self { prefix: format!("{catalog}\0{source}\0") }
    }

    /// Where something of this source is kept.
    pub(crate) fn of(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Where the cursor of a split is kept.
    pub(crate) fn of_split(&self, split: &str) -> String {
        self.of(&format!("split\0{split}"))
    }

    /// Remembers a service by its id. When it is new or another one, everything that was written below it is forgotten.
    pub(crate) fn of_service(&self, store: &dyn Store, held: &HeldService) -> Result<Vec<Change>, Error> {
        let key = self.of("service");
        let before = store.get(Space::Written, &key)?;
        if before.as_deref() == Some(held.id.as_bytes()) && held.outcome != Outcome::Created {
            return Ok(Vec::new());
        }
        let gone = before.is_some() || held.outcome == Outcome::Created;
        let mut changes = if gone { self.forget_all(store)? } else { Vec::new() };
        changes.push(Change::Put { space: Space::Written, key, value: held.id.as_bytes().into() });
        Ok(changes)
    }

    fn forget_all(&self, store: &dyn Store) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        for space in
            [Space::Written, Space::Annotations, Space::Cursors, Space::Completes, Space::Counts, Space::Profiles]
        {
            let mut forget = |key: &str, _: &[u8]| changes.push(Change::Delete { space, key: key.to_owned() });
            store.scan(space, &self.prefix, &mut forget)?;
        }
        Ok(changes)
    }
}

/// Where it is kept how often an asset's queries moved data between two ends, each with its kind.
pub(crate) fn edge_key(asset: &str, from: (&str, &str), to: (&str, &str)) -> String {
    format!("{asset}\0edge\0{}\0{}\0{}\0{}", from.0, from.1, to.0, to.1)
}

/// The last durable checkpoint of a split, for this catalog.
pub fn cursor(store: &dyn Store, catalog: &str, source: &str, split: &str) -> Result<Option<Vec<u8>>, Error> {
    store.get(Space::Cursors, &Keys::new(catalog, source).of_split(split))
}
