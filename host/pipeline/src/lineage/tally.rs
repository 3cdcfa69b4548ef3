//! How often each query of a run ran: rows that differ in nothing but values are one query. Holds no SQL.

use std::collections::{BTreeMap, HashMap};

use metahost_model::{Executions, Query, Timestamp};

const DAY: Timestamp = 86_400_000;

/// All rows of one query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Rows, whatever else is known of them.
    pub(crate) rows: u64,
    /// By days since 1970, where a row tells when it ran.
    pub(crate) days: BTreeMap<u64, Executions>,
}

impl Tally {
    fn count(&mut self, query: &Query) {
        self.rows += 1;
        if let Some(one) = Executions::of(query) {
            let day = one.first_at.unwrap_or_default() / DAY;
            self.days.entry(day).or_default().add(&one);
        }
    }

    /// All days together; none where no row says that it ran.
    pub(crate) fn executions(&self) -> Option<Executions> {
        let mut days = self.days.values();
        let mut all = days.next()?.clone();
        days.for_each(|day| all.add(day));
        Some(all)
    }
}

/// The rows of all queries, by the key of each.
#[derive(Debug, Default)]
pub(crate) struct Tallies(HashMap<String, Tally>);

impl Tallies {
    /// Counts a row.
    pub(crate) fn count(&mut self, key: &str, query: &Query) {
        match self.0.get_mut(key) {
            Some(tally) => tally.count(query),
            None => self.0.entry(key.to_owned()).or_default().count(query),
        }
    }

    /// What was counted of a query.
    pub(crate) fn take(&mut self, key: &str) -> Tally {
        self.0.remove(key).unwrap_or_default()
    }
}
