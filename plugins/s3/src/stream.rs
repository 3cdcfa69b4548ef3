//! A large object as a stream of pieces: a restart of the store costs one piece, and never is more than one in memory.

use std::cell::RefCell;
use std::io::{self, Read};

use metahost_plugin_sdk::{Error, protocol};

use crate::store::{Piece, Store};

/// Bytes a request.
const PIECE: u64 = 4 << 20;

/// An object that is read from its beginning to its end.
pub struct Stream<'s> {
    store: &'s dyn Store,
    bucket: &'s str,
    key: &'s str,
    at: u64,
    piece: io::Cursor<Vec<u8>>,
    is_last: bool,
    failed: &'s RefCell<Option<Error>>,
}

impl<'s> Stream<'s> {
    /// At the beginning. What the store answers is kept in `failed`: readers above this one can't carry it.
    pub fn new(store: &'s dyn Store, bucket: &'s str, key: &'s str, failed: &'s RefCell<Option<Error>>) -> Self {
        Self { store, bucket, key, at: 0, piece: io::Cursor::default(), is_last: false, failed }
    }

    fn next(&mut self) -> Result<Vec<u8>, Error> {
        let piece = self.store.piece(self.bucket, self.key, Piece::From(self.at, PIECE))?;
        // There is nothing behind the end of an object.
        let piece = piece.or_else(|| (self.at > 0).then(Vec::new)).ok_or_else(|| protocol("the file is gone"))?;
        self.at += piece.len() as u64;
        self.is_last = (piece.len() as u64) < PIECE;
        Ok(piece)
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(buffer)?;
        if read > 0 || self.is_last {
            return Ok(read);
        }
        let piece = self.next().map_err(|error| {
            self.failed.replace(Some(error));
            io::Error::other("the store did not give it")
        })?;
        self.piece = io::Cursor::new(piece);
        self.piece.read(buffer)
    }
}
