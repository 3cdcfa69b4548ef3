//! A record's first look: counted, told from duplicates, filtered, and then placed. Never waits for the catalog.

use std::sync::Arc;

use metahost_catalog::{Outcome, Rejection};
use metahost_model::{Edge, Endpoint, Entity, EntityKind, EntityPath, Fingerprint, Record, RecordKind};

use super::Pipeline;
use super::resolve::Resolved;
use crate::compare::depth;
use crate::incoming::{Incoming, Receipt, fingerprint};
use crate::report::FailureKind;
use crate::seen::{Novelty, Standing};

/// Why a record is not written now.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    /// A filter of the configuration.
    Filtered(String),
    /// A reason of its own.
    LeftOut(String),
    Unchanged,
    Rejected {
        reason: &'static str,
        message: String,
    },
    /// What it refers to may still come.
    Later,
}

impl Stop {
    pub(super) fn rejected(reason: &'static str, message: impl Into<String>) -> Self {
        Self::Rejected { reason, message: message.into() }
    }

    pub(super) fn stopped(reason: &'static str) -> Self {
        Self::rejected(reason, "not sent, because the run ended before its turn")
    }
}

impl Pipeline {
    /// Counts a record and decides about it.
    pub(super) async fn record(&mut self, split: &Arc<str>, record: Record) {
        let Some(kind) = record.kind() else { return self.mark(split, record).await };
        self.account.ledger.emitted(kind);
        let at = self.checkpoints.open(split);
        let receipt = Receipt::new(&self.service, kind, at, &record);
        if let Record::Rows(table, piece) = &record {
            self.gather_rows(receipt, table, piece);
            return self.keep_cursors().await;
        }
        match self.first_look(&receipt, &record) {
            Ok(_) if kind == RecordKind::Query => self.gather_query(&receipt, &record),
            Ok(_) if self.is_profiled(&record) => self.gather_profile(receipt, &record),
            Ok(fingerprint) => {
                self.notice(&record);
                if let Record::Entity(entity) = &record {
                    self.gather_view(&receipt, entity);
                }
                self.place(Incoming::new(receipt, fingerprint, record)).await;
            }
            Err(stop) => self.count(&receipt, stop),
        }
        self.keep_cursors().await;
    }

    async fn mark(&mut self, split: &Arc<str>, record: Record) {
        match record {
            Record::Complete(complete) => self.marks.claimed(split, complete),
            Record::Checkpoint(cursor) => {
                self.checkpoints.set(split, cursor);
                self.keep_cursors().await;
            }
            _ => {}
        }
    }

    pub(super) fn first_look(&mut self, receipt: &Receipt, record: &Record) -> Result<Fingerprint, Stop> {
        if let Some(reason) = self.stopped() {
            return Err(Stop::stopped(reason));
        }
        if matches!(record, Record::Files(..)) && !self.is_profiled(record) {
            return Err(Stop::Filtered("data is read by profiling assets only".to_owned()));
        }
        if let Record::Query(query) = record {
            self.count_row(receipt, query)?;
        }
        let fingerprint = self
            .fingerprint(record)
            .map_err(|error| Stop::rejected("unreadable", format!("the record can't be written down: {error}")))?;
        match self.seen.note(&receipt.key, &fingerprint) {
            Novelty::New => {}
            Novelty::Again => return Err(again(receipt.kind)),
            Novelty::Conflict => return Err(conflict(receipt.kind)),
        }
        if let Record::Entity(entity) = record {
            self.marks.emitted(entity.kind(), entity.path());
        }
        let passed = self.passes(record);
        if passed.is_err() {
            self.seen.set(&receipt.key, Standing::Lost);
        }
        passed.map(|()| fingerprint)
    }

    /// A hash of everything about a record that this catalog is to keep up to date.
    pub(super) fn fingerprint(&self, record: &Record) -> Result<Fingerprint, serde_json::Error> {
        let fingerprint = fingerprint(&self.service, record)?;
        let executions = match record {
            Record::Edge(edge) => edge.executions.as_ref(),
            Record::Query(query) => query.executions.as_ref(),
            _ => None,
        };
        match executions.filter(|_| self.catalog.counts_executions()) {
            Some(executions) => Fingerprint::of(&(fingerprint, executions), &[]),
            None => Ok(fingerprint),
        }
    }

    fn passes(&self, record: &Record) -> Result<(), Stop> {
        match record {
            Record::Entity(entity) => self.entity_passes(entity),
            Record::Annotation(annotation) => self.end_passes(&annotation.target()),
            Record::Edge(edge) => self.edge_passes(edge),
            Record::Run(run) => self.path_passes(EntityKind::Pipeline, &run.pipeline),
            Record::TestCase(test) => self.end_passes(&test.target()),
            Record::TestResult(result) => self.end_passes(&result.target()),
            Record::Stats(table, _) | Record::Files(table, _) => self.path_passes(EntityKind::Table, table),
            Record::Usage(usage) => self.end_passes(&usage.target()),
            _ => Ok(()),
        }
    }

