//! A request on its way over the network: place in the queue, credential, attempts, redirects. Knows no cassette.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::access::Access;
use crate::address::Reach;
use crate::authorize::authorize;
use crate::body::{Body, Bounds};
use crate::call::Call;
use crate::counters::Tally;
use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::fault::{self, Place};
use crate::gateway::Shared;
use crate::message::Response;
use crate::origin::Origin;
use crate::redirect;
use crate::retry;
use crate::tokens::Given;

/// Who asks, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) access: &'a Access,
    pub(crate) tally: &'a Arc<Tally>,
}

/// A final answer and the way to it.
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) attempts: u32,
    pub(crate) redirects: Vec<String>,
    /// What brought it, after all redirects.
    pub(crate) call: Call,
}

impl Line<'_> {
    /// Sends a request and follows where it leads.
    pub(crate) async fn exchange(&self, mut call: Call) -> Result<Answer> {
        let (mut attempts, mut redirects) = (0, Vec::new());
        loop {
            let (response, tried) = self.attempts(&call).await?;
            attempts += tried;
            let Some(next) = redirect::next(self.access, &call, &response)? else {
                return Ok(Answer { response, attempts, redirects, call });
            };
            if redirects.len() == redirect::MOST {
                return Err(redirect::too_many(&call));
            }
            redirects.push(next.url.to_string());
            call = next;
        }
    }

    /// Sends a request, again if that is safe and may help, and says how often.
    pub(crate) async fn attempts(&self, call: &Call) -> Result<(Response, u32)> {
        let credential = call.slot.as_ref().and_then(|slot| self.access.credentials.get(slot));
        let (mut done, mut renewed) = (0, false);
        let mut missed = None;
        loop {
            let given = self.given(credential).await?;
            let outcome = self.attempt(call, credential, given.as_ref(), done + 1).await;
            // What was refused was not acted upon: one more try with a new token or new keys repeats nothing.
            if let (Some(given), Some(credential), Ok(answer), false) = (&given, credential, &outcome, renewed)
                && given.is_refused(answer)
            {
                self.shared.tokens.forget(credential, given).await;
                renewed = true;
                continue;
            }
            let wait = self.pause(call, done, &outcome, &mut missed);
            done += 1;
            let Some(wait) = wait else { return outcome.map(|response| (response, done)) };
            self.tally.retry();
            drop(outcome);
            sleep(wait).await;
        }
    }

    /// How long to wait before the next attempt, if there is one. `missed` is when the server was first away.
    fn pause(
        &self,
        call: &Call,
        done: u32,
        outcome: &Result<Response>,
        missed: &mut Option<Instant>,
    ) -> Option<Duration> {
        let away = self.outage(&call.origin, done, outcome.as_ref().err(), missed);
        away.or_else(|| if call.retry { retry::pause(&self.access.limits, done, outcome) } else { None })
    }

    /// How long to wait for a server that answered before and is away; none where that is not what is wrong.
    pub(crate) fn outage(
        &self,
        origin: &Origin,
        done: u32,
        error: Option<&Error>,
        missed: &mut Option<Instant>,
    ) -> Option<Duration> {
        if !self.shared.has_answered(origin, error.is_none()) {
            return None;
        }
        let away = missed.get_or_insert_with(Instant::now).elapsed();
        retry::outage(&self.access.limits, done, away, error)
    }

    async fn given(&self, credential: Option<&Credential>) -> Result<Option<Given>> {
        match credential {
            Some(credential) => self.shared.tokens.get(self, credential).await,
            None => Ok(None),
        }
    }

    async fn attempt(
        &self,
        call: &Call,
        credential: Option<&Credential>,
        given: Option<&Given>,
        number: u32,
    ) -> Result<Response> {
        let client = self.shared.transport.client(self.reach(&call.origin), self.access.limits.connect_timeout)?;
        let permit = self.shared.limiter(self.access, &call.origin).enter().await?;
        let mut signed = call.clone();
        if let Some(credential) = credential {
            authorize(&mut signed, credential, given)?;
        }
        let started = Instant::now();
        let outcome = self.send(&client, signed).await;
        // The body that is still to come holds no place: a caller with many open bodies would wait for itself.
        drop(permit);
        self.log(call, number, started.elapsed(), &outcome);
        outcome
    }

    async fn send(&self, client: &reqwest::Client, call: Call) -> Result<Response> {
        let place = Arc::new(self.place(&call));
        let started = Instant::now();
        let whole = call.timeout;
        self.tally.bytes_out(call.body.as_ref().map_or(0, bytes::Bytes::len));
        let sent = timeout(whole, client.execute(request(call))).await;
        let response =
            sent.map_err(|_| fault::timed_out(&place, true))?.map_err(|cause| fault::from_send(cause, &place))?;
        let (status, headers) = (response.status().as_u16(), readable_headers(&response));
        let budget = whole.saturating_sub(started.elapsed());
        let mut body = Body::live(response, budget, self.bounds(place))?;
        body.read_ahead().await?;
        Ok(Response { status, headers, body })
    }

    /// How far the name in the URL may lead. An address, or `localhost`, was written out in the grant itself.
    pub(crate) fn reach(&self, origin: &Origin) -> Reach {
        let explicit = self.access.allow_private || origin.is_explicit_address();
        if explicit { Reach::Private } else { Reach::Public }
    }

    /// Where the call goes, for messages.
    pub(crate) fn place(&self, call: &Call) -> Place {
        self.place_at(&format!("{}{}", call.origin, call.url.path()), call.timeout)
    }

    /// A place at this address, for messages.
    pub(crate) fn place_at(&self, address: &str, timeout: Duration) -> Place {
        Place {
            owner: self.access.owner.clone(),
            url: self.shared.redactor.text(address),
            settings: self.access.settings.clone(),
            timeout,
            idle: self.access.limits.idle_timeout,
        }
    }

    /// The limits of an answer that comes from there.
    pub(crate) fn bounds(&self, place: Arc<Place>) -> Bounds {
        let limits = &self.access.limits;
        Bounds { max_bytes: limits.max_response_bytes, idle: limits.idle_timeout, place, tally: Arc::clone(self.tally) }
    }

    fn log(&self, call: &Call, attempt: u32, took: Duration, outcome: &Result<Response, Error>) {
        let url = self.place(call).url;
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (method, owner) = (&call.method, &self.access.owner);
        match outcome {
            Ok(answer) => tracing::debug!(%owner, %method, %url, status = answer.status, ms, attempt, "http"),
            Err(error) => tracing::debug!(%owner, %method, %url, kind = ?error.kind(), ms, attempt, "http failed"),
        }
    }
}

fn request(call: Call) -> reqwest::Request {
    let mut request = reqwest::Request::new(call.method, call.url);
    *request.headers_mut() = call.headers;
    *request.body_mut() = call.body.map(Into::into);
    request
}

/// Headers as text, without those of the connection.
fn readable_headers(response: &reqwest::Response) -> Vec<(String, String)> {
    const OF_THE_CONNECTION: [&str; 4] = ["connection", "keep-alive", "transfer-encoding", "trailer"];
    let headers = response.headers().iter().filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()));
    headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}
