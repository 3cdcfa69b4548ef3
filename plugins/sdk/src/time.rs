//! Times as sources write them, in milliseconds. Never asks what time it is.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Milliseconds since 1970-01-01 UTC. A time without zone is UTC; seconds may be left out, as Java does where they are zero.
pub fn millis(text: &str) -> Option<u64> {
    let text = text.trim().replacen(' ', "T", 1);
    let parsed = [text.clone(), format!("{text}Z"), with_seconds(&text)?]
        .iter()
        .find_map(|text| OffsetDateTime::parse(text, &Rfc3339).ok())?;
    u64::try_from(parsed.unix_timestamp_nanos() / 1_000_000).ok()
}

/// `2026-11-19T07:33Z` with its seconds.
fn with_seconds(text: &str) -> Option<String> {
    let (date, clock) = text.split_once('T')?;
    let at = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(at);
    Some(format!("{date}T{clock}:00{}", if zone.is_empty() { "Z" } else { zone }))
}

/// The second that a time is in, as `2026-11-19T07:33:20Z`.
pub fn format(millis: u64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(i64::try_from(millis / 1_000).ok()?).ok()?;
    at.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_sources_write_is_read() {
        assert_eq!(millis("2026-11-23T05:17:52.065919Z"), Some(1_795_411_072_065));
        assert_eq!(millis("2026-11-23T05:17:52.065919+00:00"), Some(1_795_411_072_065));
        assert_eq!(millis("2026-11-23T06:17:52+01:00"), Some(1_795_411_072_000));
        assert_eq!(millis("2026-11-23 05:17:52.065919"), Some(1_795_411_072_065));
        assert_eq!(millis("2026-11-23T05:17Z"), Some(1_795_411_020_000));
        assert_eq!(millis("2026-11-19T09:33:00.5+02:00"), Some(1_795_073_580_500));
        assert_eq!((millis("yesterday"), millis("2026-11T07:33Z"), millis("1969-01-01T00:00:00Z")), (None, None, None));
    }

    #[test]
    fn times_go_there_and_back() {
        for (text, at) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799_000),
            ("2026-11-19T07:33:20Z", 1_795_073_600_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
        ] {
            assert_eq!((millis(text), format(at).as_deref()), (Some(at), Some(text)));
        }
        assert_eq!(format(1_795_411_072_065).as_deref(), Some("2026-11-23T05:17:52Z"), "to the second");
    }
}
