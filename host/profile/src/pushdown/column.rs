//! A column's profile from what the engine told of it. Where each value came with its count, the metrics are those of the rows.

use std::collections::BTreeMap;

use arrow_buffer::i256;

use crate::accumulate::{Column, Values, Wanted};
use crate::error::Result;
use crate::kind::Kind;
use crate::options::Options;
use crate::profile::{ColumnProfile, Measured, Metric, Name};
use crate::scalar::Real;
use crate::sketch::Estimate;
use crate::summary::{Counts, Description, summarise, tell_counts, tell_estimates};
use crate::value::Value;

use super::cells;
use super::moment;
use super::ranks::Ranks;
use super::trino::{Leaf, What};

/// The relative standard error of the engine's estimate of different values.
const DISTINCT_ERROR: f64 = 0.023;
/// Bounds are three standard errors away.
const DEVIATIONS: f64 = 3.0;

/// What the engine told of a column.
pub struct Told<'a> {
    pub leaf: &'a Leaf,
    pub rows: u64,
    pub cells: Vec<(What, Option<&'a str>)>,
}

impl<'a> Told<'a> {
    /// Its profile.
    pub fn profile(&self) -> Result<ColumnProfile> {
        let values = self.count(What::Values)?.unwrap_or(0);
        let counts = Counts { nulls: self.rows.saturating_sub(values), nans: self.count(What::Nans)?.unwrap_or(0) };
        match self.listed()? {
            Some(listed) => self.of_listed(&listed, counts.nulls),
            None => self.of_aggregates(values, counts),
        }
    }

