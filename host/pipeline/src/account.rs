//! The run's books: the ledger, and the first details of what went wrong.

use std::collections::BTreeMap;

use metahost_catalog::{Outcome, Rejection};
use metahost_model::RecordKind;

use crate::ledger::Ledger;
use crate::report::{Failure, RejectedRecord, SkippedItem};

/// Everything that is counted.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) ledger: Ledger,
    pub(crate) rejected: Vec<RejectedRecord>,
    pub(crate) skipped: Vec<SkippedItem>,
    pub(crate) skipped_count: u64,
    pub(crate) failures: Vec<Failure>,
    pub(crate) warnings: BTreeMap<String, u64>,
    most: usize,
}

impl Account {
    /// Keeps at most so many details of each sort; counts are always complete.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    pub(crate) fn settled(&mut self, kind: RecordKind, name: &str, outcome: Outcome) {
        self.ledger.settled(kind, &outcome);
        if let Outcome::Rejected(rejection) = outcome
            && self.rejected.len() < self.most
        {
            self.rejected.push(RejectedRecord { kind: kind.to_string(), name: name.to_owned(), rejection });
        }
    }

    pub(crate) fn rejected(&mut self, kind: RecordKind, name: &str, reason: &str, message: impl Into<String>) {
        let rejection = Rejection { reason: reason.to_owned(), message: message.into() };
        self.settled(kind, name, Outcome::Rejected(rejection));
    }

    pub(crate) fn skipped(&mut self, item: SkippedItem) {
        self.skipped_count += 1;
        if self.skipped.len() < self.most {
            self.skipped.push(item);
        }
    }

    pub(crate) fn warn(&mut self, warning: impl Into<String>) {
        *self.warnings.entry(warning.into()).or_default() += 1;
    }

    /// Counts what a crashed batch took with it.
    pub(crate) fn settle_lost(&mut self) {
        let open: Vec<(RecordKind, u64)> =
            self.ledger.rows().iter().map(|(kind, row)| (*kind, row.open())).filter(|(_, open)| *open > 0).collect();
        for (kind, count) in open {
            for _ in 0..count {
                self.rejected(kind, "", "catalog failed", "its batch crashed; whether it was written is not known");
            }
        }
    }
}
