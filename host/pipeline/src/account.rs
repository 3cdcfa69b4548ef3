//! The run's books: the ledger, and the first details of what went wrong.

use std::collections::BTreeMap;

use metahost_catalog::Outcome;

use crate::incoming::Receipt;
use crate::ledger::Ledger;
use crate::report::{Failure, LeftOutRecord, RejectedRecord, SkippedItem};

/// Everything that is counted.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) ledger: Ledger,
    pub(crate) rejected: Vec<RejectedRecord>,
    pub(crate) left_out: Vec<LeftOutRecord>,
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

    pub(crate) fn settled(&mut self, receipt: &Receipt, outcome: Outcome) {
        self.ledger.settled(receipt.kind, &outcome);
        if let Outcome::Rejected(rejection) = outcome
            && self.rejected.len() < self.most
        {
            let (kind, name) = (receipt.kind.to_string(), receipt.name.clone());
            self.rejected.push(RejectedRecord { kind, name, rejection });
        }
    }

    /// Counts what a filter left out: no details, the filter says it all.
    pub(crate) fn filtered(&mut self, receipt: &Receipt, reason: &str) {
        self.ledger.filtered(receipt.kind, reason);
    }

    /// Counts what was left out for a reason of its own.
    pub(crate) fn left_out(&mut self, receipt: &Receipt, reason: &str) {
        self.ledger.filtered(receipt.kind, reason);
        if self.left_out.len() < self.most {
            let (kind, name) = (receipt.kind.to_string(), receipt.name.clone());
            self.left_out.push(LeftOutRecord { kind, name, reason: reason.to_owned() });
        }
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
}
