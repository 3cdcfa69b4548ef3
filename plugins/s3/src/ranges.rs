//! A large object as something to seek in: blocks are read by byte range as they are needed, and only a few are kept. Never
//! reads more than its budget.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};

use metahost_plugin_sdk::{Error, Result, protocol};

use crate::store::{Piece, Store};

/// Bytes of a block.
const BLOCK: u64 = 64 << 10;
/// Blocks kept.
const KEPT: usize = 8;
/// Blocks read of one object: its directory and the beginning of one member are a few.
const BUDGET: u64 = 128;

/// An object that is read here and there.
pub struct Ranges<'s> {
    store: &'s dyn Store,
    bucket: &'s str,
    key: &'s str,
    size: u64,
    at: u64,
    /// The newest last.
    blocks: Vec<(u64, Vec<u8>)>,
    asked: u64,
    failed: &'s RefCell<Option<Error>>,
}

impl<'s> Ranges<'s> {
    /// At the beginning. What the store answers is kept in `failed`: readers above this one can't carry it.
    pub fn new(
        store: &'s dyn Store,
        bucket: &'s str,
        key: &'s str,
        failed: &'s RefCell<Option<Error>>,
    ) -> Result<Self> {
        let size = store.size(bucket, key)?.ok_or_else(|| protocol("the file is gone"))?;
        Ok(Self { store, bucket, key, size, at: 0, blocks: Vec::new(), asked: 0, failed })
    }

    /// The block of this number, the newest of those that are kept.
    fn block(&mut self, number: u64) -> Result<&[u8]> {
        let known = self.blocks.iter().position(|(known, _)| *known == number);
        let block = match known {
            Some(at) => self.blocks.remove(at),
            None => (number, self.ask(number)?),
        };
        if self.blocks.len() == KEPT {
            self.blocks.remove(0);
        }
        self.blocks.push(block);
        Ok(self.blocks.last().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default())
    }

    fn ask(&mut self, number: u64) -> Result<Vec<u8>> {
        self.asked += 1;
        if self.asked > BUDGET {
            return Err(protocol(format!("more than {} MiB of it would have to be read", (BUDGET * BLOCK) >> 20)));
        }
        let found = self.store.piece(self.bucket, self.key, Piece::From(number * BLOCK, BLOCK))?;
        found.ok_or_else(|| protocol("the file is gone"))
    }
}

impl Read for Ranges<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size {
            return Ok(0);
        }
        let (number, skip) = (self.at / BLOCK, usize::try_from(self.at % BLOCK).unwrap_or_default());
        let failed = self.failed;
        let block = self.block(number).map_err(|error| {
            failed.replace(Some(error));
            io::Error::other("the store did not give it")
        })?;
        let read = block.get(skip..).unwrap_or_default().read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Ranges<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
