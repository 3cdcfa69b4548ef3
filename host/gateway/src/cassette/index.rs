//! The index of one owner's file: which request is on which line. The lines themselves stay in the file.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::exchange::{Key, RequestOnly, StoredRequest};
use super::manifest::{broken, compressed};
use crate::error::Result;

/// Where a line is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    offset: u64,
    length: usize,
}

struct Entry {
    span: Span,
    headers: Key,
    used: bool,
}

/// Lines by request. Each is given out once.
#[derive(Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
    by_key: BTreeMap<Key, VecDeque<usize>>,
    masked: Vec<usize>,
}

/// The file of an owner. A compressed one is unpacked into a nameless temporary file, so that any line can be read alone.
pub(super) fn open(path: &Path) -> Result<Option<File>> {
    match File::open(path) {
        Ok(file) => return Ok(Some(file)),
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            return Err(broken("cannot be read", path).caused_by(cause));
        }
        Err(_) => {}
    }
    let packed = compressed(path);
    match File::open(&packed) {
        Ok(file) => unpack(file).map(Some).map_err(|cause| broken("cannot be unpacked", &packed).caused_by(cause)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(broken("cannot be read", &packed).caused_by(cause)),
    }
}

fn unpack(packed: File) -> io::Result<File> {
    let mut plain = tempfile::tempfile()?;
    zstd::stream::copy_decode(packed, &mut plain)?;
    plain.rewind()?;
    Ok(plain)
}

/// Visits every line with its number, from the first.
pub(super) fn each_request(file: &mut File, path: &Path, mut visit: impl FnMut(Span, StoredRequest)) -> Result<()> {
    let unreadable = |cause| broken("cannot be read", path).caused_by(cause);
    file.rewind().map_err(unreadable)?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let (mut line, mut offset) = (Vec::new(), 0);
    for number in 1_u64.. {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(unreadable)?;
        if length == 0 {
            break;
        }
        if !line.trim_ascii().is_empty() {
            visit(Span { offset, length }, parse(&line, number, path)?);
        }
        offset += length as u64;
    }
    Ok(())
}

fn parse(line: &[u8], number: u64, path: &Path) -> Result<StoredRequest> {
    let parsed: Result<RequestOnly, _> = serde_json::from_slice(line);
    parsed.map(|line| line.request).map_err(|cause| {
        let cut = !line.ends_with(b"\n");
        let what = if cut {
            "the cassette ends in the middle of an exchange; the recording was cut off, record it again"
        } else {
            "a line of the cassette is not an exchange"
        };
        broken(what, path).with("line", number).caused_by(cause)
    })
}

/// Reads one line.
pub(super) fn read(file: &mut File, span: Span) -> io::Result<Vec<u8>> {
    let mut line = vec![0; span.length];
    file.seek(SeekFrom::Start(span.offset))?;
    file.read_exact(&mut line)?;
    Ok(line)
}

impl Index {
    pub(super) fn build(file: &mut File, path: &Path) -> Result<Self> {
        let mut index = Self::default();
        each_request(file, path, |span, request| index.add(span, &request))?;
        Ok(index)
    }

    fn add(&mut self, span: Span, request: &StoredRequest) {
        let number = self.entries.len();
        self.entries.push(Entry { span, headers: request.headers_key(), used: false });
        self.by_key.entry(request.key()).or_default().push_back(number);
        if request.is_masked() {
            self.masked.push(number);
        }
    }

    /// The first unused line with this request; one with the same headers goes before the others.
    pub(super) fn take(&mut self, request: &StoredRequest) -> Option<Span> {
        let (entries, headers) = (&mut self.entries, request.headers_key());
        let lines = self.by_key.get_mut(&request.key())?;
        lines.retain(|line| !entries[*line].used);
        let same = lines.iter().position(|line| entries[*line].headers == headers).unwrap_or_default();
        let line = lines.remove(same)?;
        entries[line].used = true;
        Some(entries[line].span)
    }

    /// Whether there ever was a line with this request.
    pub(super) fn knows(&self, request: &StoredRequest) -> bool {
        self.by_key.contains_key(&request.key())
    }

    /// Unused lines whose request had a secret in it.
    pub(super) fn masked(&self) -> Vec<(usize, Span)> {
        let unused = self.masked.iter().filter(|line| !self.entries[**line].used);
        unused.map(|line| (*line, self.entries[*line].span)).collect()
    }

    /// Marks a line as used; false when someone else was faster.
    pub(super) fn claim(&mut self, line: usize) -> bool {
        !std::mem::replace(&mut self.entries[line].used, true)
    }
}
