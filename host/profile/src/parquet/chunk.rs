//! One column chunk, read once: its dictionary's values with how often each is there, and the values beyond the dictionary.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_buffer::BooleanBuffer;
use parquet::basic::{Repetition, Type as Physical};
use parquet::column::page::{Page, PageReader};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{DataType, Int32Type};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor, Type};

use crate::error::{Error, Result};
use crate::leaves::Levels;

use super::pages::{Alone, Dealt, Next, Pages};

/// How many records are read at once.
const BATCH: usize = 4096;

/// Who takes the values of a column.
pub trait Sink<V> {
    /// Values, each once.
    fn values(&mut self, values: &[V]) -> Result<()>;
    /// Values with how often each is there.
    fn counted(&mut self, values: &[V], counts: &[u64]) -> Result<()>;
}

/// A chunk, and which part of it is wanted.
pub struct Chunk<'a> {
    /// Its column.
    pub descriptor: &'a ColumnDescPtr,
    /// Its pages.
    pub pages: &'a Arc<Mutex<Pages>>,
    /// The struct around it whose entries are counted in place of its own.
    pub around: Option<Levels>,
    /// Which of its rows are left out.
    pub deleted: Option<&'a BooleanBuffer>,
}

impl Chunk<'_> {
    fn next(&self) -> Result<Next> {
        Ok(self.pages.lock().unwrap_or_else(PoisonError::into_inner).next()?)
    }
}

/// How many entries a chunk has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entries {
    /// All of them: rows, or elements of lists.
    pub all: u64,
    /// Those that are not null.
    pub values: u64,
}

/// Reads a chunk to its end.
pub fn read<T: DataType>(chunk: &Chunk<'_>, sink: &mut impl Sink<T::T>) -> Result<Entries> {
    let mut seen = Seen::default();
    let mut dictionary: Option<Dictionary<T>> = None;
    let mut values = Part::<T>::new(chunk, chunk.descriptor, Dealt::values(chunk.pages));
    loop {
        match (chunk.next()?, &mut dictionary) {
            (Next::End, _) => break,
            (Next::Dictionary, None) => dictionary = Some(Dictionary::read(chunk)?),
            (Next::Dictionary, Some(_)) => return Err(Error::format("a column chunk has two dictionaries")),
            (Next::Keys, None) => return Err(Error::format("a column chunk has keys and no dictionary")),
            (Next::Keys, Some(dictionary)) => dictionary.count(chunk, &mut seen)?,
            (Next::Values, _) => values.read(chunk, &mut seen, |batch| sink.values(batch))?,
        }
    }
    if let Some(dictionary) = dictionary {
        sink.counted(&dictionary.values, &dictionary.counts)?;
    }
    Ok(seen.entries)
}

/// How far a chunk was read.
#[derive(Default)]
struct Seen {
    entries: Entries,
    rows: usize,
}

/// The values of a dictionary, and how often each is there.
struct Dictionary<T: DataType> {
    values: Vec<T::T>,
    counts: Vec<u64>,
    keys: Part<Int32Type>,
}

impl<T: DataType> Dictionary<T> {
    fn read(chunk: &Chunk<'_>) -> Result<Self> {
        let (descriptor, pages) = (chunk.descriptor, chunk.pages);
        let page = pages.lock().unwrap_or_else(PoisonError::into_inner).take(Next::Dictionary)?;
        let Some(Page::DictionaryPage { buf, num_values, .. }) = page else {
            return Err(Error::format("a dictionary is no dictionary"));
        };
        let mut values = Vec::new();
        let plain = Arc::new(ColumnDescriptor::new(descriptor.self_type_ptr(), 0, 0, descriptor.path().clone()));
        let mut reader = ColumnReaderImpl::<T>::new(plain, Box::new(Alone::new(buf, num_values)));
        reader.read_records(num_values as usize, None, None, &mut values)?;
        let keys = Part::new(chunk, &keys_descriptor(descriptor)?, Dealt::keys(pages, num_values));
        Ok(Self { counts: vec![0; values.len()], values, keys })
    }

    fn count(&mut self, chunk: &Chunk<'_>, seen: &mut Seen) -> Result<()> {
        let counts = &mut self.counts;
        self.keys.read(chunk, seen, |keys| {
            for key in keys {
                let count = usize::try_from(*key).ok().and_then(|key| counts.get_mut(key));
                *count.ok_or_else(|| Error::format("a key is not in its dictionary"))? += 1;
            }
            Ok(())
        })
    }
}

