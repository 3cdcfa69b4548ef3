//! Dates and times as an engine writes them, counted in the unit of their column.

use arrow_schema::TimeUnit;
use time::format_description::BorrowedFormatItem;
use time::macros::{date, format_description};
use time::{Date, Time};

use crate::kind::Kind;

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const TIME: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second][optional [.[subsecond]]]");

/// None for what can't be read, as years of five digits.
pub fn parse(kind: &Kind, text: &str) -> Option<i64> {
    match kind {
        Kind::Date => days(text),
        Kind::Time(unit) => time(text, *unit),
        Kind::Timestamp(unit, _) => {
            let text = text.strip_suffix(" UTC").unwrap_or(text);
            let (day, clock) = text.split_once([' ', 'T'])?;
            let a_day = 86_400_i64.checked_mul(a_second(*unit))?;
            days(day)?.checked_mul(a_day)?.checked_add(time(clock, *unit)?)
        }
        _ => None,
    }
}

fn days(text: &str) -> Option<i64> {
    Some((Date::parse(text, DATE).ok()? - date!(1970 - 01 - 01)).whole_days())
}

fn time(text: &str, unit: TimeUnit) -> Option<i64> {
    let (hour, minute, second, nanosecond) = Time::parse(text, TIME).ok()?.as_hms_nano();
    let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Some(seconds * a_second(unit) + i64::from(nanosecond) / (1_000_000_000 / a_second(unit)))
}

fn a_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_told_the_same() {
        let zoned = Kind::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()));
        for (kind, text, expected) in [
            (Kind::Date, "1969-12-31", "1969-12-31"),
            (zoned, "2026-11-11 09:08:07.123456 UTC", "2026-11-11T09:08:07.123456Z"),
            (
                Kind::Timestamp(TimeUnit::Nanosecond, None),
                "1969-12-31 23:59:59.999999999",
                "1969-12-31T23:59:59.999999999",
            ),
            (Kind::Time(TimeUnit::Microsecond), "23:59:59.5", "23:59:59.5"),
        ] {
            assert_eq!(parse(&kind, text).map(|value| kind.value(value).to_string()).as_deref(), Some(expected));
        }
        assert_eq!(parse(&Kind::Date, "+12345-01-01"), None);
    }
}
