//! Every write as one JSON line, sorted, so that two runs can be compared. Knows nothing of earlier runs: it holds no
//! entity, and says yes to every reference.

mod line;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use metahost_model::{ColumnNames, EntityKind, EntityPath, Fqn, Service};

use crate::error::{Error, ErrorKind};
use crate::whole_file::{folder, write_whole_file};
use crate::{Catalog, HeldService, Known, Outcome, RunReport, Write};
use line::{Line, Place};

/// A place for lines.
pub struct JsonLines {
    target: Option<PathBuf>,
    spool: Mutex<Spool>,
}

/// Lines in the order they came, on disk; only their places are in memory.
struct Spool {
    file: File,
    end: u64,
    index: Vec<(Place, u64, usize)>,
}

impl JsonLines {
    /// Lines go to a file, which is replaced whole by each `finish` and never seen half-written.
    pub fn file(path: &Path) -> Result<Self, Error> {
        let folder = folder(path);
        let failed = |cause| failure(Some(path), &cause);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let file = tempfile::tempfile_in(&folder).map_err(failed)?;
        Ok(Self::new(Some(path.to_owned()), file))
    }

    /// Lines go to the standard output, at each `finish` those that came since the last.
    pub fn stdout() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(|cause| failure(None, &cause))?;
        Ok(Self::new(None, file))
    }

    fn new(target: Option<PathBuf>, file: File) -> Self {
        Self { target, spool: Mutex::new(Spool { file, end: 0, index: Vec::new() }) }
    }

    fn spool(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, lines: Vec<Line>) -> Result<(), Error> {
        self.spool().append(lines).map_err(|cause| self.failed(&cause))
    }

    fn failed(&self, cause: &io::Error) -> Error {
        failure(self.target.as_deref(), cause)
    }

    fn flush(&self) -> io::Result<()> {
        let mut spool = self.spool();
        match &self.target {
            None => {
                spool.copy_sorted(&mut io::stdout().lock())?;
                spool.clear()
            }
            Some(path) => write_whole_file(path, |file| spool.copy_sorted(file)),
        }
    }
}

impl Spool {
    fn append(&mut self, lines: Vec<Line>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let mut writer = BufWriter::new(&self.file);
        let mut places = Vec::with_capacity(lines.len());
        let mut end = self.end;
        for line in lines {
            writer.write_all(&line.text)?;
            places.push((line.place, end, line.text.len()));
            end += line.text.len() as u64;
        }
        writer.flush()?;
        drop(writer);
        self.end = end;
        self.index.append(&mut places);
        Ok(())
    }

    fn copy_sorted(&mut self, to: &mut impl io::Write) -> io::Result<()> {
        self.index.sort_by(line::by_place);
        let mut to = BufWriter::new(to);
        let mut text = Vec::new();
        for (_, start, length) in &self.index {
            text.resize(*length, 0);
            self.file.seek(SeekFrom::Start(*start))?;
            self.file.read_exact(&mut text)?;
            to.write_all(&text)?;
        }
        to.flush()
    }

    fn clear(&mut self) -> io::Result<()> {
        self.index.clear();
        self.end = 0;
        self.file.set_len(0)
    }
}

fn failure(path: Option<&Path>, cause: &io::Error) -> Error {
    let target = path.map_or_else(|| "the standard output".to_owned(), |path| path.display().to_string());
    Error::new(ErrorKind::Io, format!("JSON lines can't be written: {cause}")).with("file", target)
}

fn unwritable(cause: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Protocol, format!("a record can't be written as JSON: {cause}"))
}

#[async_trait]
impl Catalog for JsonLines {
    fn describe(&self) -> String {
        let target =
            self.target.as_ref().map_or_else(|| "the standard output".into(), |path| path.display().to_string());
        format!("JSON lines to {target}")
    }

    fn id(&self) -> String {
        "json-lines".to_owned()
    }

    fn remembers(&self) -> bool {
        false
    }

    async fn service(&self, service: &Service) -> Result<HeldService, Error> {
        let id = service.name.clone();
        if service.borrowed {
            return Ok(HeldService { outcome: Outcome::Unchanged, id });
        }
        self.append(vec![Line::of_service(service).map_err(|cause| unwritable(&cause))?])?;
        Ok(HeldService { outcome: Outcome::Created, id })
    }

    async fn known(&self, _: &Service, _: EntityKind, _: &EntityPath) -> Result<BTreeMap<Fqn, Known>, Error> {
        Ok(BTreeMap::new())
    }

    async fn find(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        let id = line::synthetic_id(kind, fqn).map_err(|cause| unwritable(&cause))?;
        Ok(Some(Known { id, fingerprint: None, deleted: false, columns: ColumnNames::default() }))
    }

    async fn write(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let lines: Result<Vec<Line>, _> = batch.iter().map(|write| Line::of_write(service, write)).collect();
        self.append(lines.map_err(|cause| unwritable(&cause))?)?;
        Ok(vec![Outcome::Created; batch.len()])
    }

    async fn report(&self, _: &Service, _: &RunReport) -> Result<(), Error> {
        // A report holds times, and two equal runs shall give equal files.
        Ok(())
    }

    async fn finish(&self) -> Result<(), Error> {
        self.flush().map_err(|cause| self.failed(&cause))
    }
}
