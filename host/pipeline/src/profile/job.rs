//! One table: how it is profiled, and doing so. Whatever goes wrong is this table's alone.

use std::sync::Arc;

use metahost_model::{
    EntityPath, FileSet, Fingerprint, Fqn, ProfileMethod, SampleData, TableProfile, TableStat, Timestamp,
};
use metahost_profile::pushdown::{CustomMetrics, Questions, Sample, SqlColumn, Wanted, sample_rows};
use metahost_profile::quality::Verdict;
use tokio_util::sync::CancellationToken;

use super::columns::Schemas;
use super::convert::told;
use super::data::{DataError, DataErrorKind, Statement, StatementAnswer};
use super::files::Unread;
use super::handed::HandedRows;
use super::hidden::Hidden;
use super::kept::Kept;
use super::options::{Depth, Partition, ProfileOptions, ProfileRule, SampleMethod};
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
    method: ProfileMethod,
    custom: CustomMetrics,
    sample: Option<SampleData>,
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
        let wanted = match Fingerprint::of(&format!("{rule:?}"), &[]) {
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

    /// The cheapest way that tells what is wanted; none where the source's statistics are it.
    pub(crate) async fn find(
        &mut self,
        work: &Arc<Work>,
        rule: &ProfileRule,
        kept_files: &mut Option<Vec<u8>>,
    ) -> Result<Option<Found>, Stopped> {
        if let Some(rows) = self.rows.take() {
            return self.handed(work, rule, rows).await.map(Some);
        }
        let is_enough = rule.depth == Some(Depth::Statistics) || self.stats.rows == Some(0);
        match self.files.take().filter(|files| !is_enough && !files.files.is_empty()) {
            Some(files) => self.read(work, rule, *files, kept_files).await.map(Some),
            None if !is_enough && work.options.data.dialect() == Some("trino") => self.ask(work, rule).await.map(Some),
            None if self.stats.tells_nothing() => Err(Stopped::Unknown),
            None => Ok(None),
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

    /// Its files, those that were not read before.
    pub(crate) async fn read(
        &mut self,
        work: &Arc<Work>,
        rule: &ProfileRule,
        files: FileSet,
        kept_files: &mut Option<Vec<u8>>,
    ) -> Result<Found, Stopped> {
        let (name, before) = (self.table.parts().join("."), self.kept_files.take());
        let (work, rule) = (Arc::clone(work), rule.clone());
        let read =
            tokio::task::spawn_blocking(move || super::files::read(&work, &name, &files, &rule, before.as_deref()));
        let read = read.await.map_err(|crash| failed_with(format!("reading its files crashed: {crash}")))?;
        *kept_files = Some(read.kept);
        match read.profile {
            Ok(profile) => {
                Ok(Found { profile, method: ProfileMethod::Files, custom: CustomMetrics::new(), sample: None })
            }
            Err(Unread::UsedUp(what)) => Err(Stopped::UsedUp(what)),
            Err(Unread::Failed(error)) => Err(Stopped::Data(error)),
        }
    }

    /// The rows that its source handed over.
    async fn handed(&self, work: &Arc<Work>, rule: &ProfileRule, rows: HandedRows) -> Result<Found, Stopped> {
        let (name, work) = (self.table.parts().join("."), Arc::clone(work));
        let options = work.options.native(rule);
        let profile = tokio::task::spawn_blocking(move || rows.profile(&name, options, &work)).await;
        let mut profile =
            profile.map_err(|crash| failed_with(format!("its rows made the profiler crash: {crash}")))??;
        profile.columns.retain(|column| column.path.first().is_none_or(|name| !rule.exclude_columns.contains(name)));
        Ok(Found { profile, method: ProfileMethod::Rows, custom: CustomMetrics::new(), sample: None })
    }

    /// One query for all columns.
    pub(crate) async fn ask(&mut self, work: &Work, rule: &ProfileRule) -> Result<Found, Stopped> {
        let (data, table) = (work.options.data.as_ref(), self.table.parts());
        check(&work.spent)?;
        let columns = work.schemas.columns(table, data, &work.spent).await?;
        let mut wanted = self.wanted(rule)?;
        let asked = self.judging.questions(&columns);
        // What a part of a table tells decides no test: tests ask the whole of it then, by themselves.
        let mut is_asked = wanted.sample.is_none() && !self.judging.is_decided();
        wanted.facts = if is_asked { asked.expressions() } else { Vec::new() };
        let (questions, rows) = match self.answers(work, &columns, &wanted).await {
            // A test may be to blame, as by an expression that the source can't read: the profile goes on without them.
            Err(Stopped::Data(error)) if error.kind == DataErrorKind::Failed && !wanted.facts.is_empty() => {
                is_asked = false;
                wanted.facts.clear();
                self.answers(work, &columns, &wanted).await?
            }
            answered => answered?,
        };
        if is_asked {
            let (count, cells) = questions.facts(&rows)?;
            self.judging.judge(&asked, &asked.facts(count, &cells)?, work.at);
        }
        let (profile, custom) = questions.profile(&rows)?;
        let sample = self.look(work, &columns, &wanted).await?;
        Ok(Found { profile, method: ProfileMethod::Query, custom, sample })
    }

    /// The questions about the table, and their answers.
    async fn answers(
        &self,
        work: &Work,
        columns: &[SqlColumn],
        wanted: &Wanted,
    ) -> Result<(Questions, Vec<Vec<Option<String>>>), Stopped> {
        let questions = Questions::about(self.table.parts(), columns, wanted)?;
        let mut rows = Vec::new();
        for statement in questions.statements() {
            check(&work.spent)?;
            rows.extend(run(work, statement.to_owned(), 1).await?.rows);
        }
        Ok((questions, rows))
    }

    fn wanted(&self, rule: &ProfileRule) -> Result<Wanted, DataError> {
        let distinct = self.stats.columns.iter();
        Ok(Wanted {
            exact: rule.depth == Some(Depth::Exact),
            rows: self.stats.rows,
            distinct: distinct.filter_map(|column| Some((column.column.clone(), column.distinct?))).collect(),
            restriction: rule.partition.as_ref().map(Partition::condition),
            sample: sample(rule, self.stats.rows)?,
            include: rule.include_columns.clone(),
            exclude: rule.exclude_columns.clone(),
            custom: rule.custom_metrics.clone(),
            facts: Vec::new(),
        })
    }

    /// Some rows to look at, if they are wanted. Masked columns are not even asked for.
    async fn look(&self, work: &Work, columns: &[SqlColumn], wanted: &Wanted) -> Result<Option<SampleData>, Stopped> {
        let options = &work.options;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let seen: Vec<String> = names.iter().filter(|name| !work.hidden.touches(&self.fqn, name)).cloned().collect();
        if options.sample_rows == 0 || seen.is_empty() || work.spent.used_up().is_some() {
            return Ok(None);
        }
        let restriction = wanted.restriction.as_deref();
        let sql = sample_rows(self.table.parts(), &seen, restriction, options.sample_rows);
        let most = u32::try_from(options.sample_rows).unwrap_or(u32::MAX);
        let answer = run(work, sql, most).await?;
        Ok(Some(masked(&names, &seen, answer.rows)))
    }
}

/// Rows with all columns; of those that were not asked for, stars.
fn masked(names: &[String], seen: &[String], rows: Vec<Vec<Option<String>>>) -> SampleData {
    let row = |cells: Vec<Option<String>>| {
        let mut cells = seen.iter().zip(cells).peekable();
        let cell = |name| match cells.next_if(|(seen, _)| *seen == name) {
            Some((_, cell)) => cell,
            None => Some("*****".to_owned()),
        };
        names.iter().map(cell).collect()
    };
    SampleData { columns: names.to_vec(), rows: rows.into_iter().map(row).collect() }
}

/// Which part of a table of so many rows an engine reads.
fn sample(rule: &ProfileRule, rows: Option<u64>) -> Result<Option<Sample>, DataError> {
    let Some(sample) = rule.sample else { return Ok(None) };
    if sample.method == SampleMethod::Newest {
        let message = "`sample-method = \"newest\"` is for tables that are read as files; a `partition` says which rows an engine reads";
        return Err(failed_with(message.to_owned()));
    }
    let unknown =
        || failed_with("nobody knows how many rows it has, so use `sample-percent` and not `sample-count`".to_owned());
    let percent = sample.percent(rows).ok_or_else(unknown)?;
    Ok(Some(Sample { percent, is_system: sample.method == SampleMethod::System }))
}

fn add_custom(profile: &mut TableProfile, mut custom: CustomMetrics) {
    profile.custom_metrics = custom.remove(&Vec::new()).unwrap_or_default();
    for column in &mut profile.columns {
        column.custom_metrics = custom.remove(&column.column).unwrap_or_default();
    }
}

/// Has the source answer a statement, and counts what it cost.
pub(crate) async fn run(work: &Work, sql: String, max_rows: u32) -> Result<StatementAnswer, DataError> {
    work.spent.add(|all| all.queries += 1);
    let statement = Statement { sql, max_rows, budget: work.options.budget.query_time };
    let answer = work.options.data.query(&statement).await;
    work.spent.add(|all| match &answer {
        Ok(answer) => all.scanned_bytes += answer.scanned_bytes.unwrap_or(0),
        Err(error) => all.cancelled_queries += u64::from(error.kind == DataErrorKind::OverBudget),
    });
    answer
}

fn check(spent: &Spent) -> Result<(), Stopped> {
    spent.used_up().map_or(Ok(()), |what| Err(Stopped::UsedUp(what)))
}

fn profiled(work: &Work, wanted: Fingerprint, profile: TableProfile, sample: Option<SampleData>) -> End {
    work.spent.add(|all| *all.tables.entry(profile.method).or_default() += 1);
    let kept = Kept { tried_at: work.at, wanted: Some(wanted), profile: Some(profile.clone()) };
    End::Profiled { profile: Box::new(profile), sample: sample.map(Box::new), kept: Box::new(kept) }
}

pub(crate) fn failed_with(message: String) -> DataError {
    DataError { kind: DataErrorKind::Failed, message }
}

/// Why a table has no profile.
pub(crate) enum Stopped {
    UsedUp(&'static str),
    Unknown,
    Data(DataError),
}

impl Stopped {
    fn end(self, work: &Work) -> End {
        if matches!(&self, Self::UsedUp(_) | Self::Data(DataError { kind: DataErrorKind::OverBudget, .. })) {
            work.spent.add(|all| all.left_for_next_run += 1);
        }
        match self {
            Self::UsedUp(what) => End::LeftOut(format!("left for the next run: the budget of {what} is used up")),
            Self::Unknown => End::LeftOut("the source keeps no statistics of it".to_owned()),
            Self::Data(DataError { kind, message }) => match kind {
                DataErrorKind::OverBudget => End::LeftOut(format!("over `profile.query-seconds`: {message}")),
                DataErrorKind::Denied => End::Failed { reason: "access denied", message },
                DataErrorKind::Cancelled => End::Failed { reason: "cancelled", message },
                DataErrorKind::Failed => End::Failed { reason: "profile failed", message },
            },
        }
    }
}

impl From<DataError> for Stopped {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<metahost_profile::Error> for Stopped {
    fn from(error: metahost_profile::Error) -> Self {
        Self::Data(error.into())
    }
}

impl From<Stopped> for DataError {
    fn from(stopped: Stopped) -> Self {
        let of = |kind, message: String| Self { kind, message };
        match stopped {
            Stopped::UsedUp(what) => of(DataErrorKind::OverBudget, format!("the budget of {what} is used up")),
            Stopped::Unknown => of(DataErrorKind::Failed, "the source keeps no statistics of it".to_owned()),
            Stopped::Data(error) => error,
        }
    }
}
