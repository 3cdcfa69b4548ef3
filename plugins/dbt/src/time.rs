//! dbt's times as milliseconds. Never asks what time it is.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01 UTC; a time without zone is UTC, as dbt means it.
pub fn millis(text: &str) -> Option<u64> {
    let text = text.trim().replacen(' ', "T", 1);
    let with_zone = OffsetDateTime::parse(&text, &Rfc3339);
    let parsed = with_zone.or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339)).ok()?;
    u64::try_from(parsed.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn every_form_that_dbt_writes_is_read() {
        assert_eq!(millis("2026-11-23T05:17:52.065919Z"), Some(1_795_411_072_065));
        assert_eq!(millis("2026-11-23T05:17:52.065919+00:00"), Some(1_795_411_072_065));
        assert_eq!(millis("2026-11-23T06:17:52+01:00"), Some(1_795_411_072_000));
        assert_eq!(millis("2026-11-23 05:17:52.065919"), Some(1_795_411_072_065));
        assert_eq!(millis("yesterday"), None);
    }
}
