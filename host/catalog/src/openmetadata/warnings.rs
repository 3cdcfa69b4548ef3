//! What was left out of writes that succeeded: counted, and said once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Different warnings that are kept; what comes after them is counted as one.
const MOST: usize = 1_000;

/// Counts warnings by their text.
#[derive(Default)]
pub struct Warnings(Mutex<BTreeMap<String, u64>>);

impl Warnings {
    /// Counts one.
    pub fn add(&self, text: impl Into<String>) {
        let mut text = text.into();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST && !counts.contains_key(&text) {
            text = String::from("other warnings");
        }
        let count = counts.entry(text).or_insert_with_key(|text| {
            tracing::warn!("{text}");
            0
        });
        *count += 1;
    }

    /// All of them with how often.
    pub fn all(&self) -> Vec<(String, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(text, count)| (text.clone(), *count)).collect()
    }
}
