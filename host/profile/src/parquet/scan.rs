//! A whole file: its columns in parts of some million rows, each read by one of several threads, merged in their order. So what is
//! found is the same whatever the number of threads, and no more than a part of a column a thread is in memory.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_buffer::BooleanBuffer;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::accumulate::{Column, Wanted};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::profile::{Profile, Source};
use crate::progress::Progress;
use crate::summary::summarise;

use super::chunk::Chunk;
use super::leaf::Leaf;
use super::pages::Pages;
use super::ranges::{ByteRanges, Stretch};

/// So many rows a part of a column has at least, unless it is the last.
const ROWS_A_PART: i64 = 1 << 20;

/// Profiles a file.
pub fn profile(ranges: &Arc<dyn ByteRanges>, options: &Options, progress: &dyn Progress) -> Result<Profile> {
    scan(ranges, options, progress).map_err(|error| error.with("file", ranges.name()))
}

fn scan(ranges: &Arc<dyn ByteRanges>, options: &Options, progress: &dyn Progress) -> Result<Profile> {
    let file = File::open(ranges)?;
    let all = file.leaves()?;
    options.check(all.iter().map(|leaf| leaf.description.path.as_slice()))?;
    let leaves: Vec<Leaf> = all.into_iter().filter(|leaf| options.wants(&leaf.description.path)).collect();
    let wanted = Wanted::by(options);
    let reading = Reading { deleted: &[], wanted: &wanted, threads: options.threads, progress };
    let columns = file.columns(&leaves, &reading)?;
    let told = leaves.iter().zip(&columns).map(|(leaf, column)| summarise(&leaf.description, column, options));
    Ok(Profile {
        name: ranges.name().to_owned(),
        source: Source::Rows,
        row_count: file.rows(),
        column_count: file.schema().root_schema().get_fields().len(),
        size_in_byte: Some(ranges.length()),
        columns: told.collect::<Result<_>>()?,
    })
}

/// A file whose footer was read.
pub struct File<'a> {
    ranges: &'a Arc<dyn ByteRanges>,
    metadata: Arc<ParquetMetaData>,
}

/// How columns are read.
pub struct Reading<'a> {
    /// Which rows of each row group are left out; none of those that are not told.
    pub deleted: &'a [Option<BooleanBuffer>],
    /// What is kept.
    pub wanted: &'a Wanted,
    /// How many threads read at most.
    pub threads: NonZero<usize>,
    /// Who wants to know how far it is.
    pub progress: &'a dyn Progress,
}

impl<'a> File<'a> {
    /// Reads the footer.
    pub fn open(ranges: &'a Arc<dyn ByteRanges>) -> Result<Self> {
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&Stretch::new(ranges, ranges.length()))?;
        Ok(Self { ranges, metadata: Arc::new(metadata) })
    }

    /// The footer.
    pub fn metadata(&self) -> &Arc<ParquetMetaData> {
        &self.metadata
    }

    /// The schema.
    pub fn schema(&self) -> &SchemaDescriptor {
        self.metadata.file_metadata().schema_descr()
    }

    /// All leaves of the schema.
    pub fn leaves(&self) -> Result<Vec<Leaf>> {
        Leaf::all(self.schema())
    }

    /// The place of the first leaf of a group that has this id.
    pub fn first_leaf_of_group(&self, id: i32) -> Option<usize> {
        let mut before = 0;
        self.schema().root_schema().get_fields().iter().find_map(|field| first_leaf(field, id, &mut before))
    }

    /// How many rows each row group has.
    pub fn group_rows(&self) -> impl Iterator<Item = u64> {
        self.metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.group_rows().sum()
    }

    /// Reads some leaves, each into a column.
    pub fn columns(&self, leaves: &[Leaf], reading: &Reading<'_>) -> Result<Vec<Column>> {
        reading.progress.begin(self.rows() * leaves.len() as u64);
        let parts = parts(self.metadata.row_groups());
        Work { ranges: self.ranges, metadata: &self.metadata, leaves, parts, reading }.done()
    }
}

/// `before` counts the leaves that were passed.
fn first_leaf(field: &Type, id: i32, before: &mut usize) -> Option<usize> {
    if field.is_primitive() {
        *before += 1;
        return None;
    }
    let info = field.get_basic_info();
    if info.has_id() && info.id() == id {
        return Some(*before);
    }
    field.get_fields().iter().find_map(|field| first_leaf(field, id, before))
}

