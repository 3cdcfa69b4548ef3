//! Different values with their counts: every value while they are few, afterwards a fair sample of the different values, each with
//! all its occurrences (a tuple sketch). So one structure tells distinct and unique values, and it is exact for most columns.

use std::hash::Hash;
use std::marker::PhantomData;

use datasketches::common::NumStdDev;
use datasketches::frequencies::{ErrorType, FrequentItemsSketch, Row};
use datasketches::tuple::{
    CompactTupleSketch, SummaryCombinePolicy, SummaryPolicy, SummaryUpdatePolicy, TupleEntry, TupleSketch,
    TupleSketchBuilder, TupleUnionBuilder,
};

use crate::error::{Error, Result};
use crate::scalar::Scalar;

/// At least 2^14 different values are kept: a relative standard error of 0.8 % beyond.
const LG_K: u8 = 14;

/// So many different values are kept at the end, each with its count.
pub(crate) const MOST_KEPT: usize = 1 << LG_K;

/// So many counters know which values are the most frequent, once there are more different ones than are kept.
const COUNTERS: usize = 4096;

/// How many standard deviations a bound is away: it holds with a probability of 99.7 %.
pub(crate) const DEVIATIONS: f64 = 3.0;

/// A value as it is kept beside its count.
pub trait Keyed: Clone + Default + Ord + Hash {
    /// How it arrives.
    type Given: ?Sized;
    /// What is hashed: the same on every machine and in every version.
    type Key<'a>: Hash;

    /// What tells values apart.
    fn key(given: &Self::Given) -> Self::Key<'_>;
    /// What is kept of it.
    fn keep(given: &Self::Given) -> Self;
}

impl<S: Scalar> Keyed for S {
    type Given = S;
    type Key<'a> = S::Key;

    fn key(given: &S) -> S::Key {
        Scalar::key(*given)
    }

    fn keep(given: &S) -> S {
        *given
    }
}

/// A value and how often it was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry<T> {
    /// The value, or what is kept of it.
    pub value: T,
    /// How often it was there.
    pub count: u64,
}

/// Different values with their counts.
pub struct Counted<T: Keyed> {
    growing: TupleSketch<Counting<T>>,
    /// What was merged into it.
    merged: Option<CompactTupleSketch<Entry<T>>>,
    /// The most frequent ones, if somebody wants to know them.
    frequent: Option<FrequentItemsSketch<T>>,
}

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

impl<T: Keyed> Counted<T> {
    /// Nothing yet.
    pub fn new() -> Result<Self> {
        let growing = TupleSketchBuilder::new(Counting::default()).lg_k(LG_K).build().map_err(Error::format)?;
        Ok(Self { growing, merged: None, frequent: None })
    }

    /// Nothing yet; the most frequent values will be known, however many different ones there are.
    pub fn with_frequent() -> Result<Self> {
        let frequent = FrequentItemsSketch::new(COUNTERS).map_err(Error::format)?;
        Ok(Self { frequent: Some(frequent), ..Self::new()? })
    }

    /// Adds a value, so many times.
    pub fn add(&mut self, given: &T::Given, times: u64) {
        self.growing.update(T::key(given), (given, times));
        if let Some(frequent) = &mut self.frequent {
            frequent.update_with_count(T::keep(given), times);
        }
    }

    /// How many values are kept, at most; each is there with its count while these are no more than [`MOST_KEPT`].
    pub fn kept(&self) -> usize {
        self.growing.num_retained() + self.merged.as_ref().map_or(0, CompactTupleSketch::num_retained)
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let mut union = TupleUnionBuilder::new(Counting::<T>::default()).lg_k(LG_K).build().map_err(Error::format)?;
        for one in [&*self, other] {
            union.update(one.growing.as_view()).map_err(Error::format)?;
            if let Some(merged) = &one.merged {
                union.update(merged.as_view()).map_err(Error::format)?;
            }
        }
        let mut frequent = self.frequent.take();
        if let Some((mine, theirs)) = frequent.as_mut().zip(other.frequent.as_ref()) {
            mine.merge(theirs);
        }
        *self = Self { merged: Some(union.to_sketch(false)), frequent, ..Self::new()? };
        Ok(())
    }

    /// The values that are kept.
    pub fn entries(&self) -> impl Iterator<Item = &Entry<T>> {
        let merged = self.merged.iter().flat_map(CompactTupleSketch::iter);
        merged.chain(self.growing.iter()).map(TupleEntry::summary)
    }

    /// What is known at the end.
    pub fn seen(&self) -> Result<Seen<T>> {
        let mut whole = Self::new()?;
        whole.merge(self)?;
        let kept = whole.merged.ok_or_else(|| Error::format("a union of sketches is no sketch"))?;
        Ok(Seen { kept, frequent: self.frequent.clone() })
    }
}

/// What is known of all different values.
pub struct Seen<T> {
    kept: CompactTupleSketch<Entry<T>>,
    frequent: Option<FrequentItemsSketch<T>>,
}

impl<T: Keyed> Seen<T> {
    /// Whether each different value is there with its count.
    pub fn is_complete(&self) -> bool {
        !self.kept.is_estimation_mode()
    }

    /// Each of them if it is complete, else a sample.
    pub fn entries(&self) -> impl Iterator<Item = &Entry<T>> {
        self.kept.iter().map(TupleEntry::summary)
    }

