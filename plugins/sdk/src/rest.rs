//! JSON over HTTP as most sources speak it: one place that tells an answer from a refusal, a fault, and a page of HTML.
//! Never knows what is asked.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorExt, Result, protocol, unavailable};
use crate::http::{Request, Response, send_all};
use crate::types::Failure;

/// Answers requests: a server, or recorded answers in a test.
pub trait Api {
    /// Sends a request to a path below the base address. `body` makes it a POST. Any HTTP status is an answer.
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer>;

    /// The JSON that a GET brings.
    fn get(&self, path: &str) -> Result<Value> {
        self.call(path, None)?.json().with("path", path)
    }

    /// What comes back of each of several requests, in their order. A server answers several at once.
    fn call_each(&self, asked: &[(String, Option<Value>)]) -> Vec<Result<Answer>> {
        asked.iter().map(|(path, body)| self.call(path, body.as_ref())).collect()
    }

    /// What comes back of each of several GETs, in their order.
    fn call_all(&self, paths: &[String]) -> Vec<Result<Answer>> {
        self.call_each(&paths.iter().map(|path| (path.clone(), None)).collect::<Vec<_>>())
    }

    /// The JSON that each of several GETs brings, in their order.
    fn get_all(&self, paths: &[String]) -> Vec<Result<Value>> {
        let answers = self.call_all(paths).into_iter().zip(paths);
        answers.map(|(answer, path)| answer?.json().with("path", path)).collect()
    }

    /// The JSON that a POST brings. Only for requests that change nothing.
    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(path, Some(body))?.json().with("path", path)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who answers, for messages: "Superset".
    pub product: &'static str,
    /// The slot whose credential was used, for messages.
    pub slot: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Answer {
    /// The JSON in it, or what is wrong.
    pub fn json(&self) -> Result<Value> {
        let (product, slot, status) = (self.product, self.slot, self.status);
        match status {
            200..300 => serde_json::from_slice(&self.body).map_err(|_| {
                protocol(format!("HTTP {status} is no JSON; is this {product}? It says: {}", self.start()))
            }),
            401 | 403 => {
                let message = format!(
                    "{product} refuses the credential (HTTP {status}: {}); check `credentials.{slot}`",
                    self.start()
                );
                Err(Error::Denied(Failure { message, context: Vec::new() }))
            }
            429 | 500.. => Err(unavailable(format!("{product} answers HTTP {status}: {}", self.start()))),
            _ => Err(protocol(format!("{product} answers HTTP {status}: {}", self.start()))),
        }
    }

    /// The beginning of the body, on one line.
    pub fn start(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").chars().take(200).collect()
    }
}

/// Reads one item of an answer.
pub fn parse<T: DeserializeOwned>(what: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| protocol(format!("{what} is not as expected: {error}")))
}

/// A server, by way of the host.
pub struct Server {
    base: String,
    product: &'static str,
    slot: &'static str,
    headers: Vec<(String, String)>,
}

impl Server {
    /// A server at this address, whose credential is in this slot.
    pub fn new(base: &str, product: &'static str, slot: &'static str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), product, slot, headers: Vec::new() }
    }

    /// Sends these headers with each request.
    #[must_use]
    pub fn with_headers(mut self, headers: &BTreeMap<String, String>) -> Self {
        self.headers.extend(headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())));
        self
    }
}

impl Api for Server {
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        self.answer(&self.request(path, body).send()?)
    }

    fn call_each(&self, asked: &[(String, Option<Value>)]) -> Vec<Result<Answer>> {
        let requests: Vec<Request> = asked.iter().map(|(path, body)| self.request(path, body.as_ref())).collect();
        send_all(&requests).into_iter().map(|response| self.answer(&response?)).collect()
    }
}

impl Server {
    fn request(&self, path: &str, body: Option<&Value>) -> Request {
        let url = format!("{}{path}", self.base);
        let request = match body {
            None => Request::get(url),
            Some(body) => {
                let request = Request { retry: true, ..Request::post(url, body.to_string()) };
                request.header("content-type", "application/json")
            }
        };
        let mut request = request.header("accept", "application/json").credential(Some(self.slot));
        request.headers.extend(self.headers.iter().cloned());
        request
    }

    fn answer(&self, response: &Response) -> Result<Answer> {
        Ok(Answer { product: self.product, slot: self.slot, status: response.status, body: response.bytes()? })
    }
}

/// Percent-encodes one value of a path or a query.
pub fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        plain if plain.is_ascii_alphanumeric() || b"-_.~".contains(&plain) => char::from(plain).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_told_as_what_it_is() {
        let told = |status, body: &str| {
            let answer = Answer { product: "Redash", slot: "redash", status, body: body.as_bytes().to_vec() };
            format!("{:?}", answer.json().unwrap_err())
        };
        assert!(told(200, "<html>\n Sign in</html>").contains("is this Redash? It says: <html> Sign in"));
        assert!(told(200, r#"{"results": [{"id"#).contains("is no JSON"));
        assert!(told(401, "no").contains("credentials.redash"));
        assert!(told(404, "").contains("HTTP 404"));
        assert!(told(502, "bad gateway").starts_with("Error::Unavailable"));
    }

    #[test]
    fn a_value_can_hold_anything() {
        assert_eq!(encode("(page:0,f:'a b')/ü"), "%28page%3A0%2Cf%3A%27a%20b%27%29%2F%C3%BC");
    }
}
