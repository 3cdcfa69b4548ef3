//! Metrics of values that have an order: numbers, dates and times, booleans, and the lengths of texts.

use num_traits::ToPrimitive as _;

use crate::accumulate::Ordered;
use crate::error::Result;
use crate::kind::Kind;
use crate::options::Options;
use crate::profile::{Accuracy, ColumnProfile, Measured, Metric, Name};
use crate::scalar::{Scalar, Total};
use crate::sketch::{Distribution, Estimate, Seen};
use crate::value::{Value, scaled};

use super::{Counts, cardinality, histogram, tell_counts, tell_distinct};

/// Tells a column of such values.
pub fn tell<T: Scalar>(
    profile: &mut ColumnProfile,
    kind: &Kind,
    values: &Ordered<T>,
    counts: Counts,
    options: &Options,
) -> Result<()> {
    let seen = values.seen()?;
    let all = values.values() + counts.nans;
    tell_counts(profile, counts, all);
    tell_distinct(profile, &seen, all, counts.nans);
    if let Some(most) = options.top {
        profile.top_values = cardinality::top(&seen, most, |value| kind.value(*value));
    }
    let count = |count: u64| Metric::exact(Value::count(count));
    match kind {
        Kind::Boolean => {
            let there = seen.entries().filter(|entry| entry.value > T::default()).map(|entry| entry.count).sum();
            profile.metrics.insert(Name::TrueCount, count(there));
        }
        Kind::Float => {
            profile.metrics.insert(Name::NanCount, count(counts.nans));
            profile.metrics.insert(Name::InfinityCount, count(values.infinite()));
            measure(profile, kind, values, &seen);
        }
        _ => measure(profile, kind, values, &seen),
    }
    Ok(())
}

/// Tells what has a size: extremes, moments, quantiles, histogram.
pub fn measure<T: Scalar>(profile: &mut ColumnProfile, kind: &Kind, values: &Ordered<T>, seen: &Seen<'_, T>) {
    if profile.measured == Measured::Nothing {
        profile.measured = Measured::Value;
    }
    let Some((least, greatest)) = values.extremes() else { return };
    profile.metrics.insert(Name::Min, Metric::exact(kind.value(least)));
    profile.metrics.insert(Name::Max, Metric::exact(kind.value(greatest)));
    let distribution = values.distribution(seen);
    let ranks = Ranks { distribution: &distribution, kind };
    let quartiles = [1, 2, 3].map(|quarter| ranks.quantile(quarter));
    profile.histogram = histogram::of(&distribution, kind, (least, greatest), &quartiles);
    for (name, quartile) in [Name::FirstQuartile, Name::Median, Name::ThirdQuartile].into_iter().zip(&quartiles) {
        profile.metrics.extend(quartile.as_ref().map(|quartile| (name, quartile.metric.clone())));
    }
    if !kind.is_temporal() {
        tell_moments(profile, kind, values, &quartiles);
    }
}

fn tell_moments<T: Scalar>(
    profile: &mut ColumnProfile,
    kind: &Kind,
    values: &Ordered<T>,
    quartiles: &[Option<Quantile>; 3],
) {
    let (moments, scale) = (values.moments(), kind.scale());
    let unscaled = |value: f64| scaled(value, scale);
    let sum = moments.total().whole().map(|sum| Value::Whole(sum, scale));
    let sum = sum.or_else(|| moments.total().number().map(|sum| Value::Float(unscaled(sum))));
    let mean = moments.mean().map(unscaled);
    let variance = moments.variance().map(|variance| unscaled(unscaled(variance)));
    let deviation = variance.map(f64::sqrt);
    let metrics = &mut profile.metrics;
    let exact = |value: Option<f64>| value.map(|value| Metric::exact(Value::Float(value)));
    if mean.is_some() {
        metrics.extend(sum.map(|sum| (Name::Sum, Metric::exact(sum))));
    }
    for (name, value) in [(Name::Mean, mean), (Name::Variance, variance), (Name::Stddev, deviation)] {
        metrics.extend(exact(value).map(|metric| (name, metric)));
    }
    let [Some(first), Some(median), Some(third)] = quartiles else { return };
    metrics.insert(Name::InterQuartileRange, third.size.less(first.size).metric());
    if let Some((mean, deviation)) = mean.zip(deviation).filter(|(_, deviation)| *deviation > 0.0) {
        let skew = Estimate::exact(mean).less(median.size).times(1.0 / deviation);
        metrics.insert(Name::NonParametricSkew, skew.metric());
    }
}

impl Estimate {
    pub(crate) fn less(self, other: Self) -> Self {
        Self { value: self.value - other.value, low: self.low - other.high, high: self.high - other.low }
    }
}

/// A quantile as it is told, and as a number.
pub struct Quantile {
    metric: Metric,
    /// Its size, in the column's unit.
    pub size: Estimate,
}

struct Ranks<'a, T> {
    distribution: &'a Distribution<T>,
    kind: &'a Kind,
}

impl<T: Scalar> Ranks<'_, T> {
    fn quantile(&self, quarter: u8) -> Option<Quantile> {
        let last = self.distribution.weight().checked_sub(1)?;
        if self.distribution.rank_error() > 0.0 {
            return self.approximate(f64::from(quarter) / 4.0 * last as f64);
        }
        // Whole arithmetic, since a rank may have more digits than a double.
        let quarters = u128::from(last) * u128::from(quarter);
        self.between(u64::try_from(quarters / 4).ok()?, (quarters % 4) as f64 / 4.0)
    }

    /// The value between two ranks, as SQL's `percentile_cont`; dates and times have none between.
    fn between(&self, rank: u64, rest: f64) -> Option<Quantile> {
        let (low, high) = (self.distribution.at(rank)?, self.distribution.at(rank + 1)?);
        if rest == 0.0 || low == high || self.kind.is_temporal() {
            let value = self.kind.value(low);
            return Some(Quantile { size: Estimate::exact(self.size(low)), metric: Metric::exact(value) });
        }
        let (low, high) = (self.size(low), self.size(high));
        // Not by their difference, which may be infinite or none.
        let value = low * (1.0 - rest) + high * rest;
        Some(Quantile { size: Estimate::exact(value), metric: Metric::exact(Value::Float(value)) })
    }

    fn approximate(&self, rank: f64) -> Option<Quantile> {
        let error = self.distribution.rank_error();
        let at = |rank: f64| self.distribution.at(whole(rank));
        let (value, low, high) = (at(rank)?, at((rank - error).floor())?, at((rank + error).ceil())?);
        let accuracy = Accuracy::Approximate { low: self.kind.value(low), high: self.kind.value(high) };
        let size = Estimate { value: self.size(value), low: self.size(low), high: self.size(high) };
        Some(Quantile { size, metric: Metric { value: self.kind.value(value), accuracy } })
    }

    fn size(&self, value: T) -> f64 {
        scaled(value.number(), self.kind.scale())
    }
}

/// A rank, from zero on.
pub(crate) fn whole(rank: f64) -> u64 {
    rank.max(0.0).to_u64().unwrap_or(u64::MAX)
}
