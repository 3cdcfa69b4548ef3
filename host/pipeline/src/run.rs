//! The loop of a run: takes events, decides about each record, hands what must be written to the writer, and keeps the
//! books until the last answer is in.

mod decide;
mod settle;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::{Stream, StreamExt};
use metahost_catalog::{Catalog, RunState};
use metahost_model::{Event, Service, Timestamp};
use metahost_store::Store;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::account::Account;
use crate::compare::Catalogued;
use crate::error::Error;
use crate::filter::Filters;
use crate::ledger::Ledger;
use crate::marks::Marks;
use crate::report::{CompleteMark, Failure, FailureKind, Report, SkippedItem};
use crate::state::Keys;
use crate::writer::Writer;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// What to run and how.
#[derive(Debug)]
pub struct Options {
    /// The source's name in the configuration.
    pub source: String,
    /// The asset's name.
    pub asset: String,
    /// The service below which it writes.
    pub service: Service,
    /// What is left out.
    pub filters: Filters,
    /// Write nothing.
    pub dry_run: bool,
    /// Items of a batch.
    pub batch: usize,
    /// Batches at once.
    pub writers: usize,
    /// Details of each sort that the report keeps.
    pub max_details: usize,
}

/// One run at work.
struct Pipeline {
    options: Options,
    service: Arc<Service>,
    catalog: Arc<dyn Catalog>,
    store: Arc<dyn Store>,
    keys: Keys,
    catalogued: Catalogued,
    writer: Writer,
    account: Account,
    marks: Marks,
    complete: Vec<CompleteMark>,
    /// Set when the catalog or the state failed: nothing more is sent.
    broken: bool,
}

/// Runs until the events end, the run is cancelled, or the catalog or the state fail. The report always balances.
pub async fn run(
    options: Options,
    catalog: Arc<dyn Catalog>,
    store: Arc<dyn Store>,
    mut events: impl Stream<Item = Event> + Send + Unpin,
    cancel: CancellationToken,
    progress: impl Fn(&Ledger) + Send + Sync,
) -> Result<Report, Error> {
    let mut pipeline = Pipeline::new(options, catalog, store);
    let mut report = pipeline.begin().await;
    let mut told = Instant::now();
    while !pipeline.broken {
        let event = tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            event = events.next() => event,
        };
        let Some(event) = event else { break };
        pipeline.take(event).await?;
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            progress(&pipeline.account.ledger);
        }
    }
    pipeline.end(cancel.is_cancelled()).await;
    progress(&pipeline.account.ledger);
    pipeline.conclude(&mut report, cancel.is_cancelled()).await;
    Ok(report)
}

impl Pipeline {
    fn new(options: Options, catalog: Arc<dyn Catalog>, store: Arc<dyn Store>) -> Self {
        let service = Arc::new(options.service.clone());
        Self {
            keys: Keys::new(&catalog.id(), &options.source),
            catalogued: Catalogued::new(Arc::clone(&catalog), Arc::clone(&service)),
            writer: Writer::new(Arc::clone(&catalog), Arc::clone(&service), options.batch, options.writers),
            account: Account::new(options.max_details),
            marks: Marks::default(),
            complete: Vec::new(),
            broken: false,
            service,
            catalog,
            store,
            options,
        }
    }

    /// Makes sure of the service and tells the catalog that a run has begun.
    async fn begin(&mut self) -> Report {
        let report = self.empty_report();
        if !self.options.dry_run {
            match self.catalog.service(&self.service).await {
                Ok(metahost_catalog::Outcome::Rejected(rejection)) => {
                    let message = format!("service `{}` was rejected: {}", self.service.name, rejection.message);
                    self.fail(FailureKind::Catalog, &rejection.reason, message);
                }
                Ok(_) => self.tell(&report).await,
                Err(error) => self.catalog_failed(&error),
            }
        }
        report
    }

    async fn take(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Records { split, records } => {
                for record in records {
                    self.record(&split, record).await?;
                }
            }
            Event::Skipped { split, path, reason } => {
                self.marks.taint(&split);
                self.account.skipped(SkippedItem { split: split.to_string(), item: path.join("."), reason });
            }
            Event::Ended { split, failure: None } => {
                let (good, bad) = self.marks.ended(&split);
                self.complete.extend(good);
                for warning in bad {
                    self.account.warn(warning);
                }
            }
            Event::Ended { split, failure: Some(failure) } => self.account.failures.push(Failure {
                what: FailureKind::Split,
                split: Some(split.to_string()),
                kind: failure.kind,
                message: failure.message,
            }),
        }
        Ok(())
    }

    /// Sends what waits, unless the run was broken off, and waits for all answers.
    async fn end(&mut self, cancelled: bool) {
        if !cancelled {
            self.drain().await;
        }
        while let Some(settled) = self.writer.next().await {
            self.settle(settled);
        }
        let (reason, message) = if self.broken {
            ("catalog failed", "not sent, because the catalog or the state had failed")
        } else {
            ("cancelled", "not sent, because the run was asked to end")
        };
        for item in self.writer.abandon() {
            self.account.rejected(item.ticket.kind, &item.ticket.name, reason, message);
        }
        self.account.settle_lost();
        self.remember_complete();
    }

    async fn conclude(&mut self, report: &mut Report, cancelled: bool) {
        let account = std::mem::take(&mut self.account);
        report.ended_at = now();
        report.cancelled = cancelled;
        report.ledger = account.ledger.rows().iter().map(|(kind, row)| (kind.as_str(), row.clone())).collect();
        report.rejected = account.rejected;
        report.skipped = account.skipped;
        report.skipped_count = account.skipped_count;
        report.failures = account.failures;
        report.warnings = account.warnings;
        report.complete = std::mem::take(&mut self.complete);
        report.state = state(report, &account.ledger);
        if !self.options.dry_run && !self.broken {
            let for_catalog = report.for_catalog(&account.ledger);
            if let Err(error) = self.catalog.report(&self.service, &for_catalog).await {
                tracing::warn!(%error, "the catalog was not told how the run ended");
            }
        }
    }

    async fn tell(&self, report: &Report) {
        let running = report.for_catalog(&self.account.ledger);
        if let Err(error) = self.catalog.report(&self.service, &running).await {
            tracing::warn!(%error, "the catalog was not told that a run has begun");
        }
    }

    fn empty_report(&self) -> Report {
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
            skipped_count: 0,
            skipped: Vec::new(),
            failures: Vec::new(),
            complete: Vec::new(),
            warnings: std::collections::BTreeMap::new(),
        }
    }

    fn catalog_failed(&mut self, error: &metahost_catalog::Error) {
        self.fail(FailureKind::Catalog, &format!("{:?}", error.kind()), error.to_string());
    }

    fn state_failed(&mut self, error: &metahost_store::Error) {
        self.fail(FailureKind::State, &format!("{:?}", error.kind()), error.to_string());
    }

    fn fail(&mut self, what: FailureKind, kind: &str, message: String) {
        self.broken = true;
        let failure = Failure { what, split: None, kind: kind.to_lowercase(), message };
        // Batches under way fail for the same reason: said once.
        if !self.account.failures.contains(&failure) {
            self.account.failures.push(failure);
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

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
