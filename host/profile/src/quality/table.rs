//! Verdicts about a table: its rows, its columns, how new it is, and what a statement of its own says.

use metahost_model::Timestamp;
use num_traits::ToPrimitive as _;

use super::check::{Check, Operator};
use super::facts::{Fact, Known, Of};
use super::number::{Bound, Number, Range};
use super::test::Seen;
use super::verdict::{Unknown, Verdict, counted, decide};

/// The verdict; none for a check that is of another sort.
pub fn judge(check: &Check, seen: &Seen<'_>, now: Timestamp) -> Option<Result<Verdict, Unknown>> {
    Some(match check {
        Check::Rows(range) => rows(seen, range),
        Check::ColumnCount(range) => columns(seen).map(|columns| column_count(columns.len() as u64, range)),
        Check::ColumnExists(name) => columns(seen).map(|columns| column_exists(columns, name)),
        Check::Columns { names, ordered } => columns(seen).map(|columns| match_columns(columns, names, *ordered)),
        Check::Inserted { interval, unit, range, .. } => inserted(seen, (*interval, unit), range),
        Check::Fresh { within_ms, .. } => fresh(seen, *within_ms, now),
        _ => return None,
    })
}

fn rows(seen: &Seen<'_>, range: &Range<Bound>) -> Result<Verdict, Unknown> {
    let fact = Fact::of_table(Of::Rows);
    let told = |passed, rows: Number| {
        let rows = rows.as_count().unwrap_or_default();
        Verdict::of(passed, format!("found {}, expected {}", counted(rows, "row"), expected(range)))
            .with("rowCount", rows)
    };
    match seen.facts.get(&fact)? {
        Known::Exact(rows) => Ok(told(range.holds(*rows), *rows)),
        Known::Within(rows, low, high) => decide(range, *low, *high)
            .map(|passed| told(passed, *rows))
            .ok_or_else(|| super::facts::estimated(&fact, *rows)),
        Known::Guess(rows) => Err(super::facts::estimated(&fact, *rows)),
        Known::Nothing | Known::Text(_) => Err(Unknown("nobody counted the rows".to_owned())),
    }
}

/// "5" where both ends are the same.
fn expected(range: &Range<Bound>) -> String {
    match (&range.min, &range.max) {
        (Some(min), Some(max)) if min == max => min.to_string(),
        _ => range.to_string(),
    }
}

fn columns<'a>(seen: &Seen<'a>) -> Result<&'a [String], Unknown> {
    let why = || Unknown("which columns the table has is known only where a source answers SQL".to_owned());
    seen.facts.columns.as_deref().ok_or_else(why)
}

fn column_count(count: u64, range: &Range<Bound>) -> Verdict {
    let message = format!("found {}, expected {}", counted(count, "column"), expected(range));
    Verdict::of(range.holds(Number::count(count)), message).with("columnCount", count)
}

fn column_exists(columns: &[String], name: &str) -> Verdict {
    let is_there = columns.iter().any(|column| column == name);
    let message = if is_there {
        format!("found the column {name}")
    } else {
        format!("found no column {name} among {}", columns.join(", "))
    };
    // OpenMetadata's spelling.
    Verdict::of(is_there, message).with("columnNameExits", u8::from(is_there))
}

fn match_columns(columns: &[String], names: &[String], ordered: bool) -> Verdict {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    let is_same = if ordered { columns == names } else { sorted(columns) == sorted(names) };
    let message = if is_same {
        format!("found the {} that were expected", counted(names.len() as u64, "column"))
    } else {
        let order = if ordered { " in this order" } else { "" };
        format!("found the columns {}, expected {}{order}", columns.join(", "), names.join(", "))
    };
    Verdict::of(is_same, message).with("columnNames", u8::from(is_same))
}

fn inserted(seen: &Seen<'_>, (interval, unit): (u64, &'static str), range: &Range<Bound>) -> Result<Verdict, Unknown> {
    let rows = seen.count(Of::Since(interval, unit))?;
    let message =
        format!("found {} of the last {}, expected {}", counted(rows, "row"), counted(interval, unit), expected(range));
    Ok(Verdict::of(range.holds(Number::count(rows)), message).with("rowCount", rows))
}

fn fresh(seen: &Seen<'_>, within_ms: u64, now: Timestamp) -> Result<Verdict, Unknown> {
    let newest = match seen.get(Of::Newest)? {
        Known::Exact(newest) => newest.value(),
        Known::Nothing => return Err(Unknown("there is no moment: the table or the column is empty".to_owned())),
        _ => return Err(Unknown("the latest moment is not certain".to_owned())),
    };
    // A moment that is yet to come is new.
    let age_ms = (now as f64 - newest).max(0.0).to_u64().unwrap_or(u64::MAX);
    let message = format!("found the latest moment {} ago, expected {} at most", span(age_ms), span(within_ms));
    Ok(Verdict::of(age_ms <= within_ms, message).with("freshness", age_ms))
}

/// "2 days 3 hours", the two largest units only.
fn span(ms: u64) -> String {
    let mut rest = ms / 1_000;
    let mut told = Vec::new();
    for (unit, seconds) in [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)] {
        if rest >= seconds {
            told.push(counted(rest / seconds, unit));
        }
        rest %= seconds;
    }
    if told.is_empty() {
        "less than a second".to_owned()
    } else {
        told.into_iter().take(2).collect::<Vec<_>>().join(" ")
    }
}

/// What a statement of its own says.
pub fn sql(count: u64, operator: Operator, threshold: &Bound) -> Verdict {
    let (words, passed) = operator.judge(count, threshold);
    let message = format!("found {}, expected {words} {threshold}", counted(count, "row"));
    Verdict::of(passed, message).with("resultRowCount", count)
}
