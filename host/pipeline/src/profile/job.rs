//! One table: how it is profiled, and doing so. Whatever goes wrong is this table's alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use metahost_model::{
    EntityPath, FileSet, Fingerprint, ProfileMethod, SampleData, SampleSize, TableProfile, TableStat, TestCase,
    Timestamp,
};
use metahost_profile::pushdown::{Questions, Sample, SqlColumn, Wanted, sample_rows};
use metahost_profile::quality::Verdict;

use super::columns::Schemas;
use super::convert::told;
use super::data::{DataError, DataErrorKind, Statement, StatementAnswer};
use super::kept::Kept;
use super::options::{Depth, ProfileOptions, ProfileRule, SampleMethod};
use super::quality::Judging;
use super::spent::Spent;

/// What all tables of a run share.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: ProfileOptions,
    pub(crate) spent: Spent,
    pub(crate) schemas: Schemas,
    /// The moment profiles are told for.
    pub(crate) at: Timestamp,
    /// What was told before counts for nothing.
    pub(crate) full: bool,
}

/// One table to profile.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) table: EntityPath,
    pub(crate) stats: TableStat,
    #[expect(dead_code, reason = "read natively in the next slice")]
    pub(crate) files: Option<Box<FileSet>>,
    pub(crate) kept: Kept,
    /// Whether the source told of it: only then has it a profile.
    pub(crate) is_told: bool,
    /// Its tests.
    pub(crate) tests: Vec<TestCase>,
}

/// What became of a table.
#[derive(Debug)]
pub(crate) enum Done {
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

impl Job {
    /// Profiles the table, and decides its tests, in their order.
    pub(crate) async fn run(self, work: Arc<Work>) -> (Done, Vec<Verdict>) {
        let mut judging = Judging::of(&self.tests);
        let done = if work.options.tests.only || !self.is_told {
            Done::OnlyTested
        } else {
            self.run_profile(&work, &mut judging).await
        };
        self.judge(&work, &done, &mut judging).await;
        let reason = match &done {
            Done::Failed { message, .. } => message.clone(),
            Done::LeftOut(reason) => reason.clone(),
            Done::Profiled { .. } | Done::OnlyTested => "its table was not looked at".to_owned(),
        };
        (done, judging.done(&reason))
    }

    /// Decides the tests that were not asked for along with the profile.
    async fn judge(&self, work: &Work, done: &Done, judging: &mut Judging) {
        if judging.is_decided() {
            return;
        }
        let data = work.options.data.as_ref();
        if data.dialect() != Some("trino") {
            let known = TableProfile { at: work.at, ..TableProfile::of(self.stats.clone(), work.at) };
            let profile = if let Done::Profiled { profile, .. } = done { profile.as_ref() } else { &known };
            return judging.judge_by_profile(
                profile,
                "the source answers no SQL, and its profile does not tell",
                work.at,
            );
        }
        match work.schemas.columns(self.table.parts(), data, &work.spent).await {
            Ok(columns) => {
                let wanted = self.wanted(&work.options.rule(&self.table));
                judging.ask(&self.table, &columns, &wanted, work).await;
                judging.run_own(work).await;
            }
            Err(error) => judging.abort(&error.to_string()),
        }
    }

    async fn run_profile(&self, work: &Work, judging: &mut Judging) -> Done {
        let rule = work.options.rule(&self.table);
        if rule.skip {
            return Done::LeftOut("a rule of `profile.tables` leaves it out".to_owned());
        }
        let wanted = match Fingerprint::of(&format!("{rule:?}"), &[]) {
            Ok(wanted) => wanted,
            Err(error) => return Done::Failed { reason: "unreadable", message: error.to_string() },
        };
        let snapshot = self.stats.snapshot.clone();
        if let Some(profile) = self.kept.of_snapshot(snapshot.as_deref(), &wanted).filter(|_| !work.full) {
            work.spent.add(|all| all.unchanged += 1);
            let profile = TableProfile { at: work.at, operations: self.stats.operations.clone(), ..profile.clone() };
            return self.profiled(work, &wanted, profile, None);
        }
        match self.profile(work, &rule, judging).await {
            Ok((profile, sample)) => self.profiled(work, &wanted, profile, sample),
            Err(Stopped::UsedUp(what)) => {
                work.spent.add(|all| all.left_for_next_run += 1);
                Done::LeftOut(format!("left for the next run: the budget of {what} is used up"))
            }
            Err(Stopped::Unknown) => Done::LeftOut("the source keeps no statistics of it".to_owned()),
            Err(Stopped::Data(error)) => failed(work, error),
        }
    }

    fn profiled(&self, work: &Work, wanted: &Fingerprint, profile: TableProfile, sample: Option<SampleData>) -> Done {
        work.spent.add(|all| *all.tables.entry(profile.method).or_default() += 1);
        let kept = Kept { tried_at: work.at, wanted: Some(wanted.clone()), profile: Some(profile.clone()) };
        Done::Profiled { profile: Box::new(profile), sample: sample.map(Box::new), kept: Box::new(kept) }
    }

