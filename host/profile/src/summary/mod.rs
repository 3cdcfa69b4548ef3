//! From what was kept of a column to its profile. Reads no values.

mod cardinality;
mod histogram;
mod numbers;
mod texts;

use std::collections::BTreeMap;

use arrow_buffer::i256;

use crate::accumulate::{Column, Values};
use crate::error::Result;
use crate::kind::Kind;
use crate::options::Options;
use crate::profile::{Accuracy, ColumnProfile, Measured, Metric, Name};
use crate::sketch::{Estimate, Keyed, Seen};
use crate::value::Value;

pub(crate) use histogram::{bins, labels};
pub(crate) use numbers::whole as whole_rank;

/// What a column is called and is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its names from the outermost in.
    pub path: Vec<String>,
    /// What its values are.
    pub kind: Kind,
    /// Its type, as people write it.
    pub type_name: String,
    /// Whether it lies in a list or a map.
    pub is_repeated: bool,
}

/// The profile of a column of which all was seen.
pub fn summarise(description: &Description, column: &Column, options: &Options) -> Result<ColumnProfile> {
    summarise_with(description, column, 0, options)
}

/// The profile of a column that has so many nulls more than were seen.
pub fn summarise_with(
    description: &Description,
    column: &Column,
    absent: u64,
    options: &Options,
) -> Result<ColumnProfile> {
    let mut profile = ColumnProfile::empty(description);
    let kind = &description.kind;
    let counts = Counts { nulls: column.nulls + absent, nans: column.nans };
    match &column.values {
        Values::Whole(values) => numbers::tell(&mut profile, kind, values, counts, options)?,
        Values::Wide(values) => numbers::tell(&mut profile, kind, values, counts, options)?,
        Values::Widest(values) => numbers::tell(&mut profile, kind, values, counts, options)?,
        Values::Real(values) => numbers::tell(&mut profile, kind, values, counts, options)?,
        Values::Texts(texts) => texts::tell(&mut profile, kind, texts, counts, options)?,
        Values::Number(values) => tell_counts(&mut profile, counts, *values),
    }
    Ok(profile)
}

impl ColumnProfile {
    /// Nothing known yet.
    pub(crate) fn empty(description: &Description) -> Self {
        Self {
            name: description.path.join("."),
            path: description.path.clone(),
            type_name: description.type_name.clone(),
            measured: Measured::Nothing,
            is_repeated: description.is_repeated,
            metrics: BTreeMap::new(),
            histogram: None,
            cardinality_distribution: None,
            top_values: None,
            patterns: None,
        }
    }
}

/// What is counted beside the values that are measured.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) nulls: u64,
    pub(crate) nans: u64,
}

/// How many values there are, and how many are null.
pub(crate) fn tell_counts(profile: &mut ColumnProfile, counts: Counts, values: u64) {
    let metrics = &mut profile.metrics;
    metrics.insert(Name::ValuesCount, Metric::exact(Value::count(values)));
    metrics.insert(Name::NullCount, Metric::exact(Value::count(counts.nulls)));
    let entries = values + counts.nulls;
    if entries > 0 {
        let proportion = counts.nulls as f64 / entries as f64;
        metrics.insert(Name::NullProportion, Metric::exact(Value::Float(proportion)));
    }
}

/// How many values are different, there once only, there again; all of a number and of `values`.
fn tell_distinct<T: Keyed>(profile: &mut ColumnProfile, seen: &Seen<'_, T>, values: u64, nans: u64) {
    // All NaNs together are one more value.
    let (different, alone) = (u8::from(nans > 0), u8::from(nans == 1));
    let most = values as f64;
    let distinct = seen.distinct().plus(different).at_most(most);
    let unique = seen.unique().plus(alone).at_most(most);
    tell_estimates(profile, distinct, Some(unique), values);
}

/// How many of so many values are different and, where that is known, there once only.
pub(crate) fn tell_estimates(profile: &mut ColumnProfile, distinct: Estimate, unique: Option<Estimate>, values: u64) {
    let (metrics, most) = (&mut profile.metrics, values as f64);
    let (all, share) = ([Some(distinct), unique], |estimate: Estimate| estimate.times(1.0 / most).metric());
    for (estimate, count, proportion) in
        [(all[0], Name::DistinctCount, Name::DistinctProportion), (all[1], Name::UniqueCount, Name::UniqueProportion)]
    {
        let Some(estimate) = estimate else { continue };
        metrics.insert(count, estimate.rounded());
        if values > 0 {
            metrics.insert(proportion, share(estimate));
        }
    }
    metrics.insert(Name::DuplicateCount, distinct.taken_from(most).rounded());
}

impl Estimate {
    /// What is exactly this.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    fn plus(self, more: u8) -> Self {
        let more = f64::from(more);
        Self { value: self.value + more, low: self.low + more, high: self.high + more }
    }

    fn at_most(self, most: f64) -> Self {
        Self { value: self.value.min(most), low: self.low.min(most), high: self.high.min(most) }
    }

    fn taken_from(self, all: f64) -> Self {
        Self { value: all - self.value, low: all - self.high, high: all - self.low }
    }

    pub(crate) fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }

    /// As a whole number.
    fn rounded(self) -> Metric {
        let whole = |value: f64| i256::from_f64(value).map_or(Value::Float(value), |whole| Value::Whole(whole, 0));
        let is_exact = self.is_exact();
        let value = whole(self.value.round());
        if is_exact {
            return Metric::exact(value);
        }
        Metric {
            value,
            accuracy: Accuracy::Approximate { low: whole(self.low.floor()), high: whole(self.high.ceil()) },
        }
    }

    pub(crate) fn metric(self) -> Metric {
        let value = Value::Float(self.value);
        if self.is_exact() {
            return Metric::exact(value);
        }
        let accuracy = Accuracy::Approximate { low: Value::Float(self.low), high: Value::Float(self.high) };
        Metric { value, accuracy }
    }

    fn is_exact(self) -> bool {
        self.low.total_cmp(&self.high).is_eq()
    }
}
