//! Requests and responses as callers see them.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::body::Body;

/// A request to send.
#[derive(Clone, Default)]
pub struct Request {
    /// GET, POST and so on, in upper case.
    pub method: String,
    /// An absolute http or https URL without a user name.
    pub url: String,
    /// Headers in order. `Accept-Encoding` is the gateway's own affair and ignored.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Option<Bytes>,
    /// The credential slot to use.
    pub credential: Option<String>,
    /// A shorter time-out than the owner's.
    pub timeout: Option<Duration>,
    /// Whether it is safe to send it more than once.
    pub retry: bool,
}

impl Request {
    /// A GET that is safe to repeat.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: "GET".into(), url: url.into(), retry: true, ..Self::default() }
    }

    /// A request of this method, not repeated.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), ..Self::default() }
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Names the credential slot.
    pub fn credential(mut self, slot: impl Into<String>) -> Self {
        self.credential = Some(slot.into());
        self
    }

    /// Says whether it is safe to send it more than once.
    pub fn retry(mut self, retry: bool) -> Self {
        self.retry = retry;
        self
    }
}

// Headers and bodies may hold what a caller inside the host put there: a token, a password.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

/// The final answer, after redirects and retries. A status of 400 and above is an answer, not an error.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Body,
}

impl Response {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
