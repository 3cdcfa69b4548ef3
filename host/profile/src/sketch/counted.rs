//! Different values with their counts: every value while they are few, afterwards a fair sample of the different values, each with
//! all its occurrences (a tuple sketch). So one structure tells distinct and unique values, and it is exact for most columns.

use std::borrow::Borrow;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use datasketches::frequencies::FrequentItemsSketch;
use datasketches::tuple::{
    CompactTupleSketch, SummaryCombinePolicy, SummaryPolicy, SummaryUpdatePolicy, TupleEntry, TupleSketch,
    TupleSketchBuilder, TupleUnionBuilder,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::scalar::Scalar;

use super::exact::{Budget, Exact};
use super::seen::Seen;

/// At least 2^14 different values are kept: a relative standard error of 0.8 % beyond.
const LG_K: u8 = 14;

/// So many different values are kept at the end, each with its count.
pub(crate) const MOST_KEPT: usize = 1 << LG_K;

/// So many counters know which values are the most frequent, once there are more different ones than are kept.
const COUNTERS: usize = 4096;

/// A value as it is kept beside its count.
pub trait Keyed: Clone + Default + Ord + Hash + Serialize + DeserializeOwned {
    /// How it arrives.
    type Given: ?Sized + Hash + Eq;
    /// What is hashed: the same on every machine and in every version.
    type Key<'a>: Hash;
    /// All of it, where each value is kept.
    type Whole: Borrow<Self::Given> + Hash + Eq + Clone + Send;

    /// What tells values apart.
    fn key(given: &Self::Given) -> Self::Key<'_>;
    /// What is kept of it.
    fn keep(given: &Self::Given) -> Self;
    /// All of it, and how many bytes that takes beside itself.
    fn whole(given: &Self::Given) -> (Self::Whole, usize);
}

impl<S: Scalar> Keyed for S {
    type Given = S;
    type Key<'a> = S::Key;
    type Whole = S;

    fn key(given: &S) -> S::Key {
        Scalar::key(*given)
    }

    fn keep(given: &S) -> S {
        *given
    }

    fn whole(given: &S) -> (S, usize) {
        (*given, 0)
    }
}

/// A value and how often it was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<T> {
    /// The value, or what is kept of it.
    pub value: T,
    /// How often it was there.
    pub count: u64,
}

/// What counts the most frequent values.
pub(super) type Frequent<T> = FrequentItemsSketch<Item<T>>;

/// A value as the crate's counters know it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item<T>(pub T);

/// Different values with their counts.
pub struct Counted<T: Keyed> {
    pub(super) growing: TupleSketch<Counting<T>>,
    /// What was merged into it.
    pub(super) merged: Option<CompactTupleSketch<Entry<T>>>,
    /// The most frequent ones, if somebody wants to know them.
    pub(super) frequent: Option<Frequent<T>>,
    /// All of them, if somebody wants exact answers; nothing goes into the others then.
    pub(super) exact: Option<Exact<T>>,
}

impl<T: Keyed> Counted<T> {
    /// Nothing yet.
    pub fn new() -> Result<Self> {
        let growing = TupleSketchBuilder::new(Counting::default()).lg_k(LG_K).build().map_err(Error::format)?;
        Ok(Self { growing, merged: None, frequent: None, exact: None })
    }

    /// Nothing yet; the most frequent values will be known, however many different ones there are.
    pub fn with_frequent() -> Result<Self> {
        let frequent = FrequentItemsSketch::new(COUNTERS).map_err(Error::format)?;
        Ok(Self { frequent: Some(frequent), ..Self::new()? })
    }

    /// Nothing yet; every value will be known, as long as the budget lasts.
    pub fn exact(budget: &Arc<Budget>) -> Result<Self> {
        Ok(Self { exact: Some(Exact::new(budget)), ..Self::new()? })
    }

    /// Nothing yet, as exact as this.
    pub fn alike(&self) -> Result<Self> {
        self.exact.as_ref().map_or_else(Self::new, |exact| Self::exact(exact.budget()))
    }

