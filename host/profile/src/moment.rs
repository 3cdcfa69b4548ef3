//! Dates and times as ISO 8601 writes them, for every number that a column can hold: also for years nobody will see.

use arrow_schema::TimeUnit;

const SECONDS_A_DAY: i128 = 86_400;

/// A day, counted from 1970-01-01.
pub fn date(days: i128) -> String {
    let (year, month, day) = civil(days);
    let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+05}") };
    format!("{year}-{month:02}-{day:02}")
}

/// A time of a day.
pub fn time(unit: TimeUnit, value: i128) -> String {
    let (seconds, fraction) = split(unit, value);
    format!("{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A moment, counted from 1970-01-01T00:00:00; with a zone it is told in UTC.
pub fn timestamp(unit: TimeUnit, value: i128, has_zone: bool) -> String {
    let a_day = SECONDS_A_DAY * i128::from(a_second(unit));
    let zone = if has_zone { "Z" } else { "" };
    format!("{}T{}{zone}", date(value.div_euclid(a_day)), time(unit, value.rem_euclid(a_day)))
}

/// How many of a unit a second has.
pub fn a_second(unit: TimeUnit) -> u32 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Whole seconds, and the rest as it is written behind them.
fn split(unit: TimeUnit, value: i128) -> (i128, String) {
    let a_second = i128::from(a_second(unit));
    let (seconds, rest) = (value.div_euclid(a_second), value.rem_euclid(a_second));
    let width = match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    };
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:0width$}").trim_end_matches('0').to_owned() };
    (seconds, fraction)
}

/// Year, month and day of the proleptic Gregorian calendar. Years are counted from March on within, so that leap days come last;
/// 400 years have 146,097 days.
fn civil(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i128::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (-719_468, "0000-03-01"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "+10000-01-01"),
            (-719_529, "-0001-12-31"),
        ] {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn moments_are_written_as_short_as_they_are() {
        assert_eq!(timestamp(TimeUnit::Second, 0, true), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(TimeUnit::Microsecond, -1, false), "1969-12-31T23:59:59.999999");
        assert_eq!(timestamp(TimeUnit::Nanosecond, 1_500_000_000, false), "1970-01-01T00:00:01.5");
        assert_eq!(time(TimeUnit::Millisecond, 86_399_999), "23:59:59.999");
    }
}
