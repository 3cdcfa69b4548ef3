//! The manifests of a table's current snapshot: its data files with the deletes that apply to each, and what both tell of its
//! columns. Never opens a data file, and never holds more than a few manifests.

mod avro;
mod bounds;
mod deletes;
mod entry;
mod list;
mod partition;
mod schema;
mod tally;

use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::statistics::{ColumnStat, DataFile, FileSet};
use metahost_plugin_sdk::{ErrorExt, Result, protocol};

use crate::catalog::files;
use crate::config::{Config, STORE_SLOT};
use crate::metadata::{Snapshot, Table};

use avro::Header;
use deletes::Deletes;
use entry::{Content, Entry};
use list::Manifest;
use partition::Specs;
pub use schema::leaves;
use tally::Tally;

/// Manifests that are held at once, at most: what is done between two requests is bounded, too.
const AT_ONCE: usize = 4;
/// Their bytes, at most, unless one alone has more.
const BYTES_AT_ONCE: u64 = 32 << 20;
/// Bytes of a manifest, at most: writers begin a new one at 8 MiB.
const LONGEST: u64 = 64 << 20;
/// Bytes that the files of a table may take, at most: 100,000 files of long names and some deletes do.
const MOST: usize = 96 << 20;
/// What a file takes besides its texts.
const FILE: usize = 160;

/// What manifests tell of a table.
pub struct Told {
    /// Of its columns, as far as every file tells it.
    pub columns: Vec<ColumnStat>,
    /// Its leaves and files; where these are too many to be told, none of them.
    pub files: FileSet,
    /// How many data files it has.
    pub count: usize,
    /// How many rows it has; none where equality deletes take some.
    pub rows: Option<u64>,
    /// Bytes of its data files.
    pub bytes: u64,
}

/// The manifests of a snapshot, as they are read.
struct Reading<'a> {
    store: &'a dyn Api,
    config: &'a Config,
    specs: Specs,
}

/// Data files as they are found.
#[derive(Default)]
struct Found {
    files: Vec<DataFile>,
    count: usize,
    rows: u64,
    bytes: u64,
    has_deletes: bool,
    /// What the list of them takes in memory.
    weight: usize,
}

/// Reads them all. What is wrong with one of them is wrong with the table.
pub fn read(store: &dyn Api, config: &Config, table: &Table, snapshot: &Snapshot) -> Result<Told> {
    let schema = leaves(crate::table::current_schema(table)?);
    let reading = Reading { store, config, specs: Specs::of(table) };
    let (of_deletes, of_data): (Vec<_>, Vec<_>) =
        reading.manifests(snapshot)?.into_iter().partition(|manifest| manifest.of_deletes);
    let (mut deletes, mut found, mut tally) = (Deletes::default(), Found::default(), Tally::new(&schema, table));
    reading.each(&of_deletes, &mut |entry, _| {
        let url = files::address(config, &entry.location)?;
        deletes.add(entry, url);
        Ok(())
    })?;
    reading.each(&of_data, &mut |entry, header| {
        if entry.content != Content::Data {
            return Err(protocol(format!("it holds data files, and yet {} is a file of deletes", entry.location)));
        }
        tally.add(&entry, header);
        let url = files::address(config, &entry.location)?;
        found.add(entry, url, &deletes);
        Ok(())
    })?;
    found.files.sort_by(|one, other| one.location.cmp(&other.location));
    let rows = deletes.rows().map(|deleted| found.rows.saturating_sub(deleted));
    let columns = tally.columns(!found.has_deletes);
    let files = FileSet {
        snapshot: Some(snapshot.id.to_string()),
        credential: Some(STORE_SLOT.to_owned()),
        columns: schema.into_iter().map(|leaf| leaf.column).collect(),
        files: found.files,
    };
    Ok(Told { columns, files, count: found.count, rows, bytes: found.bytes })
}

impl Reading<'_> {
    /// Version 1 may name them in the table's metadata.
    fn manifests(&self, snapshot: &Snapshot) -> Result<Vec<Manifest>> {
        let Some(location) = &snapshot.manifest_list else {
            return Ok(snapshot.manifests.iter().cloned().map(Manifest::named).collect());
        };
        let bytes = files::fetch(self.store, self.config, core::slice::from_ref(location)).pop();
        let bytes = bytes.unwrap_or_else(|| Err(protocol("the host answered fewer requests than it was asked")));
        bytes.and_then(|bytes| list::manifests(&bytes)).with("manifest list", location.clone())
    }

    /// Hands on the files of each, a few manifests at a time.
    fn each(&self, manifests: &[Manifest], take: &mut dyn FnMut(Entry, &Header) -> Result<()>) -> Result<()> {
        let mut rest = manifests;
        while !rest.is_empty() {
            let (some, after) = rest.split_at(at_once(rest)?);
            let locations: Vec<String> = some.iter().map(|manifest| manifest.path.clone()).collect();
            for (manifest, bytes) in some.iter().zip(files::fetch(self.store, self.config, &locations)) {
                let read = bytes.and_then(|bytes| entry::each(&bytes, manifest, &self.specs, take));
                read.with("manifest", manifest.path.clone())?;
            }
            rest = after;
        }
        Ok(())
    }
}

/// How many of them can be held together: at least one.
fn at_once(manifests: &[Manifest]) -> Result<usize> {
    let mut bytes = 0;
    for (place, manifest) in manifests.iter().take(AT_ONCE).enumerate() {
        let length = manifest.bytes.unwrap_or(0);
        if length > LONGEST {
            let error = protocol(format!("it has {length} bytes, and more than {LONGEST} are not held in memory"));
            return Err(error.with("manifest", manifest.path.clone()));
        }
        bytes += length;
        if place > 0 && bytes > BYTES_AT_ONCE {
            return Ok(place);
        }
    }
    Ok(manifests.len().min(AT_ONCE))
}

impl Found {
    /// Adds a file. Too many are still counted, and not kept.
    fn add(&mut self, entry: Entry, url: String, deletes: &Deletes) {
        let deletes: Vec<_> = deletes.of(&entry).map(|delete| delete.file.clone()).collect();
        self.count += 1;
        self.rows += entry.rows;
        self.bytes += entry.bytes.unwrap_or(0);
        self.has_deletes |= !deletes.is_empty();
        let parts: usize = entry.partition.iter().map(|(name, value)| name.len() + value.len() + FILE / 2).sum();
        let of_deletes: usize = deletes.iter().map(|delete| delete.url.len() + FILE).sum();
        self.weight += FILE + url.len() + entry.location.len() + parts + of_deletes;
        if self.weight > MOST {
            self.files = Vec::new();
            return;
        }
        self.files.push(DataFile {
            url,
            location: entry.location,
            format: entry.format,
            rows: Some(entry.rows),
            bytes: entry.bytes,
            partition: entry.partition,
            deletes,
        });
    }
}
