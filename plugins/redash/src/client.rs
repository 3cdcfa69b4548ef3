//! Requests as Redash answers them: a key that it does not know is a 404, and one broken object is a 500 of its own.
//! Never knows what is asked.

use metahost_plugin_sdk::rest::{Answer, Api, parse};
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};
use serde_json::Value;

use crate::answer::{Page, Session};
use crate::config::SLOT;

/// One Redash.
pub struct Client<'s>(pub &'s dyn Api);

impl Client<'_> {
    /// Who asks, and of which version.
    pub fn session(&self) -> Result<Session> {
        parse("the session", self.get("/api/session")?)
    }

    /// What nothing goes on without.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.0.call(path, None).and_then(known)?.json().with("path", path)
    }

    /// One page of a list, or none behind the last: what is deleted meanwhile moves the end.
    pub fn page(&self, list: &str, number: u64, size: u64) -> Result<Option<Page>> {
        let path = page(list, number, size);
        let answer = self.0.call(&path, None).and_then(known)?;
        if answer.status == 400 && number > 1 {
            return Ok(None);
        }
        answer.json().and_then(|found| parse("a page", found)).with("path", &path).map(Some)
    }

    /// Several objects. What is wrong with one alone is a protocol error, so that it can be left out.
    pub fn objects(&self, paths: &[String]) -> Vec<Result<Value>> {
        let answers = self.0.call_all(paths).into_iter().zip(paths);
        answers.map(|(answer, path)| self.object(answer).with("path", path)).collect()
    }

    /// One object.
    pub fn one(&self, path: &str) -> Result<Value> {
        self.object(self.0.call(path, None)).with("path", path)
    }

    fn object(&self, answer: Result<Answer>) -> Result<Value> {
        let answer = known(answer.map_err(|error| self.alone(error))?)?;
        match answer.status {
            403 => Err(protocol(format!("Redash does not show it to this user (HTTP 403: {})", answer.start()))),
            500.. => answer.json().map_err(|error| self.alone(error)),
            _ => answer.json(),
        }
    }

    /// A fault is the object's own as long as Redash answers other requests.
    fn alone(&self, error: Error) -> Error {
        match error {
            Error::Unavailable(found) if self.session().is_ok() => Error::Protocol(found.failure),
            other => other,
        }
    }
}

/// The path of one page, the first being 1; the oldest first, so that what is new appears behind what was read.
pub fn page(list: &str, number: u64, size: u64) -> String {
    format!("/api/{list}?page={number}&page_size={size}&order=created_at")
}

/// A wrong key gets 404 and an invitation to log in; so does one that is revoked half-way.
fn known(answer: Answer) -> Result<Answer> {
    if answer.status != 404 || !answer.start().contains("Please login") {
        return Ok(answer);
    }
    let message = format!(
        "Redash does not know the key (HTTP 404: {}); check `credentials.{SLOT}`: it wants a user's API key, not a query's, \
         in the header `Authorization` with the prefix `Key `",
        answer.start()
    );
    Err(Error::Denied(Failure { message, context: Vec::new() }))
}
