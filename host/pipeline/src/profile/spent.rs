//! What a run has cost so far, and whether anything more may begin. Counts, and never measures.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use metahost_model::ProfileMethod;
use serde::Serialize;

use super::options::Budget;

/// What the profiles of a run cost, and how they came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spending {
    /// Tables by what their profile comes from.
    pub tables: BTreeMap<ProfileMethod, u64>,
    /// Which way was chosen for each of them, by its name in the catalog.
    pub chosen: BTreeMap<String, Way>,
    /// Tables that have not changed since they were last profiled: nothing was read for them.
    pub unchanged: u64,
    /// Tables that the budget left for the next run.
    pub left_for_next_run: u64,
    /// Listings of the columns of schemas.
    pub listings: u64,
    /// Statements that ran.
    pub queries: u64,
    /// Those of them that were cancelled because they took too long.
    pub cancelled_queries: u64,
    /// Bytes that the source read for them, as far as it tells.
    pub scanned_bytes: u64,
    /// Files that were read.
    pub files: u64,
    /// Files that were read in an earlier run and have not changed.
    pub kept_files: u64,
    /// Bytes that were read of files.
    pub file_bytes: u64,
}

/// What a table's profile comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The last profile, since the table has not changed.
    Unchanged,
    /// What was found out now.
    #[serde(untagged)]
    Found(ProfileMethod),
}

/// What has been spent of a budget.
#[derive(Debug)]
pub(crate) struct Spent {
    budget: Budget,
    began: Instant,
    spending: Mutex<Spending>,
}

impl Spent {
    /// Nothing yet.
    pub(crate) fn new(budget: Budget) -> Self {
        Self { budget, began: Instant::now(), spending: Mutex::default() }
    }

    /// Adds to it.
    pub(crate) fn add(&self, add: impl FnOnce(&mut Spending)) {
        add(&mut self.spending());
    }

    /// All of it.
    pub(crate) fn total(&self) -> Spending {
        self.spending().clone()
    }

    /// What is used up, if anything is.
    pub(crate) fn used_up(&self) -> Option<&'static str> {
        // Looked at and not copied: it is asked before each statement and file, and names every table.
        let spent = self.spending();
        let is_over = |allowed: Option<u64>, used: u64| allowed.is_some_and(|allowed| used >= allowed);
        match &self.budget {
            budget if is_over(budget.queries, spent.queries) => Some("queries"),
            budget if is_over(budget.bytes, spent.scanned_bytes + spent.file_bytes) => Some("bytes"),
            budget if budget.time.is_some_and(|time| self.began.elapsed() >= time) => Some("time"),
            _ => None,
        }
    }

    fn spending(&self) -> MutexGuard<'_, Spending> {
        self.spending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_used_up_is_named() {
        let spent = Spent::new(Budget { queries: Some(1), bytes: Some(10), ..Budget::default() });
        assert_eq!(spent.used_up(), None);
        spent.add(|all| all.file_bytes += 10);
        assert_eq!(spent.used_up(), Some("bytes"));
        spent.add(|all| all.queries += 1);
        assert_eq!(spent.used_up(), Some("queries"));
        let late = Spent::new(Budget { time: Some(Duration::ZERO), ..Budget::default() });
        assert_eq!(late.used_up(), Some("time"));
    }
}