    /// Adds a value, so many times.
    pub fn add(&mut self, given: &T::Given, times: u64) {
        if let Some(exact) = &mut self.exact {
            return exact.add(given, times);
        }
        self.growing.update(T::key(given), (given, times));
        if let Some(frequent) = &mut self.frequent {
            frequent.update_with_count(Item(T::keep(given)), times);
        }
    }

    /// Whether there are more values than are kept, each with its count: ranks must be known otherwise from now on.
    pub fn is_full(&self) -> bool {
        self.exact.is_none() && self.kept() > MOST_KEPT
    }

    /// Whether there would be, with another's.
    pub fn is_full_with(&self, other: &Self) -> bool {
        self.exact.is_none() && self.kept() + other.kept() > MOST_KEPT
    }

    fn kept(&self) -> usize {
        self.growing.num_retained() + self.merged.as_ref().map_or(0, CompactTupleSketch::num_retained)
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if let Some(exact) = &mut self.exact {
            let theirs = other.exact.as_ref();
            return theirs.map(|theirs| exact.merge(theirs)).ok_or_else(|| Error::format("an estimate is not exact"));
        }
        let merged = Self::union([self, other])?;
        let mut frequent = self.frequent.take();
        if let Some((mine, theirs)) = frequent.as_mut().zip(other.frequent.as_ref()) {
            mine.merge(theirs);
        }
        *self = Self { merged: Some(merged), frequent, ..Self::new()? };
        Ok(())
    }

    /// Everything that some have seen. It depends on what they have seen only, not on their order nor on how it was parted.
    fn union<const N: usize>(all: [&Self; N]) -> Result<CompactTupleSketch<Entry<T>>> {
        let mut union = TupleUnionBuilder::new(Counting::<T>::default()).lg_k(LG_K).build().map_err(Error::format)?;
        for one in all {
            union.update(one.growing.as_view()).map_err(Error::format)?;
            if let Some(merged) = &one.merged {
                union.update(merged.as_view()).map_err(Error::format)?;
            }
        }
        Ok(union.to_sketch(false))
    }

    /// All of it as one sketch.
    pub(super) fn compact(&self) -> Result<CompactTupleSketch<Entry<T>>> {
        Self::union([self])
    }

    /// The values that are kept.
    pub fn entries(&self) -> impl Iterator<Item = &Entry<T>> {
        let merged = self.merged.iter().flat_map(CompactTupleSketch::iter);
        merged.chain(self.growing.iter()).map(TupleEntry::summary)
    }

    /// What is known at the end.
    pub fn seen(&self) -> Result<Seen<'_, T>> {
        match &self.exact {
            Some(exact) => exact.check().map(|()| Seen::all(exact)),
            None => Ok(Seen::of(self.compact()?, self.frequent.as_ref())),
        }
    }

    /// An error once more memory is wanted than the budget has.
    pub fn check(&self) -> Result<()> {
        self.exact.as_ref().map_or(Ok(()), Exact::check)
    }
}

/// How counts come about: they are added.
pub struct Counting<T>(PhantomData<fn() -> T>);

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

    fn sorted(seen: &Seen<'_, i64>) -> Vec<(i64, u64)> {
        let mut entries: Vec<_> = seen.entries().map(|entry| (entry.value, entry.count)).collect();
        entries.sort_unstable();
        entries
    }

    proptest! {
        #[test]
        fn few_values_are_all_known_however_they_were_parted(parts in prop::collection::vec(prop::collection::vec(-50..50_i64, 0..40), 1..5)) {
            let whole = counted(parts.iter().flatten().copied());
            let whole = whole.seen().unwrap();
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
        assert!(counted(values).seen().unwrap().most_frequent(2).is_none());
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
            let whole = counted(values.iter().copied());
            for seen in [whole.seen().unwrap(), merged.seen().unwrap()] {
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
