//! What Trino answers to a statement, and what its errors mean to the host.

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::types::{Failure, Retryable};
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::SLOT;
use crate::transport::Reply;

/// A page of a statement's result.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<'a> {
    /// Trino's id of the query.
    pub id: String,
    /// Where the next page is; none on the last.
    pub next_uri: Option<String>,
    /// Name and type of each column, once known.
    pub columns: Option<Vec<Column>>,
    /// Rows, or where they are.
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    /// Why the statement failed.
    pub error: Option<QueryError>,
    /// How far it is.
    #[serde(default)]
    pub stats: Stats,
}

/// A column of a result.
#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as Trino prints it.
    #[serde(rename = "type")]
    pub kind: String,
}

/// How far a statement is.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stats {
    /// Since the server took the statement.
    pub elapsed_time_millis: u64,
    /// Bytes read from the connector's source.
    pub physical_input_bytes: u64,
    /// Bytes processed.
    pub processed_bytes: u64,
}

/// Why a statement failed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryError {
    /// For people.
    pub message: String,
    /// Such as `PERMISSION_DENIED`.
    #[serde(default)]
    pub error_name: String,
    /// `USER_ERROR`, `INTERNAL_ERROR`, `INSUFFICIENT_RESOURCES` or `EXTERNAL`.
    #[serde(default)]
    pub error_type: String,
}

impl QueryError {
    /// The contract's error: the host decides about a retry by its case.
    pub fn into_error(self, query: &str) -> Error {
        let failure = Failure { message: format!("Trino: {}", self.message), context: Vec::new() };
        let error = match (self.error_name.as_str(), self.error_type.as_str()) {
            ("PERMISSION_DENIED", _) => Error::Denied(failure),
            (_, "INSUFFICIENT_RESOURCES" | "EXTERNAL")
            | ("NO_NODES_AVAILABLE" | "SERVER_STARTING_UP" | "SERVER_SHUTTING_DOWN" | "ABANDONED_QUERY", _) => {
                Error::Unavailable(Retryable { failure, after_ms: None })
            }
            _ => Error::Protocol(failure),
        };
        error.with("error", self.error_name).with(QUERY, query)
    }
}

/// Names the query in an error: only a statement that Trino took has one.
pub const QUERY: &str = "query";

/// Whether Trino ran the statement and said no, as against Trino itself being out of reach, or refusing the user.
fn is_statement_error(error: &Error) -> bool {
    failure(error).is_some_and(|failure| failure.context.iter().any(|(key, _)| key == QUERY))
}

/// None where a later try may help.
const fn failure(error: &Error) -> Option<&Failure> {
    match error {
        Error::Denied(failure) | Error::Protocol(failure) => Some(failure),
        _ => None,
    }
}

/// Trino's own name for a failure, such as `TABLE_NOT_FOUND`: only a Trino that is there gives one.
pub fn name(error: &Error) -> Option<&str> {
    let failure = match error {
        Error::Unavailable(retryable) => &retryable.failure,
        other => failure(other)?,
    };
    failure.context.iter().find(|(key, _)| key == "error").map(|(_, name)| name.as_str())
}

/// Whether the catalog's own source failed while Trino itself is there.
pub fn is_source_error(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_)) && name(error).is_some()
}

/// Whether the failure concerns what was asked for and other statements may well succeed.
pub fn is_local(error: &Error) -> bool {
    is_statement_error(error) || is_source_error(error)
}

/// What concerns one item alone is named and left out (none); Trino being out of reach ends the read.
pub fn or_skip<T>(out: &mut dyn Output, path: &[&str], read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_local(&error) => {
            out.skipped(path, &reason(&error));
            Ok(None)
        }
        Err(error) => Err(error).with("item", path.join(".")),
    }
}

/// One line for a report.
pub fn reason(error: &Error) -> String {
    match error {
        Error::Denied(failure) | Error::Protocol(failure) => failure.message.clone(),
        Error::Unavailable(retryable) => retryable.failure.message.clone(),
        Error::Unsupported(what) => format!("not supported: {what}"),
        Error::Cancelled => "cancelled".to_owned(),
        Error::Config(problems) => {
            let all: Vec<_> = problems.iter().map(|p| format!("{}: {}", p.pointer, p.message)).collect();
            all.join("; ")
        }
    }
}

/// Reads a page.
pub fn parse(reply: &Reply) -> Result<Answer<'_>> {
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map_err(|error| {
            let start = snippet(&reply.body);
            protocol(format!(
                "this is not Trino's client protocol: {error}; does `url` point at Trino? It says: {start}"
            ))
        }),
        401 | 403 => {
            let message = format!(
                "Trino refuses the credential (HTTP {}: {}); check `credentials.{SLOT}`, and `user` if it is set",
                reply.status,
                snippet(&reply.body)
            );
            Err(Error::Denied(Failure { message, context: Vec::new() }))
        }
        _ => Err(refused(reply)),
    }
}

/// What an answer that is no result means.
pub fn refused(reply: &Reply) -> Error {
    let message = format!("HTTP {}: {}", reply.status, snippet(&reply.body));
    let failure = Failure { message, context: Vec::new() };
    match reply.status {
        401 | 403 => Error::Denied(failure),
        429 | 500 | 502 | 503 | 504 => {
            let seconds = reply.header("retry-after").and_then(|text| text.parse::<u64>().ok());
            Error::Unavailable(Retryable { failure, after_ms: seconds.map(|s| s.saturating_mul(1_000)) })
        }
        _ => Error::Protocol(failure),
    }
}

fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line: String = text.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}
