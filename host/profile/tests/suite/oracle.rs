//! What a naive reader finds in a leaf: everything sorted, counted and added one by one.

use std::collections::BTreeMap;

use arrow_buffer::i256;
use metahost_profile::{Accuracy, ColumnProfile, Measured, Name, Value};

use crate::made::{Cell, Leaf};

/// How far doubles may be apart that were added in another order.
const TOLERANCE: f64 = 1e-9;

fn number(value: i256, scale: i8) -> f64 {
    value.to_string().parse::<f64>().unwrap() / 10_f64.powi(i32::from(scale))
}

/// Compares a column's profile with its entries.
pub fn check(found: &ColumnProfile, leaf: &Leaf) {
    let values: Vec<&Cell> = leaf.cells.iter().flatten().collect();
    expect(found, Name::ValuesCount, Some(values.len() as f64));
    expect(found, Name::NullCount, Some((leaf.cells.len() - values.len()) as f64));
    check_distinct(found, &values);
    crate::rest::check(found, leaf);
    let bytes: Vec<&[u8]> =
        values.iter().filter_map(|cell| if let Cell::Text(text) = cell { Some(&**text) } else { None }).collect();
    let sizes: Vec<f64> = match found.measured {
        Measured::Length => bytes.iter().map(|text| length(text, leaf.is_utf8) as f64).collect(),
        _ => values.iter().filter_map(|cell| size(cell, leaf.scale)).filter(|size| !size.is_nan()).collect(),
    };
    let is_temporal = found.type_name == "date" || found.type_name.starts_with("timestamp");
    if found.measured == Measured::Nothing {
        return;
    }
    check_extremes(found, leaf, &values, &sizes);
    if is_temporal {
        return check_histogram(found, sizes, leaf.cells.len());
    }
    check_quartiles(found, &sizes);
    check_moments(found, leaf, &values, &sizes);
    check_histogram(found, sizes, leaf.cells.len());
}

fn length(text: &[u8], is_utf8: bool) -> usize {
    if is_utf8 { std::str::from_utf8(text).unwrap().chars().count() } else { text.len() }
}

fn size(cell: &Cell, scale: i8) -> Option<f64> {
    match cell {
        Cell::Whole(value) => Some(number(*value, scale)),
        Cell::Real(value) => Some(*value),
        Cell::Text(_) => None,
    }
}

fn check_distinct(found: &ColumnProfile, values: &[&Cell]) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        let key = match value {
            // All NaNs are one value, and so are both zeros.
            Cell::Real(value) if value.is_nan() => "NaN".to_owned(),
            Cell::Real(value) => format!("{}", value + 0.0),
            other => format!("{other:?}"),
        };
        *times.entry(key).or_default() += 1;
    }
    let (distinct, unique) = (times.len() as f64, times.values().filter(|times| **times == 1).count() as f64);
    expect(found, Name::DistinctCount, Some(distinct));
    expect(found, Name::UniqueCount, Some(unique));
    expect(found, Name::DuplicateCount, Some(values.len() as f64 - distinct));
    let all = (!values.is_empty()).then_some(values.len() as f64);
    expect(found, Name::DistinctProportion, all.map(|all| distinct / all));
    expect(found, Name::UniqueProportion, all.map(|all| unique / all));
}

fn check_extremes(found: &ColumnProfile, leaf: &Leaf, values: &[&Cell], sizes: &[f64]) {
    let is_number = found.metrics.get(&Name::Min).is_some_and(|min| min.value.number().is_some());
    if is_number {
        expect(found, Name::Min, sizes.iter().copied().reduce(f64::min));
        expect(found, Name::Max, sizes.iter().copied().reduce(f64::max));
    }
    let wholes = || values.iter().filter_map(|cell| if let Cell::Whole(value) = cell { Some(*value) } else { None });
    if leaf.scale > 0 || found.type_name.starts_with("int") {
        for (name, extreme) in [(Name::Min, wholes().min()), (Name::Max, wholes().max())] {
            assert_eq!(
                found.metrics.get(&name).map(|metric| &metric.value),
                extreme.map(|value| Value::Whole(value, leaf.scale)).as_ref()
            );
        }
        let sum = wholes().try_fold(i256::ZERO, i256::checked_add);
        let told = found.metrics.get(&Name::Sum).map(|metric| metric.value.clone());
        assert_eq!(told, sum.filter(|_| !values.is_empty()).map(|sum| Value::Whole(sum, leaf.scale)), "{}", found.name);
    }
    if found.measured == Measured::Length {
        expect(found, Name::MinLength, sizes.iter().copied().reduce(f64::min));
        expect(found, Name::MaxLength, sizes.iter().copied().reduce(f64::max));
    }
}

