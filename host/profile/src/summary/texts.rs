//! Metrics of texts and bytes: of their lengths, and of the different ones.

use crate::accumulate::{Beginning, Ordered, Texts};
use crate::error::Result;
use crate::kind::Kind;
use crate::options::Options;
use crate::profile::{ColumnProfile, Measured, Metric, Name};
use crate::value::Value;

use super::{Counts, cardinality, numbers, tell_counts, tell_distinct};

/// Tells a column of texts or bytes.
pub fn tell(profile: &mut ColumnProfile, kind: &Kind, texts: &Texts, counts: Counts, options: &Options) -> Result<()> {
    let seen = texts.seen()?;
    let lengths = texts.lengths()?;
    let values = lengths.values();
    tell_counts(profile, counts, values);
    tell_distinct(profile, &seen, values, 0);
    let show = |beginning: &Beginning| Value::Text(shown(kind, beginning));
    if let Some(most) = options.top {
        profile.top_values = cardinality::top(&seen, most, show);
    }
    if let (Some(most), Some(patterns)) = (options.patterns, texts.patterns()?) {
        profile.patterns = cardinality::top(&patterns, most, show);
    }
    if *kind == Kind::Text && seen.is_complete() && values > 0 {
        let top = cardinality::top(&seen, cardinality::MOST_CATEGORIES, show).unwrap_or_default();
        let is_unique = top.first().is_some_and(|first| first.count == 1);
        let told = if is_unique { cardinality::all_unique() } else { cardinality::distribution(&top, values) };
        profile.cardinality_distribution = Some(told);
    }
    if let Some((first, last)) = texts.ends() {
        profile.metrics.insert(Name::FirstText, Metric::exact(show(first)));
        profile.metrics.insert(Name::LastText, Metric::exact(show(last)));
    }
    if *kind != Kind::Uuid {
        tell_lengths(profile, &lengths, texts.empty())?;
    }
    Ok(())
}

fn tell_lengths(profile: &mut ColumnProfile, lengths: &Ordered<i64>, empty: u64) -> Result<()> {
    let seen = lengths.seen()?;
    profile.measured = Measured::Length;
    numbers::measure(profile, &Kind::Integer, lengths, &seen);
    let metrics = &mut profile.metrics;
    metrics.insert(Name::EmptyCount, Metric::exact(Value::count(empty)));
    for (length, extreme) in [(Name::MinLength, Name::Min), (Name::MaxLength, Name::Max)] {
        let told = metrics.get(&extreme).cloned();
        metrics.extend(told.map(|metric| (length, metric)));
    }
    Ok(())
}

/// Text as it is, bytes in hexadecimal digits, identifiers with their dashes. What was cut ends in "…".
fn shown(kind: &Kind, beginning: &Beginning) -> String {
    let bytes = &beginning.bytes;
    let mut text = match kind {
        Kind::Uuid => uuid(bytes),
        Kind::Binary => hexadecimal(bytes),
        _ if beginning.is_cut => String::from_utf8_lossy(whole_characters(bytes)).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    if beginning.is_cut {
        text.push('…');
    }
    text
}

/// Without the first bytes of a character whose last were cut off.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    let rest = bytes.iter().rev().take(4).position(|byte| byte & 0xc0 != 0x80).map_or(0, |place| place + 1);
    match std::str::from_utf8(&bytes[bytes.len() - rest..]) {
        Ok(_) => bytes,
        Err(_) => &bytes[..bytes.len() - rest],
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

fn uuid(bytes: &[u8]) -> String {
    let digits = hexadecimal(bytes);
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = digits.as_str();
    for width in [8, 4, 4, 4] {
        let (part, after) = rest.split_at(width.min(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts.join("-")
}
