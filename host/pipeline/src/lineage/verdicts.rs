//! How much of a run's SQL was understood, and why not all. Counts only.

use std::collections::BTreeMap;

use metahost_lineage::Verdict;
use serde::Serialize;

/// So many queries that were not understood are kept as they are.
const KEPT: usize = 20;

/// So many characters of one.
const SHOWN: usize = 200;

/// So many different reasons are counted each on its own.
const REASONS: usize = 200;

/// A query that was not understood as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// The beginning of its text.
    pub sql: String,
    /// Why.
    pub reason: String,
}

/// Rows by how much was understood of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rows {
    /// As a whole.
    pub full: u64,
    /// In part.
    pub partial: u64,
    /// Not at all.
    pub none: u64,
}

impl Rows {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.full + self.partial + self.none
    }

    fn count(&mut self, verdict: Verdict, rows: u64) {
        match verdict {
            Verdict::Full => self.full += rows,
            Verdict::Partial => self.partial += rows,
            Verdict::None => self.none += rows,
        }
    }
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    /// Queries and views that were read, each once: those that differ in nothing but values count as one.
    pub read: Rows,
    /// The rows of query logs, and the views, that these stand for.
    pub rows: Rows,
    /// Why rows were not understood as a whole, and how many.
    pub reasons: BTreeMap<String, u64>,
    /// The first that were not understood as a whole.
    pub examples: Vec<Unread>,
}

impl Verdicts {
    /// Counts a query that stands for so many rows.
    pub(crate) fn count(&mut self, sql: &str, verdict: Verdict, reasons: &[String], rows: u64) {
        self.read.count(verdict, 1);
        self.rows.count(verdict, rows);
        if verdict == Verdict::Full {
            return;
        }
        let reason = reasons.first().map_or("no reason was given", String::as_str);
        *self.reasons.entry(self.kept_reason(reason)).or_default() += rows;
        if self.examples.len() < KEPT {
            self.examples.push(Unread { sql: sql.chars().take(SHOWN).collect(), reason: reason.to_owned() });
        }
    }

    fn kept_reason(&self, reason: &str) -> String {
        let is_kept = self.reasons.len() < REASONS || self.reasons.contains_key(reason);
        if is_kept { reason } else { "other reasons" }.to_owned()
    }

    /// The reasons, the most frequent first.
    pub fn frequent_reasons(&self) -> Vec<(&str, u64)> {
        let mut reasons: Vec<(&str, u64)> =
            self.reasons.iter().map(|(reason, rows)| (reason.as_str(), *rows)).collect();
        reasons.sort_by_key(|(reason, rows)| (core::cmp::Reverse(*rows), *reason));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_counts_and_reasons_stay_few() {
        let mut verdicts = Verdicts::default();
        verdicts.count("a", Verdict::Full, &[], 90);
        for number in 0..300_u64 {
            verdicts.count("b", Verdict::Partial, &[format!("reason {number}")], number);
        }
        assert_eq!((verdicts.read.total(), verdicts.rows.full, verdicts.rows.partial), (301, 90, 44_850));
        assert_eq!(verdicts.reasons.len(), REASONS + 1);
        assert_eq!(verdicts.reasons.values().sum::<u64>(), 44_850, "none is lost");
        assert_eq!(verdicts.frequent_reasons()[0].0, "other reasons");
        assert_eq!(verdicts.examples.len(), KEPT);
    }
}
