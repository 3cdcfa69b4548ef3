//! Pieces of files that will be needed soon, asked for all at once: a store answers several as fast as one. Never keeps a piece
//! that was given.

use std::cell::RefCell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::s3::Page;

use crate::store::{Found, Piece, Store};

/// A store that was asked before.
pub struct Ahead<'s> {
    store: &'s dyn Store,
    known: RefCell<BTreeMap<(String, Piece), Found>>,
}

impl<'s> Ahead<'s> {
    /// Nothing asked yet.
    pub fn of(store: &'s dyn Store) -> Self {
        Self { store, known: RefCell::default() }
    }

    /// Asks for what comes next; what of the last time was not needed is forgotten.
    pub fn ask(&self, bucket: &str, wanted: Vec<(String, Piece)>) {
        let answers = self.store.pieces(bucket, &wanted);
        self.known.replace(wanted.into_iter().zip(answers).collect());
    }
}

impl Store for Ahead<'_> {
    fn buckets(&self) -> Result<Vec<String>> {
        self.store.buckets()
    }

    fn page(&self, bucket: &str, prefix: &str, token: Option<&str>) -> Result<Page> {
        self.store.page(bucket, prefix, token)
    }

    fn piece(&self, bucket: &str, key: &str, piece: Piece) -> Found {
        let known = self.known.borrow_mut().remove(&(key.to_owned(), piece));
        known.unwrap_or_else(|| self.store.piece(bucket, key, piece))
    }

    fn size(&self, bucket: &str, key: &str) -> Result<Option<u64>> {
        self.store.size(bucket, key)
    }

    fn tags(&self, bucket: &str, key: Option<&str>) -> Result<Vec<(String, String)>> {
        self.store.tags(bucket, key)
    }

    fn fetch(&self, url: &str) -> Found {
        self.store.fetch(url)
    }
}
