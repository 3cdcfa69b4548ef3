//! The body of an answer: streamed from the network, or already here. Counts what it hands out against the limit.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout};

use crate::counters::Tally;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{self, Place};
use crate::resume::Again;

/// So much is read before the answer is handed over: a small answer is whole, or was asked for again.
pub(crate) const HEAD_START: u64 = 256 << 10;

/// A decoded body, to be read part by part or as a whole.
pub struct Body {
    parts: VecDeque<Bytes>,
    rest: Option<Rest>,
    seen: u64,
    bounds: Bounds,
    /// How to go on if it breaks off.
    again: Option<Again>,
}

/// What a body may not exceed, and where that is said.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    pub(crate) max_bytes: u64,
    pub(crate) idle: Duration,
    pub(crate) place: Arc<Place>,
    pub(crate) tally: Arc<Tally>,
}

/// What is still on the network.
pub(crate) struct Rest {
    response: reqwest::Response,
    /// Time left for waiting. The caller's own time does not count: a slow catalog is not the server's fault.
    budget: Duration,
}

impl Body {
    pub(crate) fn live(response: reqwest::Response, budget: Duration, bounds: Bounds) -> Result<Self> {
        let announced = response.content_length().unwrap_or_default();
        if announced > bounds.max_bytes {
            return Err(too_large(&bounds).with("announced-bytes", announced));
        }
        Ok(Self { parts: VecDeque::new(), rest: Some(Rest { response, budget }), seen: 0, bounds, again: None })
    }

    /// A body that is all here and was counted already.
    pub(crate) fn whole(bytes: Bytes, bounds: Bounds) -> Self {
        Self { seen: bytes.len() as u64, parts: VecDeque::from([bytes]), rest: None, bounds, again: None }
    }

    /// A body that is asked for again where it breaks off.
    pub(crate) fn resumable(mut self, again: impl FnOnce() -> Again) -> Self {
        if self.rest.is_some() {
            let mut again = again();
            self.parts.iter().for_each(|part| again.met(part));
            self.again = Some(again);
        }
        self
    }

    /// Reads ahead, so that a connection that breaks early shows before the caller has seen anything.
    pub(crate) async fn read_ahead(&mut self) -> Result<()> {
        while self.seen < HEAD_START {
            match self.pull().await? {
                Some(part) => self.parts.push_back(part),
                None => break,
            }
        }
        Ok(())
    }

    /// Whether the part that was read ahead holds these bytes.
    pub(crate) fn has_ahead(&self, wanted: &[u8]) -> bool {
        let ahead: Vec<u8> = self.parts.iter().flatten().copied().collect();
        ahead.windows(wanted.len()).any(|window| window == wanted)
    }

    /// The next part; none at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.parts.pop_front() {
                Some(part) if part.is_empty() => {}
                Some(part) => return Ok(Some(part)),
                None => return self.pull().await,
            }
        }
    }

    /// All that is left, refused above `limit` bytes.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes> {
        let mut whole = BytesMut::new();
        let mut next = Some(self.chunk().await?.unwrap_or_default());
        while let Some(part) = next {
            if whole.len() + part.len() > limit {
                return Err(Error::new(ErrorKind::TooLarge, "the answer is larger than its reader takes")
                    .with("limit-bytes", limit)
                    .with("url", &self.bounds.place.url));
            }
            next = self.chunk().await?;
            if whole.is_empty() && next.is_none() {
                return Ok(part);
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    }

    /// The next part from the network; where it breaks off, from the same answer given once more.
    async fn pull(&mut self) -> Result<Option<Bytes>> {
        let pulled = self.pull_once().await;
        let Some(again) = &mut self.again else { return pulled };
        match pulled {
            Ok(part) => {
                if let Some(part) = &part {
                    again.met(part);
                }
                Ok(part)
            }
            Err(error) if error.is_retryable() => {
                let (rest, next) = again.resume(self.seen, error).await?;
                self.rest = rest;
                self.seen += next.len() as u64;
                Ok((!next.is_empty() || self.rest.is_some()).then_some(next))
            }
            Err(error) => Err(error),
        }
    }

    /// What is still on the network, with what came of it; for the body that it goes on as.
    pub(crate) fn into_rest(self) -> (Option<Rest>, VecDeque<Bytes>) {
        (self.rest, self.parts)
    }

    async fn pull_once(&mut self) -> Result<Option<Bytes>> {
        let Some(rest) = &mut self.rest else { return Ok(None) };
        let place = &self.bounds.place;
        let started = Instant::now();
        let patience = rest.budget.min(self.bounds.idle);
        let part = match timeout(patience, rest.response.chunk()).await {
            Ok(part) => part.map_err(|cause| fault::from_body(cause, place))?,
            Err(_) => return Err(fault::timed_out(place, rest.budget <= self.bounds.idle)),
        };
        rest.budget = rest.budget.saturating_sub(started.elapsed());
        let Some(part) = part else {
            self.rest = None;
            return Ok(None);
        };
        self.account(&part)?;
        Ok(Some(part))
    }

    fn account(&mut self, part: &Bytes) -> Result<()> {
        self.seen += part.len() as u64;
        self.bounds.admit(part.len(), self.seen)
    }
}

impl Bounds {
    /// Counts what came in, and refuses what is too much in all.
    pub(crate) fn admit(&self, now: usize, in_all: u64) -> Result<()> {
        self.tally.bytes_in(now);
        if in_all > self.max_bytes { Err(too_large(self)) } else { Ok(()) }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("seen", &self.seen)
            .field("streaming", &self.rest.is_some())
            .finish_non_exhaustive()
    }
}

fn too_large(bounds: &Bounds) -> Error {
    let setting = &bounds.place.limit_setting("response-mib");
    Error::new(ErrorKind::TooLarge, format!("the answer is larger than `{setting}` allows"))
        .with("limit-bytes", bounds.max_bytes)
        .with("url", &bounds.place.url)
        .with("setting", setting)
}
