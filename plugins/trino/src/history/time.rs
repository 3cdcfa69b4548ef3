//! Days and timestamps as Trino writes them, in UTC. No clock: every moment comes from the server or the host.

use metahost_plugin_sdk::time::{format, millis};

/// The day of a moment, as `2026-11-23`.
pub fn day(ms: u64) -> String {
    format(ms).unwrap_or_default().chars().take_while(|symbol| *symbol != 'T').collect()
}

/// A moment as a literal of type `timestamp(3) with time zone`.
pub fn literal(ms: u64) -> String {
    let second = format(ms).unwrap_or_default().replace('T', " ");
    format!("TIMESTAMP '{}.{:03} UTC'", second.trim_end_matches('Z'), ms % 1_000)
}

/// The first millisecond of a day such as `2026-11-23`.
pub fn start_of(day: &str) -> Option<u64> {
    millis(&format!("{day}T00:00:00Z")).filter(|start| self::day(*start) == day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::config::DAY_MS;

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
