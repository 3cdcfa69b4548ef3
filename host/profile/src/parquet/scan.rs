//! A whole file: its columns in parts of some million rows, each read by one of several threads, merged in their order. So what is
//! found is the same whatever the number of threads, and no more than a part of a column a thread is in memory.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::accumulate::{Column, Wanted};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::profile::{Profile, Source};
use crate::progress::Progress;
use crate::summary::summarise;

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
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&Stretch::new(ranges, ranges.length()))?;
    let schema = metadata.file_metadata().schema_descr();
    let all = Leaf::all(schema)?;
    options.check(all.iter().map(|leaf| leaf.description.path.as_slice()))?;
    let leaves: Vec<Leaf> = all.into_iter().filter(|leaf| options.wants(&leaf.description.path)).collect();
    let rows = metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).sum();
    progress.begin(rows * leaves.len() as u64);
    let work = Work {
        ranges,
        metadata: &metadata,
        leaves: &leaves,
        parts: parts(metadata.row_groups()),
        wanted: Wanted::by(options),
        progress,
    };
    let columns = work.done_by(options.threads.get())?;
    let told = leaves.iter().zip(columns).map(|(leaf, mut column)| summarise(&leaf.description, &mut column, options));
    Ok(Profile {
        name: ranges.name().to_owned(),
        source: Source::Rows,
        row_count: rows,
        column_count: schema.root_schema().get_fields().len(),
        size_in_byte: Some(ranges.length()),
        columns: told.collect::<Result<_>>()?,
    })
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
    wanted: Wanted,
    progress: &'a dyn Progress,
}

impl Work<'_> {
    /// Column after column, part after part, by so many threads at most.
    fn done_by(&self, threads: usize) -> Result<Vec<Column>> {
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
            for _ in 1..threads.min(tasks) {
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
        self.leaves.iter().map(|leaf| Ok(Joined(Mutex::new((leaf.column(self.wanted)?, 0, BTreeMap::new()))))).collect()
    }

    /// One part of a column.
    fn part(&self, column: usize, part: usize) -> Result<Column> {
        let leaf = &self.leaves[column];
        let mut found = leaf.column(self.wanted)?;
        for group in self.parts[part].clone() {
            // The reader of pages is written for files that are what they claim to be; some that are not make it panic.
            let read = catch_unwind(AssertUnwindSafe(|| self.chunk(leaf, group, &mut found)));
            let read = read.unwrap_or_else(|_| Err(Error::format("the pages can't be read")));
            read.map_err(|error| {
                error.with("column", leaf.description.path.join(".")).with("row group", group.to_string())
            })?;
        }
        Ok(found)
    }

    fn chunk(&self, leaf: &Leaf, group: usize, column: &mut Column) -> Result<()> {
        let group = self.metadata.row_group(group);
        let chunk = group.column(leaf.index);
        let rows = usize::try_from(group.num_rows()).map_err(|_| Error::format("a row group has less than no rows"))?;
        let (start, length) = chunk.byte_range();
        let stretch = Stretch::new(self.ranges, start.saturating_add(length));
        let pages = Pages::shared(SerializedPageReader::new(Arc::new(stretch), chunk, rows, None)?);
        let entries = leaf.read(&pages, column)?;
        self.progress.advance(rows as u64);
        if !leaf.description.is_repeated && entries.all != rows as u64 {
            let message = format!("{} entries are there for {rows} rows", entries.all);
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
