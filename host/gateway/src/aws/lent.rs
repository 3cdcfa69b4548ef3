//! Keys that are lent for a while, as STS and the containers' servers write them down.

use std::time::Duration;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::AwsKeys;
use crate::secret::Secret;

/// Keys, and how long they live where that is known.
pub(super) struct Lent {
    pub(super) keys: AwsKeys,
    pub(super) life: Option<Duration>,
}

/// Keys as they are answered.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Written {
    access_key_id: String,
    secret_access_key: String,
    #[serde(alias = "Token")]
    session_token: Option<String>,
    expiration: Option<String>,
}

impl From<AwsKeys> for Lent {
    fn from(keys: AwsKeys) -> Self {
        Self { keys, life: None }
    }
}

impl From<Written> for Lent {
    fn from(written: Written) -> Self {
        let life = written.expiration.as_deref().and_then(|ends| life(ends, OffsetDateTime::now_utc()));
        let keys = AwsKeys {
            access_key_id: Secret::new(written.access_key_id),
            secret_access_key: Secret::new(written.secret_access_key),
            session_token: written.session_token.filter(|token| !token.is_empty()).map(Secret::new),
        };
        Self { keys, life }
    }
}

/// How long it is until then; nothing for what is over, and none for what is no date.
fn life(ends: &str, now: OffsetDateTime) -> Option<Duration> {
    let ends = OffsetDateTime::parse(ends.trim(), &Rfc3339).ok()?;
    Some((ends - now).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn keys_live_until_the_time_that_was_told() {
        let now = datetime!(2026-11-23 20:00:00 UTC);
        assert_eq!(life("2026-11-23T21:00:00Z", now), Some(Duration::from_hours(1)));
        assert_eq!(life("2026-11-23T20:00:00.500+00:00", now), Some(Duration::from_millis(500)));
        assert_eq!(life("2026-11-23T19:00:00Z", now), Some(Duration::ZERO));
        assert_eq!(life("later", now), None);
    }
}
