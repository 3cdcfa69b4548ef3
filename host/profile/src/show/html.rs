//! A profile as one page for browsers: drawings inside, nothing asked of anybody else, light or dark as the reader has it.

use minijinja::value::Serde;
use minijinja::{Environment, Value as Shown, context};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::profile::{Accuracy, ColumnProfile, Histogram, Measured, Metric, Name, Profile, TopValue};
use crate::value::Value;

use super::numbers::{bytes, count, float, listed, metric, percent, value};

/// The drawing's own units.
const PLOT_WIDTH: f64 = 480.0;
const PLOT_HEIGHT: f64 = 110.0;

/// The whole page.
pub fn html(profile: &Profile) -> Result<String> {
    let mut environment = Environment::new();
    environment.add_template("page.html", include_str!("page.html")).map_err(Error::format)?;
    let page = environment.get_template("page.html").map_err(Error::format)?;
    let columns: Vec<Card> = profile.columns.iter().map(Card::of).collect();
    let facts = context! {
        name => profile.name.as_str(),
        rows => count(profile.row_count),
        column_count => profile.column_count,
        size => profile.size_in_byte.map(bytes),
        columns => Shown::from(Serde(&columns)),
    };
    page.render(facts).map_err(Error::format)
}

/// What is shown of a column.
#[derive(Serialize)]
struct Card {
    name: String,
    type_name: String,
    is_repeated: bool,
    of_length: bool,
    /// How much of it is there, for a bar.
    filled: f64,
    facts: Vec<Fact>,
    plot: Option<Plot>,
    shares: Vec<Share>,
    lists: Vec<(&'static str, Vec<Share>)>,
}

/// A number with its name, and its bounds where it is an estimate.
#[derive(Serialize)]
struct Fact {
    name: String,
    value: String,
    bounds: Option<String>,
}

/// A histogram.
#[derive(Serialize)]
struct Plot {
    bars: Vec<Bar>,
    first: String,
    last: String,
}

/// One of its bars.
#[derive(Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    title: String,
}

/// A value and how much of a column it is.
#[derive(Serialize)]
struct Share {
    name: String,
    told: String,
    percent: f64,
}

const FACTS: [(Name, &str); 22] = [
    (Name::ValuesCount, "values"),
    (Name::NullCount, "null"),
    (Name::NullProportion, "null share"),
    (Name::DistinctCount, "distinct"),
    (Name::UniqueCount, "unique"),
    (Name::DuplicateCount, "duplicates"),
    (Name::NanCount, "NaN"),
    (Name::InfinityCount, "infinite"),
    (Name::TrueCount, "true"),
    (Name::EmptyCount, "empty"),
    (Name::Min, "min"),
    (Name::FirstQuartile, "first quartile"),
    (Name::Median, "median"),
    (Name::ThirdQuartile, "third quartile"),
    (Name::Max, "max"),
    (Name::Mean, "mean"),
    (Name::Sum, "sum"),
    (Name::Stddev, "standard deviation"),
    (Name::InterQuartileRange, "interquartile range"),
    (Name::NonParametricSkew, "skew"),
    (Name::FirstText, "first"),
    (Name::LastText, "last"),
];

impl Card {
    fn of(column: &ColumnProfile) -> Self {
        let null_share = column.metrics.get(&Name::NullProportion).and_then(|share| share.value.number());
        let values = column.metrics.get(&Name::ValuesCount).and_then(|values| values.value.number()).unwrap_or(0.0);
        let lists = [("most frequent", &column.top_values), ("patterns", &column.patterns)];
        let listed = lists
            .into_iter()
            .filter_map(|(title, list)| Some((title, list.as_deref().map(|list| most(list, values))?)));
        Self {
            name: column.name.clone(),
            type_name: column.type_name.clone(),
            is_repeated: column.is_repeated,
            of_length: column.measured == Measured::Length,
            filled: 100.0 * (1.0 - null_share.unwrap_or(1.0)),
            facts: facts(column),
            plot: column.histogram.as_ref().map(plot),
            shares: shares(column),
            lists: listed.collect(),
        }
    }
}

fn facts(column: &ColumnProfile) -> Vec<Fact> {
    let named = |(name, label): &(Name, &str)| {
        let is_length = column.measured == Measured::Length && (Name::Min..=Name::NonParametricSkew).contains(name);
        let label = if is_length { format!("length: {label}") } else { (*label).to_owned() };
        fact(*name, label, column.metrics.get(name)?)
    };
    FACTS.iter().filter_map(named).collect()
}

fn fact(name: Name, label: String, found: &Metric) -> Option<Fact> {
    let told = match (name, &found.value) {
        (Name::NullProportion, share) => percent(share.number()?),
        (_, Value::Text(text)) if text.is_empty() => listed(text),
        _ => metric(found),
    };
    let bounds = match &found.accuracy {
        Accuracy::Approximate { low, high } => Some(format!("between {} and {}", value(low), value(high))),
        Accuracy::Exact => None,
        Accuracy::Statistics => Some("as the source tells".to_owned()),
    };
    Some(Fact { name: label, value: told, bounds })
}

fn plot(histogram: &Histogram) -> Plot {
    let most = histogram.frequencies.iter().copied().max().unwrap_or(0).max(1) as f64;
    let width = PLOT_WIDTH / histogram.frequencies.len().max(1) as f64;
    let bar = |(place, (frequency, label)): (usize, (&u64, &String))| {
        // What is there at all is seen.
        let least = if *frequency > 0 { 1.0 } else { 0.0 };
        let height = (*frequency as f64 / most * PLOT_HEIGHT).max(least);
        let title = format!("{label}: {}", count(*frequency));
        Bar {
            x: rounded(width * place as f64),
            y: rounded(PLOT_HEIGHT - height),
            width: rounded((width - 1.0).max(width * 0.8)),
            height: rounded(height),
            title,
        }
    };
    let bars = histogram.frequencies.iter().zip(&histogram.boundaries).enumerate().map(bar).collect();
    let end = |edge: Option<&f64>| edge.map(|edge| float(*edge)).unwrap_or_default();
    Plot { bars, first: end(histogram.edges.first()), last: end(histogram.edges.last()) }
}

fn rounded(place: f64) -> f64 {
    (place * 100.0).round() / 100.0
}

fn shares(column: &ColumnProfile) -> Vec<Share> {
    let Some(found) = &column.cardinality_distribution else { return Vec::new() };
    let counted = found.categories.iter().zip(&found.counts).zip(&found.percentages);
    counted
        .map(|((name, times), share)| Share {
            name: listed(name),
            told: format!("{} ({})", count(*times), percent(share / 100.0)),
            percent: *share,
        })
        .collect()
}

fn most(list: &[TopValue], values: f64) -> Vec<Share> {
    let share = |found: &TopValue| Share {
        name: if let Value::Text(text) = &found.value { listed(text) } else { value(&found.value) },
        told: count(found.count),
        percent: rounded(found.count as f64 / values.max(1.0) * 100.0),
    };
    list.iter().map(share).collect()
}
