//! The tests of tables: which there are, and what becomes of them when their table is looked at. A test that can't be asked
//! for never takes the profile of its table, or another test, along.

use std::collections::BTreeMap;

use metahost_model::{EntityPath, TableProfile, TestCase, TestResult, Timestamp};
use metahost_profile::pushdown::{Questions, SqlColumn, Wanted};
use metahost_profile::quality::{FactQuestions, Facts, Test, Verdict};
use serde::Serialize;

use super::data::{DataError, DataErrorKind};
use super::find::run;
use super::job::Work;

/// The platform of tests that this program runs.
pub(crate) const PLATFORM: &str = "OpenMetadata";

/// What is wanted of tests.
#[derive(Debug, Clone, Default)]
pub struct TestOptions {
    /// Those of the configuration. The source's own service is meant.
    pub configured: Vec<TestCase>,
    /// Run tests and nothing else: no profile is made.
    pub only: bool,
    /// Only tests of tables whose names fit one of these patterns, if any.
    pub tables: Vec<String>,
}

impl TestOptions {
    /// Whether tests of a table are wanted.
    pub(crate) fn wants(&self, table: &EntityPath) -> bool {
        let name = table.parts().join(".");
        self.tables.is_empty() || self.tables.iter().any(|pattern| super::options::fits(pattern, &name))
    }
}

/// A test of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableTest {
    pub(crate) case: TestCase,
    /// It is written to the catalog if it differs from what is there.
    pub(crate) is_configured: bool,
    /// The catalog is known not to hold it.
    pub(crate) is_missing: bool,
}

impl TableTest {
    /// Its result.
    pub(crate) fn result(&self, verdict: Verdict, at: Timestamp) -> TestResult {
        TestResult {
            test: self.case.name.clone(),
            service: self.case.service.clone(),
            table: self.case.table.clone(),
            column: self.case.column.clone(),
            at,
            outcome: verdict.outcome,
            message: Some(verdict.message),
            failed_rows: verdict.failed_rows,
            values: verdict.values,
        }
    }
}

/// How a test ended, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestReport {
    /// The table's names below its service, with points between.
    pub table: String,
    /// The column, with points between; empty for the table itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub column: String,
    /// The test's name.
    pub name: String,
    /// Its definition.
    pub definition: String,
    /// How it ended.
    pub outcome: metahost_model::Outcome,
    /// What was found.
    pub message: String,
    /// Values under OpenMetadata's names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// Rows that failed, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_rows: Option<u64>,
}

/// The tests of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tests {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that could not be decided.
    pub aborted: u64,
    /// Tests of the catalog that this program does not run.
    pub not_run: u64,
    /// Those that failed, those that were aborted, and as many of the others as there is room for.
    pub results: Vec<TestReport>,
}

impl Tests {
    /// All that ran.
    pub fn total(&self) -> u64 {
        self.passed + self.failed + self.aborted
    }

    pub(crate) fn add(&mut self, case: &TestCase, verdict: &Verdict) {
        match verdict.outcome {
            metahost_model::Outcome::Success => self.passed += 1,
            metahost_model::Outcome::Failed => self.failed += 1,
            metahost_model::Outcome::Aborted => self.aborted += 1,
        }
        self.results.push(TestReport {
            table: case.table.parts().join("."),
            column: case.column.join("."),
            name: case.name.clone(),
            definition: case.definition.clone(),
            outcome: verdict.outcome,
            message: verdict.message.clone(),
            values: verdict.values.iter().cloned().collect(),
            failed_rows: verdict.failed_rows,
        });
    }

    /// Puts what needs attention first, and cuts what passed.
    pub(crate) fn sorted(mut self, most: usize) -> Self {
        let rank = |outcome| match outcome {
            metahost_model::Outcome::Failed => 0,
            metahost_model::Outcome::Aborted => 1,
            metahost_model::Outcome::Success => 2,
        };
        self.results.sort_by(|one, other| {
            let key =
                |test: &TestReport| (rank(test.outcome), test.table.clone(), test.column.clone(), test.name.clone());
            key(one).cmp(&key(other))
        });
        let bad = usize::try_from(self.failed + self.aborted).unwrap_or(usize::MAX);
        self.results.truncate(most.max(bad));
        self
    }
}

/// The tests of one table at work. Verdicts are told in the order of the tests.
#[derive(Debug, Default)]
pub(crate) struct Judging {
    tests: Vec<Test>,
    /// Where each of them stands among all tests of the table.
    places: Vec<usize>,
    verdicts: Vec<Option<Verdict>>,
}

impl Judging {
    /// Of these tests; those that can't be read are decided already.
    pub(crate) fn of(cases: &[TestCase]) -> Self {
        let mut judging = Self { verdicts: vec![None; cases.len()], ..Self::default() };
        for (place, case) in cases.iter().enumerate() {
            match Test::new(&case.definition, &case.column, &case.parameters) {
                Ok(test) => {
                    judging.tests.push(test);
                    judging.places.push(place);
                }
                Err(error) => judging.verdicts[place] = Some(Verdict::aborted(error.to_string())),
            }
        }
        judging
    }