    /// The cheapest way that tells what is wanted.
    async fn profile(
        &self,
        work: &Work,
        rule: &ProfileRule,
        judging: &mut Judging,
    ) -> Result<(TableProfile, Option<SampleData>), Stopped> {
        let known = TableProfile { at: work.at, ..TableProfile::of(self.stats.clone(), work.at) };
        let is_empty = self.stats.rows == Some(0);
        let data = work.options.data.as_ref();
        if rule.depth == Some(Depth::Statistics) || is_empty || data.dialect() != Some("trino") {
            let is_known = known.rows.is_some() || !known.columns.is_empty() || !known.operations.is_empty();
            return if is_known { Ok((known, None)) } else { Err(Stopped::Unknown) };
        }
        self.ask(work, rule, known, judging).await
    }

    /// One query for all columns.
    async fn ask(
        &self,
        work: &Work,
        rule: &ProfileRule,
        known: TableProfile,
        judging: &mut Judging,
    ) -> Result<(TableProfile, Option<SampleData>), Stopped> {
        let (data, table) = (work.options.data.as_ref(), self.table.parts());
        check(&work.spent)?;
        let columns = work.schemas.columns(table, data, &work.spent).await?;
        let mut wanted = self.wanted(rule);
        let asked = judging.questions(&columns);
        // What a part of a table tells decides no test: tests ask the whole of it then, by themselves.
        let mut is_asked = wanted.sample.is_none() && !judging.is_decided();
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
            let (count, cells) = questions.facts(&rows).map_err(wrong)?;
            judging.judge(&asked, &asked.facts(count, &cells).map_err(wrong)?, work.at);
        }
        let (found, custom) = questions.profile(&rows).map_err(wrong)?;
        let mut profile = told(known, found, ProfileMethod::Query);
        profile.sample = rule.sample.map(|sample| SampleSize::Percentage(sample.percent));
        add_custom(&mut profile, custom);
        let sample = self.look(work, &columns, &wanted).await?;
        Ok((profile, sample))
    }

    /// The questions about the table, and their answers.
    async fn answers(
        &self,
        work: &Work,
        columns: &[SqlColumn],
        wanted: &Wanted,
    ) -> Result<(Questions, Vec<Vec<Option<String>>>), Stopped> {
        let questions = Questions::about(self.table.parts(), columns, wanted).map_err(wrong)?;
        let mut rows = Vec::new();
        for statement in questions.statements() {
            check(&work.spent)?;
            rows.extend(run(work, statement.to_owned(), 1).await?.rows);
        }
        Ok((questions, rows))
    }

    fn wanted(&self, rule: &ProfileRule) -> Wanted {
        let distinct = self.stats.columns.iter();
        Wanted {
            exact: rule.depth == Some(Depth::Exact),
            rows: self.stats.rows,
            distinct: distinct.filter_map(|column| Some((column.column.clone(), column.distinct?))).collect(),
            restriction: rule.partition.as_ref().map(super::options::Partition::condition),
            sample: rule
                .sample
                .map(|sample| Sample { percent: sample.percent, is_system: sample.method == SampleMethod::System }),
            include: rule.include_columns.clone(),
            exclude: rule.exclude_columns.clone(),
            custom: rule.custom_metrics.clone(),
            facts: Vec::new(),
        }
    }

    /// Some rows to look at, if they are wanted. Masked columns are not even asked for.
    async fn look(&self, work: &Work, columns: &[SqlColumn], wanted: &Wanted) -> Result<Option<SampleData>, Stopped> {
        let options = &work.options;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let seen: Vec<String> = names.iter().filter(|name| !options.is_masked(name)).cloned().collect();
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

fn add_custom(profile: &mut TableProfile, mut custom: BTreeMap<Vec<String>, BTreeMap<String, f64>>) {
    profile.custom_metrics = custom.remove(&Vec::new()).unwrap_or_default();
    for column in &mut profile.columns {
        column.custom_metrics = custom.remove(&column.column).unwrap_or_default();
    }
}

/// What the library says of a question or an answer.
pub(crate) fn wrong(error: metahost_profile::Error) -> DataError {
    DataError { kind: DataErrorKind::Failed, message: error.to_string() }
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

fn failed(work: &Work, error: DataError) -> Done {
    match error.kind {
        DataErrorKind::OverBudget => {
            work.spent.add(|all| all.left_for_next_run += 1);
            Done::LeftOut(format!("over the budget of `profile.query-seconds`: {}", error.message))
        }
        DataErrorKind::Denied => Done::Failed { reason: "access denied", message: error.message },
        DataErrorKind::Cancelled => Done::Failed { reason: "cancelled", message: error.message },
        DataErrorKind::Failed => Done::Failed { reason: "profile failed", message: error.message },
    }
}

/// Why a table has no profile.
enum Stopped {
    UsedUp(&'static str),
    Unknown,
    Data(DataError),
}

impl From<DataError> for Stopped {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}