fn check_quartiles(found: &ColumnProfile, sizes: &[f64]) {
    let mut sorted = sizes.to_vec();
    sorted.sort_by(f64::total_cmp);
    for (name, share) in [(Name::FirstQuartile, 0.25), (Name::Median, 0.5), (Name::ThirdQuartile, 0.75)] {
        expect(found, name, quantile(&sorted, share));
    }
}

/// As SQL's `percentile_cont`.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (low, high, rest) = (sorted[place.floor() as usize], sorted[place.ceil() as usize], place.fract());
    Some(if rest == 0.0 || low == high { low } else { low * (1.0 - rest) + high * rest })
}

fn check_moments(found: &ColumnProfile, leaf: &Leaf, values: &[&Cell], sizes: &[f64]) {
    let finite: Vec<f64> = sizes.iter().copied().filter(|size| size.is_finite()).collect();
    let count = finite.len() as f64;
    let exact_sum = values.iter().try_fold(i256::ZERO, |sum, cell| match cell {
        Cell::Whole(value) => sum.checked_add(*value),
        _ => None,
    });
    let sum = exact_sum.map_or_else(|| finite.iter().sum(), |sum| number(sum, leaf.scale));
    let any = !finite.is_empty();
    let mean = sum / count;
    let squares: f64 = finite.iter().map(|size| (size - mean).powi(2)).sum();
    let greatest = finite.iter().fold(0.0_f64, |greatest, size| greatest.max(size.abs()));
    expect_near(found, Name::Mean, any.then_some(mean), greatest);
    expect_near(found, Name::Variance, any.then_some(squares / count), greatest.powi(2));
    expect_near(found, Name::Stddev, any.then_some((squares / count).sqrt()), greatest);
}

fn check_histogram(found: &ColumnProfile, mut sizes: Vec<f64>, entries: usize) {
    sizes.retain(|size| size.is_finite());
    let Some(histogram) = &found.histogram else {
        return assert!(sizes.is_empty(), "{}: no histogram of {} values among {entries}", found.name, sizes.len());
    };
    let bins = histogram.frequencies.len();
    assert!((1..=100).contains(&bins), "{}: {bins} bins", found.name);
    assert_eq!((histogram.edges.len(), histogram.boundaries.len()), (bins + 1, bins));
    let mut frequencies = vec![0; bins];
    for size in sizes {
        let bin = (1..bins).take_while(|bin| size >= histogram.edges[*bin]).count();
        frequencies[bin] += 1;
    }
    assert_eq!(histogram.frequencies, frequencies, "{}: {histogram:?}", found.name);
}

/// A metric is exactly this.
pub fn expect(found: &ColumnProfile, name: Name, expected: Option<f64>) {
    let told = found.metrics.get(&name);
    assert!(told.is_none_or(|metric| metric.accuracy == Accuracy::Exact), "{} {name:?} is not exact", found.name);
    let told = told.and_then(|metric| to_number(&metric.value));
    let is_same = match (told, expected) {
        (Some(told), Some(expected)) => {
            told == expected
                || (told - expected).abs() <= 1e-12 * expected.abs()
                || (told.is_nan() && expected.is_nan())
        }
        (told, expected) => told == expected,
    };
    assert!(is_same, "{} {name:?}: {told:?} instead of {expected:?}\n{found:#?}", found.name);
}

/// A metric is this but for the rounding of values of this size.
pub fn expect_near(found: &ColumnProfile, name: Name, expected: Option<f64>, size: f64) {
    let told = found.metrics.get(&name).and_then(|metric| to_number(&metric.value));
    let is_near = match (told, expected) {
        (Some(told), Some(expected)) => (told - expected).abs() <= TOLERANCE * size.max(f64::MIN_POSITIVE),
        // A sum that is too great to be kept has no mean that could be compared.
        (None, Some(expected)) => expected.is_nan(),
        (told, expected) => told == expected,
    };
    assert!(is_near, "{} {name:?}: {told:?} instead of {expected:?}", found.name);
}

fn to_number(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(..) => value.to_string().parse().ok(),
        Value::Float(number) => Some(*number),
        Value::Text(_) => None,
    }
}
