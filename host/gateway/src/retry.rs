//! When to ask again, and after how long. Decides only; sleeping and sending are done elsewhere.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::access::HttpLimits;
use crate::aws;
use crate::error::{Error, Result};
use crate::message::Response;

/// A server that is back is noticed so soon.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

const HTTP_DATE: &[FormatItem<'static>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// How long to wait before attempt `done + 1`; none when the outcome stands.
pub(crate) fn pause(limits: &HttpLimits, done: u32, outcome: &Result<Response, Error>) -> Option<Duration> {
    let asked = match outcome {
        Ok(answer) if is_transient(answer.status) || aws::is_throttled(answer) => {
            wait_asked_for(answer, OffsetDateTime::now_utc())
        }
        Err(error) => return pause_after(limits, done, error),
        Ok(_) => return None,
    };
    paused(limits, done, asked)
}

/// How long to wait after an error, likewise.
pub(crate) fn pause_after(limits: &HttpLimits, done: u32, error: &Error) -> Option<Duration> {
    if error.is_retryable() { paused(limits, done, error.wait()) } else { None }
}

fn paused(limits: &HttpLimits, done: u32, asked: Option<Duration>) -> Option<Duration> {
    if done >= limits.retries {
        return None;
    }
    match asked {
        // Sooner than it asked would only be refused again; the caller can come back later.
        Some(asked) if asked > limits.max_backoff => None,
        Some(asked) => Some(asked),
        None => Some(backoff(limits, done)),
    }
}

/// How long to wait for a server that answered before and now takes no connection, `away` after it was first missed; none
/// when it was waited for long enough, or something else is wrong.
pub(crate) fn outage(limits: &HttpLimits, done: u32, away: Duration, error: Option<&Error>) -> Option<Duration> {
    let is_gone = error.is_some_and(Error::is_unsent);
    (is_gone && away < limits.outage).then(|| backoff(limits, done).min(LONGEST_LOOK))
}

fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 502..=504)
}

fn wait_asked_for(answer: &Response, now: OffsetDateTime) -> Option<Duration> {
    parse_retry_after(answer.header("retry-after")?, now)
}

/// Seconds, or an HTTP date. A date that has passed is no wait.
fn parse_retry_after(value: &str, now: OffsetDateTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = PrimitiveDateTime::parse(value.trim(), HTTP_DATE).ok()?.assume_utc();
    Some((at - now).try_into().unwrap_or_default())
}

/// Full jitter: anything between nothing and the doubled wait, so that many clients do not come back at once.
fn backoff(limits: &HttpLimits, done: u32) -> Duration {
    let ceiling = limits.backoff.saturating_mul(2_u32.saturating_pow(done)).min(limits.max_backoff);
    ceiling.mul_f64(random_fraction())
}

fn random_fraction() -> f64 {
    // The standard library's hasher keys are random, which is all that jitter asks for.
    let bits = RandomState::new().hash_one(0_u8) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = datetime!(2026-11-23 04:39:59 UTC);
        assert_eq!(parse_retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(parse_retry_after("Mon, 23 Nov 2026 04:40:09 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(parse_retry_after("Mon, 23 Nov 2026 04:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(parse_retry_after("soon", now), None);
    }

    #[test]
    fn waits_grow_and_stay_below_their_ceiling() {
        let limits = HttpLimits { max_backoff: Duration::from_secs(1), ..HttpLimits::default() };
        for done in 0..40 {
            let ceiling = Duration::from_millis(250).saturating_mul(2_u32.saturating_pow(done)).min(limits.max_backoff);
            assert!(backoff(&limits, done) <= ceiling);
        }
        let longest = (0..50).map(|_| backoff(&limits, 2)).max().unwrap();
        assert!(longest > Duration::from_millis(250), "fifty draws below a quarter: not random");
    }
}
