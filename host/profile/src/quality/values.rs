//! Verdicts about the values of a column, each for itself.

use super::check::Check;
use super::facts::{Facts, Known, Of};
use super::number::{Bound, Limit, Number, Range, micros};
use super::test::Seen;
use super::verdict::{Unknown, Verdict, counted, grouped};

/// Of so many.
fn of_all(all: u64) -> String {
    format!("of {}", grouped(all))
}

/// The verdict; none for a check that is of another sort.
pub fn judge(check: &Check, seen: &Seen<'_>) -> Option<Result<Verdict, Unknown>> {
    Some(match check {
        Check::NotNull => not_null(seen),
        Check::Unique => unique(seen),
        Check::Between(range) => between(seen, range),
        Check::InSet(values, true) => all_in(seen, values),
        Check::InSet(values, false) => any_in(seen, values),
        Check::NotInSet(values) => none_in(seen, values),
        Check::Matches(regex) => matches(seen, regex),
        Check::NotMatches(regex) => matches_not(seen, regex),
        Check::Lengths(range) => lengths(seen, range),
        Check::Missing { expected, also } => missing(seen, *expected, also),
        _ => return None,
    })
}

fn not_null(seen: &Seen<'_>) -> Result<Verdict, Unknown> {
    let (nulls, rows) = (seen.count(Of::Nulls)?, seen.rows());
    let all = rows.map(|rows| format!(" {}", of_all(rows))).unwrap_or_default();
    let message = format!("found {}{all}", counted(nulls, "null"));
    Ok(Verdict::of(nulls == 0, message).with("nullCount", nulls).failing(nulls))
}

fn unique(seen: &Seen<'_>) -> Result<Verdict, Unknown> {
    let values = seen.count(Of::Values)?;
    let different = match seen.get(Of::Different)? {
        // So few different values can't be all there are, wherever in its bounds the number lies.
        Known::Within(_, _, high) if high.order(Number::count(values)).is_lt() => {
            let message = format!("found {} of which at most {high} are different", counted(values, "value"));
            return Ok(Verdict::of(false, message).with("valueCount", values));
        }
        _ => seen.count(Of::Different)?,
    };
    let verdict =
        Verdict::of(values == different, format!("found {} different values {}", grouped(different), of_all(values)));
    let verdict = verdict.with("valueCount", values);
    Ok(if values == different {
        verdict.with("uniqueCount", values).failing(0)
    } else {
        verdict.with("distinctCount", different).failing(values.saturating_sub(different))
    })
}

fn between(seen: &Seen<'_>, range: &Range<Limit>) -> Result<Verdict, Unknown> {
    let (min, max) = (seen.text(Of::Min), seen.text(Of::Max));
    let told = |verdict: Verdict| match (&min, &max) {
        (Some(min), Some(max)) => verdict.with("min", min).with("max", max),
        _ => verdict,
    };
    let ends = match (&min, &max) {
        (Some(min), Some(max)) => format!("; they are {min} to {max}"),
        _ => String::new(),
    };
    if let Some(outside) = seen.found(Of::Outside(range.clone()))? {
        let all = seen.count(Of::Values)?;
        let message = format!("found {} {} not {range}{ends}", counted(outside, "value"), of_all(all));
        return Ok(told(Verdict::of(outside == 0, message).failing(outside)));
    }
    let nans = if matches!(seen.find(Of::Nans), Some(Known::Exact(_))) { seen.count(Of::Nans)? } else { 0 };
    let passed = nans == 0 && holds(range, seen.get(Of::Min)?, true)? && holds(range, seen.get(Of::Max)?, false)?;
    let nans = if nans == 0 { String::new() } else { format!(" and {}", counted(nans, "NaN")) };
    Ok(told(Verdict::of(
        passed,
        format!("found values {}{nans}, expected {range}", ends.trim_start_matches("; they are ")),
    )))
}

/// Whether an extreme is within the range; of nothing it is.
fn holds(range: &Range<Limit>, extreme: &Known, is_least: bool) -> Result<bool, Unknown> {
    let limit = if is_least { &range.min } else { &range.max };
    let Some(limit) = limit else { return Ok(true) };
    let order = match (extreme, limit) {
        (Known::Nothing, _) => return Ok(true),
        (Known::Exact(number), Limit::Number(bound)) => number.order(bound.number),
        (Known::Text(text), limit) => match (micros(text), limit.micros()) {
            (Some(found), Some(limit)) => found.cmp(&limit),
            _ => return Err(Unknown(format!("`{text}` can't be compared with {limit}"))),
        },
        (Known::Exact(number), Limit::Moment(_)) => {
            return Err(Unknown(format!("the values are numbers such as {number}, and {limit} is a date or time")));
        }
        (Known::Within(value, ..) | Known::Guess(value), _) => {
            return Err(Unknown(format!("the extremes are only estimated, as {value} for one of them")));
        }
    };
    Ok(if is_least { order.is_ge() } else { order.is_le() })
}

