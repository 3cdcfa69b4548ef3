//! What a test must know of a column, as an expression of Trino's that aggregates and is exact.

use crate::kind::Kind;
use crate::quality::{Bound, Limit, Of, Range};

use super::text;
use super::types::Leaf;

/// How it is asked for; none for what such a column has none of; an error in words for what it can't be asked for.
pub fn expression(of: &Of, leaf: &Leaf) -> Result<Option<String>, String> {
    let column = leaf.expression.as_str();
    let asked = match of {
        Of::Rows => "count(*)".to_owned(),
        Of::Values => format!("count({column})"),
        Of::Nulls => format!("count_if({column} IS NULL)"),
        Of::Different => format!("count(DISTINCT {column})"),
        Of::Nans if leaf.kind == Kind::Float => format!("count_if(is_nan({column}))"),
        Of::Empty if leaf.kind == Kind::Text => format!("count_if({} = '')", varchar(leaf)),
        Of::Nans | Of::Empty => return Ok(None),
        Of::Min | Of::Max | Of::Mean | Of::Median | Of::Deviation | Of::Sum => measure(of, leaf)?,
        Of::MinLength => format!("min({})", length(leaf)?),
        Of::MaxLength => format!("max({})", length(leaf)?),
        Of::Outside(range) => outside(range, leaf)?,
        Of::LengthOutside(range) => {
            let (length, range) = (length(leaf)?, plain(range));
            any(&[range.0.map(|min| format!("{length} < {min}")), range.1.map(|max| format!("{length} > {max}"))])
        }
        Of::In(values) => is_in(values, leaf)?,
        Of::Matching(regex) if leaf.kind == Kind::Text => {
            format!("count_if(regexp_like({}, {}))", varchar(leaf), text(regex))
        }
        Of::Matching(_) => return Err(unfit(leaf, "texts")),
        Of::Below(bound) => format!("count_if({})", compared(leaf, "<", bound)?),
        Of::Above(bound) => format!("count_if({} AND {})", is_number(leaf), compared(leaf, ">", bound)?),
        Of::HighestBelow(bound) => format!("max({column}) FILTER (WHERE {})", compared(leaf, "<", bound)?),
        Of::LowestFrom(bound) => {
            format!("min({column}) FILTER (WHERE {} AND {})", is_number(leaf), compared(leaf, ">=", bound)?)
        }
        Of::HighestTo(bound) => format!("max({column}) FILTER (WHERE {})", compared(leaf, "<=", bound)?),
        Of::LowestAbove(bound) => {
            format!("min({column}) FILTER (WHERE {} AND {})", is_number(leaf), compared(leaf, ">", bound)?)
        }
        Of::Newest => {
            let newest = format!("max({})", moment(leaf)?);
            format!("CAST(to_unixtime({newest}) * 1000 AS bigint)")
        }
        Of::Since(interval, unit) => {
            let now = "CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp(6))";
            let since = format!("date_add('{unit}', -{interval}, {now})");
            // A date is a whole day: the day that the span begins in counts.
            let since = if leaf.kind == Kind::Date { format!("date_trunc('day', {since})") } else { since };
            format!("count_if({} >= {since})", moment(leaf)?)
        }
    };
    Ok(Some(asked))
}

fn measure(of: &Of, leaf: &Leaf) -> Result<String, String> {
    let column = leaf.expression.as_str();
    if matches!(of, Of::Min | Of::Max) && leaf.kind.is_temporal() {
        return Ok(if *of == Of::Min { format!("min({column})") } else { format!("max({column})") });
    }
    if !matches!(leaf.kind, Kind::Integer | Kind::Decimal(_) | Kind::Float) {
        return Err(unfit(leaf, if matches!(of, Of::Min | Of::Max) { "numbers, dates and times" } else { "numbers" }));
    }
    let real = format!("CAST({column} AS double)");
    let filter = match (&leaf.kind, of) {
        (Kind::Float, Of::Min | Of::Max) => format!(" FILTER (WHERE NOT is_nan({column}))"),
        (Kind::Float, _) => format!(" FILTER (WHERE is_finite({column}))"),
        _ => String::new(),
    };
    Ok(match of {
        Of::Min => format!("min({column}){filter}"),
        Of::Max => format!("max({column}){filter}"),
        Of::Mean => format!("avg({real}){filter}"),
        Of::Median => format!("approx_percentile({real}, 0.5e0){filter}"),
        Of::Deviation => format!("stddev_pop({real}){filter}"),
        _ => sum(leaf, &filter),
    })
}

/// Exact where it can't overflow, however many rows there are.
fn sum(leaf: &Leaf, filter: &str) -> String {
    let column = leaf.expression.as_str();
    match leaf.kind {
        Kind::Integer => format!("sum(CAST({column} AS decimal(38, 0)))"),
        Kind::Decimal(scale) if leaf.digits <= 26 => format!("sum(CAST({column} AS decimal(38, {scale})))"),
        _ => format!("sum(CAST({column} AS double)){filter}"),
    }
}