    fn cell(&self, wanted: What) -> Option<&'a str> {
        self.cells.iter().find(|(what, _)| *what == wanted).and_then(|(_, cell)| *cell)
    }

    fn count(&self, what: What) -> Result<Option<u64>> {
        self.cell(what).map(cells::count).transpose()
    }

    fn description(&self) -> Description {
        Description {
            path: self.leaf.path.clone(),
            kind: self.leaf.kind.clone(),
            type_name: self.leaf.type_name.clone(),
            is_repeated: false,
        }
    }

    /// Each value with its count, where the engine told them.
    fn listed(&self) -> Result<Option<Vec<(String, u64)>>> {
        if let Some(there) = self.count(What::True)? {
            let values = self.count(What::Values)?.unwrap_or(0);
            return Ok(Some(vec![("0".to_owned(), values.saturating_sub(there)), ("1".to_owned(), there)]));
        }
        // Bytes come in an encoding of the engine's, identifiers as text.
        if matches!(self.leaf.kind, Kind::Binary | Kind::Uuid) || self.leaf.is_too_fine {
            return Ok(None);
        }
        self.cell(What::Counts).map(cells::counts).transpose()
    }

    fn of_listed(&self, listed: &[(String, u64)], nulls: u64) -> Result<ColumnProfile> {
        let kind = &self.leaf.kind;
        let mut column = Column::new(kind, self.leaf.width, &Wanted::default())?;
        column.nulls = nulls;
        let times: Vec<u64> = listed.iter().map(|(_, times)| *times).collect();
        match &mut column.values {
            Values::Whole(values) => values.add_counted(&self.wholes(listed)?, &times),
            Values::Wide(values) => {
                let scale = kind.scale();
                let all: Result<Vec<i128>> = listed.iter().map(|(cell, _)| cells::unscaled(cell, scale)).collect();
                values.add_counted(&all?, &times);
            }
            Values::Real(values) => {
                for (cell, times) in listed {
                    match Real::new(cells::number(cell)?) {
                        Some(number) => values.add_counted(&[number], &[*times]),
                        None => column.nans += times,
                    }
                }
            }
            Values::Texts(texts) => listed.iter().for_each(|(text, times)| texts.add(text.as_bytes(), *times)),
            Values::Widest(_) | Values::Number(_) => {}
        }
        summarise(&self.description(), &column, &Options::default())
    }

    fn wholes(&self, listed: &[(String, u64)]) -> Result<Vec<i64>> {
        let kind = &self.leaf.kind;
        let whole = |cell: &String| {
            if kind.is_temporal() {
                return moment::parse(kind, cell).ok_or_else(|| cells::unreadable("a date or time", cell));
            }
            let unscaled = cells::unscaled(cell, kind.scale())?;
            i64::try_from(unscaled).map_err(|_| cells::unreadable("a number of 64 bits", cell))
        };
        listed.iter().map(|(cell, _)| whole(cell)).collect()
    }

    fn of_aggregates(&self, values: u64, counts: Counts) -> Result<ColumnProfile> {
        let mut profile = ColumnProfile::empty(&self.description());
        tell_counts(&mut profile, counts, values);
        if let Some(distinct) = self.distinct(values)? {
            tell_estimates(&mut profile, distinct, self.alone(values)?, values);
        }
        self.tell_words(&mut profile, counts.nans, values)?;
        self.tell_extremes(&mut profile)?;
        self.tell_moments(&mut profile, values)?;
        Ok(profile)
    }

    fn distinct(&self, values: u64) -> Result<Option<Estimate>> {
        if let Some(different) = self.count(What::Different)? {
            return Ok(Some(Estimate::exact(different as f64)));
        }
        let most = values as f64;
        Ok(self.count(What::Distinct)?.map(|estimate| {
            let value = estimate as f64;
            let off = value * DISTINCT_ERROR * DEVIATIONS;
            Estimate { value: value.min(most), low: (value - off).max(0.0), high: (value + off).min(most) }
        }))
    }

    fn alone(&self, values: u64) -> Result<Option<Estimate>> {
        let found = self.cells.iter().find_map(|(what, cell)| match what {
            What::Alone(shift) => cell.map(|cell| (*shift, cell)),
            _ => None,
        });
        let Some((shift, cell)) = found else { return Ok(None) };
        let alone = cells::count(cell)? as f64;
        if shift == 0 {
            return Ok(Some(Estimate::exact(alone)));
        }
        let (scale, most) = (2_f64.powi(i32::try_from(shift).unwrap_or(i32::MAX)), values as f64);
        // What was sampled varies as a count does; where none was found, three may have been missed.
        let off = DEVIATIONS * alone.max(1.0).sqrt() * scale;
        let value = alone * scale;
        Ok(Some(Estimate { value: value.min(most), low: (value - off).max(0.0), high: (value + off).min(most) }))
    }

    fn tell_words(&self, profile: &mut ColumnProfile, nans: u64, values: u64) -> Result<()> {
        let metrics = &mut profile.metrics;
        if let Some(finite) = self.count(What::Finite)? {
            let infinite = values.saturating_sub(nans + finite);
            metrics.insert(Name::NanCount, Metric::exact(Value::count(nans)));
            metrics.insert(Name::InfinityCount, Metric::exact(Value::count(infinite)));
        }
        if let Some(empty) = self.count(What::Empty)? {
            metrics.insert(Name::EmptyCount, Metric::exact(Value::count(empty)));
        }
        Ok(())
    }

    fn tell_extremes(&self, profile: &mut ColumnProfile) -> Result<()> {
        let is_length = matches!(self.leaf.kind, Kind::Text | Kind::Binary);
        for (what, name, length) in [(What::Min, Name::Min, Name::MinLength), (What::Max, Name::Max, Name::MaxLength)] {
            let Some(cell) = self.cell(what) else { continue };
            let metric = Metric::exact(self.value(cell)?);
            profile.measured = if is_length { Measured::Length } else { Measured::Value };
            if is_length {
                profile.metrics.insert(length, metric.clone());
            }
            profile.metrics.insert(name, metric);
        }
        Ok(())
    }

    /// A value as files would tell it.
    fn value(&self, cell: &str) -> Result<Value> {
        let kind = &self.leaf.kind;
        match kind {
            Kind::Float => Ok(Value::Float(cells::number(cell)?)),
            Kind::Text | Kind::Binary => cells::whole(cell, 0),
            _ if kind.is_temporal() => Ok(match moment::parse(kind, cell).filter(|_| !self.leaf.is_too_fine) {
                Some(value) => kind.value(value),
                None => Value::Text(cell.to_owned()),
            }),
            _ => cells::whole(cell, kind.scale()),
        }
    }

    fn tell_moments(&self, profile: &mut ColumnProfile, values: u64) -> Result<()> {
        let count = self.count(What::Finite)?.unwrap_or(values);
        let Some(sum) = self.sum()?.filter(|_| count > 0) else { return Ok(()) };
        let mean = sum.number().map(|sum| sum / count as f64);
        let variance = self.cell(What::Variance).map(cells::number).transpose()?;
        let deviation = variance.map(f64::sqrt);
        profile.metrics.insert(Name::Sum, Metric::exact(sum));
        for (name, value) in [(Name::Mean, mean), (Name::Variance, variance), (Name::Stddev, deviation)] {
            profile.metrics.extend(value.map(|value| (name, Metric::exact(Value::Float(value)))));
        }
        let ranks = self.cell(What::Ranks).map(cells::numbers).transpose()?.and_then(Ranks::new);
        let Some(ranks) = ranks else { return Ok(()) };
        Self::tell_ranks(profile, &ranks, count);
        if let Some((mean, deviation)) = mean.zip(deviation).filter(|(_, deviation)| *deviation > 0.0) {
            let skew = Estimate::exact(mean).less(ranks.at(50)).times(1.0 / deviation);
            profile.metrics.insert(Name::NonParametricSkew, skew.metric());
        }
        Ok(())
    }

    fn sum(&self) -> Result<Option<Value>> {
        let Some(cell) = self.cell(What::Sum) else { return Ok(None) };
        let scale = self.leaf.kind.scale();
        match cells::unscaled(cell, scale) {
            Ok(sum) if self.leaf.kind != Kind::Float => Ok(Some(Value::Whole(i256::from_i128(sum), scale))),
            // Of the widest decimals only a double is safe to ask for.
            _ => cells::number(cell).map(|sum| Some(Value::Float(sum))),
        }
    }

    fn tell_ranks(profile: &mut ColumnProfile, ranks: &Ranks, count: u64) {
        let (first, third) = (ranks.at(25), ranks.at(75));
        for (name, estimate) in [
            (Name::FirstQuartile, first),
            (Name::Median, ranks.at(50)),
            (Name::ThirdQuartile, third),
            (Name::InterQuartileRange, third.less(first)),
        ] {
            profile.metrics.insert(name, estimate.metric());
        }
        let extreme = |name| profile.metrics.get(&name).and_then(|metric: &Metric| metric.value.number());
        let ends = extreme(Name::Min).zip(extreme(Name::Max));
        let is_finite = |(least, greatest): &(f64, f64)| least.is_finite() && greatest.is_finite();
        let ends = ends.filter(is_finite).unwrap_or((ranks.at(0).value, ranks.at(100).value));
        profile.histogram = Some(ranks.histogram(count, ends));
    }
}

/// Metrics of the operator's, by name.
pub fn custom(metrics: &[(String, Option<&str>)]) -> Result<BTreeMap<String, f64>> {
    let mut found = BTreeMap::new();
    for (name, cell) in metrics {
        if let Some(cell) = cell {
            let number = cells::number(cell).map_err(|error| error.with("metric", name.clone()))?;
            found.insert(name.clone(), number);
        }
    }
    Ok(found)
}
