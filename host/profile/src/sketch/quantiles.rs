//! Ranks and quantiles of many values: levels of buffers, each compacted into the next by keeping every other value (KLL's way).
//! Own code, since values come with weights here, and since the coin must fall the same way every time.

use serde::{Deserialize, Serialize};

use super::seen::DEVIATIONS;

/// How many values a level holds.
const CAPACITY: usize = 2048;

/// What the coin begins with and goes on by (splitmix64).
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// A summary of values that are ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Quantiles<T> {
    /// A value of level `n` stands for `2^n` values.
    levels: Vec<Vec<T>>,
    /// The sum of squares by which ranks may have moved: each compaction of level `n` moves a rank by `2^n` at most, either way.
    variance: f64,
    coin: u64,
}

impl<T> Default for Quantiles<T> {
    fn default() -> Self {
        Self { levels: Vec::new(), variance: 0.0, coin: SEED }
    }
}

impl<T: Copy + Ord> Quantiles<T> {
    /// Adds a value, so many times: once in each level whose bit is set.
    pub fn add_times(&mut self, value: T, mut times: u64) {
        let mut level = 0;
        while times != 0 {
            let zeros = times.trailing_zeros();
            level += zeros as usize;
            self.put(level, value);
            level += 1;
            times = times.checked_shr(zeros + 1).unwrap_or(0);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (level, values) in other.levels.iter().enumerate() {
            for value in values {
                self.put(level, *value);
            }
        }
        self.variance += other.variance;
        self.coin ^= other.coin.rotate_left(17);
    }

    /// What is known at the end.
    pub fn distribution(&self) -> Distribution<T> {
        let weighed = self.levels.iter().enumerate();
        let values = weighed.flat_map(|(level, values)| values.iter().map(move |value| (*value, 1_u64 << level)));
        Distribution::new(values.collect(), DEVIATIONS * self.variance.sqrt())
    }

    fn put(&mut self, level: usize, value: T) {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, || Vec::with_capacity(CAPACITY));
        }
        self.levels[level].push(value);
        if self.levels[level].len() >= CAPACITY {
            self.compact(level);
        }
    }

    fn compact(&mut self, level: usize) {
        let mut values = core::mem::take(&mut self.levels[level]);
        // Upper levels are made of sorted runs, which the stable sort finds.
        values.sort();
        let first = usize::from(self.flip());
        self.variance += 4_f64.powi(i32::try_from(level).unwrap_or(i32::MAX));
        for value in values.iter().skip(first).step_by(2) {
            self.put(level + 1, *value);
        }
        values.clear();
        self.levels[level] = values;
    }

    /// Splitmix64, of which the first bit is taken.
    fn flip(&mut self) -> bool {
        self.coin = self.coin.wrapping_add(SEED);
        let mixed = (self.coin ^ (self.coin >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) >> 63 == 1
    }
}

/// Values in their order with their weights: all of them, or those that stand for all.
#[derive(Debug, Clone)]
pub struct Distribution<T> {
    /// Each value with the weight of all before it.
    values: Vec<(T, u64)>,
    weight: u64,
    rank_error: f64,
}

impl<T: Copy + Ord> Distribution<T> {
    /// From values with their counts, in any order.
    pub fn new(mut values: Vec<(T, u64)>, rank_error: f64) -> Self {
        values.sort_unstable();
        let mut weight = 0;
        for (_, count) in &mut values {
            weight += core::mem::replace(count, weight);
        }
        Self { values, weight, rank_error }
    }

    /// How many values there are.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// By how much ranks may be off, with a probability of 99.7 %; zero if they are exact.
    pub fn rank_error(&self) -> f64 {
        self.rank_error
    }

    /// The value at a rank from 0 on; ranks beyond the ends mean the ends.
    pub fn at(&self, rank: u64) -> Option<T> {
        let after = self.values.partition_point(|(_, before)| *before <= rank);
        self.values.get(after.saturating_sub(1)).map(|(value, _)| *value)
    }

    /// How many values come before the first for which `is_beyond` holds.
    pub fn rank_where(&self, is_beyond: impl Fn(T) -> bool) -> u64 {
        let before = self.values.partition_point(|(value, _)| !is_beyond(*value));
        self.values.get(before).map_or(self.weight, |(_, weight)| *weight)
    }

    /// The values in their order.
    pub fn values(&self) -> impl Iterator<Item = T> {
        self.values.iter().map(|(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantiles(values: &[i64]) -> Quantiles<i64> {
        let mut quantiles = Quantiles::default();
        for value in values {
            quantiles.add_times(*value, 1);
        }
        quantiles
    }

    /// Fixed values in an order that has nothing to do with their size.
    fn shuffled(count: i64) -> Vec<i64> {
        (0..count).map(|n| (n * 7_368_787) % count).collect()
    }

    proptest! {
        #[test]
        fn weight_is_never_lost(values in prop::collection::vec((any::<i64>(), 0..5000_u64), 0..300)) {
            let mut all = Quantiles::default();
            for (value, times) in &values {
                all.add_times(*value, *times);
            }
            prop_assert_eq!(all.distribution().weight(), values.iter().map(|(_, times)| times).sum::<u64>());
        }

        #[test]
        fn few_values_keep_their_ranks(mut values in prop::collection::vec(-30..30_i64, 1..500)) {
            let found = quantiles(&values).distribution();
            values.sort_unstable();
            prop_assert!(found.rank_error() < f64::EPSILON);
            for (rank, value) in values.iter().enumerate() {
                prop_assert_eq!(found.at(rank as u64), Some(*value));
                let before = values.iter().filter(|other| *other < value).count() as u64;
                prop_assert_eq!(found.rank_where(|other| other >= *value), before);
            }
        }
    }

    #[test]
    fn ranks_are_within_their_error_in_parts_as_well_as_whole() {
        let values = shuffled(1_000_003);
        let mut merged = Quantiles::default();
        values.chunks(90_000).for_each(|part| merged.merge(&quantiles(part)));
        let mut weighed = Quantiles::default();
        (0..1_000_003_i64 / 100).for_each(|hundred| weighed.add_times(hundred * 100, 100));
        for (found, slack) in [(quantiles(&values), 0.0), (merged, 0.0), (weighed, 100.0)] {
            let found = found.distribution();
            let error = found.rank_error();
            assert!(error > 0.0 && error < 0.005 * 1e6, "{error}");
            for rank in (0..1_000_000).step_by(50_000) {
                let value = found.at(rank).unwrap();
                assert!((value as f64 - rank as f64).abs() <= error + slack, "{value} at {rank}, error {error}");
            }
        }
    }

    #[test]
    fn the_coin_always_falls_the_same_way() {
        let values = shuffled(100_003);
        let one = quantiles(&values).distribution();
        assert!(one.values().eq(quantiles(&values).distribution().values()));
    }
}
