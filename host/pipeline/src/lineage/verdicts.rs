//! How much of a run's SQL was understood, and why not all. Counts only.

use metahost_lineage::Verdict;
use serde::Serialize;

/// So many queries that were not understood are kept as they are.
const KEPT: usize = 20;

/// So many characters of one.
const SHOWN: usize = 200;

/// A query that was not understood as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// The beginning of its text.
    pub sql: String,
    /// Why.
    pub reason: String,
}

/// How many there are of each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Understood as a whole.
    pub full: u64,
    /// Understood in part.
    pub partial: u64,
    /// Not understood.
    pub none: u64,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    /// Queries that were read; those that differ in nothing but values count as one.
    pub read: u64,
    /// Understood as a whole.
    pub full: u64,
    /// Understood in part.
    pub partial: u64,
    /// Not understood.
    pub none: u64,
    /// As many times as the source told them: each row of a query log has the verdict of its likes.
    pub rows: Tally,
    /// The first that were not understood as a whole.
    pub examples: Vec<Unread>,
}

impl Verdicts {
    /// Counts a query that was told so many times.
    pub(crate) fn count(&mut self, sql: &str, times: u64, verdict: Verdict, reasons: &[String]) {
        self.read += 1;
        let (count, rows) = match verdict {
            Verdict::Full => (&mut self.full, &mut self.rows.full),
            Verdict::Partial => (&mut self.partial, &mut self.rows.partial),
            Verdict::None => (&mut self.none, &mut self.rows.none),
        };
        *count += 1;
        *rows += times;
        let Some(reason) = reasons.first().filter(|_| verdict != Verdict::Full) else { return };
        if self.examples.len() < KEPT {
            let sql = sql.chars().take(SHOWN).collect();
            self.examples.push(Unread { sql, reason: reason.clone() });
        }
    }
}
