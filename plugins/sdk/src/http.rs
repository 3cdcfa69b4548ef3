//! HTTP as connectors use it: build a request, send it through the host, read the answer.
//! Never adds credentials: a request only names the slot.

use std::io;

use serde::de::DeserializeOwned;

use crate::bindings::metahost::source::http::Body;
pub use crate::bindings::metahost::source::http::{Request, Response, send, send_all};
use crate::error::{ErrorExt, Result, protocol};

impl Request {
    /// A request without body, safe to repeat.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: "GET".to_owned(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            credential: None,
            timeout_ms: None,
            retry: true,
        }
    }

    /// A request with a body; not repeated unless `retry` is set.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST".to_owned(), body: Some(body.into()), retry: false, ..Self::get(url) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Signs with this slot, if there is one.
    #[must_use]
    pub fn credential(mut self, slot: Option<&str>) -> Self {
        self.credential = slot.map(str::to_owned);
        self
    }

    /// Sends it.
    pub fn send(&self) -> Result<Response> {
        send(self).with("url", self.url.clone())
    }
}

impl Response {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The whole body.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        self.body.read_all()
    }

    /// The body, piece by piece: for what is too large to be held.
    pub fn reader(self) -> BodyReader {
        BodyReader(self.body)
    }

    /// The whole body as text.
    pub fn text(&self) -> Result<String> {
        String::from_utf8(self.bytes()?).map_err(|error| protocol(error.to_string()))
    }

    /// The whole body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let body = self.bytes()?;
        serde_json::from_slice(&body).map_err(|error| {
            protocol(format!("the answer is not the expected JSON: {error}")).with("status", self.status.to_string())
        })
    }
}

/// A body that is read piece by piece. What goes wrong is the host's own error, inside of an `io::Error`.
pub struct BodyReader(Body);

impl io::Read for BodyReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let max = u32::try_from(into.len()).unwrap_or(u32::MAX);
        let piece = self.0.read(max).map_err(io::Error::other)?;
        let room = into.get_mut(..piece.len()).ok_or_else(|| io::Error::other("a piece larger than asked for"))?;
        room.copy_from_slice(&piece);
        Ok(piece.len())
    }
}
