//! What a naive reader finds beside sizes: counts of some kinds, ends, dates as people write them, what is frequent.

use std::collections::BTreeMap;

use metahost_profile::{CardinalityDistribution, ColumnProfile, Measured, Name, Value};

use crate::made::{Cell, Leaf};
use crate::oracle::{expect, expect_near};

/// Compares what the sizes of values do not tell.
pub fn check(found: &ColumnProfile, leaf: &Leaf) {
    let values: Vec<&Cell> = leaf.cells.iter().flatten().collect();
    let entries = leaf.cells.len();
    let nulls = (entries - values.len()) as f64;
    expect(found, Name::NullProportion, (entries > 0).then(|| nulls / entries as f64));
    check_reals(found, &values);
    let is_boolean = found.type_name == "boolean";
    let there = values.iter().filter(|cell| format!("{cell:?}") == "Whole(1)").count();
    expect(found, Name::TrueCount, is_boolean.then_some(there as f64));
    check_texts(found, leaf, &values);
    if found.type_name == "date" || found.type_name.starts_with("timestamp") {
        check_moments(found, &values);
    }
    check_spread(found);
    check_frequent(found, leaf, &values);
}

fn check_reals(found: &ColumnProfile, values: &[&Cell]) {
    let is_real = ["float32", "float64", "float", "double"].contains(&found.type_name.as_str());
    let reals: Vec<f64> =
        values.iter().filter_map(|cell| if let Cell::Real(value) = cell { Some(*value) } else { None }).collect();
    let count = |is: fn(&f64) -> bool| is_real.then(|| reals.iter().filter(|value| is(value)).count() as f64);
    expect(found, Name::NanCount, count(|value| value.is_nan()));
    expect(found, Name::InfinityCount, count(|value| value.is_infinite()));
    let finite: Vec<f64> = reals.iter().copied().filter(|value| value.is_finite()).collect();
    if is_real {
        let greatest = finite.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
        expect_near(
            found,
            Name::Sum,
            (!finite.is_empty()).then(|| finite.iter().sum()),
            greatest * finite.len() as f64,
        );
    }
}

fn bytes<'a>(values: &[&'a Cell]) -> Vec<&'a [u8]> {
    values.iter().filter_map(|cell| if let Cell::Text(text) = cell { Some(&**text) } else { None }).collect()
}

/// Text as it is, bytes as digits.
fn shown(text: &[u8], is_utf8: bool) -> String {
    if is_utf8 {
        return String::from_utf8(text.to_vec()).unwrap();
    }
    hex::encode(text)
}

fn check_texts(found: &ColumnProfile, leaf: &Leaf, values: &[&Cell]) {
    let texts = bytes(values);
    let empty = texts.iter().filter(|text| text.is_empty()).count() as f64;
    expect(found, Name::EmptyCount, (found.measured == Measured::Length).then_some(empty));
    for (name, end) in [(Name::FirstText, texts.iter().min()), (Name::LastText, texts.iter().max())] {
        let told = found.metrics.get(&name).map(|metric| metric.value.to_string());
        assert_eq!(told, end.map(|text| shown(text, leaf.is_utf8)), "{} {name:?}", found.name);
    }
}

/// Extremes and quartiles of dates and moments: values that are there, as ISO 8601 writes them.
fn check_moments(found: &ColumnProfile, values: &[&Cell]) {
    let mut sorted: Vec<i64> = values
        .iter()
        .filter_map(|cell| if let Cell::Whole(value) = cell { value.to_string().parse().ok() } else { None })
        .collect();
    sorted.sort_unstable();
    let at = |quarters: usize| sorted.len().checked_sub(1).map(|last| sorted[last * quarters / 4]);
    let write = |value: i64| if found.type_name == "date" { date(value) } else { moment(value) };
    let names = [Name::Min, Name::FirstQuartile, Name::Median, Name::ThirdQuartile, Name::Max];
    for (quarters, name) in names.into_iter().enumerate() {
        let told = found.metrics.get(&name).map(|metric| metric.value.to_string());
        assert_eq!(told, at(quarters).map(write), "{} {name:?}", found.name);
    }
}