    fn entity_passes(&self, entity: &Entity) -> Result<(), Stop> {
        let (kind, path) = (entity.kind(), entity.path());
        if entity.is_global() {
            return Ok(());
        }
        if self.service.borrowed {
            let message = format!("the source only adds to service `{}`, which another source owns", self.service.name);
            return Err(Stop::rejected("not its service", message));
        }
        if let Some(depth) = depth(kind)
            && depth != path.depth()
        {
            let message = format!("a {kind} has {depth} names below its service, `{path}` has {}", path.depth());
            return Err(Stop::rejected("malformed path", message));
        }
        self.path_passes(kind, path)
    }

    pub(super) fn edge_passes(&self, edge: &Edge) -> Result<(), Stop> {
        let (from, to) = (&edge.upstream, &edge.downstream);
        if from.kind == to.kind && from.fqn(&self.service.name) == to.fqn(&self.service.name) {
            return Err(Stop::Filtered("self loop".to_owned()));
        }
        [from, to].into_iter().try_for_each(|end| self.end_passes(end))
    }

    /// Filters are about the own service: what belongs to another one is that one's to leave out.
    fn end_passes(&self, end: &Endpoint) -> Result<(), Stop> {
        if self.is_own(end) { self.path_passes(end.kind, &end.path) } else { Ok(()) }
    }

    pub(super) fn path_passes(&self, kind: EntityKind, path: &EntityPath) -> Result<(), Stop> {
        self.options.filters.filtered(&self.service, kind, path).map_or(Ok(()), |reason| Err(Stop::Filtered(reason)))
    }

    pub(super) fn is_own(&self, end: &Endpoint) -> bool {
        end.service.as_ref().is_none_or(|service| *service == self.service.name)
    }

    /// Hands a record to the writer if all it needs is there.
    pub(super) async fn place(&mut self, incoming: Incoming) {
        match self.resolve_unless_cancelled(&incoming).await {
            Ok(resolved) => self.send_on(incoming, resolved).await,
            Err(Stop::Later) => self.defer(&incoming),
            Err(stop) => {
                let standing = if matches!(stop, Stop::Unchanged) { Standing::Here } else { Standing::Lost };
                self.seen.set(&incoming.receipt.key, standing);
                self.count(&incoming.receipt, stop);
            }
        }
    }

    /// A question to a catalog that does not answer is given up with the run. At the end of a run resolving may also
    /// send, and what is being sent is never given up half-way.
    async fn resolve_unless_cancelled(&mut self, incoming: &Incoming) -> Result<Resolved, Stop> {
        if self.finishing {
            return self.resolve(incoming).await;
        }
        let cancel = self.cancel.clone();
        tokio::select! {
            biased;
            resolved = self.resolve(incoming) => resolved,
            () = cancel.cancelled() => Err(Stop::stopped("cancelled")),
        }
    }

    fn defer(&mut self, incoming: &Incoming) {
        let Incoming { receipt, record, .. } = incoming;
        self.seen.set(&receipt.key, Standing::Deferred);
        if let Err(error) = self.spool.push(receipt.kind, receipt.at.clone(), record) {
            self.spool_failed(&error);
            self.count(receipt, Stop::stopped("state failed"));
        }
    }

    pub(super) fn spool_failed(&mut self, error: &std::io::Error) {
        let message =
            format!("the temporary file of records that wait for others failed: {error}; make room, or set TMPDIR");
        self.fail(FailureKind::State, "io", message);
    }

    /// Settles a record that is not sent.
    pub(super) fn count(&mut self, receipt: &Receipt, stop: Stop) {
        self.note_absence(receipt, &stop);
        for companion in self.companions.remove(&receipt.key).unwrap_or_default() {
            self.count(&companion, stop.clone());
        }
        match stop {
            Stop::Filtered(reason) => self.account.filtered(receipt, &reason),
            Stop::LeftOut(reason) => self.account.left_out(receipt, &reason),
            Stop::Unchanged => self.account.settled(receipt, Outcome::Unchanged),
            Stop::Rejected { reason, message } => {
                return self.settle_one(receipt, Outcome::Rejected(Rejection { reason: reason.to_owned(), message }));
            }
            // Only `place` sees it; a record that could not wait is as good as not sent.
            Stop::Later => return self.count(receipt, Stop::stopped("not sent")),
        }
        self.checkpoints.close(&receipt.at, false);
    }
}

/// The same once more.
fn again(kind: RecordKind) -> Stop {
    Stop::Filtered(if kind == RecordKind::Query { "runs again" } else { "duplicate" }.to_owned())
}

/// Two descriptions of one thing: one of them is lost, and where that loses data it is an error.
fn conflict(kind: RecordKind) -> Stop {
    match kind {
        RecordKind::Entity(_) | RecordKind::Annotation | RecordKind::TestCase => {
            Stop::rejected("conflicting duplicate", "emitted more than once with different content; the first is kept")
        }
        // The same but for its values.
        RecordKind::Query => again(kind),
        _ => Stop::LeftOut("conflicting duplicate".to_owned()),
    }
}
