//! GraphQL as Dagster speaks it: an error may come with HTTP 200, 400, 500, or inside the data as `PythonError`. Never
//! knows what is asked.

use std::cell::RefCell;
use std::collections::BTreeSet;

use metahost_plugin_sdk::rest::{Answer, Api, parse};
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::optional;

/// A Dagster server, and what it is known not to know.
pub struct Server {
    api: Box<dyn Api>,
    unknown: RefCell<BTreeSet<String>>,
}

impl Server {
    /// One that is asked by way of this.
    pub fn new(api: Box<dyn Api>) -> Self {
        Self { api, unknown: RefCell::default() }
    }

    /// The `data` of one answer. Optional parts that the server does not know are left out, now and later.
    pub fn ask(&self, query: &str, variables: &Value) -> Result<Value> {
        loop {
            let text = optional::render(query, &self.unknown.borrow());
            let answer = self.api.call("/graphql", Some(&json!({ "query": text, "variables": variables })))?;
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if !self.learn(query, &said["errors"]) {
                return data(&answer, said);
            }
        }
    }

    /// Whether the errors name something new that the query can do without.
    fn learn(&self, query: &str, errors: &Value) -> bool {
        let mut known = self.unknown.borrow_mut();
        let before = known.len();
        known.extend(optional::unknown(query, errors));
        known.len() > before
    }

    /// What the server was found not to know.
    pub fn unknown(&self) -> Vec<String> {
        self.unknown.borrow().iter().cloned().collect()
    }
}

/// The data of an answer, or what is wrong with it.
fn data(answer: &Answer, mut said: Value) -> Result<Value> {
    if let Some(message) = said["errors"][0]["message"].as_str() {
        return Err(refused(answer.status, message));
    }
    if answer.status == 404 {
        return Err(protocol("there is no GraphQL at this address; `url` is the address of Dagster's web server"));
    }
    answer.json()?;
    if said["data"].is_object() { Ok(said["data"].take()) } else { Err(no_data(answer)) }
}

/// HTTP 400 is for a query that makes no sense to this server: to ask for another item would not help.
fn refused(status: u16, message: &str) -> Error {
    let told = format!("Dagster refuses the query: {message}");
    match status {
        400 => Error::Unsupported(format!("{told}; is this Dagster older than 1.5?")),
        401 | 403 => denied(&told),
        _ => protocol(told),
    }
}

fn no_data(answer: &Answer) -> Error {
    protocol(format!("HTTP {} without data: {}", answer.status, answer.start()))
}

/// One field of the data that is a union: the wanted case, or the error that came instead.
pub fn case<T: DeserializeOwned>(mut data: Value, field: &str, wanted: &str) -> Result<T> {
    let found = data[field].take();
    let name = found["__typename"].as_str().unwrap_or_default().to_owned();
    if name == wanted {
        return parse(&format!("`{field}`"), found);
    }
    let message = found["message"].as_str().unwrap_or("no message");
    let error = if name.contains("Unauthorized") { denied(message) } else { protocol(format!("{name}: {message}")) };
    Err(error.with("field", field))
}

fn denied(message: &str) -> Error {
    Error::Denied(Failure { message: message.to_owned(), context: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_inside_the_data_is_an_error() {
        let said = |kind| json!({"runsOrError": {"__typename": kind, "message": "the database is locked"}});
        let told = |kind| format!("{:?}", case::<Value>(said(kind), "runsOrError", "Runs").unwrap_err());
        assert!(told("PythonError").contains("the database is locked"));
        assert!(told("UnauthorizedError").starts_with("Error::Denied"));
    }
}
