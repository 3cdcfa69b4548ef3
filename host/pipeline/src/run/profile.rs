//! Profiles, once the source has told of all its tables: those that were profiled longest ago come first, so that a budget
//! leaves none out for ever. Several tables at once; nothing is read here.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream::{FuturesUnordered, StreamExt as _};
use metahost_catalog::TaggedColumns;
use metahost_model::{EntityKind, EntityPath, FileSet, Fqn, Record, SampleData, TableProfile, TableStat};
use metahost_profile::quality::Verdict;
use metahost_store::{Change, Space};

use super::Pipeline;
use super::admit::Stop;
use crate::incoming::{Incoming, Receipt};
use crate::profile::{Done, End, HandedPlace, Hidden, Job, Judging, Kept, Schemas, Spending, Spent, Work};
use crate::spool::Spooled;

/// What the source told of one table.
#[derive(Debug, Default)]
pub(super) struct Told {
    stats: Option<(Receipt, Spooled)>,
    files: Option<(Receipt, Spooled)>,
    rows: Vec<(Receipt, HandedPlace)>,
}

/// A table that was profiled and tested, and what it was told by.
type Settled = (Vec<Receipt>, EntityPath, (Done, Vec<Verdict>));

/// A profile on its way: what is kept, and shown, once it is written.
#[derive(Debug)]
pub(super) struct Profiled {
    pub(super) remember: Vec<Change>,
    pub(super) sample: Option<Box<SampleData>>,
}

impl Pipeline {
    /// Whether a record waits for the profile of its table.
    pub(super) fn is_profiled(&self, record: &Record) -> bool {
        self.options.profile.is_some() && matches!(record, Record::Stats(..) | Record::Files(..))
    }

    /// Keeps what a source tells of a table for the end of the run.
    pub(super) fn gather_profile(&mut self, receipt: Receipt, record: &Record) {
        let (Record::Stats(table, _) | Record::Files(table, _)) = record else { return };
        match self.spool.keep(receipt.kind, receipt.at.clone(), record) {
            Ok(spooled) => {
                let told = self.told.entry(table.clone()).or_default();
                let place = if matches!(record, Record::Stats(..)) { &mut told.stats } else { &mut told.files };
                *place = Some((receipt, spooled));
            }
            Err(error) => {
                self.spool_failed(&error);
                self.count(&receipt, Stop::stopped("state failed"));
            }
        }
    }

    /// Keeps rows of a table for the end of the run. Pieces of one table may be alike, and none is a duplicate.
    pub(super) fn gather_rows(&mut self, receipt: Receipt, table: &EntityPath, piece: &[u8]) {
        let passed = match self.stopped() {
            Some(reason) => Err(Stop::stopped(reason)),
            None if self.options.profile.is_none() => {
                Err(Stop::Filtered("data is read by profiling assets only".to_owned()))
            }
            None => self.path_passes(EntityKind::Table, table),
        };
        match passed.map(|()| self.handed.keep(piece)) {
            Ok(Ok(place)) => self.told.entry(table.clone()).or_default().rows.push((receipt, place)),
            Ok(Err(error)) => {
                self.spool_failed(&error);
                self.count(&receipt, Stop::stopped("state failed"));
            }
            Err(stop) => self.count(&receipt, stop),
        }
    }

    /// Profiles what was gathered.
    pub(super) async fn profile(&mut self) {
        let told = std::mem::take(&mut self.told);
        let Some(options) = self.options.profile.clone() else { return };
        let (concurrent, budget) = (options.concurrent.max(1), options.budget.clone());
        let tagged = self.tagged_columns(&options.mask_tags).await;
        let work = Arc::new(Work {
            hidden: Hidden::new(&options.mask, tagged),
            options,
            spent: Spent::new(budget),
            schemas: Schemas::default(),
            at: self.began,
            full: self.options.full,
            cancel: self.cancel.clone(),
        });
        self.prepare_tests().await;
        let told = self.with_tested(told);
        let mut waiting = self.in_turn(told).into_iter();
        let mut running = FuturesUnordered::new();
        loop {
            // Read back one by one: what a table's files are may be long.
            while running.len() < concurrent
                && let Some((table, told)) = waiting.next()
            {
                running.extend(self.begin_job(table, told, &work));
            }
            let Some((receipts, table, (done, verdicts))) = running.next().await else { break };
            self.settle_profile(receipts, &table, done).await;
            self.write_results(&table, verdicts).await;
        }
        self.abandon_tests();
        self.spending = Some(work.spent.total()).filter(|spending| *spending != Spending::default());
        self.drain().await;
    }

    /// Columns that the catalog knows to tell of people. Where it can't be asked nothing is written either.
    async fn tagged_columns(&mut self, tags: &[String]) -> TaggedColumns {
        if tags.is_empty() || self.stopped().is_some() {
            return TaggedColumns::new();
        }
        match self.catalog.tagged_columns(&self.service, tags).await {
            Ok(tagged) => tagged,
            Err(error) => {
                self.catalog_failed(&error);
                TaggedColumns::new()
            }
        }
    }

