//! How far the jobs of each connection were read. One time for all would lose jobs that change while others are read.

use std::collections::BTreeMap;

use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::{Error, Result, protocol};

/// The newest change seen of each connection, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(BTreeMap<String, u64>);

impl Cursor {
    /// The one that a run left behind.
    pub fn read(request: &ReadRequest) -> Result<Self> {
        let Some(bytes) = &request.cursor else { return Ok(Self::default()) };
        let wrong =
            |_| Error::Unsupported("a cursor that is none of Airbyte's; `metahost run --full` reads anew".into());
        serde_json::from_slice(bytes).map(Self).map_err(wrong)
    }

    /// From when on jobs of a connection are new; a job that changed at this very moment comes again and is the same.
    pub fn of(&self, connection: &str) -> Option<u64> {
        self.0.get(connection).copied()
    }

    /// Everything of a connection up to here was read.
    pub fn advance(&mut self, connection: &str, newest: u64) {
        self.0.insert(connection.to_owned(), newest);
    }

    /// Forgets connections that are gone.
    pub fn keep(&mut self, is_there: impl Fn(&str) -> bool) {
        self.0.retain(|connection, _| is_there(connection));
    }

    /// As it is kept.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(&self.0).map_err(|error| protocol(error.to_string()))
    }
}