    /// The most frequent values with their counts and by how much those may be less, in falling order; values that are alike in
    /// their own order. None if there are too many different ones and nobody wanted to know.
    pub fn most_frequent(&self, most: usize) -> Option<Vec<(T, u64, u64)>> {
        let mut found: Vec<(T, u64, u64)> = if self.is_complete() {
            self.entries().map(|entry| (entry.value.clone(), entry.count, 0)).collect()
        } else {
            let rows = self.frequent.as_ref()?.frequent_items(ErrorType::NoFalseNegatives);
            let row = |row: &Row<T>| (row.item().clone(), row.upper_bound(), row.upper_bound() - row.lower_bound());
            rows.iter().map(row).collect()
        };
        found.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        found.truncate(most);
        Some(found)
    }

    /// How many different values there are.
    pub fn distinct(&self) -> Estimate {
        let (low, high) = (self.kept.lower_bound(NumStdDev::Three), self.kept.upper_bound(NumStdDev::Three));
        Estimate { value: self.kept.estimate(), low, high }
    }

    /// How many values are there once only.
    pub fn unique(&self) -> Estimate {
        let found = self.entries().filter(|entry| entry.count == 1).count() as f64;
        if self.is_complete() {
            return Estimate { value: found, low: found, high: found };
        }
        // The score interval of a Poisson count, which holds for small counts and for none as well.
        let (middle, reach) =
            (found + DEVIATIONS.powi(2) / 2.0, DEVIATIONS * (found + DEVIATIONS.powi(2) / 4.0).sqrt());
        let distinct = self.distinct();
        let among = |count: f64| (count / self.kept.theta()).clamp(0.0, distinct.high);
        Estimate { value: among(found), low: among(middle - reach), high: among(middle + reach) }
    }
}

/// How counts come about: they are added.
struct Counting<T>(PhantomData<fn() -> T>);

impl<T> Default for Counting<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Keyed> SummaryPolicy for Counting<T> {
    type Summary = Entry<T>;

    fn create(&self) -> Entry<T> {
        Entry::default()
    }
}

impl<'a, T: Keyed> SummaryUpdatePolicy<(&'a T::Given, u64)> for Counting<T> {
    fn update(&self, summary: &mut Entry<T>, (given, times): (&'a T::Given, u64)) {
        if summary.count == 0 {
            summary.value = T::keep(given);
        }
        summary.count += times;
    }
}

impl<T: Keyed> SummaryCombinePolicy for Counting<T> {
    fn combine(&self, summary: &mut Entry<T>, other: &Entry<T>) {
        summary.count += other.count;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(values: impl IntoIterator<Item = i64>) -> Counted<i64> {
        let mut counted = Counted::new().unwrap();
        values.into_iter().for_each(|value| counted.add(&value, 1));
        counted
    }

    fn sorted(seen: &Seen<i64>) -> Vec<(i64, u64)> {
        let mut entries: Vec<_> = seen.entries().map(|entry| (entry.value, entry.count)).collect();
        entries.sort_unstable();
        entries
    }

    proptest! {
        #[test]
        fn few_values_are_all_known_however_they_were_parted(parts in prop::collection::vec(prop::collection::vec(-50..50_i64, 0..40), 1..5)) {
            let whole = counted(parts.iter().flatten().copied()).seen().unwrap();
            let mut merged = Counted::new().unwrap();
            for part in &parts {
                merged.merge(&counted(part.iter().copied())).unwrap();
            }
            let merged = merged.seen().unwrap();
            prop_assert!(merged.is_complete());
            prop_assert_eq!(sorted(&merged), sorted(&whole));
            prop_assert_eq!(merged.distinct(), whole.distinct());
        }
    }

    #[test]
    fn the_most_frequent_are_known_among_many() {
        let values: Vec<i64> = (0..100_000)
            .map(|n| {
                if n % 10 == 0 {
                    -1
                } else if n % 25 == 1 {
                    -2
                } else {
                    n
                }
            })
            .collect();
        let mut merged = Counted::<i64>::with_frequent().unwrap();
        for part in values.chunks(30_000) {
            let mut counted = Counted::<i64>::with_frequent().unwrap();
            for value in part {
                counted.add(value, 1);
            }
            merged.merge(&counted).unwrap();
        }
        let found = merged.seen().unwrap().most_frequent(2).unwrap();
        for ((value, count, within), (right, times)) in found.into_iter().zip([(-1, 10_000), (-2, 4_000)]) {
            assert_eq!(value, right);
            assert!((count - within..=count).contains(&times), "{value}: {count} - {within}");
        }
        assert_eq!(counted(values).seen().unwrap().most_frequent(2), None);
    }

    /// Fixed values, so that a bound that holds with some probability holds here or never.
    #[test]
    fn many_values_are_estimated_within_bounds_in_parts_as_well_as_whole() {
        for (different, every) in [(16_000, 1), (20_000, 3), (200_000, 2), (1_000_000, 10)] {
            // Each value once, and one in `every` once more.
            let values: Vec<i64> = (0..different).chain((0..different).step_by(every)).map(|n| n * 7919).collect();
            let mut merged = Counted::new().unwrap();
            for part in values.chunks(values.len() / 5) {
                merged.merge(&counted(part.iter().copied())).unwrap();
            }
            let unique = different
                - different.div_euclid(i64::try_from(every).unwrap())
                - i64::from(different % i64::try_from(every).unwrap() > 0);
            for seen in [counted(values.iter().copied()).seen().unwrap(), merged.seen().unwrap()] {
                for (estimate, right) in [(seen.distinct(), different), (seen.unique(), unique)] {
                    let right = right as f64;
                    assert!((estimate.low..=estimate.high).contains(&right), "{estimate:?} for {right} of {different}");
                    assert!((estimate.value - right).abs() <= 0.05 * different as f64, "{estimate:?} for {right}");
                }
                assert_eq!(seen.is_complete(), different <= 16_384);
            }
        }
    }
}
