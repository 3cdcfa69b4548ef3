//! Where the bytes of a file come from: a trait, so that this library never opens a connection, and its implementation for local files.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use crate::error::{Error, Result};

/// Bytes of one file, by range. Several threads ask at the same time.
pub trait ByteRanges: Send + Sync {
    /// What the file is called in errors.
    fn name(&self) -> &str;
    /// How long it is.
    fn length(&self) -> u64;
    /// Exactly these bytes; they lie within the file.
    fn read(&self, start: u64, length: usize) -> io::Result<Bytes>;
    /// How much to read at once where more will be wanted: little where reading is cheap, since it is kept in memory.
    fn at_once(&self) -> usize;
}

/// A local file.
pub struct FileRanges {
    name: String,
    length: u64,
    file: Mutex<File>,
}

impl FileRanges {
    /// Opens it.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let wrong = |error: io::Error| Error::from(error).with("file", name.clone());
        let file = File::open(path).map_err(wrong)?;
        let metadata = file.metadata().map_err(wrong)?;
        if !metadata.is_file() {
            return Err(wrong(io::Error::other("this is no file")));
        }
        Ok(Self { name, length: metadata.len(), file: Mutex::new(file) })
    }
}

impl ByteRanges for FileRanges {
    fn name(&self) -> &str {
        &self.name
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let mut bytes = vec![0; length];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }

    fn at_once(&self) -> usize {
        512 * 1024
    }
}

/// A stretch of a file that is read from its beginning to its end, a block at a time.
#[derive(Clone)]
pub struct Stretch {
    ranges: Arc<dyn ByteRanges>,
    end: u64,
    /// The one that was used last is the last.
    blocks: Arc<Mutex<VecDeque<Block>>>,
    most: usize,
}

/// Bytes, and where in the file they begin.
struct Block {
    start: u64,
    bytes: Bytes,
}

impl Stretch {
    /// Nothing beyond `end` is read ahead.
    pub fn new(ranges: &Arc<dyn ByteRanges>, end: u64) -> Self {
        Self::shared(ranges, end, 1)
    }

    /// The same for so many readers that go on from places of their own, in turns: each finds what was read ahead for it.
    pub fn shared(ranges: &Arc<dyn ByteRanges>, end: u64, readers: usize) -> Self {
        Self { ranges: Arc::clone(ranges), end: end.min(ranges.length()), blocks: Arc::default(), most: readers }
    }

    /// What is there from `start` on: at least so much, and what is in memory beyond.
    fn from(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let found = blocks.iter().enumerate().find_map(|(place, block)| Some((place, block.from(start, length)?)));
        if let Some((place, found)) = found {
            let used = blocks.remove(place);
            blocks.extend(used);
            return Ok(found);
        }
        let ahead = self.end.saturating_sub(start).min(self.ranges.at_once() as u64);
        let ahead = usize::try_from(ahead).unwrap_or(0).max(length);
        if blocks.len() >= self.most {
            blocks.pop_front();
        }
        let bytes = self.ranges.read(start, ahead)?;
        blocks.push_back(Block { start, bytes: bytes.clone() });
        Ok(bytes)
    }
}

impl Block {
    fn from(&self, start: u64, length: usize) -> Option<Bytes> {
        let from = usize::try_from(start.checked_sub(self.start)?).ok()?;
        (from.checked_add(length)? <= self.bytes.len()).then(|| self.bytes.slice(from..))
    }
}

impl Length for Stretch {
    fn len(&self) -> u64 {
        self.ranges.length()
    }
}

impl ChunkReader for Stretch {
    type T = StretchReader;

    fn get_read(&self, start: u64) -> ParquetResult<StretchReader> {
        Ok(StretchReader { stretch: self.clone(), at: start, bytes: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let all = self.ranges.length();
        if start.checked_add(length as u64).is_none_or(|end| end > all) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes are wanted from byte {start} on, the file has {all}"
            )));
        }
        let bytes = self.from(start, length).map_err(|error| ParquetError::External(error.into()))?;
        Ok(bytes.slice(..length))
    }
}

/// Reads a stretch from some place on.
pub struct StretchReader {
    stretch: Stretch,
    at: u64,
    bytes: Bytes,
}

impl Read for StretchReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && self.at < self.stretch.ranges.length() {
            self.bytes = self.stretch.from(self.at, 1)?;
            self.at += self.bytes.len() as u64;
        }
        let length = buffer.len().min(self.bytes.len());
        self.bytes.split_to(length).copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
