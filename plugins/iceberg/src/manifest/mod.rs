//! The manifests of a table's current snapshot: its data files with the deletes that apply to each, and what both tell of its
//! columns. Never opens a data file.

mod bounds;
mod deletes;
mod entry;
mod list;
mod partition;
mod schema;
mod tally;

use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::statistics::{ColumnStat, FileSet};
use metahost_plugin_sdk::{ErrorExt, Result};

use crate::catalog::files;
use crate::config::{Config, STORE_SLOT};
use crate::metadata::{Snapshot, Table};

use deletes::Deletes;
use entry::{Content, Entry};
use list::Manifest;
use partition::Specs;
use tally::Tally;
pub use tally::distinct;

/// Manifests that are held at once.
const AT_ONCE: usize = 8;

/// What manifests tell of a table.
pub struct Told {
    /// Of its columns, as far as every file tells it.
    pub columns: Vec<ColumnStat>,
    /// Its files.
    pub files: FileSet,
    /// Rows of its data files, of which files of deletes may take some.
    pub rows: u64,
    /// Whether there are files of deletes.
    pub has_deletes: bool,
}

/// Reads them all. What is wrong with one of them is wrong with the table.
pub fn read(store: &dyn Api, config: &Config, table: &Table, snapshot: &Snapshot) -> Result<Told> {
    let manifests = manifests(store, config, snapshot)?;
    let schema = schema::leaves(crate::table::current_schema(table)?);
    let specs = Specs::of(table);
    let (mut data, mut deletes, mut tally) = (Vec::new(), Deletes::default(), Tally::new(&schema));
    for some in manifests.chunks(AT_ONCE) {
        let locations: Vec<String> = some.iter().map(|manifest| manifest.path.clone()).collect();
        for (manifest, bytes) in some.iter().zip(files::fetch(store, config, &locations)) {
            let entries = bytes.and_then(|bytes| entry::entries(&bytes, manifest, &specs));
            for entry in entries.with("manifest", manifest.path.clone())? {
                match entry.content {
                    Content::Data => {
                        tally.add(&entry);
                        data.push(entry);
                    }
                    Content::PositionDeletes | Content::EqualityDeletes => deletes.add(entry),
                }
            }
        }
    }
    let (rows, has_deletes) = (data.iter().map(|file| file.rows).sum(), !deletes.is_empty());
    data.sort_by(|one: &Entry, other| one.location.cmp(&other.location));
    let url = |location: &str| files::address(config, location);
    let listed = data.iter().map(|file| file.data_file(&url, &deletes)).collect::<Result<_>>()?;
    let files = FileSet {
        snapshot: Some(snapshot.id.to_string()),
        credential: Some(STORE_SLOT.to_owned()),
        columns: schema.iter().map(|leaf| leaf.column.clone()).collect(),
        files: listed,
    };
    Ok(Told { columns: tally.columns(!has_deletes), files, rows, has_deletes })
}

/// Version 1 may name them in the table's metadata.
fn manifests(store: &dyn Api, config: &Config, snapshot: &Snapshot) -> Result<Vec<Manifest>> {
    let Some(location) = &snapshot.manifest_list else {
        return Ok(snapshot.manifests.iter().cloned().map(Manifest::named).collect());
    };
    let bytes = files::fetch(store, config, core::slice::from_ref(location)).pop();
    bytes.map_or_else(|| Ok(Vec::new()), |bytes| list::manifests(&bytes?)).with("manifest list", location.clone())
}
