//! The report of a run, and what the catalog is told of it.

use metahost_catalog::RunState;
use uuid::Uuid;

use super::{Pipeline, now};
use crate::ledger::Ledger;
use crate::report::{FailureKind, Report};

impl Pipeline {
    pub(super) fn empty_report(&self) -> Report {
        Report {
            run_id: Uuid::new_v4().to_string(),
            asset: self.options.asset.clone(),
            source: self.options.source.clone(),
            service: self.service.name.clone(),
            catalog: self.catalog.describe(),
            state: RunState::Running,
            dry_run: self.options.dry_run,
            cancelled: false,
            started_at: now(),
            ended_at: 0,
            ledger: std::collections::BTreeMap::new(),
            rejected: Vec::new(),
            left_out: Vec::new(),
            skipped_count: 0,
            skipped: Vec::new(),
            failures: Vec::new(),
            complete: Vec::new(),
            sql: None,
            used_edges: Vec::new(),
            profiling: None,
            tests: None,
            warnings: std::collections::BTreeMap::new(),
        }
    }

    pub(super) async fn conclude(&mut self, report: &mut Report) {
        let account = std::mem::take(&mut self.account);
        report.ended_at = now();
        report.cancelled = self.cancel.is_cancelled();
        report.ledger = account.ledger.rows().iter().map(|(kind, row)| (kind.as_str(), row.clone())).collect();
        report.rejected = account.rejected;
        report.left_out = account.left_out;
        report.skipped = account.skipped;
        report.skipped_count = account.skipped_count;
        report.failures = account.failures;
        report.warnings = account.warnings;
        report.sql = Some(std::mem::take(&mut self.verdicts)).filter(|verdicts| verdicts.read.total() > 0);
        report.used_edges = self.most_used();
        report.profiling = self.spending.take();
        report.tests = self.tests.take().map(|tests| tests.sorted(self.options.max_details));
        report.complete = std::mem::take(&mut self.complete);
        report.state = state(report, &account.ledger);
        if self.broken != Some("catalog failed") {
            self.tell_of(report, &account.ledger).await;
        }
    }

    /// Tells the catalog that the run has begun.
    pub(super) async fn tell(&self, report: &Report) {
        self.tell_of(report, &self.account.ledger).await;
    }

    async fn tell_of(&self, report: &Report, ledger: &Ledger) {
        if self.options.dry_run {
            return;
        }
        if let Err(error) = self.catalog.report(&self.service, &report.for_catalog(ledger)).await {
            tracing::warn!(%error, "the catalog was not told how the run stands");
        }
    }
}

fn state(report: &Report, ledger: &Ledger) -> RunState {
    let total = ledger.total();
    if report.failures.iter().any(|failure| failure.what != FailureKind::Split) || report.cancelled {
        RunState::Failed
    } else if !report.failures.is_empty() {
        if total.written() + total.unchanged == 0 { RunState::Failed } else { RunState::PartialSuccess }
    } else if total.rejected() > 0 || report.skipped_count > 0 || !ledger.balances() {
        RunState::PartialSuccess
    } else {
        RunState::Success
    }
}
