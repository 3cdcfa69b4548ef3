//! State that is gone with the process: for checks, which must not touch a run's state.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::store::{Change, Space, Store};

/// State in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<BTreeMap<(Space, String), Vec<u8>>>);

impl Store for MemoryStore {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(space, key.to_owned())).cloned())
    }

    fn commit(&self, changes: Vec<Change>) -> Result<(), Error> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match change {
                Change::Put { space, key, value } => values.insert((space, key), value),
                Change::Delete { space, key } => values.remove(&(space, key)),
            };
        }
        Ok(())
    }

    fn scan(&self, space: Space, prefix: &str, visit: &mut dyn FnMut(&str, &[u8])) -> Result<(), Error> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = values.range((space, prefix.to_owned())..);
        from.take_while(|((at, key), _)| *at == space && key.starts_with(prefix))
            .for_each(|((_, key), value)| visit(key, value));
        Ok(())
    }
}
