//! Days and timestamps as Trino writes them, in UTC. No clock: every moment comes from the server or the host.

use crate::history::config::DAY_MS;

/// The day of a moment, as `2026-11-23`.
pub fn day(ms: u64) -> String {
    let (year, month, day) = civil(ms / DAY_MS);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A moment as a literal of type `timestamp(3) with time zone`.
pub fn literal(ms: u64) -> String {
    let of_day = ms % DAY_MS;
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!("TIMESTAMP '{} {hour:02}:{minute:02}:{second:02}.{:03} UTC'", day(ms), ms % 1_000)
}

/// The first millisecond of a day such as `2026-11-23`.
pub fn start_of(day: &str) -> Option<u64> {
    let mut parts = day.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, date) = (parts.next()??, parts.next()??, parts.next()??);
    let days = days_before(year, month)?.checked_add(date.checked_sub(1)?)?;
    (parts.next().is_none() && self::day(days * DAY_MS) == day).then_some(days * DAY_MS)
}

/// Days from 1970-01-01 to the first of a month.
fn days_before(year: u64, month: u64) -> Option<u64> {
    if !(1970..10_000).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    // Years begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 - 719_468)
}

fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + u64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_literals_are_those_of_the_calendar() {
        assert_eq!(literal(0), "TIMESTAMP '1970-01-01 00:00:00.000 UTC'");
        assert_eq!(literal(1_795_411_493_976), "TIMESTAMP '2026-11-23 05:24:53.976 UTC'");
        assert_eq!(day(951_782_400_000), "2000-02-29");
        assert_eq!(start_of("2000-02-29"), Some(951_782_400_000));
        for wrong in ["2026-02-30", "2026-11", "x", "2026-11-23-1", "1969-12-31"] {
            assert_eq!(start_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_of_a_century_comes_back() {
        for days in 0..40_000_u64 {
            assert_eq!(start_of(&day(days * DAY_MS)), Some(days * DAY_MS));
        }
    }
}
