//! The ways to a table's profile: rows that were handed over, its files, one query. The cheapest that tells what is wanted is
//! taken; nothing is told to anybody here.

use std::sync::Arc;

use metahost_model::{FileSet, ProfileMethod, SampleData};
use metahost_profile::pushdown::{CustomMetrics, Questions, Sample, SqlColumn, Wanted, sample_rows};

use super::data::{DataError, DataErrorKind, Statement, StatementAnswer};
use super::files::Look;
use super::handed::HandedRows;
use super::job::{Found, Job, Work};
use super::options::{Depth, Partition, ProfileRule, SampleMethod};
use super::stopped::{Stopped, check};

impl Job {
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
        // Of formats that are not read, what the source tells is better than nothing.
        let are_read = |files: &FileSet| !files.files.is_empty() && files.files.iter().all(super::files::is_read);
        match self.files.take().filter(|files| !is_enough && are_read(files)) {
            Some(files) => self.read(work, rule, *files, kept_files).await.map(Some),
            None if !is_enough && work.options.data.dialect() == Some("trino") => self.ask(work, rule).await.map(Some),
            None if self.stats.tells_nothing() => Err(Stopped::Unknown),
            None => Ok(None),
        }
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
        let names = top_level(&files, rule);
        let look = Look {
            rows: usize::try_from(work.options.sample_rows).unwrap_or(usize::MAX),
            columns: self.seen(work, &names),
        };
        let (shared, rule) = (Arc::clone(work), rule.clone());
        let read = tokio::task::spawn_blocking(move || {
            let read = super::files::read(&shared, &name, &files, &rule, &look, before.as_deref());
            (read, look.columns)
        });
        let (read, seen) =
            read.await.map_err(|crash| DataError::failed(format!("reading its files crashed: {crash}")))?;
        *kept_files = Some(read.kept);
        let (profile, rows) = read.found?;
        let sample = (!rows.is_empty()).then(|| masked(&names, &seen, rows));
        Ok(Found { profile, method: ProfileMethod::Files, custom: CustomMetrics::new(), sample })
    }

    /// The rows that its source handed over.
    async fn handed(&self, work: &Arc<Work>, rule: &ProfileRule, rows: HandedRows) -> Result<Found, Stopped> {
        let (name, work) = (self.table.parts().join("."), Arc::clone(work));
        let options = work.options.native(rule);
        let profile = tokio::task::spawn_blocking(move || rows.profile(&name, options, &work)).await;
        let mut profile =
            profile.map_err(|crash| DataError::failed(format!("its rows made the profiler crash: {crash}")))??;
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

    /// Those of some columns whose values may be seen.
    fn seen(&self, work: &Work, names: &[String]) -> Vec<String> {
        names.iter().filter(|name| !work.hidden.touches(&self.fqn, name)).cloned().collect()
    }

    /// Some rows to look at, if they are wanted. Masked columns are not even asked for.
    async fn look(&self, work: &Work, columns: &[SqlColumn], wanted: &Wanted) -> Result<Option<SampleData>, Stopped> {
        let options = &work.options;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let seen = self.seen(work, &names);
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

/// The columns of a table of files that are wanted, without what lies in them.
fn top_level(files: &FileSet, rule: &ProfileRule) -> Vec<String> {
    let mut names: Vec<String> = files.columns.iter().filter_map(|column| column.column.first().cloned()).collect();
    names.dedup();
    names.retain(|name| rule.wants(name));
    names
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
        return Err(DataError::failed(message));
    }
    let unknown =
        || DataError::failed("nobody knows how many rows it has, so use `sample-percent` and not `sample-count`");
    let percent = sample.percent(rows).ok_or_else(unknown)?;
    Ok(Some(Sample { percent, is_system: sample.method == SampleMethod::System }))
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