    /// Whether there is nothing more to ask.
    pub(crate) fn is_decided(&self) -> bool {
        self.verdicts.iter().all(Option::is_some)
    }

    /// Those that are open can't be decided.
    pub(crate) fn abort(&mut self, why: &str) {
        for verdict in self.verdicts.iter_mut().filter(|verdict| verdict.is_none()) {
            *verdict = Some(Verdict::aborted(why));
        }
    }

    /// Tests that are open and ask along with others.
    fn open(&self) -> Vec<usize> {
        let is_open =
            |test: &usize| self.verdicts[self.places[*test]].is_none() && self.tests[*test].own_statement().is_none();
        (0..self.tests.len()).filter(is_open).collect()
    }

    /// What is asked for them.
    pub(crate) fn questions(&self, columns: &[SqlColumn]) -> FactQuestions {
        FactQuestions::of(&self.tests, columns)
    }

    fn set(&mut self, test: usize, verdict: Verdict) {
        if let Some(place) = self.places.get(test) {
            self.verdicts[*place] = Some(verdict);
        }
    }

    /// Decides by what was asked along with the profile.
    pub(crate) fn judge(&mut self, questions: &FactQuestions, facts: &Facts, now: Timestamp) {
        for (test, verdict) in questions.judge(&self.tests, facts, now).into_iter().enumerate() {
            if self.tests[test].own_statement().is_none() {
                self.set(test, verdict);
            }
        }
    }

    /// Decides by what a profile tells, where nothing can be asked.
    pub(crate) fn judge_by_profile(&mut self, profile: &TableProfile, lack: &str, now: Timestamp) {
        let mut columns: Vec<String> =
            profile.columns.iter().filter_map(|column| column.column.first().cloned()).collect();
        columns.dedup();
        let are_all = profile.column_count == Some(columns.len() as u64);
        let facts = Facts::of_profile(profile, are_all.then_some(columns), lack);
        for test in 0..self.tests.len() {
            let verdict = self.tests[test].judge(&facts, now);
            self.set(test, verdict);
        }
    }

    /// Asks for nothing but the tests, all in one statement; if the source refuses it, each for itself, so that one that
    /// can't be asked leaves the others alone.
    pub(crate) async fn ask(&mut self, table: &EntityPath, columns: &[SqlColumn], wanted: &Wanted, work: &Work) {
        let all = self.open();
        if all.is_empty() {
            return;
        }
        if let Err(error) = self.ask_some(&all, table, columns, wanted, work).await {
            let is_worth_asking_one_by_one = error.kind == DataErrorKind::Failed && all.len() > 1;
            for test in all {
                let failed = if is_worth_asking_one_by_one {
                    self.ask_some(&[test], table, columns, wanted, work).await.err()
                } else {
                    Some(error.clone())
                };
                if let Some(error) = failed {
                    self.set(test, Verdict::aborted(error.to_string()));
                }
            }
        }
    }

    async fn ask_some(
        &mut self,
        places: &[usize],
        table: &EntityPath,
        columns: &[SqlColumn],
        wanted: &Wanted,
        work: &Work,
    ) -> Result<(), DataError> {
        let tests: Vec<Test> = places.iter().map(|place| self.tests[*place].clone()).collect();
        let asked = FactQuestions::of(&tests, columns);
        // The whole table, whatever part of it its profile is made of; only a partition is one of the operator's choosing.
        let only = Wanted { facts: asked.expressions(), restriction: wanted.restriction.clone(), ..Wanted::default() };
        let questions = Questions::about(table.parts(), &[], &only)?;
        let mut rows = Vec::new();
        for statement in questions.statements() {
            check(work)?;
            rows.extend(run(work, statement.to_owned(), 1).await?.rows);
        }
        let (count, cells) = questions.facts(&rows)?;
        let facts = asked.facts(count, &cells)?;
        for (place, verdict) in places.iter().zip(asked.judge(&tests, &facts, work.at)) {
            self.set(*place, verdict);
        }
        Ok(())
    }

    /// Runs the statements that tests have for themselves.
    pub(crate) async fn run_own(&mut self, work: &Work) {
        for test in 0..self.tests.len() {
            let Some(own) = self.tests[test].own_statement() else { continue };
            let answer = match check(work) {
                Ok(()) => run(work, own.sql, 2).await,
                Err(error) => Err(error),
            };
            let verdict = match answer {
                Ok(answer) => self.tests[test].judge_own(&answer.rows),
                Err(error) => Verdict::aborted(error.to_string()),
            };
            self.set(test, verdict);
        }
    }

    /// All verdicts; what is not decided by now was left, for this reason.
    pub(crate) fn done(self, reason: &str) -> Vec<Verdict> {
        self.verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|| Verdict::aborted(reason))).collect()
    }
}

/// Whether another statement may run.
fn check(work: &Work) -> Result<(), DataError> {
    work.spent.used_up().map_or(Ok(()), |what| {
        let message = format!("left for the next run: the budget of {what} is used up");
        Err(DataError { kind: DataErrorKind::OverBudget, message })
    })
}
