//! One call to the server and its answer. Knows the path's encoding and what a status means for the whole catalog, and
//! nothing of any entity.

use core::fmt;

use bytes::Bytes;
use metahost_gateway::{Client, ErrorKind as GatewayError, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::{Outcome, Rejection};

/// Everything but the unreserved characters, slashes and quotes too.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Largest answer that is taken into memory: a page of tables with their columns.
const MAX_ANSWER: usize = 256 << 20;

/// Longest message of the server that is passed on.
const MAX_WORDS: usize = 2_000;

/// A server and how to reach it.
pub struct Server {
    client: Client,
    base: String,
    credential: Option<String>,
}

/// What the server said. What is shown of it is without secrets: servers and the proxies before them repeat requests.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    change: Option<String>,
    body: Bytes,
    client: Client,
}

/// A name as one part of a path or a query.
pub fn encode(name: impl fmt::Display) -> String {
    utf8_percent_encode(&name.to_string(), NAME).to_string()
}

impl Server {
    /// `url` is the server's address, with `/api` at its end or without.
    pub fn new(client: Client, url: &str, credential: Option<String>) -> Self {
        let root = url.trim_end_matches('/').trim_end_matches("/v1").trim_end_matches("/api");
        Self { client, base: format!("{root}/api/v1"), credential }
    }

    /// Where its API begins.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.send(Request::get(self.url(path))).await
    }

    /// Creates or updates; safe to repeat, as the server compares with what is there.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer, Error> {
        self.send(with_json(Request::new("PUT", self.url(path)).retry(true), "application/json", body)?).await
    }

    /// Adds, by the method that is otherwise safe to repeat.
    pub async fn put_once(&self, path: &str, body: &impl Serialize) -> Result<Answer, Error> {
        self.send(with_json(Request::new("PUT", self.url(path)).retry(false), "application/json", body)?).await
    }

    /// Adds; `again` says whether it is safe to repeat.
    pub async fn post(&self, path: &str, body: &impl Serialize, again: bool) -> Result<Answer, Error> {
        self.send(with_json(Request::new("POST", self.url(path)).retry(again), "application/json", body)?).await
    }

    /// Changes fields by a JSON patch; `again` says whether it is safe to repeat.
    pub async fn patch(&self, path: &str, operations: &[Value], again: bool) -> Result<Answer, Error> {
        let request = Request::new("PATCH", self.url(path)).retry(again);
        self.send(with_json(request, "application/json-patch+json", &operations)?).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    async fn send(&self, request: Request) -> Result<Answer, Error> {
        let (method, url) = (request.method.clone(), request.url.clone());
        let request = match &self.credential {
            Some(slot) => request.credential(slot.clone()),
            None => request,
        };
        let response =
            self.client.send(request.header("Accept", "application/json")).await.map_err(|error| unsent(&error))?;
        let change = response.header("X-OpenMetadata-Change").map(ToOwned::to_owned);
        let status = response.status;
        let body = response.body.collect(MAX_ANSWER).await.map_err(|error| unsent(&error))?;
        let answer = Answer { status, change, body, client: self.client.clone() };
        tracing::trace!(%method, %url, status, "catalog");
        match status {
            401 => Err(self.unauthorized(&answer)),
            429 | 502 | 503 | 504 => Err(self.busy(&answer).with("call", format!("{method} {url}"))),
            _ => Ok(answer),
        }
    }

    /// The token can't be used.
    pub fn unauthorized(&self, answer: &Answer) -> Error {
        let words = answer.words();
        let remedy = "use a valid JWT of a bot, such as the ingestion-bot (Settings, Bots)";
        Error::new(ErrorKind::Unauthorized, format!("OpenMetadata refuses the token: {words}; {remedy}"))
            .with("url", &self.base)
    }

    fn busy(&self, answer: &Answer) -> Error {
        let message = format!("OpenMetadata does not answer: {} {}", answer.status_text(), answer.words());
        Error::new(ErrorKind::Unreachable, message).with("url", &self.base).retryable()
    }
}

fn with_json(request: Request, content_type: &str, body: &impl Serialize) -> Result<Request, Error> {
    let text = serde_json::to_vec(body)
        .map_err(|cause| Error::new(ErrorKind::Protocol, format!("a body can't be written as JSON: {cause}")))?;
    Ok(request.header("Content-Type", content_type).body(text))
}

fn unsent(error: &metahost_gateway::Error) -> Error {
    let kind = match error.kind() {
        GatewayError::CredentialRefused | GatewayError::UnknownCredential => ErrorKind::Unauthorized,
        GatewayError::TooLarge | GatewayError::InvalidResponse => ErrorKind::Protocol,
        GatewayError::Cassette | GatewayError::Io => ErrorKind::Io,
        _ => ErrorKind::Unreachable,
    };
    let converted = Error::new(kind, format!("OpenMetadata can't be reached: {error}"));
    if error.is_retryable() { converted.retryable() } else { converted }
}

impl Answer {
    /// Whether the server did it.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the server has no such thing.
    pub fn is_missing(&self) -> bool {
        self.status == 404
    }

