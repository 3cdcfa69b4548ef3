//! What the host needs of a store. Never says how it is kept.

use crate::error::Error;

/// Values are kept apart by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// The connectors' own values.
    Plugin,
    /// Fingerprints of what a catalog can't list with one.
    Written,
    /// Annotations as they were last written.
    Annotations,
    /// How far each split had read.
    Cursors,
    /// Scopes that were completely listed.
    Completes,
    /// Past runs.
    Runs,
    /// What was learnt of ids and places of tables, and which names of a table were linked.
    Identity,
    /// Edges that wait until it is known which of several names of a table they go to.
    Waiting,
    /// Why edges are there, or are not.
    Reasons,
    /// How often things ran that a catalog has no number for.
    Counts,
    /// Profiles of tables as they were last told, and what they were told for.
    Profiles,
}

/// One change of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Keep a value.
    Put {
        /// For what.
        space: Space,
        /// Under which key.
        key: String,
        /// The value.
        value: Vec<u8>,
    },
    /// Forget a value.
    Delete {
        /// For what.
        space: Space,
        /// Under which key.
        key: String,
    },
}

/// A place for state.
pub trait Store: Send + Sync {
    /// The value under a key.
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, Error>;

    /// All changes or none; durable when it returns.
    fn commit(&self, changes: Vec<Change>) -> Result<(), Error>;

    /// Every key that begins with `prefix`, in order.
    fn scan(&self, space: Space, prefix: &str, visit: &mut dyn FnMut(&str, &[u8])) -> Result<(), Error>;
}
