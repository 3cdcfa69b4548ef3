//! All different values with their counts, for those who ask for exact answers; bounded by a budget that all columns share. What
//! finds no room is not kept, and whoever asks then gets an error, never a wrong answer.

use std::borrow::Borrow as _;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};

use super::counted::{Entry, Keyed};

/// How many bytes exact answers may take.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    used: AtomicU64,
}

impl Budget {
    /// So many bytes.
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicU64::new(0) })
    }

    fn take(&self, bytes: u64) -> bool {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.limit;
        if !fits {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }
}

/// All different values with their counts.
pub struct Exact<T: Keyed> {
    counts: HashMap<T::Whole, u64>,
    budget: Arc<Budget>,
    taken: u64,
    is_over: bool,
}

impl<T: Keyed> Exact<T> {
    /// Nothing yet.
    pub fn new(budget: &Arc<Budget>) -> Self {
        Self { counts: HashMap::new(), budget: Arc::clone(budget), taken: 0, is_over: false }
    }

    /// What bounds it.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// Adds a value, so many times.
    pub fn add(&mut self, given: &T::Given, times: u64) {
        if let Some(count) = self.counts.get_mut(given) {
            *count += times;
        } else if !self.is_over && times > 0 {
            let (whole, beside) = T::whole(given);
            // A table that grows is there twice for a moment, and half empty afterwards.
            let bytes = (3 * size_of::<(T::Whole, u64)>() + beside) as u64;
            if self.budget.take(bytes) {
                self.taken += bytes;
                self.counts.insert(whole, times);
            } else {
                self.is_over = true;
            }
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.is_over |= other.is_over;
        other.counts.iter().for_each(|(value, count)| self.add(value.borrow(), *count));
    }

    /// An error once there was no room.
    pub fn check(&self) -> Result<()> {
        if !self.is_over {
            return Ok(());
        }
        let limit = self.budget.limit / 1024 / 1024;
        let message = format!(
            "exact answers need more than the {limit} MiB of memory that they may take; ask for fewer columns, for more memory, or not for exact answers"
        );
        Err(Error::new(ErrorKind::Request, message))
    }

    /// Each value, or its beginning, with its count.
    pub fn entries(&self) -> impl Iterator<Item = Entry<T>> {
        self.counts.iter().map(|(value, count)| Entry { value: T::keep(value.borrow()), count: *count })
    }

    /// How many different values there are.
    pub fn different(&self) -> usize {
        self.counts.len()
    }

    /// How many values are there once only.
    pub fn once(&self) -> usize {
        self.counts.values().filter(|count| **count == 1).count()
    }
}

impl<T: Keyed> Drop for Exact<T> {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.taken, Ordering::Relaxed);
    }
}
