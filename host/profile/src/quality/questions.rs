//! What tests ask an engine for, in the same statement as the profile of their table: each expression once, however many
//! tests need it.

use metahost_model::Timestamp;

use super::facts::{Fact, Facts, Known, Of};
use super::number::{Number, micros};
use super::test::Test;
use super::verdict::Verdict;
use crate::error::Result;
use crate::pushdown::{SqlColumn, cells, fact_expression, find_leaf};

/// What some tests of one table ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct FactQuestions {
    facts: Vec<(Fact, String)>,
    columns: Vec<String>,
    /// By the place of the test: why it can't be asked for.
    problems: Vec<Option<String>>,
}

impl FactQuestions {
    /// Of these tests of a table with these columns.
    pub fn of(tests: &[Test], columns: &[SqlColumn]) -> Self {
        let mut questions = Self {
            facts: Vec::new(),
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            problems: Vec::new(),
        };
        for test in tests {
            let problem = questions.add(test, columns).err();
            questions.problems.push(problem);
        }
        questions
    }

    /// Nothing of a test is asked unless all of it can be.
    fn add(&mut self, test: &Test, columns: &[SqlColumn]) -> Result<(), String> {
        let looks_at = test.looks_at();
        let leaf = find_leaf(columns, &looks_at);
        if !looks_at.is_empty() && leaf.is_none() {
            let names = self.columns.join(", ");
            return Err(format!("the table has no column {}; it has {names}", looks_at.join(".")));
        }
        let mut new = Vec::new();
        for fact in test.needs() {
            let Some(leaf) = &leaf else { continue };
            match fact_expression(&fact.of, leaf) {
                Ok(Some(expression)) => new.push((fact, expression)),
                Ok(None) => {}
                Err(problem) => return Err(problem),
            }
        }
        let known: Vec<_> =
            new.into_iter().filter(|(fact, _)| !self.facts.iter().any(|(known, _)| known == fact)).collect();
        self.facts.extend(known);
        Ok(())
    }

    /// The expressions, each of which aggregates.
    pub fn expressions(&self) -> Vec<String> {
        self.facts.iter().map(|(_, expression)| expression.clone()).collect()
    }

    /// Whether an answer may change while the table does not.
    pub fn depend_on_time(&self) -> bool {
        self.facts.iter().any(|(fact, _)| fact.of.depends_on_time())
    }

    /// What the cells say, one an expression, of a table with so many rows.
    pub fn facts(&self, rows: u64, cells: &[Option<String>]) -> Result<Facts> {
        let mut asked = vec![(Fact::of_table(Of::Rows), Known::Exact(Number::count(rows)))];
        for ((fact, _), cell) in self.facts.iter().zip(cells) {
            let known = read(fact, cell.as_deref()).map_err(|error| error.with("column", fact.column.join(".")))?;
            asked.push((fact.clone(), known));
        }
        Ok(Facts::asked(asked, self.columns.clone()))
    }

    /// The verdict about each of the tests, in their order.
    pub fn judge(&self, tests: &[Test], facts: &Facts, now: Timestamp) -> Vec<Verdict> {
        let problems = self.problems.iter().map(Option::as_ref).chain(core::iter::repeat(None));
        tests
            .iter()
            .zip(problems)
            .map(|(test, problem)| match problem {
                Some(problem) => Verdict::aborted(problem.clone()),
                None => test.judge(facts, now),
            })
            .collect()
    }
}

fn read(fact: &Fact, cell: Option<&str>) -> Result<Known> {
    let Some(cell) = cell else { return Ok(Known::Nothing) };
    if let Some(number) = Number::parse(cell) {
        // Which of the values of a group lies in the middle, engines only estimate.
        return Ok(if fact.of == Of::Median { Known::Guess(number) } else { Known::Exact(number) });
    }
    let is_moment =
        matches!(fact.of, Of::Min | Of::Max) && (micros(cell).is_some() || cell.contains(':') || cell.contains('-'));
    if is_moment { Ok(Known::Text(cell.to_owned())) } else { Err(cells::unreadable("a number", cell)) }
}
