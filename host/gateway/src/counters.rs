//! Counts of what a client did. Only counts; no decision is taken here except the request budget.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a client has sent and received so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests of the caller; one with redirects and retries counts once.
    pub requests: u64,
    /// Repetitions.
    pub retries: u64,
    /// Decoded bytes of answers.
    pub bytes_in: u64,
    /// Bytes of request bodies.
    pub bytes_out: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    requests: AtomicU64,
    retries: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Tally {
    /// Counts a request and says how many there were before it.
    pub(crate) fn request(&self) -> u64 {
        self.requests.fetch_add(1, Relaxed)
    }

    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(crate) fn bytes_in(&self, count: usize) {
        self.bytes_in.fetch_add(count as u64, Relaxed);
    }

    pub(crate) fn bytes_out(&self, count: usize) {
        self.bytes_out.fetch_add(count as u64, Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Counters {
        Counters {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
        }
    }
}
