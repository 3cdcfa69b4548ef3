//! The client of one owner: checks, counts, and hands the request to the network or the cassette.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::access::Access;
use crate::call::Call;
use crate::cassette::Cassette;
use crate::counters::{Counters, Tally};
use crate::database::{Query, Rows, Statement};
use crate::error::{Error, ErrorKind, Result};
use crate::gateway::Shared;
use crate::live::{Answer, Line};
use crate::message::{Request, Response};
use crate::resume::Again;

/// Sends requests under one access. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    access: Arc<Access>,
    tally: Arc<Tally>,
    /// What is wrong with the access; then nothing is sent.
    unusable: Option<Arc<str>>,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, access: Access) -> Self {
        let mut credentials = access.credentials.values();
        let learned = credentials.try_for_each(|credential| shared.redactor.learn_credential(credential));
        let unusable = learned.and_then(|()| access.check_limits()).err().map(|error| error.to_string().into());
        Self { shared, access: Arc::new(access), tally: Arc::default(), unusable }
    }

    /// Sends a request. Any HTTP status is an answer; an error means that there is none.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let (line, cassette) = self.way()?;
        let call = Call::new(&self.access, request, !matches!(cassette, Cassette::Replay(_)))?;
        self.count()?;
        match cassette {
            Cassette::Off => line.exchange(call).await.map(|answer| self.resumable(answer)),
            Cassette::Record(recorder) => recorder.exchange(&line, call).await,
            Cassette::Replay(player) => player.exchange(&line, &call).await,
        }
    }

    /// Runs a query. What the database refuses is an error; rows are what was recorded.
    pub async fn query(&self, query: Query) -> Result<Rows> {
        let (line, cassette) = self.way()?;
        let statement = Statement::new(&self.access, query, !matches!(cassette, Cassette::Replay(_)))?;
        self.count()?;
        match cassette {
            Cassette::Off => line.run(&statement).await.map(|(rows, _)| rows),
            Cassette::Record(recorder) => recorder.query(&line, &statement).await,
            Cassette::Replay(player) => player.query(&line, &statement).await,
        }
    }

    /// The way out, and what happens on it.
    fn way(&self) -> Result<(Line<'_>, &Cassette)> {
        if let Some(why) = &self.unusable {
            return Err(Error::new(ErrorKind::Config, why.as_ref()));
        }
        let line = Line { shared: &self.shared, access: &self.access, tally: &self.tally };
        Ok((line, if self.access.recorded { &self.shared.cassette } else { &Cassette::Off }))
    }

    /// An answer whose body goes on where it breaks off, if it is safe to ask again.
    fn resumable(&self, Answer { response, call, .. }: Answer) -> Response {
        if !call.retry {
            return response;
        }
        let Response { status, headers, body } = response;
        let again = || Again {
            shared: Arc::clone(&self.shared),
            access: Arc::clone(&self.access),
            tally: Arc::clone(&self.tally),
            call,
            status,
            met: Sha256::new(),
            done: 0,
        };
        Response { status, headers, body: body.resumable(again) }
    }

    /// The text without the secrets the gateway knows: what a source answers may repeat them.
    pub fn redact(&self, text: &str) -> String {
        self.shared.redactor.text(text)
    }

    /// What was sent and received so far.
    pub fn counters(&self) -> Counters {
        self.tally.snapshot()
    }

    /// The access it works under.
    pub fn access(&self) -> &Access {
        &self.access
    }

    fn count(&self) -> Result<()> {
        let before = self.tally.request();
        match self.access.limits.max_requests {
            Some(most) if before >= most => {
                let setting = self.access.limit_setting("requests");
                Err(Error::new(ErrorKind::Limit, format!("no more requests than `{setting}` allows"))
                    .with("limit", most)
                    .with("owner", &self.access.owner))
            }
            _ => Ok(()),
        }
    }
}