    /// The tables, those that were tried longest ago first.
    fn in_turn(&mut self, told: BTreeMap<EntityPath, Told>) -> Vec<(EntityPath, Told)> {
        let mut all: Vec<_> =
            told.into_iter().map(|(table, told)| (self.kept_profile(&table).tried_at, table, told)).collect();
        all.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        all.into_iter().map(|(_, table, told)| (table, told)).collect()
    }

    /// None where what the source told can't be read back.
    fn begin_job(
        &mut self,
        table: EntityPath,
        told: Told,
        work: &Arc<Work>,
    ) -> Option<impl Future<Output = Settled> + use<>> {
        let (receipts, job) = self.job(table.clone(), told)?;
        let (work, cancel) = (Arc::clone(work), self.cancel.clone());
        Some(async move {
            let done = if cancel.is_cancelled() { (cancelled(), Vec::new()) } else { job.run(work).await };
            (receipts, table, done)
        })
    }

    fn job(&mut self, table: EntityPath, told: Told) -> Option<(Vec<Receipt>, Job)> {
        let kept = self.kept_profile(&table);
        let tests = self.tests_of(&table);
        let is_told = told.stats.is_some() || told.files.is_some() || !told.rows.is_empty();
        let (mut stats, mut files, mut receipts) = (TableStat::default(), None::<Box<FileSet>>, Vec::new());
        for (receipt, spooled) in [told.stats, told.files].into_iter().flatten() {
            match self.spool.read(&spooled) {
                Ok(Record::Stats(_, found)) => stats = *found,
                Ok(Record::Files(_, found)) => files = Some(found),
                Ok(_) => {}
                Err(error) => {
                    self.spool_failed(&error);
                    self.count(&receipt, Stop::stopped("state failed"));
                    continue;
                }
            }
            receipts.push(receipt);
        }
        let (of_rows, places) = told.rows.into_iter().unzip();
        receipts.extend::<Vec<Receipt>>(of_rows);
        let rows = self.handed.rows(places);
        if receipts.is_empty() && (is_told || tests.is_empty()) {
            return None;
        }
        let kept_files =
            files.as_ref().and_then(|_| self.kept(Space::Profiles, &self.files_key(&table)).ok().flatten());
        let fqn = Fqn::new(&self.service.name, &table);
        Some((
            receipts,
            Job { table, fqn, stats, files, rows, kept, kept_files, is_told, judging: Judging::of(&tests) },
        ))
    }

    fn profile_key(&self, table: &EntityPath) -> String {
        self.keys.of(&format!("{}\0{}", self.options.asset, table.parts().join("\0")))
    }

    fn files_key(&self, table: &EntityPath) -> String {
        format!("{}\0\0files", self.profile_key(table))
    }

    /// What an earlier run kept. What can't be read is as good as nothing: the table is profiled anew.
    fn kept_profile(&mut self, table: &EntityPath) -> Kept {
        let key = self.profile_key(table);
        let kept = self.kept(Space::Profiles, &key).ok().flatten();
        kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    async fn settle_profile(&mut self, receipts: Vec<Receipt>, table: &EntityPath, done: Done) {
        let mut receipts = receipts.into_iter();
        let Some(first) = receipts.next() else { return };
        self.companions.insert(first.key.clone(), receipts.collect());
        if let Some(value) = done.kept_files {
            // Kept at once: what was read is true, whatever becomes of the profile.
            let change = Change::Put { space: Space::Profiles, key: self.files_key(table), value };
            self.commit(vec![change]).await;
        }
        match done.end {
            End::Profiled { profile, sample, kept } => self.place_profile(first, table, profile, sample, &kept).await,
            End::OnlyTested => self.count(&first, Stop::Filtered("only tests are run".to_owned())),
            End::LeftOut(reason) => {
                self.remember_try(table).await;
                self.count(&first, Stop::LeftOut(reason));
            }
            End::Failed { reason, message } => {
                self.remember_try(table).await;
                self.count(&first, Stop::rejected(reason, message));
            }
        }
    }

    async fn place_profile(
        &mut self,
        receipt: Receipt,
        table: &EntityPath,
        profile: Box<TableProfile>,
        sample: Option<Box<SampleData>>,
        kept: &Kept,
    ) {
        let record = Record::Profile(table.clone(), profile);
        let (value, fingerprint) = match (serde_json::to_vec(kept), self.fingerprint(&record)) {
            (Ok(value), Ok(fingerprint)) => (value, fingerprint),
            (Err(error), _) | (_, Err(error)) => {
                let message = format!("the profile can't be written down: {error}");
                return self.count(&receipt, Stop::rejected("unreadable", message));
            }
        };
        let remember = vec![Change::Put { space: Space::Profiles, key: self.profile_key(table), value }];
        self.profiled.insert(table.clone(), Profiled { remember, sample });
        self.place(Incoming::new(receipt, fingerprint, record)).await;
    }

    /// What was tried in vain goes to the end of the line.
    async fn remember_try(&mut self, table: &EntityPath) {
        let kept = Kept { tried_at: self.began, ..self.kept_profile(table) };
        let Ok(value) = serde_json::to_vec(&kept) else { return };
        let change = Change::Put { space: Space::Profiles, key: self.profile_key(table), value };
        self.commit(vec![change]).await;
    }
}

fn cancelled() -> Done {
    let message = "not profiled, because the run ended before its turn".to_owned();
    Done { end: End::Failed { reason: "cancelled", message }, kept_files: None }
}
