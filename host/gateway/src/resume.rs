//! An answer that breaks off is asked for once more, and goes on where it broke off: if it begins with the same bytes. What
//! was handed out can't be taken back, so another beginning is an error.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use crate::access::Access;
use crate::body::Rest;
use crate::call::Call;
use crate::counters::Tally;
use crate::error::{Error, ErrorKind, Result};
use crate::gateway::Shared;
use crate::live::Line;
use crate::retry;

/// How to ask for an answer once more, and what of it was handed out.
pub(crate) struct Again {
    pub(crate) shared: Arc<Shared>,
    pub(crate) access: Arc<Access>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) call: Call,
    pub(crate) status: u16,
    pub(crate) met: Sha256,
    pub(crate) done: u32,
}

impl Again {
    /// This was handed out.
    pub(crate) fn met(&mut self, part: &[u8]) {
        self.met.update(part);
    }

    /// What follows the first `seen` bytes: the part that came along with them, and what is still on the network.
    pub(crate) async fn resume(&mut self, seen: u64, broken: Error) -> Result<(Option<Rest>, Bytes)> {
        let Some(wait) = retry::pause_after(&self.access.limits, self.done, &broken) else { return Err(broken) };
        self.done += 1;
        self.tally.retry();
        sleep(wait).await;
        let line = Line { shared: &self.shared, access: &self.access, tally: &self.tally };
        let (response, _) = Box::pin(line.attempts(&self.call)).await?;
        if response.status != self.status {
            return Err(broken);
        }
        let (mut body, mut met, mut left) = (response.body, Sha256::new(), seen);
        let mut next = Bytes::new();
        while left > 0 {
            let Some(part) = Box::pin(body.chunk()).await? else { break };
            let cut = usize::try_from(left).unwrap_or(usize::MAX).min(part.len());
            met.update(&part[..cut]);
            left -= cut as u64;
            next = part.slice(cut..);
        }
        if left > 0 || met.clone().finalize() != self.met.clone().finalize() {
            return Err(self.changed());
        }
        self.met(&next);
        let (rest, parts) = body.into_rest();
        let next: Vec<u8> = parts.iter().fold(next.to_vec(), |mut all, part| {
            self.met.update(part);
            all.extend_from_slice(part);
            all
        });
        Ok((rest, next.into()))
    }

    fn changed(&self) -> Error {
        Error::new(
            ErrorKind::Unreachable,
            "the answer broke off, and had another beginning when it was asked for again",
        )
        .retryable(true)
        .with("url", self.shared.redactor.text(self.call.url.as_str()))
    }
}
