//! How many requests are under way to one origin, and how many begin in a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::access::HttpLimits;
use crate::error::{Error, ErrorKind, Result};

/// The limiter of one owner at one origin.
#[derive(Debug, Clone)]
pub(crate) struct Limiter {
    permits: Arc<Semaphore>,
    pace: Option<Arc<Pace>>,
}

impl Limiter {
    pub(crate) fn new(limits: &HttpLimits) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limits.max_in_flight.clamp(1, Semaphore::MAX_PERMITS))),
            pace: limits.requests_per_second.and_then(Pace::new).map(Arc::new),
        }
    }

    /// Waits for a place. It is free again when the permit is dropped.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|cause| Error::new(ErrorKind::Limit, "the gateway is closed").caused_by(cause))?;
        if let Some(pace) = &self.pace {
            sleep_until(pace.reserve(Instant::now())).await;
        }
        Ok(permit)
    }
}

/// A token bucket that holds one second's worth, kept as the time at which it will be full again.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    burst: Duration,
    full_at: Mutex<Option<Instant>>,
}

impl Pace {
    fn new(per_second: f64) -> Option<Self> {
        let interval = Duration::try_from_secs_f64(per_second.recip()).ok()?;
        let burst = Duration::from_secs(1).saturating_sub(interval);
        Some(Self { interval, burst, full_at: Mutex::new(None) })
    }

    /// Takes one token and says from when on it may be used.
    fn reserve(&self, now: Instant) -> Instant {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let start = full_at.map_or(now, |at| at.max(now));
        *full_at = Some(start + self.interval);
        start.checked_sub(self.burst).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bucket_lets_a_second_worth_through_and_then_keeps_the_pace() {
        let pace = Pace::new(10.0).unwrap();
        let start = Instant::now();
        let waits: Vec<_> = (0..13).map(|_| pace.reserve(start).duration_since(start).as_millis()).collect();
        assert_eq!(waits[..10], [0; 10]);
        assert_eq!(waits[10..], [100, 200, 300]);
    }

    #[test]
    fn less_than_one_a_second_is_a_pace_too() {
        let pace = Pace::new(0.5).unwrap();
        let start = Instant::now();
        assert_eq!(pace.reserve(start), start);
        assert_eq!(pace.reserve(start), start + Duration::from_secs(2));
    }
}
