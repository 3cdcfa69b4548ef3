//! What a run did, for people and programs.

use std::collections::BTreeMap;

use metahost_catalog::{Rejection, RunReport, RunState};
use metahost_model::{EntityKind, Executions, Fqn, Timestamp};
use serde::Serialize;

use crate::ledger::{Ledger, Row};
use crate::lineage::Verdicts;
use crate::profile::{Spending, Tests};

/// A record that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectedRecord {
    /// What kind of record.
    pub kind: String,
    /// Its fully qualified name, or what names it best.
    pub name: String,
    /// Why.
    #[serde(flatten)]
    pub rejection: Rejection,
}

/// A record that was left out for a reason of its own, such as an end of an edge that the catalog does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOutRecord {
    /// What kind of record.
    pub kind: String,
    /// Its fully qualified name, or what names it best.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// An item that the source could not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SkippedItem {
    /// In which split.
    pub split: String,
    /// The item.
    pub item: String,
    /// Why.
    pub reason: String,
}

/// What ended a run, or a split of it, too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// A split of the source.
    Split,
    /// The service that the source adds to: another source has to make it first.
    Service,
    /// The catalog.
    Catalog,
    /// The state.
    State,
}

/// A failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// What failed.
    pub what: FailureKind,
    /// The split, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// A short class to count by.
    pub kind: String,
    /// What happened and what to do.
    pub message: String,
}

/// A scope of which everything was emitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompleteMark {
    /// Where; empty for the whole service.
    pub scope: String,
    /// Of what kind.
    pub kind: EntityKind,
    /// How many were emitted.
    pub emitted: u64,
}

/// An edge along which queries of a log moved data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsedEdge {
    /// Upstream.
    pub from: Fqn,
    /// Downstream.
    pub to: Fqn,
    /// How often, when and by whom, in all runs together.
    pub executions: Executions,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The run's id.
    pub run_id: String,
    /// What ran.
    pub asset: String,
    /// From where.
    pub source: String,
    /// Below which service.
    pub service: String,
    /// To where.
    pub catalog: String,
    /// How it ended.
    pub state: RunState,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether it was asked to end.
    pub cancelled: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Counts by kind of record.
    pub ledger: BTreeMap<&'static str, Row>,
    /// The first rejected records; the ledger has all counts.
    pub rejected: Vec<RejectedRecord>,
    /// The first records that were left out for another reason than a filter of the configuration.
    pub left_out: Vec<LeftOutRecord>,
    /// How many items could not be read.
    pub skipped_count: u64,
    /// The first of them.
    pub skipped: Vec<SkippedItem>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// Scopes of which everything was emitted.
    pub complete: Vec<CompleteMark>,
    /// How much of the SQL was understood; none where there was no SQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<Verdicts>,
    /// The edges along which queries of a log moved data, the most used first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_edges: Vec<UsedEdge>,
    /// What the profiles cost, and how they came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiling: Option<Spending>,
    /// How the tests of tables ended; none where there were no tests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Tests>,
    /// Warnings with how often each was given.
    pub warnings: BTreeMap<String, u64>,
}

impl Report {
    /// All kinds of record together.
    pub fn total(&self) -> Row {
        let mut ledger = Row::default();
        for row in self.ledger.values() {
            ledger.emitted += row.emitted;
            ledger.created += row.created;
            ledger.updated += row.updated;
            ledger.unchanged += row.unchanged;
            for (reason, count) in &row.filtered {
                *ledger.filtered.entry(reason.clone()).or_default() += count;
            }
            for (reason, count) in &row.rejected {
                *ledger.rejected.entry(reason.clone()).or_default() += count;
            }
        }
        ledger
    }

    /// For catalogs that show runs.
    pub(crate) fn for_catalog(&self, ledger: &Ledger) -> RunReport {
        let total = ledger.total();
        let failures = self.failures.iter().map(|failure| (failure.kind.clone(), failure.message.clone()));
        let rejected = self.rejected.iter().map(|rejected| (rejected.name.clone(), rejected.rejection.message.clone()));
        RunReport {
            id: self.run_id.clone(),
            asset: self.asset.clone(),
            kind: self.asset.rsplit("__").next().unwrap_or_default().to_owned(),
            state: self.state,
            started_at: self.started_at,
            ended_at: (self.ended_at > 0).then_some(self.ended_at),
            records: total.written() + total.unchanged,
            written: total.written(),
            warnings: self.warnings.values().sum::<u64>() + self.skipped_count,
            filtered: total.filtered(),
            error_count: self.failures.len() as u64 + total.rejected(),
            errors: failures.chain(rejected).take(20).collect(),
        }
    }
}
