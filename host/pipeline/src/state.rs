//! The keys under which a run keeps its state: always apart by catalog and source.

use metahost_store::{Error, Space, Store};

/// Names the state of one source in one catalog.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) fn new(catalog: &str, source: &str) -> Self {
        Self { prefix: format!("{catalog}\0{source}\0") }
    }

    pub(crate) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}\0{name}", self.prefix)
    }
}

/// The last durable checkpoint of a split, for this catalog.
pub fn cursor(store: &dyn Store, catalog: &str, source: &str, split: &str) -> Result<Option<Vec<u8>>, Error> {
    store.get(Space::Cursors, &Keys::new(catalog, source).key("split", split))
}
