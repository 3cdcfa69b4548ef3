//! What is kept of values that have an order and a size: extremes, moments, different values, and ranks once those are too many.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::scalar::Scalar;
use crate::sketch::{Counted, Distribution, Quantiles, Seen};

use super::Wanted;
use super::moments::Moments;

/// Values that have an order and a size.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Ordered<T: Scalar> {
    values: u64,
    infinite: u64,
    extremes: Option<(T, T)>,
    moments: Moments<T>,
    counted: Counted<T>,
    /// From when on there are too many different values to keep each.
    quantiles: Option<Quantiles<T>>,
}

impl<T: Scalar> Ordered<T> {
    /// Nothing yet.
    pub fn new(wanted: &Wanted) -> Result<Self> {
        Ok(Self::counting_by(wanted.counted()?))
    }

    /// Nothing yet, as exact as this.
    pub fn alike(&self) -> Result<Self> {
        Ok(Self::counting_by(self.counted.alike()?))
    }

    fn counting_by(counted: Counted<T>) -> Self {
        Self { values: 0, infinite: 0, extremes: None, moments: Moments::default(), counted, quantiles: None }
    }

    /// Adds each value once.
    pub fn add_all(&mut self, values: &[T]) {
        let Some(extremes) = extremes(values.iter().copied()) else { return };
        self.widen(extremes);
        self.values += values.len() as u64;
        if extremes.0.is_finite() && extremes.1.is_finite() {
            self.moments.add_all(values);
        } else {
            let finite: Vec<T> = values.iter().copied().filter(|value| value.is_finite()).collect();
            self.infinite += (values.len() - finite.len()) as u64;
            self.moments.add_all(&finite);
        }
        for value in values {
            self.count(*value, 1);
        }
    }

    /// Adds values with their counts, as of a dictionary. Those that are counted zero times are not there.
    pub fn add_counted(&mut self, values: &[T], counts: &[u64]) {
        let there = values.iter().copied().zip(counts.iter().copied()).filter(|(_, count)| *count > 0);
        let Some(extremes) = extremes(there.clone().map(|(value, _)| value)) else { return };
        self.widen(extremes);
        self.moments.add_counted(there.clone().filter(|(value, _)| value.is_finite()));
        for (value, count) in there {
            self.values += count;
            self.infinite += if value.is_finite() { 0 } else { count };
            self.count(value, count);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        self.quantiles = self.merged_quantiles(other);
        self.values += other.values;
        self.infinite += other.infinite;
        if let Some(extremes) = other.extremes {
            self.widen(extremes);
        }
        self.moments.merge(&other.moments);
        self.counted.merge(&other.counted)
    }

    fn merged_quantiles(&mut self, other: &Self) -> Option<Quantiles<T>> {
        if self.values == 0 {
            return other.quantiles.clone();
        }
        let mine = self.quantiles.take();
        if mine.is_none() && other.quantiles.is_none() && !self.counted.is_full_with(&other.counted) {
            return None;
        }
        let mut all = mine.unwrap_or_else(|| ranked(&self.counted));
        match &other.quantiles {
            Some(theirs) => all.merge(theirs),
            None => all.merge(&ranked(&other.counted)),
        }
        Some(all)
    }

    /// How many values there are.
    pub fn values(&self) -> u64 {
        self.values
    }

    /// How many of them are infinite.
    pub fn infinite(&self) -> u64 {
        self.infinite
    }

    /// The least and the greatest.
    pub fn extremes(&self) -> Option<(T, T)> {
        self.extremes
    }

    /// Sum, mean, variance.
    pub fn moments(&self) -> &Moments<T> {
        &self.moments
    }

    /// An error once exact answers want more memory than they may take.
    pub fn check(&self) -> Result<()> {
        self.counted.check()
    }

    /// The different values.
    pub fn seen(&self) -> Result<Seen<'_, T>> {
        self.counted.seen()
    }

    /// The values in their order: exact where each different one is known.
    pub fn distribution(&self, seen: &Seen<'_, T>) -> Distribution<T> {
        match &self.quantiles {
            Some(quantiles) if !seen.is_complete() => quantiles.distribution(),
            _ => Distribution::new(seen.entries().map(|entry| (entry.value, entry.count)).collect(), 0.0),
        }
    }

    fn widen(&mut self, (least, greatest): (T, T)) {
        let extremes = self.extremes.get_or_insert((least, greatest));
        *extremes = (extremes.0.min(least), extremes.1.max(greatest));
    }

    fn count(&mut self, value: T, times: u64) {
        self.counted.add(&value, times);
        match &mut self.quantiles {
            Some(quantiles) => quantiles.add_times(value, times),
            // Now, while each is still there with its count.
            None if self.counted.is_full() => self.quantiles = Some(ranked(&self.counted)),
            None => {}
        }
    }
}

/// The ranks of values of which each is known with its count. Added in their order, which is the same wherever they come from.
fn ranked<T: Scalar>(counted: &Counted<T>) -> Quantiles<T> {
    let mut entries: Vec<(T, u64)> = counted.entries().map(|entry| (entry.value, entry.count)).collect();
    entries.sort_unstable();
    let mut quantiles = Quantiles::default();
    for (value, count) in entries {
        quantiles.add_times(value, count);
    }
    quantiles
}

fn extremes<T: Scalar>(mut values: impl Iterator<Item = T>) -> Option<(T, T)> {
    let first = values.next()?;
    Some(values.fold((first, first), |(least, greatest), value| (least.min(value), greatest.max(value))))
}
