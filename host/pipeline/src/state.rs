//! The keys under which a run keeps its state: always apart by catalog and source.

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

    /// Forgets everything that was written: the catalog no longer holds it.
    pub(crate) fn forget_all(&self, store: &dyn Store) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        for space in [Space::Written, Space::Annotations, Space::Cursors, Space::Completes] {
            let mut forget = |key: &str, _: &[u8]| changes.push(Change::Delete { space, key: key.to_owned() });
            store.scan(space, &self.prefix, &mut forget)?;
        }
        Ok(changes)
    }
}

/// The last durable checkpoint of a split, for this catalog.
pub fn cursor(store: &dyn Store, catalog: &str, source: &str, split: &str) -> Result<Option<Vec<u8>>, Error> {
    store.get(Space::Cursors, &Keys::new(catalog, source).of_split(split))
}
