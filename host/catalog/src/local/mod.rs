//! The local catalog: everything in one embedded file, for people without a server and for tests.
//! Never reaches the network, and never deletes.

mod failure;
mod graph;
mod merge;
mod node;
mod read;
mod show;
mod tables;
mod tagged;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use metahost_model::{EntityKind, EntityPath, Fqn, Service};
use redb::{Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, WriteTransaction};
use uuid::Uuid;

pub use graph::{Flow, Graph};
pub use node::Node;
pub use read::Listed;
pub use show::{Noted, Shown, ShownTest};
use tables::{FORMAT, Tables};

use crate::error::{Error, ErrorKind};
use crate::{Catalog, EdgeWord, HeldService, Known, Outcome, Reference, RunReport, TaggedColumns, Write};

/// What of the file is kept in memory; the default would be a gigabyte.
const CACHE_BYTES: usize = 32 << 20;

enum Store {
    Writable(Database),
    ReadOnly(ReadOnlyDatabase),
}

/// A catalog in one file.
pub struct LocalCatalog {
    path: PathBuf,
    store: Arc<Store>,
    id: String,
}

impl LocalCatalog {
    /// Opens the file for writing, or makes it. One process at a time.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            let unmakable = |cause: std::io::Error| failure::explain(path, &cause.into());
            std::fs::create_dir_all(folder).map_err(unmakable)?;
        }
        let is_new = !path.exists();
        let failed = |error: redb::Error| {
            // A file that could not be made whole would be taken for a damaged one next time. If it can't be removed
            // either, that next time says so.
            let broken = is_new && !matches!(error, redb::Error::DatabaseAlreadyOpen);
            let _stays = broken.then(|| std::fs::remove_file(path));
            failure::explain(path, &error)
        };
        let database =
            Database::builder().set_cache_size(CACHE_BYTES).create(path).map_err(|error| failed(error.into()))?;
        initialise(&database).map_err(failed)?;
        Self::with_store(path, Store::Writable(database))
    }

    /// Opens the file for looking only; any number of processes can, while none writes.
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        match Database::builder().set_cache_size(CACHE_BYTES).open_read_only(path) {
            Ok(database) => Self::with_store(path, Store::ReadOnly(database)),
            // A run was killed: only opening for writing puts the file in order.
            Err(redb::DatabaseError::RepairAborted) => Self::open(path),
            Err(error) => Err(failure::explain(path, &error.into())),
        }
    }

    fn with_store(path: &Path, store: Store) -> Result<Self, Error> {
        let (format, id) = store.identity().map_err(|error| failure::explain(path, &error))?;
        if format != FORMAT {
            let message = format!("the local catalog has format {format}, this program reads format {FORMAT}");
            let remedy = "move it away and run again: everything is written anew";
            let error = Error::new(ErrorKind::Version, format!("{message}; {remedy}"));
            return Err(error.with("file", path.display().to_string()));
        }
        Ok(Self { path: path.to_owned(), store: Arc::new(store), id })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, error: &redb::Error) -> Error {
        failure::explain(&self.path, error)
    }

    fn read<T>(&self, work: impl FnOnce(Tables<tables::Readable>) -> tables::Result<T>) -> Result<T, Error> {
        self.store.snapshot().and_then(work).map_err(|error| self.failed(&error))
    }

    /// Runs one transaction where blocking is allowed. What it wrote is on disk before the caller hears of it: the state
    /// remembers what was written, and must never remember more than the catalog holds.
    async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> tables::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let store = Arc::clone(&self.store);
        let done = tokio::task::spawn_blocking(move || store.transact(work)).await;
        match done {
            Ok(result) => result.map_err(|error| self.failed(&error)),
            Err(error) => Err(Error::new(ErrorKind::Io, format!("writing to the local catalog broke off: {error}"))),
        }
    }

    fn no_service(&self, name: &str) -> Error {
        let remedy = "run the metadata asset of the source that owns it first";
        Error::new(ErrorKind::NoService, format!("the local catalog holds no service `{name}`; {remedy}"))
            .with("file", self.path.display().to_string())
    }
}

