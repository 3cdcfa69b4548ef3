//! How right the answers to a corpus are: a case counts where all its tables, or all its edges between columns, are there
//! and no others.

use std::collections::{BTreeSet, HashMap};

use super::corpus::{Answer, Case, Corpus};
use super::names::Likeness;

/// How a tool did on a corpus.
#[derive(Default)]
pub struct Score {
    /// Of how many cases the tables are known.
    pub table_cases: usize,
    /// Cases whose tables are wrong.
    pub wrong_tables: Vec<String>,
    /// Of how many cases the columns are known.
    pub column_cases: usize,
    /// Cases whose columns are wrong.
    pub wrong_columns: Vec<String>,
    /// Cases that the tool gave up, or gave no answer to.
    pub failed: usize,
    /// How many cases have which verdict: full, partial, none.
    pub verdicts: [usize; 3],
    /// How long each case took, in microseconds, the shortest first.
    pub micros: Vec<f64>,
}

impl Score {
    /// Judges answers.
    pub fn of(corpus: &Corpus, answers: &HashMap<String, Answer>) -> Self {
        let mut score = Self::default();
        for case in &corpus.cases {
            score.judge(case, answers.get(&case.id));
        }
        score.micros.sort_by(f64::total_cmp);
        score
    }

    fn judge(&mut self, case: &Case, answer: Option<&Answer>) {
        let answer_or_none = answer.filter(|answer| !answer.failed);
        self.failed += usize::from(answer_or_none.is_none());
        if let Some(inputs) = &case.inputs {
            self.table_cases += 1;
            let right = answer_or_none.is_some_and(|answer| {
                agree(inputs, &answer.inputs)
                    && case.outputs.as_ref().is_none_or(|outputs| agree(outputs, &answer.outputs))
            });
            self.wrong_tables.extend((!right).then(|| case.id.clone()));
        }
        if let Some(columns) = &case.columns {
            self.column_cases += 1;
            let right = answer_or_none.is_some_and(|answer| agree(columns, &answer.columns));
            self.wrong_columns.extend((!right).then(|| case.id.clone()));
        }
        if let Some(answer) = answer {
            let place =
                ["full", "partial", "none"].iter().position(|verdict| answer.verdict.as_deref() == Some(verdict));
            self.verdicts.iter_mut().enumerate().for_each(|(at, count)| *count += usize::from(place == Some(at)));
            self.micros.extend(median(&answer.micros));
        }
    }

    /// The time within which a part of the cases was solved.
    pub fn within(&self, part: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place among some hundred cases"
        )]
        let place = (part * self.micros.len() as f64).ceil() as usize;
        self.micros.get(place.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Whether each that is expected is there, and no other; one answer stands for one that is expected.
fn agree<T: Likeness + Ord>(expected: &BTreeSet<T>, found: &BTreeSet<T>) -> bool {
    let mut left: Vec<&T> = found.difference(expected).collect();
    let missing = expected.difference(found);
    for one in missing {
        let Some(place) = left.iter().position(|other| one.may_be(other)) else { return false };
        left.remove(place);
    }
    left.is_empty()
}

fn median(times: &[f64]) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
