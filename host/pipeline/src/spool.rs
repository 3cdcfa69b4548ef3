//! Records set aside until everything else was written, because what they refer to had not come yet. On disk, in a file
//! without a name: memory holds only their places.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use metahost_model::{Record, RecordKind};

use crate::checkpoints::Position;

/// A record's place.
#[derive(Debug)]
pub(crate) struct Spooled {
    pub(crate) kind: RecordKind,
    pub(crate) at: Position,
    depth: usize,
    /// When it ran, if it is a query.
    ran_at: u64,
    start: u64,
    length: usize,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Spool {
    file: BufWriter<File>,
    end: u64,
    index: Vec<Spooled>,
}

impl Spool {
    /// An empty spool.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), end: 0, index: Vec::new() })
    }

    /// Sets a record aside.
    pub(crate) fn push(&mut self, kind: RecordKind, at: Position, record: &Record) -> io::Result<()> {
        let spooled = self.keep(kind, at, record)?;
        self.index.push(spooled);
        Ok(())
    }

    /// Keeps a record for somebody who remembers its place.
    pub(crate) fn keep(&mut self, kind: RecordKind, at: Position, record: &Record) -> io::Result<Spooled> {
        let (depth, ran_at) = match record {
            Record::Entity(entity) => (entity.path().depth(), 0),
            Record::Query(query) => (0, query.started_at.unwrap_or_default()),
            _ => (0, 0),
        };
        let bytes = serde_json::to_vec(record)?;
        self.file.write_all(&bytes)?;
        let spooled = Spooled { kind, at, depth, ran_at, start: self.end, length: bytes.len() };
        self.end += bytes.len() as u64;
        Ok(spooled)
    }

    /// Everything set aside: parents before children, entities before what refers to them, queries as they ran, else as
    /// it came.
    pub(crate) fn take(&mut self) -> Vec<Spooled> {
        let mut all = std::mem::take(&mut self.index);
        all.sort_by_key(|spooled| (spooled.kind, spooled.depth, spooled.ran_at, spooled.start));
        all
    }

    /// Reads a record back.
    pub(crate) fn read(&mut self, spooled: &Spooled) -> io::Result<Record> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(spooled.start))?;
        let mut bytes = vec![0; spooled.length];
        file.read_exact(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}
