//! Every record is counted exactly once: emitted = written + unchanged + filtered + rejected.

use std::collections::BTreeMap;

use metahost_catalog::Outcome;
use metahost_model::RecordKind;
use serde::Serialize;

/// Counts of one kind of record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// By the source.
    pub emitted: u64,
    /// New in the catalog; in a dry run, what would be written.
    pub created: u64,
    /// Changed in the catalog.
    pub updated: u64,
    /// The same as before.
    pub unchanged: u64,
    /// Left out on purpose, by reason.
    pub filtered: BTreeMap<String, u64>,
    /// Refused, by reason.
    pub rejected: BTreeMap<String, u64>,
}

impl Row {
    /// Created and updated.
    pub fn written(&self) -> u64 {
        self.created + self.updated
    }

    /// Filtered for any reason.
    pub fn filtered(&self) -> u64 {
        self.filtered.values().sum()
    }

    /// Rejected for any reason.
    pub fn rejected(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Emitted and not yet accounted for.
    pub fn open(&self) -> u64 {
        self.emitted.saturating_sub(self.written() + self.unchanged + self.filtered() + self.rejected())
    }
}

/// The counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    rows: BTreeMap<RecordKind, Row>,
}

impl Ledger {
    /// By kind of record.
    pub fn rows(&self) -> &BTreeMap<RecordKind, Row> {
        &self.rows
    }

    /// All kinds together.
    pub fn total(&self) -> Row {
        let mut total = Row::default();
        for row in self.rows.values() {
            total.emitted += row.emitted;
            total.created += row.created;
            total.updated += row.updated;
            total.unchanged += row.unchanged;
            add(&mut total.filtered, &row.filtered);
            add(&mut total.rejected, &row.rejected);
        }
        total
    }

    /// Whether every record is accounted for, once.
    pub fn balances(&self) -> bool {
        self.rows.values().all(|row| row.emitted == row.written() + row.unchanged + row.filtered() + row.rejected())
    }

    pub(crate) fn emitted(&mut self, kind: RecordKind) {
        self.row(kind).emitted += 1;
    }

    pub(crate) fn filtered(&mut self, kind: RecordKind, reason: &str) {
        *self.row(kind).filtered.entry(reason.to_owned()).or_default() += 1;
    }

    pub(crate) fn settled(&mut self, kind: RecordKind, outcome: &Outcome) {
        let row = self.row(kind);
        match outcome {
            Outcome::Created => row.created += 1,
            Outcome::Updated => row.updated += 1,
            Outcome::Unchanged => row.unchanged += 1,
            Outcome::Rejected(rejection) => *row.rejected.entry(rejection.reason.clone()).or_default() += 1,
        }
    }

    fn row(&mut self, kind: RecordKind) -> &mut Row {
        self.rows.entry(kind).or_default()
    }
}

fn add(total: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (reason, count) in more {
        *total.entry(reason.clone()).or_default() += count;
    }
}