impl Store {
    fn begin_read(&self) -> tables::Result<ReadTransaction> {
        Ok(match self {
            Self::Writable(database) => database.begin_read()?,
            Self::ReadOnly(database) => database.begin_read()?,
        })
    }

    fn snapshot(&self) -> tables::Result<Tables<tables::Readable>> {
        Tables::readable(&self.begin_read()?)
    }

    fn identity(&self) -> tables::Result<(String, String)> {
        let meta = self.snapshot()?.meta;
        let read = |key: &str| tables::get(&meta, key).map(Option::unwrap_or_default);
        Ok((read("format")?, read("id")?))
    }

    fn transact<T>(&self, work: impl FnOnce(&WriteTransaction) -> tables::Result<T>) -> tables::Result<T> {
        let Self::Writable(database) = self else {
            return Err(std::io::Error::other("it was opened for reading").into());
        };
        let transaction = database.begin_write()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

/// Makes every table, and gives a new file its format and id.
fn initialise(database: &Database) -> tables::Result<()> {
    let transaction = database.begin_write()?;
    let mut tables = Tables::writable(&transaction)?;
    let is_new = tables::get::<String>(&tables.meta, "format")?.is_none();
    if is_new {
        tables::put(&mut tables.meta, "format", &FORMAT)?;
        tables::put(&mut tables.meta, "id", &Uuid::new_v4().to_string())?;
    }
    drop(tables);
    transaction.commit()?;
    Ok(())
}

#[async_trait]
impl Catalog for LocalCatalog {
    fn describe(&self) -> String {
        format!("local catalog {}", self.path.display())
    }

    fn id(&self) -> String {
        format!("local:{}", self.id)
    }

    async fn service(&self, service: &Service) -> Result<HeldService, Error> {
        // The name is an id: nothing deletes a service from a file, and each file has an id of its own.
        let id = service.name.clone();
        if service.borrowed {
            let held = self.read(|tables| tables.has_service(&service.name))?;
            return held
                .then_some(HeldService { outcome: Outcome::Unchanged, id })
                .ok_or_else(|| self.no_service(&service.name));
        }
        let service = service.clone();
        let outcome = self.transact(move |transaction| write::service(transaction, &service)).await?;
        Ok(HeldService { outcome, id })
    }

    async fn tagged_columns(&self, service: &Service, tags: &[String]) -> Result<TaggedColumns, Error> {
        self.read(|tables| tables.tagged_columns(&service.fqn(), tags))
    }

    async fn known(
        &self,
        service: &Service,
        kind: EntityKind,
        scope: &EntityPath,
    ) -> Result<BTreeMap<Fqn, Known>, Error> {
        let scope = Fqn::new(&service.name, scope);
        self.read(|tables| tables.known(kind, &scope))
    }

    async fn find(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        self.read(|tables| tables.find(kind, fqn))
    }

    async fn edge_words(&self, from: &Reference, to: &Reference) -> Result<Vec<EdgeWord>, Error> {
        let edges = self.read(|tables| tables.edges(&(Node::from(from), Node::from(to))))?;
        Ok(edges.into_iter().map(|edge| EdgeWord { learnt: format!("{:?}", edge.source), sql: edge.sql }).collect())
    }

    async fn write(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let service = service.clone();
        self.transact(move |transaction| write::apply(transaction, &service, batch)).await
    }

    async fn report(&self, service: &Service, report: &RunReport) -> Result<(), Error> {
        let (service, report) = (service.clone(), report.clone());
        self.transact(move |transaction| write::report(transaction, &service, &report)).await
    }

    async fn finish(&self) -> Result<(), Error> {
        self.transact(|_| Ok(())).await
    }

    fn counts_executions(&self) -> bool {
        true
    }
}