/// Counted year by year and month by month.
fn date(days: i64) -> String {
    let (mut year, mut days) = (days.div_euclid(146_097) * 400 + 1970, days.rem_euclid(146_097));
    let is_leap = |year: i64| year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+05}") };
    format!("{year}-{month:02}-{:02}", days + 1)
}

fn moment(micros: i64) -> String {
    let (day, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let (seconds, rest) = (rest / 1_000_000, rest % 1_000_000);
    let time = format!("{:02}:{:02}:{:02}.{rest:06}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
    format!("{}T{}Z", date(day), time.trim_end_matches('0').trim_end_matches('.'))
}

/// What follows from other metrics, which are checked by themselves.
fn check_spread(found: &ColumnProfile) {
    let told = |name: Name| found.metrics.get(&name).and_then(|metric| metric.value.number());
    let is_temporal = found.type_name == "date" || found.type_name.starts_with("timestamp");
    let quartiles = told(Name::FirstQuartile).zip(told(Name::ThirdQuartile)).filter(|_| !is_temporal);
    let greatest = told(Name::Max).unwrap_or(0.0).abs().max(told(Name::Min).unwrap_or(0.0).abs());
    // Between infinities there is no distance.
    if quartiles.is_none_or(|(first, third)| first.is_finite() && third.is_finite()) && greatest.is_finite() {
        expect_near(found, Name::InterQuartileRange, quartiles.map(|(first, third)| third - first), greatest);
    }
    let all =
        told(Name::Mean).zip(told(Name::Median)).zip(told(Name::Stddev)).filter(|(_, deviation)| *deviation > 0.0);
    let skew = all.map(|((mean, median), deviation)| (mean - median) / deviation);
    if skew.is_none_or(f64::is_finite) {
        expect_near(found, Name::NonParametricSkew, skew, skew.unwrap_or(0.0).abs().max(1.0));
    }
}

/// Each value as it is told, with its count; the most frequent first, those that are alike in their order.
fn counted(leaf: &Leaf, values: &[&Cell]) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&[u8], u64> = BTreeMap::new();
    for text in bytes(values) {
        *counts.entry(text).or_default() += 1;
    }
    let mut counts: Vec<(&[u8], u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().map(|(text, count)| (shown(text, leaf.is_utf8), count)).collect()
}

fn check_frequent(found: &ColumnProfile, leaf: &Leaf, values: &[&Cell]) {
    let counts = counted(leaf, values);
    // Longer texts are cut where they are told.
    let is_short = counts.iter().all(|(text, _)| text.len() <= 96);
    if let Some(top) = found.top_values.as_ref().filter(|_| !counts.is_empty() && is_short) {
        let told: Vec<(String, u64)> = top.iter().map(|top| (text(&top.value), top.count)).collect();
        assert_eq!(told, counts[..counts.len().min(3)], "{}", found.name);
    }
    if leaf.is_utf8 && is_short && found.type_name != "uuid" {
        assert_eq!(found.cardinality_distribution, distribution(&counts, values.len() as u64), "{}", found.name);
    }
}

fn text(value: &Value) -> String {
    value.to_string()
}

/// OpenMetadata's rule: the first five and what has two per cent, then all others; nothing where each value is there once.
fn distribution(counts: &[(String, u64)], values: u64) -> Option<CardinalityDistribution> {
    let (_, most) = counts.first()?;
    let mut expected = CardinalityDistribution { all_values_unique: *most == 1, ..CardinalityDistribution::default() };
    if expected.all_values_unique {
        return Some(expected);
    }
    let is_told = |(place, (_, count)): &(usize, &(String, u64))| *place < 5 || *count * 50 >= values;
    let mut told: Vec<(String, u64)> =
        counts.iter().enumerate().filter(is_told).map(|(_, count)| count.clone()).collect();
    let others = values - told.iter().map(|(_, count)| count).sum::<u64>();
    told.extend((others > 0).then(|| ("Others".to_owned(), others)));
    for (category, count) in told {
        expected.categories.push(category);
        expected.counts.push(count);
        expected.percentages.push((count as f64 * 10_000.0 / values as f64).round() / 100.0);
    }
    Some(expected)
}
