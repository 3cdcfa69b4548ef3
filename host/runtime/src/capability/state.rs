//! Small durable values of a source. A guest sees only its own.

use metahost_store::{Change, Space, Store};

use crate::bindings::metahost::source::state::Host;
use crate::bindings::metahost::source::types::{Error, Failure};
use crate::instance::HostState;

/// Longest value: state is for cursors and marks, not for data.
const VALUE_BYTES: usize = 1 << 20;

impl HostState {
    fn key(&self, key: &str) -> String {
        format!("{}\0{}\0{key}", self.rights.plugin, self.rights.source)
    }

    fn change(&self, change: Change) -> Result<(), Error> {
        self.store()?.commit(vec![change]).map_err(|error| failure(error.to_string()))
    }

    fn store(&self) -> Result<&dyn Store, Error> {
        self.rights.store.as_deref().ok_or_else(|| failure("this call has no state".to_owned()))
    }

    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.store()?.get(Space::Plugin, &self.key(key)).map_err(|error| failure(error.to_string()))
    }
}

impl Host for HostState {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        self.enter()?;
        Ok(self.value(&key))
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), Error>> {
        self.enter()?;
        if value.len() > VALUE_BYTES {
            return Ok(Err(failure(format!(
                "the value of `{key}` has {} bytes, at most {VALUE_BYTES} are kept",
                value.len()
            ))));
        }
        let key = self.key(&key);
        Ok(self.change(Change::Put { space: Space::Plugin, key, value }))
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<(), Error>> {
        self.enter()?;
        let key = self.key(&key);
        Ok(self.change(Change::Delete { space: Space::Plugin, key }))
    }
}

fn failure(message: String) -> Error {
    Error::Protocol(Failure { message, context: Vec::new() })
}