/// Values that do not lie in the range.
fn outside(range: &Range<Limit>, leaf: &Leaf) -> Result<String, String> {
    let value = if leaf.kind.is_temporal() { moment(leaf)? } else { leaf.expression.clone() };
    let limit = |limit: &Limit| {
        if leaf.kind.is_temporal() {
            let micros = limit.micros().ok_or_else(|| format!("{limit} is no moment"))?;
            return Ok(format!("TIMESTAMP {}", text(&Limit::Moment(micros).to_string().replace('T', " "))));
        }
        match limit {
            Limit::Number(bound) => number(leaf, bound),
            Limit::Moment(_) => Err(format!("{limit} is a date or time, and the column is {}", leaf.type_name)),
        }
    };
    let min = range.min.as_ref().map(limit).transpose()?.map(|min| format!("{value} < {min}"));
    let max = range.max.as_ref().map(limit).transpose()?.map(|max| format!("{value} > {max}"));
    let nan = (leaf.kind == Kind::Float).then(|| format!("is_nan({value})"));
    Ok(any(&[min, max, nan]))
}

/// How often at least one of these conditions holds.
fn any(conditions: &[Option<String>]) -> String {
    format!("count_if({})", conditions.iter().flatten().cloned().collect::<Vec<_>>().join(" OR "))
}

fn compared(leaf: &Leaf, operator: &str, bound: &Bound) -> Result<String, String> {
    Ok(format!("{} {operator} {}", leaf.expression, number(leaf, bound)?))
}

/// Trino takes NaN for greater than any number.
fn is_number(leaf: &Leaf) -> String {
    if leaf.kind == Kind::Float { format!("NOT is_nan({})", leaf.expression) } else { "true".to_owned() }
}

/// A number as a literal that loses no digit.
fn number(leaf: &Leaf, bound: &Bound) -> Result<String, String> {
    match leaf.kind {
        Kind::Integer | Kind::Decimal(_) => Ok(decimal(&bound.text)),
        Kind::Float => Ok(format!("CAST({} AS {})", text(&bound.text), leaf.type_name)),
        _ => Err(unfit(leaf, "numbers, dates and times")),
    }
}

fn decimal(written: &str) -> String {
    let digits = written.trim_start_matches(['-', '+']);
    let is_plain = digits.bytes().all(|letter| letter.is_ascii_digit() || letter == b'.');
    let fits = digits.bytes().filter(u8::is_ascii_digit).count() <= 38;
    if is_plain && fits { format!("DECIMAL {}", text(written)) } else { format!("CAST({} AS double)", text(written)) }
}

fn plain(range: &Range<Bound>) -> (Option<String>, Option<String>) {
    let number = |bound: &Bound| bound.number.to_string();
    (range.min.as_ref().map(number), range.max.as_ref().map(number))
}

fn is_in(values: &[String], leaf: &Leaf) -> Result<String, String> {
    let number = |value: &String| {
        let bound =
            Bound::parse(value).ok_or_else(|| format!("`{value}` is no number, and the column is {}", leaf.type_name));
        bound.and_then(|bound| number(leaf, &bound))
    };
    let truth = |value: &String| match value.to_lowercase().as_str() {
        "true" => Ok("true".to_owned()),
        "false" => Ok("false".to_owned()),
        _ => Err(format!("`{value}` is neither true nor false, and the column is boolean")),
    };
    let (value, listed): (String, Result<Vec<String>, String>) = match leaf.kind {
        Kind::Integer | Kind::Decimal(_) | Kind::Float => {
            (leaf.expression.clone(), values.iter().map(number).collect())
        }
        Kind::Boolean => (leaf.expression.clone(), values.iter().map(truth).collect()),
        Kind::Binary | Kind::Uncounted => return Err(unfit(leaf, "texts, numbers, dates and times")),
        _ => (varchar(leaf), values.iter().map(|value| Ok(text(value))).collect()),
    };
    Ok(format!("count_if({value} IN ({}))", listed?.join(", ")))
}

fn varchar(leaf: &Leaf) -> String {
    format!("CAST({} AS varchar)", leaf.expression)
}

fn length(leaf: &Leaf) -> Result<String, String> {
    match leaf.kind {
        Kind::Text => Ok(format!("length({})", varchar(leaf))),
        Kind::Binary => Ok(format!("length({})", leaf.expression)),
        _ => Err(unfit(leaf, "texts and bytes")),
    }
}

/// Dates and moments as one type, in UTC.
fn moment(leaf: &Leaf) -> Result<String, String> {
    match leaf.kind {
        Kind::Date | Kind::Timestamp(..) => Ok(format!("CAST({} AS timestamp(6))", leaf.expression)),
        _ => Err(unfit(leaf, "dates and timestamps")),
    }
}

fn unfit(leaf: &Leaf, what: &str) -> String {
    format!("the column {} is {}, and this is for {what}", leaf.path.join("."), leaf.type_name)
}
