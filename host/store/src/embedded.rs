//! State in one file, with transactions: a crash, a full disk or a second process never leave it half-written.

use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, ReadableDatabase, TableDefinition, TableError};

use crate::error::Error;
use crate::store::{Change, Space, Store};

type Table = TableDefinition<'static, &'static str, &'static [u8]>;

/// Memory for pages of the file.
const CACHE_BYTES: usize = 16 << 20;

/// State in one file; one process at a time has it.
pub struct EmbeddedStore {
    database: Database,
    path: PathBuf,
}

impl EmbeddedStore {
    /// Opens the file, making it and its folder if needed.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| Error::io(path, &error))?;
        }
        let is_new = !path.exists();
        let created = Database::builder().set_cache_size(CACHE_BYTES).create(path);
        let database = created.map_err(|error| {
            // A file that could not be made whole would be taken for a damaged one next time. If it can't be removed
            // either, that next time says so.
            let broken = is_new && !matches!(error, DatabaseError::DatabaseAlreadyOpen);
            let _stays = broken.then(|| fs::remove_file(path));
            Error::of(path, &error.into())
        })?;
        Ok(Self { database, path: path.to_owned() })
    }

    fn read<T>(&self, work: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>) -> Result<T, Error> {
        let begun = self.database.begin_read().map_err(redb::Error::from);
        begun.and_then(|transaction| work(&transaction)).map_err(|error| Error::of(&self.path, &error))
    }
}

impl Store for EmbeddedStore {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read(|transaction| match transaction.open_table(table(space)) {
            Ok(table) => Ok(table.get(key)?.map(|value| value.value().to_vec())),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        })
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), Error> {
        apply(&self.database, changes).map_err(|error| Error::of(&self.path, &error))
    }

    fn scan(&self, space: Space, prefix: &str, visit: &mut dyn FnMut(&str, &[u8])) -> Result<(), Error> {
        self.read(|transaction| {
            let table = match transaction.open_table(table(space)) {
                Ok(table) => table,
                Err(TableError::TableDoesNotExist(_)) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            for entry in table.range(prefix..)? {
                let (key, value) = entry?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                visit(key.value(), value.value());
            }
            Ok(())
        })
    }
}

fn apply(database: &Database, changes: Vec<Change>) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    for change in changes {
        match change {
            Change::Put { space, key, value } => {
                transaction.open_table(table(space))?.insert(key.as_str(), value.as_slice())?;
            }
            Change::Delete { space, key } => {
                transaction.open_table(table(space))?.remove(key.as_str())?;
            }
        }
    }
    Ok(transaction.commit()?)
}

fn table(space: Space) -> Table {
    TableDefinition::new(match space {
        Space::Plugin => "plugin",
        Space::Written => "written",
        Space::Annotations => "annotations",
        Space::Cursors => "cursors",
        Space::Completes => "completes",
        Space::Runs => "runs",
        Space::Identity => "identity",
        Space::Waiting => "waiting",
        Space::Reasons => "reasons",
        Space::Counts => "counts",
        Space::Profiles => "profiles",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, MemoryStore};

    fn put(key: &str, value: &str) -> Change {
        Change::Put { space: Space::Plugin, key: key.into(), value: value.into() }
    }

    #[test]
    fn both_stores_keep_find_and_forget() {
        let folder = tempfile::tempdir().unwrap();
        let embedded = EmbeddedStore::open(&folder.path().join("made/state.redb")).unwrap();
        for store in [&embedded as &dyn Store, &MemoryStore::default()] {
            assert_eq!(store.get(Space::Plugin, "a").unwrap(), None);
            store.commit(vec![put("a\0x", "1"), put("a\0y", "2"), put("b", "3")]).unwrap();
            store.commit(vec![Change::Delete { space: Space::Plugin, key: "b".into() }]).unwrap();
            let mut seen = Vec::new();
            store.scan(Space::Plugin, "a\0", &mut |key, value| seen.push((key.to_owned(), value.to_vec()))).unwrap();
            assert_eq!(seen, [("a\0x".to_owned(), b"1".to_vec()), ("a\0y".to_owned(), b"2".to_vec())]);
            assert_eq!(store.get(Space::Plugin, "b").unwrap(), None);
            assert_eq!(store.get(Space::Cursors, "a\0x").unwrap(), None);
        }
    }

    #[test]
    fn what_was_committed_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.redb");
        EmbeddedStore::open(&path).unwrap().commit(vec![put("k", "v")]).unwrap();
        assert_eq!(EmbeddedStore::open(&path).unwrap().get(Space::Plugin, "k").unwrap(), Some(b"v".to_vec()));
    }

    #[test]
    fn a_second_opening_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.redb");
        let _first = EmbeddedStore::open(&path).unwrap();
        let error = EmbeddedStore::open(&path).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(error.to_string().contains("another run") && error.to_string().contains("state.redb"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_state_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.redb");
        fs::write(&path, "something else entirely, and long enough to look like a header".repeat(100)).unwrap();
        let error = EmbeddedStore::open(&path).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains("state.redb"), "{error}");
    }
}