/// Row groups that are read together.
fn parts(groups: &[RowGroupMetaData]) -> Vec<core::ops::Range<usize>> {
    let (mut parts, mut begin, mut rows) = (Vec::new(), 0, 0);
    for (index, group) in groups.iter().enumerate() {
        rows += group.num_rows();
        if rows >= ROWS_A_PART || index + 1 == groups.len() {
            parts.push(begin..index + 1);
            (begin, rows) = (index + 1, 0);
        }
    }
    parts
}

/// What is to be read.
struct Work<'a> {
    ranges: &'a Arc<dyn ByteRanges>,
    metadata: &'a ParquetMetaData,
    leaves: &'a [Leaf],
    parts: Vec<core::ops::Range<usize>>,
    reading: &'a Reading<'a>,
}

impl Work<'_> {
    /// Column after column, part after part.
    fn done(&self) -> Result<Vec<Column>> {
        let tasks = self.leaves.len() * self.parts.len();
        let (next, columns) = (AtomicUsize::new(0), self.joined()?);
        let failed = Mutex::new(BTreeMap::new());
        let work = || {
            loop {
                let task = next.fetch_add(1, Ordering::Relaxed);
                if task >= tasks {
                    return;
                }
                let (column, part) = (task / self.parts.len(), task % self.parts.len());
                let done = self.part(column, part).and_then(|found| columns[column].add(part, found));
                if let Err(error) = done {
                    // Nobody begins anything more; what is under way ends, and the first in the file's order is told.
                    next.store(tasks, Ordering::Relaxed);
                    failed.lock().unwrap_or_else(PoisonError::into_inner).insert(task, error);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.reading.threads.get().min(tasks) {
                scope.spawn(work);
            }
            work();
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().next() {
            Some(error) => Err(error),
            None => Ok(columns.into_iter().map(Joined::whole).collect()),
        }
    }

    fn joined(&self) -> Result<Vec<Joined>> {
        self.leaves
            .iter()
            .map(|leaf| Ok(Joined(Mutex::new((leaf.column(self.reading.wanted)?, 0, BTreeMap::new())))))
            .collect()
    }

    /// One part of a column.
    fn part(&self, column: usize, part: usize) -> Result<Column> {
        let leaf = &self.leaves[column];
        let mut found = leaf.column(self.reading.wanted)?;
        for group in self.parts[part].clone() {
            // The reader of pages is written for files that are what they claim to be; some that are not make it panic.
            let read = catch_unwind(AssertUnwindSafe(|| self.chunk(leaf, group, &mut found)));
            let read = read.unwrap_or_else(|_| Err(Error::format("the pages can't be read")));
            read.and_then(|()| found.check()).map_err(|error| {
                error.with("column", leaf.description.path.join(".")).with("row group", group.to_string())
            })?;
        }
        Ok(found)
    }

    fn chunk(&self, leaf: &Leaf, group: usize, column: &mut Column) -> Result<()> {
        let deleted = self.reading.deleted.get(group).and_then(Option::as_ref);
        let group = self.metadata.row_group(group);
        let chunk = group.column(leaf.index);
        let rows = usize::try_from(group.num_rows()).map_err(|_| Error::format("a row group has less than no rows"))?;
        let (start, length) = chunk.byte_range();
        let stretch = Stretch::new(self.ranges, start.saturating_add(length));
        let pages = Pages::shared(SerializedPageReader::new(Arc::new(stretch), chunk, rows, None)?);
        let entries =
            leaf.read(&Chunk { descriptor: leaf.descriptor(), pages: &pages, around: None, deleted }, column)?;
        self.reading.progress.advance(rows as u64);
        let there = (rows - deleted.map_or(0, BooleanBuffer::count_set_bits)) as u64;
        if !leaf.description.is_repeated && entries.all != there {
            let message = format!("{} entries are there for {there} rows", entries.all);
            return Err(Error::new(ErrorKind::Format, message));
        }
        Ok(())
    }
}

/// A column whose parts come in any order, and are merged in their own.
struct Joined(Mutex<(Column, usize, BTreeMap<usize, Column>)>);

impl Joined {
    fn add(&self, part: usize, found: Column) -> Result<()> {
        let mut joined = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (whole, next, waiting) = &mut *joined;
        waiting.insert(part, found);
        while let Some(found) = waiting.remove(next) {
            if *next == 0 {
                *whole = found;
            } else {
                whole.merge(&found)?;
            }
            *next += 1;
        }
        Ok(())
    }

    fn whole(self) -> Column {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).0
    }
}
