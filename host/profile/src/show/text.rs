//! A profile as text for a terminal of some width: each column with its counts, its numbers, and how its values are spread.

use core::fmt::Write as _;

use crate::profile::{ColumnProfile, Histogram, Measured, Name, Profile, TopValue};

use super::numbers::{count, float, listed, metric, percent, value};

/// What a bin looks like, from the least to the most.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The widest that bars become.
const WIDEST: usize = 48;
/// How far what belongs to a column stands in.
const INDENT: &str = "  ";

/// A whole profile.
pub fn text(profile: &Profile, width: usize) -> String {
    let mut text = format!("{}\n{}\n", profile.name, head(profile));
    for column in &profile.columns {
        // Writing to a String can't fail.
        let _ = write!(text, "\n{}", of_column(column, width));
    }
    let is_guess = |metric: &&crate::profile::Metric| metric.accuracy != crate::profile::Accuracy::Exact;
    if profile.columns.iter().any(|column| column.metrics.values().any(|metric| is_guess(&metric))) {
        text.push_str("\n~ is an estimate, whose bounds --json tells\n");
    }
    text
}

fn head(profile: &Profile) -> String {
    let rows = if profile.row_count == 1 { "row" } else { "rows" };
    let columns = if profile.column_count == 1 { "column" } else { "columns" };
    let size = profile.size_in_byte.map(|bytes| format!(", {}", super::numbers::bytes(bytes))).unwrap_or_default();
    format!("{} {rows}, {} {columns}{size}", count(profile.row_count), profile.column_count)
}

fn of_column(column: &ColumnProfile, width: usize) -> String {
    let repeated = if column.is_repeated { ", elements" } else { "" };
    let mut lines =
        vec![format!("{}  {}{repeated}", value(&crate::Value::Text(column.name.clone())), column.type_name)];
    lines.extend(wrapped(&counts(column), width));
    lines.extend(wrapped(&sizes(column), width));
    lines.extend(column.histogram.as_ref().map(|histogram| bars(column, histogram, width)));
    lines.extend(wrapped(&categories(column), width));
    for (title, values) in [("most frequent:", &column.top_values), ("patterns:", &column.patterns)] {
        lines.extend(values.iter().flat_map(|values| frequent(title, values, width)));
    }
    lines.join("\n") + "\n"
}

/// How many values there are, how many nulls, how many different ones.
fn counts(column: &ColumnProfile) -> Vec<String> {
    let told = |name: Name| column.metrics.get(&name);
    let number = |name: Name| told(name).and_then(|metric| metric.value.number()).unwrap_or(0.0);
    let mut parts: Vec<String> =
        told(Name::ValuesCount).map(|values| format!("{} values", metric(values))).into_iter().collect();
    if number(Name::NullCount) > 0.0 {
        let share = percent(number(Name::NullProportion));
        parts.extend(told(Name::NullCount).map(|nulls| format!("{} null ({share})", metric(nulls))));
    }
    for (name, what) in [
        (Name::DistinctCount, "distinct"),
        (Name::UniqueCount, "unique"),
        (Name::NanCount, "NaN"),
        (Name::InfinityCount, "infinite"),
        (Name::TrueCount, "true"),
        (Name::EmptyCount, "empty"),
    ] {
        let is_told = number(name) > 0.0 || name == Name::TrueCount;
        parts.extend(told(name).filter(|_| is_told).map(|counted| format!("{} {what}", metric(counted))));
    }
    parts
}

/// Extremes, moments, quartiles.
fn sizes(column: &ColumnProfile) -> Vec<String> {
    let of_length = column.measured == Measured::Length;
    let mut parts = Vec::new();
    if let Some((first, last)) = column.metrics.get(&Name::FirstText).zip(column.metrics.get(&Name::LastText)) {
        parts.push(format!("from {} to {}", quoted(&first.value), quoted(&last.value)));
    }
    let before = if of_length { "length " } else { "" };
    for (name, what) in [
        (Name::Min, "min"),
        (Name::FirstQuartile, "quartiles"),
        (Name::Max, "max"),
        (Name::Mean, "mean"),
        (Name::Stddev, "stddev"),
        (Name::Sum, "sum"),
    ] {
        let Some(found) = column.metrics.get(&name) else { continue };
        let more = [Name::Median, Name::ThirdQuartile].map(|name| column.metrics.get(&name).map(metric));
        let more = match (name, more) {
            (Name::FirstQuartile, [Some(median), Some(third)]) => format!(" | {median} | {third}"),
            _ => String::new(),
        };
        let before = if name == Name::Min { before } else { "" };
        parts.push(format!("{before}{what} {}{more}", metric(found)));
    }
    parts
}

/// The histogram in one line, between its ends.
fn bars(column: &ColumnProfile, histogram: &Histogram, width: usize) -> String {
    let end = |name: Name, edge: Option<&f64>| {
        let told = column.metrics.get(&name).filter(|told| told.value.number().is_none_or(f64::is_finite));
        told.map(metric).or_else(|| edge.map(|edge| float(*edge))).unwrap_or_default()
    };
    let (first, last) = (end(Name::Min, histogram.edges.first()), end(Name::Max, histogram.edges.last()));
    let room = width.saturating_sub(INDENT.len() + first.chars().count() + last.chars().count() + 2).clamp(1, WIDEST);
    let bins = narrowed(&histogram.frequencies, room);
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let bar = |frequency: &u64| {
        // What is there at all is seen.
        let level = (u128::from(*frequency) * 8).div_ceil(u128::from(most));
        usize::try_from(level).ok().and_then(|level| level.checked_sub(1)).map_or(' ', |level| LEVELS[level.min(7)])
    };
    format!("{INDENT}{first} {} {last}", bins.iter().map(bar).collect::<String>())
}

/// Neighbours together, until they are no more than there is room for.
fn narrowed(frequencies: &[u64], room: usize) -> Vec<u64> {
    let together = frequencies.len().div_ceil(room).max(1);
    frequencies.chunks(together).map(|bins| bins.iter().sum()).collect()
}

fn categories(column: &ColumnProfile) -> Vec<String> {
    let Some(found) = &column.cardinality_distribution else { return Vec::new() };
    let named = found.categories.iter().zip(&found.percentages);
    named.map(|(category, share)| format!("{} {}", listed(category), percent(share / 100.0))).collect()
}

fn frequent(title: &str, values: &[TopValue], width: usize) -> Vec<String> {
    let about = |found: &TopValue| if found.within > 0 { "~" } else { "" };
    let parts = values.iter().map(|found| format!("{} × {}{}", quoted(&found.value), about(found), count(found.count)));
    wrapped(&core::iter::once(title.to_owned()).chain(parts).collect::<Vec<_>>(), width)
}

fn quoted(shown: &crate::Value) -> String {
    match shown {
        crate::Value::Text(_) => format!("\"{}\"", value(shown)),
        _ => value(shown),
    }
}

/// Parts in as few lines as they fit in.
fn wrapped(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + part.chars().count() + 3 <= width => {
                line.push_str(" · ");
                line.push_str(part);
            }
            _ => lines.push(format!("{INDENT}{part}")),
        }
    }
    lines
}
