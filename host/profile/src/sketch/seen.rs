//! What is known of a column's different values at the end: how many there are, how many once only, which are the most frequent.

use datasketches::common::NumStdDev;
use datasketches::frequencies::{ErrorType, Row};
use datasketches::tuple::{CompactTupleSketch, TupleEntry};

use super::counted::{Entry, Frequent, Item, Keyed};
use super::exact::Exact;

/// How many standard deviations a bound is away: it holds with a probability of 99.7 %.
pub(crate) const DEVIATIONS: f64 = 3.0;

/// So many values are sorted at once to find the most frequent.
const SORTED: usize = 65_536;

/// A number and the bounds that it keeps with a probability of 99.7 %; the bounds are the number where it is exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The best guess.
    pub value: f64,
    /// It is hardly less.
    pub low: f64,
    /// It is hardly more.
    pub high: f64,
}

/// What is known of all different values.
pub struct Seen<'a, T: Keyed> {
    kept: Kept<'a, T>,
    frequent: Option<&'a Frequent<T>>,
}

enum Kept<'a, T: Keyed> {
    Sketch(CompactTupleSketch<Entry<T>>),
    All(&'a Exact<T>),
}

impl<'a, T: Keyed> Seen<'a, T> {
    /// From a sketch, and what counts the most frequent values.
    pub(super) fn of(sketch: CompactTupleSketch<Entry<T>>, frequent: Option<&'a Frequent<T>>) -> Self {
        Self { kept: Kept::Sketch(sketch), frequent }
    }

    /// All of them.
    pub(super) fn all(exact: &'a Exact<T>) -> Self {
        Self { kept: Kept::All(exact), frequent: None }
    }

    /// Whether each different value is there with its count.
    pub fn is_complete(&self) -> bool {
        match &self.kept {
            Kept::Sketch(sketch) => !sketch.is_estimation_mode(),
            Kept::All(_) => true,
        }
    }

    /// Each of them if it is complete, else a sample.
    pub fn entries(&self) -> impl Iterator<Item = Entry<T>> {
        let (sketch, all) = match &self.kept {
            Kept::Sketch(sketch) => (Some(sketch), None),
            Kept::All(exact) => (None, Some(exact)),
        };
        let sketched = sketch.into_iter().flat_map(CompactTupleSketch::iter).map(TupleEntry::summary).cloned();
        sketched.chain(all.into_iter().flat_map(|exact| exact.entries()))
    }

    /// The most frequent values with their counts and by how much those may be less, in falling order; values that are alike in
    /// their own order. None if there are too many different ones and nobody wanted to know.
    pub fn most_frequent(&self, most: usize) -> Option<Vec<(T, u64, u64)>> {
        if self.is_complete() {
            return Some(first(self.entries().map(|entry| (entry.value, entry.count, 0)), most));
        }
        let rows = self.frequent?.frequent_items(ErrorType::NoFalseNegatives);
        let row = |row: &Row<Item<T>>| (row.item().0.clone(), row.upper_bound(), row.upper_bound() - row.lower_bound());
        Some(first(rows.iter().map(row), most))
    }

    /// How many different values there are.
    pub fn distinct(&self) -> Estimate {
        match &self.kept {
            Kept::Sketch(sketch) => {
                let (low, high) = (sketch.lower_bound(NumStdDev::Three), sketch.upper_bound(NumStdDev::Three));
                Estimate { value: sketch.estimate(), low, high }
            }
            Kept::All(exact) => Estimate::exact(exact.different() as f64),
        }
    }

    /// How many values are there once only.
    pub fn unique(&self) -> Estimate {
        let (once, theta) = match &self.kept {
            Kept::Sketch(sketch) => (sketch.iter().filter(|entry| entry.summary().count == 1).count(), sketch.theta()),
            Kept::All(exact) => (exact.once(), 1.0),
        };
        let found = once as f64;
        if self.is_complete() {
            return Estimate::exact(found);
        }
        // The score interval of a Poisson count, which holds for small counts and for none as well.
        let (middle, reach) =
            (found + DEVIATIONS.powi(2) / 2.0, DEVIATIONS * (found + DEVIATIONS.powi(2) / 4.0).sqrt());
        let distinct = self.distinct();
        let among = |count: f64| (count / theta).clamp(0.0, distinct.high);
        Estimate { value: among(found), low: among(middle - reach), high: among(middle + reach) }
    }
}

/// The first of many by their counts, without all of them being in memory.
fn first<T: Ord>(values: impl Iterator<Item = (T, u64, u64)>, most: usize) -> Vec<(T, u64, u64)> {
    let mut found = Vec::new();
    let sort = |found: &mut Vec<(T, u64, u64)>| {
        found.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        found.truncate(most);
    };
    for value in values {
        found.push(value);
        if found.len() >= most.saturating_add(SORTED) {
            sort(&mut found);
        }
    }
    sort(&mut found);
    found
}
