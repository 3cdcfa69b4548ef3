//! The tables of the local catalog's file, and the one way values go in and out: JSON under a text key.
//! Never knows what a value means.

use redb::{ReadTransaction, ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Outcome;

/// Raised when a file of an earlier program can't be read any more.
pub const FORMAT: &str = "1";

/// What went wrong inside; the catalog adds the file's name.
pub type Result<T> = core::result::Result<T, redb::Error>;

/// A table open for writing.
pub type Writable<'t> = Table<'t, &'static str, &'static [u8]>;

/// A table of a snapshot.
pub type Readable = redb::ReadOnlyTable<&'static str, &'static [u8]>;

type Definition = TableDefinition<'static, &'static str, &'static [u8]>;

const META: Definition = TableDefinition::new("meta");
const SERVICES: Definition = TableDefinition::new("services");
const INDEX: Definition = TableDefinition::new("entity_index");
const BODIES: Definition = TableDefinition::new("entities");
const ANNOTATIONS: Definition = TableDefinition::new("annotations");
const DOWN: Definition = TableDefinition::new("edges");
const UP: Definition = TableDefinition::new("edges_by_downstream");
const TESTS: Definition = TableDefinition::new("test_cases");
const RESULTS: Definition = TableDefinition::new("test_results");
const QUERIES: Definition = TableDefinition::new("queries");
const RUNS: Definition = TableDefinition::new("runs");
const USAGE: Definition = TableDefinition::new("usage");
const PROFILES: Definition = TableDefinition::new("profiles");
const SAMPLES: Definition = TableDefinition::new("sample_data");
const REPORTS: Definition = TableDefinition::new("reports");

/// Every table, open in one transaction. The comments name the parts of each key.
pub struct Tables<T> {
    /// `format`, `id`.
    pub meta: T,
    /// Service.
    pub services: T,
    /// Kind, name: what `known` needs, without the body.
    pub index: T,
    /// Kind, name.
    pub bodies: T,
    /// Kind, name, author.
    pub annotations: T,
    /// Upstream node, downstream node, edge source.
    pub down: T,
    /// Downstream node, upstream node: found from below.
    pub up: T,
    /// Name of the test case.
    pub tests: T,
    /// Name of the test case, time.
    pub results: T,
    /// Service, hash of the text.
    pub queries: T,
    /// Pipeline, id.
    pub runs: T,
    /// Kind, name, day.
    pub usage: T,
    /// Name of the table.
    pub profiles: T,
    /// Table.
    pub samples: T,
    /// Service, time, id.
    pub reports: T,
}

impl<T> Tables<T> {
    fn open_with(mut open: impl FnMut(Definition) -> Result<T>) -> Result<Self> {
        Ok(Self {
            meta: open(META)?,
            services: open(SERVICES)?,
            index: open(INDEX)?,
            bodies: open(BODIES)?,
            annotations: open(ANNOTATIONS)?,
            down: open(DOWN)?,
            up: open(UP)?,
            tests: open(TESTS)?,
            results: open(RESULTS)?,
            queries: open(QUERIES)?,
            runs: open(RUNS)?,
            usage: open(USAGE)?,
            profiles: open(PROFILES)?,
            samples: open(SAMPLES)?,
            reports: open(REPORTS)?,
        })
    }
}

impl<'t> Tables<Writable<'t>> {
    /// Opens them for writing, and makes those that are not there.
    pub fn writable(transaction: &'t WriteTransaction) -> Result<Self> {
        Self::open_with(|definition| Ok(transaction.open_table(definition)?))
    }
}

impl Tables<Readable> {
    /// Opens them as they were when the transaction began.
    pub fn readable(transaction: &ReadTransaction) -> Result<Self> {
        Self::open_with(|definition| Ok(transaction.open_table(definition)?))
    }
}

/// A key of several parts. No name holds a NUL, so parts can't run into each other.
pub fn key(parts: &[&str]) -> String {
    parts.join("\0")
}

/// Reads a stored value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| redb::Error::Corrupted(format!("a record can't be read: {error}")))
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| redb::Error::Corrupted(format!("a record can't be written: {error}")))
}

/// The value under a key.
pub fn get<T: DeserializeOwned>(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &str,
) -> Result<Option<T>> {
    table.get(key)?.map(|found| decode(found.value())).transpose()
}

/// Stores a value, and says whether that changed anything.
pub fn put(table: &mut Writable<'_>, key: &str, value: &impl Serialize) -> Result<Outcome> {
    let bytes = encode(value)?;
    let outcome = match table.get(key)? {
        None => Outcome::Created,
        Some(found) if found.value() == bytes.as_slice() => Outcome::Unchanged,
        Some(_) => Outcome::Updated,
    };
    if outcome != Outcome::Unchanged {
        table.insert(key, bytes.as_slice())?;
    }
    Ok(outcome)
}

/// Everything whose key begins with a prefix, in key order.
pub fn scan(table: &Readable, prefix: &str) -> Result<Scan> {
    Ok(Scan { prefix: prefix.to_owned(), range: table.range(prefix..)? })
}

/// See [`scan`].
pub struct Scan {
    prefix: String,
    range: redb::Range<'static, &'static str, &'static [u8]>,
}

impl Iterator for Scan {
    type Item = Result<(String, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.range.next()? {
            Err(error) => Some(Err(error.into())),
            Ok((key, value)) => {
                key.value().starts_with(&self.prefix).then(|| Ok((key.value().to_owned(), value.value().to_vec())))
            }
        }
    }
}
