//! The loop of a run: takes events, decides about each record, hands what must be written to the writer, and keeps the
//! books until the last answer is in.

mod admit;
mod conclude;
mod derive;
mod draw;
mod explain;
mod finish;
mod gather;
mod identify;
mod link;
mod profile;
mod quality;
mod queries;
mod reads;
mod resolve;
mod settle;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::{Stream, StreamExt};
use metahost_catalog::{Catalog, ErrorKind as CatalogErrorKind, HeldService, Outcome};
use metahost_model::{ColumnNames, EntityPath, Event, Service, Timestamp};
use metahost_store::{Change, Store};
use tokio_util::sync::CancellationToken;

use crate::account::Account;
use crate::checkpoints::{Checkpoints, Position};
use crate::compare::Catalogued;
use crate::error::{Error, ErrorKind};
use crate::filter::Filters;
use crate::identity::IdentityRules;
use crate::incoming::Receipt;
use crate::ledger::Ledger;
use crate::lineage::{Edges, QueryLog, QueryOptions, Reader, Tallies, Verdicts};
use crate::marks::Marks;
use crate::profile::{Handed, ProfileOptions, Spending, TableTest, Tests};
use crate::reasons::Reasons;
use crate::report::{CompleteMark, Failure, FailureKind, Report, SkippedItem, UsedEdge};
use crate::seen::Seen;
use crate::spool::Spool;
use crate::state::Keys;
use crate::writer::Writer;
use identify::Identifying;

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
    /// Every service of the configuration, to find what a source can't say the service of.
    pub services: Vec<String>,
    /// Which names may be one table, and to which of them edges go.
    pub identity: Arc<IdentityRules>,
    /// What is left out.
    pub filters: Filters,
    /// What is done with queries.
    pub queries: QueryOptions,
    /// How tables are profiled; none where that is not what the asset is for.
    pub profile: Option<ProfileOptions>,
    /// Write nothing.
    pub dry_run: bool,
    /// Write what was written before, too.
    pub full: bool,
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
    cancel: CancellationToken,
    keys: Keys,
    catalogued: Catalogued,
    seen: Seen,
    spool: Spool,
    /// Queries and views that are read when the source is done.
    gathered: Spool,
    reader: Arc<Reader>,
    /// What the SQL of this run says of two ends.
    edges: Edges,
    verdicts: Verdicts,
    identity: Identifying,
    reasons: Reasons,
    tallies: Tallies,
    log: QueryLog,
    /// Where each split told its first query: its cursors stay there until all queries are counted.
    counting: BTreeMap<Arc<str>, Position>,
    /// Counts that are kept when all is well.
    counted: Vec<Change>,
    used_edges: Vec<UsedEdge>,
    /// What the source told of tables that are to be profiled.
    told: BTreeMap<EntityPath, profile::Told>,
    handed: Handed,
    /// Profiles on their way to the catalog.
    profiled: BTreeMap<EntityPath, profile::Profiled>,
    /// By the key of the one record that is written for them: records that end as it does.
    companions: BTreeMap<String, Vec<Receipt>>,
    /// What the profiles cost.
    spending: Option<Spending>,
    /// How the tests ended.
    tests: Option<Tests>,
    /// The tests whose turn has not come, by their tables.
    testing: BTreeMap<EntityPath, Vec<TableTest>>,
    /// When the run began.
    began: Timestamp,
    /// Columns of the tables that this run sent: newer than any listing.
    written_columns: Vec<(EntityPath, ColumnNames)>,
    /// Where the queries were emitted of which edges are not written yet.
    reading: Vec<Position>,
    checkpoints: Checkpoints,
    writer: Writer,
    account: Account,
    marks: Marks,
    complete: Vec<CompleteMark>,
    /// Set to the reason when the catalog or the state failed: nothing more is sent.
    broken: Option<&'static str>,
    /// The source is done: what has not come will not come.
    finishing: bool,
    /// Splits that are over.
    ended: usize,
}

/// Runs until the events end, the run is cancelled, or the catalog or the state fail. The report always balances.
/// `progress` is told the counts so far and how many splits are over.
pub async fn run(
    options: Options,
    catalog: Arc<dyn Catalog>,
    store: Arc<dyn Store>,
    mut events: impl Stream<Item = Event> + Send + Unpin,
    cancel: CancellationToken,
    progress: impl Fn(&Ledger, usize) + Send + Sync,
) -> Result<Report, Error> {
    let mut pipeline = Pipeline::new(options, catalog, store, cancel.clone())?;
    let mut report = pipeline.begin().await;
    let mut told = Instant::now();
    while pipeline.broken.is_none() {
        tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            Some(settled) = pipeline.writer.next(), if pipeline.writer.is_running() => pipeline.settle(settled).await,
            event = events.next() => match event {
                Some(event) => pipeline.take(event).await,
                None => break,
            },
        }
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            progress(&pipeline.account.ledger, pipeline.ended);
        }
    }
    pipeline.finish().await;
    progress(&pipeline.account.ledger, pipeline.ended);
    pipeline.conclude(&mut report).await;
    Ok(report)
}

