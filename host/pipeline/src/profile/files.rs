//! A table of files, read natively: what was read in earlier runs is merged and not read again. Never opens a connection: bytes
//! come from the source's [`TableData`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use metahost_model::{DataFile, DeleteKind, FileSet};
use metahost_profile::{self as native, ByteRanges, Deletes, SampleRow, Table, TableColumn, TableFile};

use super::data::DataError;
use super::job::Work;
use super::kept_files::{Group, KeptFiles, file_id, group_of};
use super::options::ProfileRule;
use super::stopped::{Stopped, check};

/// Which rows are to be looked at.
pub(crate) struct Look {
    /// How many.
    pub(crate) rows: usize,
    /// These columns of them.
    pub(crate) columns: Vec<String>,
}

/// What came of reading.
pub(crate) struct Read {
    /// The profile and rows to look at, or why there are none.
    pub(crate) found: Result<(native::Profile, Vec<SampleRow>), Stopped>,
    /// What is known of files now, for the next run.
    pub(crate) kept: Vec<u8>,
}

/// Reads what is new of a table's files. Takes its thread until it is done.
pub(crate) fn read(
    work: &Arc<Work>,
    name: &str,
    set: &FileSet,
    rule: &ProfileRule,
    look: &Look,
    kept: Option<&[u8]>,
) -> Read {
    let mut known = kept.and_then(KeptFiles::parse).unwrap_or_default();
    let found = Reading::new(work, set, rule).and_then(|reading| {
        let files = super::restrict::files(&set.files, rule)?;
        let profile = reading.profile(name, &files, &mut known)?;
        Ok((profile, reading.look(name, &files, look)))
    });
    Read { found, kept: known.to_bytes() }
}

struct Reading<'a> {
    work: &'a Arc<Work>,
    columns: Vec<TableColumn>,
    options: native::Options,
    credential: Option<String>,
    /// Files of deletes, which belong to many data files, once read.
    deletes: Mutex<HashMap<String, Arc<dyn ByteRanges>>>,
}

impl<'a> Reading<'a> {
    fn new(work: &'a Arc<Work>, set: &FileSet, rule: &ProfileRule) -> Result<Self, Stopped> {
        // Columns are chosen by the schema that is read.
        let options = native::Options { columns: Vec::new(), ..work.options.native(rule) };
        let columns = columns(set, rule)?;
        Ok(Self { work, columns, options, credential: set.credential.clone(), deletes: Mutex::default() })
    }

    fn profile(&self, name: &str, files: &[&DataFile], known: &mut KeptFiles) -> Result<native::Profile, Stopped> {
        let mut groups: BTreeMap<u32, Vec<&DataFile>> = BTreeMap::new();
        for file in files {
            groups.entry(group_of(file)).or_default().push(file);
        }
        // What no file is left of is forgotten.
        known.groups.retain(|group, _| groups.contains_key(group));
        let mut whole = self.empty()?;
        for (group, files) in groups {
            let mut kept = known.groups.remove(&group).unwrap_or_default();
            let read = self.group(&files, &mut kept);
            let table = kept.table.take();
            // Exact ones are too large to be kept.
            if let Some(Ok(bytes)) = table.as_ref().map(Table::to_bytes) {
                known.groups.insert(group, Group { bytes, ..kept });
            }
            read?;
            if let Some(table) = &table {
                whole.merge(table)?;
            }
        }
        Ok(whole.profile(name)?)
    }

    /// Rows to look at, of the last files first: they are the newest, mostly. What can't be shown does not cost the profile.
    fn look(&self, name: &str, files: &[&DataFile], look: &Look) -> Vec<SampleRow> {
        let mut rows = Vec::new();
        for file in files.iter().rev() {
            if rows.len() >= look.rows || self.work.spent.used_up().is_some() {
                break;
            }
            match self.first_rows(file, look, look.rows - rows.len()) {
                Ok(found) => rows.extend(found),
                Err(error) => {
                    tracing::warn!(table = name, file = file.location, %error, "its rows can't be shown");
                    break;
                }
            }
        }
        rows
    }

    fn first_rows(&self, file: &DataFile, look: &Look, most: usize) -> Result<Vec<SampleRow>, DataError> {
        let file = self.table_file(file)?;
        Ok(self.empty()?.sample(&file, &look.columns, most)?)
    }

    fn empty(&self) -> Result<Table, native::Error> {
        Table::new(self.columns.clone(), self.options.clone())
    }

    /// Adds to what is kept of a group whatever is new; begins anew where something of it is gone.
    fn group(&self, files: &[&DataFile], kept: &mut Group) -> Result<(), Stopped> {
        let there: BTreeSet<String> = files.iter().map(|file| file_id(file)).collect();
        let is_grown = !self.work.full && kept.files.is_subset(&there);
        let parsed = Table::from_bytes(&kept.bytes, self.columns.clone(), self.options.clone());
        let known = parsed.ok().flatten().filter(|_| is_grown);
        if known.is_none() {
            kept.files.clear();
        }
        let mut table = known.map_or_else(|| self.empty(), Ok)?;
        self.work.spent.add(|all| all.kept_files += kept.files.len() as u64);
        let mut result = Ok(());
        for file in files {
            let id = file_id(file);
            if kept.files.contains(&id) {
                continue;
            }
            result = self.add(file, &mut table);
            if result.is_err() {
                break;
            }
            kept.files.insert(id);
        }
        kept.table = Some(table);
        result
    }

