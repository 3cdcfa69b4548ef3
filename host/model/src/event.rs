//! What reaches the pipeline from the splits of a run, in one stream.

use std::sync::Arc;

use crate::record::Record;

/// Something a split did.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It emitted records.
    Records {
        /// Which split.
        split: Arc<str>,
        /// What it emitted, in its order.
        records: Vec<Record>,
    },
    /// It could not read an item and went on.
    Skipped {
        /// Which split.
        split: Arc<str>,
        /// The item, by its names from the outermost in.
        path: Vec<String>,
        /// Why.
        reason: String,
    },
    /// It is over; nothing follows from it.
    Ended {
        /// Which split.
        split: Arc<str>,
        /// Why it failed, if it did.
        failure: Option<SplitFailure>,
    },
}

/// Why a split failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFailure {
    /// A short class to count by, such as "cpu limit" or "unavailable".
    pub kind: String,
    /// What happened, which limit or which part of the source, and what to do.
    pub message: String,
}