    /// Whether the server has no such call. Some versions wrap that into a 500.
    pub fn is_unknown_call(&self) -> bool {
        let wrapped = self.status == 500 && ["HTTP 404", "HTTP 405"].iter().any(|code| self.words().contains(code));
        matches!(self.status, 404 | 405) || wrapped
    }

    /// The body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|cause| {
            let start = cut(&self.client.redact(&String::from_utf8_lossy(&self.body)), 200);
            let cause = self.client.redact(&cause.to_string());
            Error::new(ErrorKind::Protocol, format!("OpenMetadata's answer can't be read: {cause}"))
                .with("status", self.status_text())
                .with("answer", start)
        })
    }

    /// The body of a success; none when there is no such thing; an error for all else.
    pub fn found<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        match self.status {
            404 => Ok(None),
            _ if self.is_success() => self.json().map(Some),
            _ => Err(self.failure()),
        }
    }

    /// An error for an answer that can't be worked with.
    pub fn failure(&self) -> Error {
        let kind = if self.status == 403 { ErrorKind::Unauthorized } else { ErrorKind::Protocol };
        Error::new(kind, format!("OpenMetadata answers {}: {}", self.status_text(), self.words()))
    }

    /// The server's own words.
    pub fn words(&self) -> String {
        let parsed: Option<Value> = serde_json::from_slice(&self.body).ok();
        let message = parsed.as_ref().and_then(|body| {
            ["message", "responseMessage"].iter().find_map(|key| body.get(key)).and_then(Value::as_str)
        });
        let words = message.map_or_else(|| String::from_utf8_lossy(&self.body).into_owned(), ToOwned::to_owned);
        cut(self.client.redact(&words).trim(), MAX_WORDS)
    }

    /// Why an item was refused.
    pub fn rejection(&self) -> Rejection {
        Rejection { reason: self.status_text(), message: self.words() }
    }

    /// What became of an item.
    pub fn outcome(&self) -> Outcome {
        match (self.status, self.change.as_deref()) {
            (200..300, Some("entityNoChange")) => Outcome::Unchanged,
            (200..300, Some("entityCreated")) | (201, None) => Outcome::Created,
            (200..300, _) => Outcome::Updated,
            _ => Outcome::Rejected(self.rejection()),
        }
    }

    fn status_text(&self) -> String {
        let name = match self.status {
            400 => " Bad Request",
            403 => " Forbidden",
            404 => " Not Found",
            405 => " Method Not Allowed",
            409 => " Conflict",
            412 => " Precondition Failed",
            413 => " Content Too Large",
            415 => " Unsupported Media Type",
            429 => " Too Many Requests",
            500 => " Internal Server Error",
            502 => " Bad Gateway",
            503 => " Service Unavailable",
            504 => " Gateway Timeout",
            _ => "",
        };
        format!("{}{name}", self.status)
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use metahost_gateway::{Access, Credential, Gateway, GatewayOptions, Secret};

    use super::*;

    fn answer(status: u16, change: Option<&str>, body: &str) -> Answer {
        let token = Credential::Bearer { token: Secret::new("hunter2!") };
        let credentials = [("server".to_owned(), token)].into();
        let client = Gateway::new(GatewayOptions::default())
            .unwrap()
            .client(Access { credentials, ..Access::new("openmetadata") });
        Answer { status, change: change.map(Into::into), body: Bytes::copy_from_slice(body.as_bytes()), client }
    }

    #[test]
    fn a_token_that_the_server_repeats_goes_no_further() {
        let said = r#"{"message":"Expired token! Bearer hunter2!","version":"hunter2!"}"#;
        assert_eq!(answer(401, None, said).words(), "Expired token! Bearer ***");
        let error = answer(200, None, said).json::<u64>().unwrap_err().to_string();
        assert!(error.contains("***") && !error.contains("hunter2!"), "{error}");
        let error = answer(200, None, r#""hunter2!""#).json::<u64>().unwrap_err().to_string();
        assert!(error.contains("***") && !error.contains("hunter2!"), "{error}");
    }

    #[test]
    fn the_servers_words_reach_the_report() {
        let rejected = answer(400, None, r#"{"code":400,"message":"Unrecognized field \"x\""}"#).rejection();
        assert_eq!(
            (rejected.reason.as_str(), rejected.message.as_str()),
            ("400 Bad Request", "Unrecognized field \"x\"")
        );
        assert!(answer(500, None, r#"{"responseMessage":"HTTP 405 Method Not Allowed"}"#).is_unknown_call());
        assert_eq!(answer(502, None, "<html>bad</html>").words(), "<html>bad</html>");
    }

    #[test]
    fn the_change_header_decides_what_became_of_it() {
        assert_eq!(answer(200, Some("entityNoChange"), "").outcome(), Outcome::Unchanged);
        assert_eq!(answer(200, Some("entityUpdated"), "").outcome(), Outcome::Updated);
        assert_eq!(answer(201, None, "").outcome(), Outcome::Created);
    }

    #[test]
    fn a_name_is_one_part_of_a_path() {
        assert_eq!(encode(r#"s."a.b".c/d e"#), "s.%22a.b%22.c%2Fd%20e");
    }
}
