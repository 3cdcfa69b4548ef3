//! Tables that are made of files, as Iceberg's: a profile that grows file by file, is kept between runs, and merges. Finds no files
//! and knows no snapshots: which files there are, and which deletes apply to each, is told.

mod avro;
mod default;
mod deletes;
mod file;
mod kept;
mod names;
mod rows;
mod sample;
mod schema;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::accumulate::{Column, Wanted};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::parquet::ByteRanges;
use crate::profile::{Profile, Source};
use crate::progress::Progress;
use crate::summary::{Description, summarise_with};

pub use sample::SampleRow;
use schema::{Leaf, Schema};

/// A column (leaf or top-level) as the table's current schema has it.
///
/// A nested type as Iceberg's metadata writes it, in JSON, stands for all its leaves. Where it is written otherwise (`list<int>`) the leaves
/// must be told themselves; names of elements of lists are left out of their paths, or are `element`.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// Its field id; without one it is found by its name.
    pub id: Option<i32>,
    /// Its names from the outermost in.
    pub path: Vec<String>,
    /// Iceberg's type as metadata writes it: `int`, `decimal(9, 2)`, `timestamptz`.
    pub type_name: String,
    /// What it holds in files that were written before it was added, as Iceberg writes single values in JSON.
    pub initial_default: Option<serde_json::Value>,
}

/// A data file of a table.
#[derive(Clone)]
pub struct TableFile {
    /// Its bytes.
    pub ranges: Arc<dyn ByteRanges>,
    /// Its location as the table's metadata names it; position deletes refer to it.
    pub location: String,
    /// The deletes that apply to it.
    pub deletes: Vec<Deletes>,
}

/// Deletes that apply to a data file.
#[derive(Clone)]
pub enum Deletes {
    /// A file of locations and positions, counted from zero: Iceberg's position deletes.
    Positions(Arc<dyn ByteRanges>),
    /// A blob `deletion-vector-v1` in a Puffin file.
    Vector {
        /// The whole file.
        ranges: Arc<dyn ByteRanges>,
        /// Where the blob begins.
        offset: u64,
        /// How many bytes it has.
        length: u64,
    },
    /// A file of rows whose like are deleted, by these columns.
    Equality {
        /// The file.
        ranges: Arc<dyn ByteRanges>,
        /// The ids of the columns that are compared.
        field_ids: Vec<i32>,
    },
}

/// The profile of a table as far as its files were added.
pub struct Table {
    schema: Schema,
    options: Options,
    wanted: Wanted,
    rows: u64,
    bytes: u64,
    columns: Vec<Held>,
}

/// What is kept of a column.
#[derive(Serialize, Deserialize)]
struct Held {
    column: Column,
    /// Rows of files that do not have it: nulls, unless it lies in lists, which have no elements there.
    absent: u64,
    /// Whether a file has shown that it lies in a list or a map.
    is_repeated: bool,
}

impl Table {
    /// No rows yet. An error if a type can't be read, or if a column is asked for that is not there.
    pub fn new(columns: Vec<TableColumn>, options: Options) -> Result<Self> {
        let schema = Schema::new(columns)?;
        options.check(schema.leaves().iter().map(|leaf| leaf.path.as_slice()))?;
        let wanted = Wanted::by(&options);
        let columns = schema.wanted(&options).map(|leaf| Held::new(leaf, &wanted)).collect::<Result<_>>()?;
        Ok(Self { schema, options, wanted, rows: 0, bytes: 0, columns })
    }

    /// Adds the rows of a file that are not deleted. After an error the table is what it was before.
    pub fn add(&mut self, file: &TableFile, progress: &dyn Progress) -> Result<()> {
        let found = self.read(file, progress).map_err(|error| error.with("file", file.location.clone()))?;
        self.join(&found)
    }

    /// Adds what another has seen of the same table.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.fingerprint() != other.fingerprint() {
            let message = "profiles of tables with other columns, or of other options, can't be put together";
            return Err(Error::new(ErrorKind::Request, message));
        }
        self.join(other)
    }

    /// How many rows there are, without those that are deleted.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The profile of all rows that were added.
    pub fn profile(&self, name: &str) -> Result<Profile> {
        let told = self.schema.wanted(&self.options).zip(&self.columns).map(|(leaf, held)| {
            let absent = if held.is_repeated { 0 } else { held.absent };
            summarise_with(&leaf.description(held.is_repeated), &held.column, absent, &self.options)
        });
        Ok(Profile {
            name: name.to_owned(),
            source: Source::Rows,
            row_count: self.rows,
            column_count: self.schema.column_count(),
            size_in_byte: Some(self.bytes),
            columns: told.collect::<Result<_>>()?,
        })
    }

    /// The same table without rows.
    fn empty(&self) -> Result<Self> {
        let columns = self.schema.wanted(&self.options).map(|leaf| Held::new(leaf, &self.wanted));
        Ok(Self {
            columns: columns.collect::<Result<_>>()?,
            schema: self.schema.clone(),
            options: self.options.clone(),
            wanted: self.wanted.clone(),
            rows: 0,
            bytes: 0,
        })
    }

    fn join(&mut self, other: &Self) -> Result<()> {
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            mine.column.merge(&theirs.column)?;
            mine.absent += theirs.absent;
            mine.is_repeated |= theirs.is_repeated;
        }
        self.rows += other.rows;
        self.bytes += other.bytes;
        self.columns.iter().try_for_each(|held| held.column.check())
    }
}

impl Held {
    fn new(leaf: &Leaf, wanted: &Wanted) -> Result<Self> {
        Ok(Self { column: Column::new(&leaf.kind, leaf.width, wanted)?, absent: 0, is_repeated: leaf.is_repeated })
    }
}

impl Leaf {
    fn description(&self, is_repeated: bool) -> Description {
        Description { path: self.path.clone(), kind: self.kind.clone(), type_name: self.type_name.clone(), is_repeated }
    }
}