    fn add(&self, file: &DataFile, table: &mut Table) -> Result<(), Stopped> {
        check(&self.work.spent)?;
        self.work.check_cancelled()?;
        if !is_read(file) {
            let message =
                format!("{}: files of {} are not read, only Parquet and Avro are", file.location, file.format);
            return Err(DataError::failed(message).into());
        }
        let file = self.table_file(file)?;
        self.work.spent.add(|all| all.files += 1);
        Ok(table.add(&file, &())?)
    }

    /// A data file with its deletes; nothing is read yet.
    fn table_file(&self, file: &DataFile) -> Result<TableFile, DataError> {
        let ranges = self.open(&file.url, file.bytes)?;
        let deletes = file.deletes.iter().map(|delete| self.delete(delete)).collect::<Result<_, _>>()?;
        Ok(TableFile { ranges, location: file.location.clone(), deletes })
    }

    fn delete(&self, delete: &metahost_model::DeleteFile) -> Result<Deletes, DataError> {
        let ranges = self.shared(&delete.url, delete.bytes)?;
        Ok(match delete.kind {
            DeleteKind::Position => Deletes::Positions(ranges),
            DeleteKind::Equality => Deletes::Equality { ranges, field_ids: delete.field_ids.clone() },
            DeleteKind::DeletionVector => {
                let (Some(offset), Some(length)) = (delete.offset, delete.length) else {
                    let message = format!("{}: the deletion vector's place in the file is not told", delete.url);
                    return Err(DataError::failed(message));
                };
                Deletes::Vector { ranges, offset, length }
            }
        })
    }

    fn open(&self, url: &str, length: Option<u64>) -> Result<Arc<dyn ByteRanges>, DataError> {
        let inner = self.work.options.data.file(url, self.credential.as_deref(), length)?;
        Ok(Arc::new(Counted { inner, work: Arc::clone(self.work) }))
    }

    fn shared(&self, url: &str, length: Option<u64>) -> Result<Arc<dyn ByteRanges>, DataError> {
        let mut all = self.deletes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(url) {
            return Ok(Arc::clone(known));
        }
        let file: Arc<dyn ByteRanges> = Arc::new(Whole { inner: self.open(url, length)?, bytes: OnceLock::new() });
        all.insert(url.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

/// Whether files of its format are read.
pub(crate) fn is_read(file: &DataFile) -> bool {
    ["parquet", "avro"].iter().any(|format| file.format.eq_ignore_ascii_case(format))
}

/// The columns that are wanted.
fn columns(set: &FileSet, rule: &ProfileRule) -> Result<Vec<TableColumn>, DataError> {
    let wanted = set.columns.iter().filter(|column| column.column.first().is_some_and(|name| rule.wants(name)));
    wanted
        .map(|column| {
            let default = column.initial_default.as_deref().map(serde_json::from_str).transpose();
            let initial_default = default.map_err(|error| {
                let message = format!("the default of the column {} is no JSON: {error}", column.column.join("."));
                DataError::failed(message)
            })?;
            Ok(TableColumn {
                id: column.id,
                path: column.column.clone(),
                type_name: column.kind.clone(),
                initial_default,
            })
        })
        .collect()
}

/// A file of which each byte that is read is counted.
struct Counted {
    inner: Arc<dyn ByteRanges>,
    work: Arc<Work>,
}

impl ByteRanges for Counted {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn length(&self) -> u64 {
        self.inner.length()
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        self.work.spent.add(|all| all.file_bytes += length as u64);
        self.inner.read(start, length)
    }

    fn at_once(&self) -> usize {
        self.inner.at_once()
    }
}

/// A file that is read once, as a whole, when the first of its bytes is wanted.
struct Whole {
    inner: Arc<dyn ByteRanges>,
    bytes: OnceLock<Bytes>,
}

impl Whole {
    fn whole(&self) -> io::Result<Bytes> {
        let length = usize::try_from(self.length()).map_err(io::Error::other)?;
        let read = self.inner.read(0, length)?;
        Ok(self.bytes.get_or_init(|| read).clone())
    }
}

impl ByteRanges for Whole {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn length(&self) -> u64 {
        self.inner.length()
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let all = match self.bytes.get() {
            Some(all) => all,
            None => &self.whole()?,
        };
        let start = usize::try_from(start).map_err(io::Error::other)?;
        let end = start.checked_add(length).filter(|end| *end <= all.len());
        let past = || io::Error::new(io::ErrorKind::UnexpectedEof, format!("it ends before byte {start} + {length}"));
        Ok(all.slice(start..end.ok_or_else(past)?))
    }

    fn at_once(&self) -> usize {
        self.inner.at_once()
    }
}
