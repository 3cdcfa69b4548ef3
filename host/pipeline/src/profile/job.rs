//! One table: how it is profiled, and doing so. Whatever goes wrong is this table's alone.

use std::sync::Arc;

use metahost_model::{
    EntityPath, FileSet, Fingerprint, Fqn, ProfileMethod, SampleData, TableProfile, TableStat, Timestamp,
};
use metahost_profile::pushdown::{CustomMetrics, Wanted};
use metahost_profile::quality::Verdict;
use tokio_util::sync::CancellationToken;

use super::columns::Schemas;
use super::convert::told;
use super::data::{DataError, DataErrorKind};
use super::handed::HandedRows;
use super::hidden::Hidden;
use super::kept::Kept;
use super::options::{Partition, ProfileOptions, ProfileRule};
use super::quality::Judging;
use super::spent::{Spent, Way};

/// What all tables of a run share.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: ProfileOptions,
    pub(crate) spent: Spent,
    pub(crate) schemas: Schemas,
    pub(crate) hidden: Hidden,
    /// The moment profiles are told for.
    pub(crate) at: Timestamp,
    /// What was told before counts for nothing.
    pub(crate) full: bool,
    pub(crate) cancel: CancellationToken,
}

impl Work {
    /// An error once the run was asked to end.
    pub(crate) fn check_cancelled(&self) -> Result<(), DataError> {
        if self.cancel.is_cancelled() {
            let message = "the run was asked to end".to_owned();
            return Err(DataError { kind: DataErrorKind::Cancelled, message });
        }
        Ok(())
    }
}

/// One table to profile.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) table: EntityPath,
    /// Its name in the catalog.
    pub(crate) fqn: Fqn,
    pub(crate) stats: TableStat,
    pub(crate) files: Option<Box<FileSet>>,
    /// Rows that its source handed over.
    pub(crate) rows: Option<HandedRows>,
    pub(crate) kept: Kept,
    /// What earlier runs found in its files.
    pub(crate) kept_files: Option<Vec<u8>>,
    /// Whether the source told of it: only then has it a profile.
    pub(crate) is_told: bool,
    /// Its tests.
    pub(crate) judging: Judging,
}

/// What became of a table.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) end: End,
    /// What is known of its files now, if any were read.
    pub(crate) kept_files: Option<Vec<u8>>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It has a profile.
    Profiled {
        profile: Box<TableProfile>,
        sample: Option<Box<SampleData>>,
        /// What to remember once it is written.
        kept: Box<Kept>,
    },
    /// Nothing but its tests was wanted.
    OnlyTested,
    /// It was left out on purpose.
    LeftOut(String),
    /// It could not be profiled.
    Failed { reason: &'static str, message: String },
}

/// What was found out of a table beyond its statistics.
pub(crate) struct Found {
    pub(crate) profile: metahost_profile::Profile,
    pub(crate) method: ProfileMethod,
    pub(crate) custom: CustomMetrics,
    pub(crate) sample: Option<SampleData>,
}

impl Job {
    /// Profiles the table, and decides its tests, in their order.
    pub(crate) async fn run(mut self, work: Arc<Work>) -> (Done, Vec<Verdict>) {
        let mut kept_files = None;
        let is_only_tested = work.options.tests.only || !self.is_told;
        let answers_sql = work.options.data.dialect() == Some("trino");
        let end = if is_only_tested && (answers_sql || self.judging.is_decided()) {
            End::OnlyTested
        } else {
            self.end(&work, &mut kept_files).await
        };
        if !self.judging.is_decided() {
            self.judge(&work, &end).await;
        }
        let reason = match &end {
            End::Failed { message, .. } => message,
            End::LeftOut(reason) => reason,
            End::Profiled { .. } | End::OnlyTested => "its table was not looked at",
        };
        let verdicts = std::mem::take(&mut self.judging).done(reason);
        (Done { end: if is_only_tested { End::OnlyTested } else { end }, kept_files }, verdicts)
    }

