//! GraphQL as Dagster speaks it: an error may come with HTTP 200, 400, or inside the data as `PythonError`. Never
//! knows what is asked.

use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol, unavailable};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::config::{Config, SLOT};

/// Answers queries: a server, or recorded answers in a test.
pub trait Ask {
    /// The `data` of one answer.
    fn ask(&self, query: &str, variables: Value) -> Result<Value>;
}

/// A Dagster server, by way of the host.
pub struct Server {
    endpoint: String,
}

impl Server {
    /// The configured one.
    pub fn new(config: &Config) -> Self {
        Self { endpoint: config.endpoint() }
    }
}

impl Ask for Server {
    fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request { retry: true, ..Request::post(&self.endpoint, body) };
        let response = request.header("content-type", "application/json").credential(Some(SLOT)).send()?;
        let bytes = response.bytes()?;
        data(response.status, &bytes).with("url", self.endpoint.clone())
    }
}

/// The data of an answer, or what is wrong with it.
pub fn data(status: u16, body: &[u8]) -> Result<Value> {
    let said: Option<Value> = serde_json::from_slice(body).ok();
    if let Some(message) = said.as_ref().and_then(|said| said["errors"][0]["message"].as_str()) {
        return Err(protocol(format!("Dagster refuses the query: {message}")));
    }
    match (status, said) {
        (401 | 403, _) => Err(denied("Dagster refuses the token; check `credentials.dagster`")),
        (404, _) => Err(protocol("there is no GraphQL at this address; `url` is the address of Dagster's web server")),
        (500.., _) => Err(unavailable(format!("Dagster answers HTTP {status}: {}", start(body)))),
        (200, Some(mut said)) if said["data"].is_object() => Ok(said["data"].take()),
        (_, Some(_)) => Err(protocol(format!("HTTP {status} without data: {}", start(body)))),
        (_, None) => {
            Err(protocol(format!("HTTP {status} is no JSON; is this Dagster's web server? It says: {}", start(body))))
        }
    }
}

/// One field of the data that is a union: the wanted case, or the error that came instead.
pub fn case<T: DeserializeOwned>(mut data: Value, field: &str, wanted: &str) -> Result<T> {
    let found = data[field].take();
    let name = found["__typename"].as_str().unwrap_or_default().to_owned();
    if name == wanted {
        return serde_json::from_value(found)
            .map_err(|error| protocol(format!("`{field}` is not as expected: {error}")));
    }
    let message = found["message"].as_str().unwrap_or("no message");
    let error = if name.contains("Unauthorized") { denied(message) } else { protocol(format!("{name}: {message}")) };
    Err(error.with("field", field))
}

fn denied(message: &str) -> Error {
    Error::Denied(Failure { message: message.to_owned(), context: Vec::new() })
}

/// The beginning of a body that is no answer.
fn start(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_told_as_what_it_is() {
        let told = |status, body: &str| format!("{:?}", data(status, body.as_bytes()).unwrap_err());
        assert!(told(200, "<html>Sign in</html>").contains("is this Dagster's web server"));
        assert!(told(200, r#"{"data": {"version"#).contains("no JSON"));
        assert!(told(400, r#"{"data":null,"errors":[{"message":"Cannot query field 'x'"}]}"#).contains("field 'x'"));
        assert!(told(401, "").contains("credentials.dagster"));
        assert!(told(502, "bad gateway").starts_with("Error::Unavailable"));
        assert_eq!(data(200, br#"{"data":{"version":"1.13.27"}}"#).unwrap()["version"], "1.13.27");
    }

    #[test]
    fn an_error_inside_the_data_is_an_error() {
        let said = json!({"runsOrError": {"__typename": "PythonError", "message": "the database is locked"}});
        let error = case::<Value>(said, "runsOrError", "Runs").unwrap_err();
        assert!(format!("{error:?}").contains("the database is locked"));
    }
}
