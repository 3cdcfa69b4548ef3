//! The most frequent values, and which of them make up how much of a column.

use crate::profile::{CardinalityDistribution, TopValue};
use crate::sketch::{Keyed, Seen};
use crate::value::Value;

/// Texts that make up so much of a column have a category of their own.
const SHARE: f64 = 0.02;
/// So many have one in any case.
const AT_LEAST: usize = 5;
/// How many values can have a category of their own.
pub const MOST_CATEGORIES: usize = 50 + AT_LEAST;

/// The most frequent values as they are told; none if they are not known.
pub fn top<T: Keyed>(seen: &Seen<'_, T>, most: usize, show: impl Fn(&T) -> Value) -> Option<Vec<TopValue>> {
    let told = |(value, count, within)| TopValue { value: show(&value), count, within };
    Some(seen.most_frequent(most)?.into_iter().map(told).collect())
}

/// Which values make up how much, by OpenMetadata's rule; `top` must hold all that can have a category of their own.
pub fn distribution(top: &[TopValue], values: u64) -> CardinalityDistribution {
    let mut found = CardinalityDistribution::default();
    let percentage = |count: u64| (count as f64 / values as f64 * 10_000.0).round() / 100.0;
    let mut tell = |category: String, count: u64| {
        found.categories.push(category);
        found.counts.push(count);
        found.percentages.push(percentage(count));
    };
    let mut others = values;
    let is_told =
        |(place, value): &(usize, &TopValue)| *place < AT_LEAST || value.count as f64 >= SHARE * values as f64;
    for (_, value) in top.iter().enumerate().filter(is_told) {
        others = others.saturating_sub(value.count);
        tell(value.value.to_string(), value.count);
    }
    if others > 0 {
        tell("Others".to_owned(), others);
    }
    found
}

/// What is told where no value is there twice.
pub fn all_unique() -> CardinalityDistribution {
    CardinalityDistribution { all_values_unique: true, ..CardinalityDistribution::default() }
}