impl Pipeline {
    fn new(
        options: Options,
        catalog: Arc<dyn Catalog>,
        store: Arc<dyn Store>,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        let service = Arc::new(options.service.clone());
        let no_file = |error: std::io::Error| {
            let message = format!("no temporary file can be made for records that wait for others: {error}");
            Error::new(ErrorKind::Internal, message).with("remedy", "make room, or set TMPDIR to a folder with room")
        };
        let reader =
            Reader { own: service.name.clone(), services: options.services.clone(), blind: !catalog.remembers() };
        Ok(Self {
            spool: Spool::new().map_err(no_file)?,
            gathered: Spool::new().map_err(no_file)?,
            reader: Arc::new(reader),
            edges: Edges::default(),
            verdicts: Verdicts::default(),
            identity: Identifying::new(&catalog.id(), now()),
            reasons: Reasons::of(&catalog.id()),
            tallies: Tallies::default(),
            log: QueryLog::default(),
            counting: BTreeMap::new(),
            counted: Vec::new(),
            used_edges: Vec::new(),
            told: BTreeMap::new(),
            handed: Handed::default(),
            profiled: BTreeMap::new(),
            companions: BTreeMap::new(),
            spending: None,
            tests: None,
            testing: BTreeMap::new(),
            began: now(),
            written_columns: Vec::new(),
            reading: Vec::new(),
            keys: Keys::new(&catalog.id(), &options.source),
            catalogued: Catalogued::new(Arc::clone(&catalog), Arc::clone(&service)),
            writer: Writer::new(Arc::clone(&catalog), Arc::clone(&service), options.batch, options.writers),
            account: Account::new(options.max_details),
            seen: Seen::default(),
            checkpoints: Checkpoints::default(),
            marks: Marks::default(),
            complete: Vec::new(),
            broken: None,
            finishing: false,
            ended: 0,
            cancel,
            service,
            catalog,
            store,
            options,
        })
    }

    /// Makes sure of the service and tells the catalog that a run has begun. A dry run only looks for a service that is
    /// not its own.
    async fn begin(&mut self) -> Report {
        let report = self.empty_report();
        if self.options.dry_run && !self.service.borrowed {
            return report;
        }
        match self.catalog.service(&self.service).await {
            Ok(HeldService { outcome: Outcome::Rejected(rejection), .. }) => {
                let message = format!("service `{}` was rejected: {}", self.service.name, rejection.message);
                self.fail(FailureKind::Catalog, &rejection.reason, message);
            }
            Ok(held) => {
                self.forget_what_is_gone(&held).await;
                self.tell(&report).await;
            }
            Err(error) if self.options.dry_run && error.kind() == CatalogErrorKind::NoService => {
                let name = &self.service.name;
                self.account.warn(format!(
                    "there is no service `{name}` in the catalog yet: what would be added to it can't be told before it is written"
                ));
            }
            Err(error) => self.catalog_failed(&error),
        }
        report
    }

    /// A service that is new, or another one under the old name: whatever the state says of it was deleted in the catalog.
    async fn forget_what_is_gone(&mut self, held: &HeldService) {
        if !self.keeps_state() {
            return;
        }
        match self.keys.of_service(self.store.as_ref(), held) {
            Ok(changes) if changes.is_empty() => {}
            // That this source adds to a service for the first time says nothing of the service.
            Ok(changes) if self.service.borrowed => self.commit(changes).await,
            Ok(mut changes) => match self.identity.kept.forget_links(self.store.as_ref(), &self.service.name) {
                Ok(links) => {
                    changes.extend(links);
                    self.commit(changes).await;
                }
                Err(error) => self.state_failed(&error),
            },
            Err(error) => self.state_failed(&error),
        }
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Records { split, records } => {
                for record in records {
                    self.record(&split, record).await;
                }
            }
            Event::Skipped { split, path, reason } => {
                self.marks.taint(&split);
                self.account.skipped(SkippedItem { split: split.to_string(), item: path.join("."), reason });
            }
            Event::Ended { split, failure: None } => {
                self.ended += 1;
                let (good, bad) = self.marks.ended(&split);
                self.complete.extend(good);
                for warning in bad {
                    self.account.warn(warning);
                }
            }
            Event::Ended { split, failure: Some(failure) } => {
                self.ended += 1;
                self.account.failures.push(Failure {
                    what: FailureKind::Split,
                    split: Some(split.to_string()),
                    kind: failure.kind,
                    message: failure.message,
                });
            }
        }
    }

    fn catalog_failed(&mut self, error: &metahost_catalog::Error) {
        let missing = error.kind() == metahost_catalog::ErrorKind::NoService;
        let what = if missing { FailureKind::Service } else { FailureKind::Catalog };
        self.fail(what, &format!("{:?}", error.kind()), error.to_string());
    }

    fn state_failed(&mut self, error: &metahost_store::Error) {
        self.fail(FailureKind::State, &format!("{:?}", error.kind()), error.to_string());
    }

    fn fail(&mut self, what: FailureKind, kind: &str, message: String) {
        let reason = if what == FailureKind::State { "state failed" } else { "catalog failed" };
        self.broken.get_or_insert(reason);
        let failure = Failure { what, split: None, kind: kind.to_lowercase(), message };
        // Batches under way fail for the same reason: said once.
        if !self.account.failures.contains(&failure) {
            self.account.failures.push(failure);
        }
    }

    /// Why nothing more is written, if so.
    fn stopped(&self) -> Option<&'static str> {
        self.broken.or_else(|| self.cancel.is_cancelled().then_some("cancelled"))
    }

    /// Whether the catalog will know next time what is written now.
    fn keeps_state(&self) -> bool {
        self.catalog.remembers() && !self.options.dry_run
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
