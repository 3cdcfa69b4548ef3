//! Whether the median lies between two numbers, exactly, without the median: by how many values lie on either side of each.
//! No engine needs to sort for it, and no estimate decides.

use super::facts::{Fact, Known, Of};
use super::measure;
use super::number::{Bound, Number, Range};
use super::test::Seen;
use super::verdict::{Unknown, Verdict};

/// What must be known.
pub fn needs(range: &Range<Bound>) -> Vec<Of> {
    let least = range
        .min
        .iter()
        .flat_map(|min| [Of::Below(min.clone()), Of::HighestBelow(min.clone()), Of::LowestFrom(min.clone())]);
    let greatest = range
        .max
        .iter()
        .flat_map(|max| [Of::Above(max.clone()), Of::HighestTo(max.clone()), Of::LowestAbove(max.clone())]);
    [Of::Values, Of::Nans, Of::Median].into_iter().chain(least).chain(greatest).collect()
}

/// The verdict.
pub fn judge(range: &Range<Bound>, seen: &Seen<'_>) -> Result<Verdict, Unknown> {
    let is_asked =
        |bound: &Option<Bound>, of: fn(Bound) -> Of| bound.as_ref().is_none_or(|b| seen.find(of(b.clone())).is_some());
    if !is_asked(&range.min, Of::Below) || !is_asked(&range.max, Of::Above) {
        let fact = Fact { column: seen.column.clone(), of: Of::Median };
        return measure::verdict("median", "median", range, seen.get(Of::Median)?, &fact);
    }
    let nans = if seen.find(Of::Nans).is_some() { seen.count(Of::Nans)? } else { 0 };
    let values = seen.count(Of::Values)?.saturating_sub(nans);
    if values == 0 {
        return Err(Unknown("there is no value that could have a median".to_owned()));
    }
    let passed = is_from(range, values, seen)? && is_up_to(range, values, seen)?;
    let (about, value) = match seen.find(Of::Median) {
        Some(Known::Exact(value) | Known::Guess(value) | Known::Within(value, ..)) => {
            (format!(" of about {value}"), Some(*value))
        }
        _ => (String::new(), None),
    };
    let verdict =
        Verdict::of(passed, format!("found a median{about} that is {}{range}", if passed { "" } else { "not " }));
    Ok(match value {
        Some(value) => verdict.with("median", value),
        None => verdict,
    })
}

fn is_from(range: &Range<Bound>, values: u64, seen: &Seen<'_>) -> Result<bool, Unknown> {
    let Some(min) = &range.min else { return Ok(true) };
    let ends = [Of::HighestBelow(min.clone()), Of::LowestFrom(min.clone())];
    let is_over = |middle: Number| middle.order(min.number).is_ge();
    half(values, seen.count(Of::Below(min.clone()))?, ends, seen, is_over)
}

fn is_up_to(range: &Range<Bound>, values: u64, seen: &Seen<'_>) -> Result<bool, Unknown> {
    let Some(max) = &range.max else { return Ok(true) };
    let ends = [Of::HighestTo(max.clone()), Of::LowestAbove(max.clone())];
    let is_under = |middle: Number| middle.order(max.number).is_le();
    half(values, seen.count(Of::Above(max.clone()))?, ends, seen, is_under)
}

/// Whether less than half of the values lie beyond; if it is just half, the median lies between the two nearest.
fn half(
    values: u64,
    beyond: u64,
    ends: [Of; 2],
    seen: &Seen<'_>,
    is_within: impl Fn(Number) -> bool,
) -> Result<bool, Unknown> {
    let twice = beyond.saturating_mul(2);
    if twice != values {
        return Ok(twice < values);
    }
    let mut sum = 0.0;
    for end in ends {
        match seen.get(end)? {
            Known::Exact(number) => sum += number.value() / 2.0,
            _ => return Err(Unknown("the two values in the middle are not known".to_owned())),
        }
    }
    Ok(is_within(Number::real(sum)))
}