    /// Decides the tests that were not asked for along with the profile.
    async fn judge(&mut self, work: &Work, end: &End) {
        let data = work.options.data.as_ref();
        if data.dialect() != Some("trino") {
            let known = TableProfile { at: work.at, ..TableProfile::of(self.stats.clone(), work.at) };
            let profile = if let End::Profiled { profile, .. } = end { profile.as_ref() } else { &known };
            let lack = "the source answers no SQL, and the profile does not tell";
            return self.judging.judge_by_profile(profile, lack, work.at);
        }
        match work.schemas.columns(self.table.parts(), data, &work.spent).await {
            Ok(columns) => {
                let partition = work.options.rule(&self.table).partition;
                let restriction = partition.as_ref().map(Partition::condition);
                let wanted = Wanted { restriction, ..Wanted::default() };
                self.judging.ask(&self.table, &columns, &wanted, work).await;
                self.judging.run_own(work).await;
            }
            Err(error) => self.judging.abort(&error.to_string()),
        }
    }

    async fn end(&mut self, work: &Arc<Work>, kept_files: &mut Option<Vec<u8>>) -> End {
        let rule = work.options.rule(&self.table);
        if rule.skip {
            return End::LeftOut("a rule of `profile.tables` leaves it out".to_owned());
        }
        // What is hidden changes what is told, too.
        let hidden = work.hidden.of(&self.fqn);
        let wanted = match Fingerprint::of(&format!("{rule:?}{hidden:?}{}", work.options.sample_rows), &[]) {
            Ok(wanted) => wanted,
            Err(error) => return End::Failed { reason: "unreadable", message: error.to_string() },
        };
        let snapshot = self.stats.snapshot.clone();
        if let Some(profile) = self.kept.of_snapshot(snapshot.as_deref(), &wanted).filter(|_| !work.full) {
            work.spent.add(|all| {
                all.unchanged += 1;
                all.chosen.insert(self.fqn.to_string(), Way::Unchanged);
            });
            let profile = TableProfile { at: work.at, operations: self.stats.operations.clone(), ..profile.clone() };
            return profiled(work, wanted, profile, None);
        }
        match self.find(work, &rule, kept_files).await {
            Ok(found) => {
                let (profile, sample) = self.told(work, &rule, found);
                work.spent.add(|all| _ = all.chosen.insert(self.fqn.to_string(), Way::Found(profile.method)));
                profiled(work, wanted, profile, sample)
            }
            Err(stopped) => stopped.end(work),
        }
    }

    fn told(&self, work: &Work, rule: &ProfileRule, found: Option<Found>) -> (TableProfile, Option<SampleData>) {
        let known = TableProfile { at: work.at, ..TableProfile::of(self.stats.clone(), work.at) };
        let (mut profile, sample) = match found {
            None => (known, None),
            Some(found) => {
                let mut profile = told(known, found.profile, found.method);
                profile.sample = rule.sample.map(|sample| sample.size);
                add_custom(&mut profile, found.custom);
                (profile, found.sample)
            }
        };
        work.hidden.clean_told(&self.fqn, &mut profile);
        (profile, sample)
    }
}

fn add_custom(profile: &mut TableProfile, mut custom: CustomMetrics) {
    profile.custom_metrics = custom.remove(&Vec::new()).unwrap_or_default();
    for column in &mut profile.columns {
        column.custom_metrics = custom.remove(&column.column).unwrap_or_default();
    }
}

fn profiled(work: &Work, wanted: Fingerprint, profile: TableProfile, sample: Option<SampleData>) -> End {
    work.spent.add(|all| *all.tables.entry(profile.method).or_default() += 1);
    let kept = Kept { tried_at: work.at, wanted: Some(wanted), profile: Some(profile.clone()) };
    End::Profiled { profile: Box::new(profile), sample: sample.map(Box::new), kept: Box::new(kept) }
}