fn all_in(seen: &Seen<'_>, values: &[String]) -> Result<Verdict, Unknown> {
    let (within, all, nulls) = (seen.count(Of::In(values.to_vec()))?, seen.count(Of::Values)?, seen.count(Of::Nulls)?);
    // OpenMetadata's rule of `matchEnum`: each row has to be of the set, and NULL is not.
    let others = all.saturating_sub(within) + nulls;
    let of_them = if nulls == 0 { String::new() } else { format!(", {} of them", counted(nulls, "null")) };
    let message = format!("found {} {} that are not in the set{of_them}", counted(others, "row"), of_all(all + nulls));
    Ok(Verdict::of(others == 0, message).with("allowedValueCount", within).failing(others))
}

fn any_in(seen: &Seen<'_>, values: &[String]) -> Result<Verdict, Unknown> {
    let (within, all) = (seen.count(Of::In(values.to_vec()))?, seen.count(Of::Values)?);
    let message =
        format!("found {} {} in the set; without `matchEnum` one is enough", counted(within, "value"), of_all(all));
    Ok(Verdict::of(within > 0, message).with("allowedValueCount", within))
}

fn none_in(seen: &Seen<'_>, values: &[String]) -> Result<Verdict, Unknown> {
    let (within, all) = (seen.count(Of::In(values.to_vec()))?, seen.count(Of::Values)?);
    let message = format!("found {} {} in the forbidden set", counted(within, "value"), of_all(all));
    Ok(Verdict::of(within == 0, message).with("countForbiddenValues", within).failing(within))
}

fn matches(seen: &Seen<'_>, regex: &str) -> Result<Verdict, Unknown> {
    let (matching, all) = (seen.count(Of::Matching(regex.to_owned()))?, seen.count(Of::Values)?);
    let others = all.saturating_sub(matching);
    let message = format!("found {} {} that do not match {regex}", counted(others, "value"), of_all(all));
    Ok(Verdict::of(others == 0, message).with("likeCount", matching).failing(others))
}

fn matches_not(seen: &Seen<'_>, regex: &str) -> Result<Verdict, Unknown> {
    let (matching, all) = (seen.count(Of::Matching(regex.to_owned()))?, seen.count(Of::Values)?);
    let message = format!("found {} {} that match {regex}", counted(matching, "value"), of_all(all));
    Ok(Verdict::of(matching == 0, message).with("notLikeCount", matching).failing(matching))
}

fn lengths(seen: &Seen<'_>, range: &Range<Bound>) -> Result<Verdict, Unknown> {
    let told = |verdict: Verdict| match (seen.text(Of::MinLength), seen.text(Of::MaxLength)) {
        (Some(min), Some(max)) => verdict.with("minValueLength", min).with("maxValueLength", max),
        _ => verdict,
    };
    if let Some(outside) = seen.found(Of::LengthOutside(range.clone()))? {
        let all = seen.count(Of::Values)?;
        let message = format!("found {} {} whose length is not {range}", counted(outside, "value"), of_all(all));
        return Ok(told(Verdict::of(outside == 0, message).failing(outside)));
    }
    let limits = Range { min: range.min.clone().map(Limit::Number), max: range.max.clone().map(Limit::Number) };
    let passed = holds(&limits, seen.get(Of::MinLength)?, true)? && holds(&limits, seen.get(Of::MaxLength)?, false)?;
    Ok(told(Verdict::of(passed, format!("compared the least and the greatest length with {range}"))))
}

fn missing(seen: &Seen<'_>, expected: u64, also: &[String]) -> Result<Verdict, Unknown> {
    let mut found = seen.count(Of::Nulls)? + seen.count(Of::Empty)?;
    if !also.is_empty() {
        found += seen.count(Of::In(also.to_vec()))?;
    }
    let message = format!("found {}, expected {}", counted(found, "missing value"), grouped(expected));
    Ok(Verdict::of(found == expected, message).with("nullCount", found))
}

impl Seen<'_> {
    /// A certain count, if it was asked for.
    fn found(&self, of: Of) -> Result<Option<u64>, Unknown> {
        if self.find(of.clone()).is_some() { self.count(of).map(Some) } else { Ok(None) }
    }

    /// How many rows there are, if that is certain.
    pub(super) fn rows(&self) -> Option<u64> {
        let facts: &Facts = self.facts;
        facts.count(&super::facts::Fact::of_table(Of::Rows)).ok()
    }

    /// As it is told, if it is certain.
    fn text(&self, of: Of) -> Option<String> {
        match self.find(of)? {
            Known::Exact(number) => Some(number.to_string()),
            Known::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}