/// The same column with whole numbers in place of its values.
fn keys_descriptor(descriptor: &ColumnDescriptor) -> Result<ColumnDescPtr> {
    let keys = Type::primitive_type_builder(descriptor.name(), Physical::INT32).with_repetition(Repetition::OPTIONAL);
    let (definition, repetition) = (descriptor.max_def_level(), descriptor.max_rep_level());
    Ok(Arc::new(ColumnDescriptor::new(Arc::new(keys.build()?), definition, repetition, descriptor.path().clone())))
}

/// Those pages of a chunk that one reader reads, and the buffers it reads into.
struct Part<T: DataType> {
    reader: ColumnReaderImpl<T>,
    /// From which definition level on there is an entry: below, a list around it is empty or null.
    entry_level: i16,
    /// At which definition level there is a value.
    value_level: i16,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Vec<T::T>,
}

impl<T: DataType> Part<T> {
    fn new(chunk: &Chunk<'_>, read_as: &ColumnDescPtr, pages: impl PageReader + 'static) -> Self {
        Self {
            reader: ColumnReaderImpl::new(Arc::clone(read_as), Box::new(pages)),
            entry_level: chunk.descriptor.repeated_ancestor_def_level(),
            value_level: chunk.descriptor.max_def_level(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Reads until a page of another kind comes.
    fn read(&mut self, chunk: &Chunk<'_>, seen: &mut Seen, mut take: impl FnMut(&[T::T]) -> Result<()>) -> Result<()> {
        loop {
            self.definitions.clear();
            self.repetitions.clear();
            self.values.clear();
            let (definitions, repetitions) = (Some(&mut self.definitions), Some(&mut self.repetitions));
            let (_, _, mut levels) = self.reader.read_records(BATCH, definitions, repetitions, &mut self.values)?;
            if levels == 0 {
                return Ok(());
            }
            if let Some(deleted) = chunk.deleted {
                levels = self.leave_out(deleted, levels, &mut seen.rows);
            }
            let entries = chunk.around.map_or_else(|| self.entries(levels), |around| self.entries_of(around, levels));
            seen.entries.all += entries.all;
            seen.entries.values += entries.values;
            take(&self.values)?;
        }
    }

    fn entries(&self, levels: usize) -> Entries {
        let is_entry = |level: &&i16| **level >= self.entry_level;
        let all = if self.definitions.is_empty() { levels } else { self.definitions.iter().filter(is_entry).count() };
        Entries { all: all as u64, values: self.values.len() as u64 }
    }

    /// The entries of a struct around the column: each begins where nothing deeper is repeated.
    fn entries_of(&self, around: Levels, levels: usize) -> Entries {
        let begins = |place: &usize| self.repetitions.get(*place).is_none_or(|level| *level <= around.repetition);
        // Where there are no levels, nothing is ever null or empty.
        let definition = |place: usize| self.definitions.get(place).copied().unwrap_or(i16::MAX);
        let mut entries = Entries::default();
        for definition in (0..levels).filter(begins).map(definition) {
            entries.all += u64::from(definition >= around.entry);
            entries.values += u64::from(definition >= around.definition);
        }
        entries
    }

    /// Takes out the entries of rows that are deleted; a row begins where nothing is repeated.
    fn leave_out(&mut self, deleted: &BooleanBuffer, levels: usize, rows: &mut usize) -> usize {
        let is_deleted = |row: usize| row < deleted.len() && deleted.value(row);
        let (mut kept, mut values, mut kept_values) = (0, 0, 0);
        for place in 0..levels {
            *rows += usize::from(self.repetitions.get(place).is_none_or(|level| *level == 0));
            // Before the first row there is nothing, unless levels are broken.
            let is_kept = !is_deleted(rows.saturating_sub(1));
            let is_value = self.definitions.get(place).is_none_or(|level| *level == self.value_level);
            if is_kept {
                copy_down(&mut self.definitions, kept, place);
                copy_down(&mut self.repetitions, kept, place);
                kept += 1;
                if is_value && values < self.values.len() {
                    self.values.swap(kept_values, values);
                    kept_values += 1;
                }
            }
            values += usize::from(is_value);
        }
        self.definitions.truncate(kept);
        self.repetitions.truncate(kept);
        self.values.truncate(kept_values);
        kept
    }
}

fn copy_down(levels: &mut [i16], to: usize, from: usize) {
    if from < levels.len() {
        levels[to] = levels[from];
    }
}
