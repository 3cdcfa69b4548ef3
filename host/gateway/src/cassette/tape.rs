//! The file of one owner while it is recorded: lines are appended whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::exchange::Exchange;
use super::manifest::{broken, compressed};
use crate::error::Result;

const ZSTD_LEVEL: i32 = 9;

/// A file that grows by whole lines.
pub(super) struct Tape {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Tape {
    pub(super) fn create(path: PathBuf) -> Result<Self> {
        let file = File::create_new(&path).map_err(|cause| broken("cannot be created", &path).caused_by(cause))?;
        Ok(Self { path, file, length: 0 })
    }

    pub(super) fn append(&mut self, exchange: &Exchange) -> Result<()> {
        let mut line = serde_json::to_vec(exchange).map_err(|cause| self.broken().caused_by(cause))?;
        line.push(b'\n');
        if let Err(cause) = self.file.write_all(&line) {
            // A full disk may have taken half of it. If that half cannot be removed either, replaying will say so.
            let undone = self.file.set_len(self.length);
            return Err(self.broken().with("cut-back", undone.is_ok()).caused_by(cause));
        }
        self.length += line.len() as u64;
        Ok(())
    }

    pub(super) fn finish(&mut self, compress: bool) -> Result<()> {
        self.file.sync_all().map_err(|cause| self.broken().caused_by(cause))?;
        if compress { replace_compressed(&self.path).map_err(|cause| self.broken().caused_by(cause)) } else { Ok(()) }
    }

    fn broken(&self) -> crate::Error {
        broken("an exchange cannot be written", &self.path)
    }
}

fn replace_compressed(path: &Path) -> io::Result<()> {
    let target = File::create(compressed(path))?;
    zstd::stream::copy_encode(File::open(path)?, &target, ZSTD_LEVEL)?;
    target.sync_all()?;
    fs::remove_file(path)
}
