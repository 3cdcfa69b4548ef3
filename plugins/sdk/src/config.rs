//! From the configuration's JSON to a connector's own struct. Never sees a secret.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::types::ConfigProblem;

/// Reads the configuration into a connector's struct.
pub fn parse_config<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| problem("", error.to_string()))
}

/// One thing wrong with the configuration, as the error to return.
pub fn problem(pointer: &str, message: impl Into<String>) -> Error {
    Error::Config(vec![ConfigProblem { pointer: pointer.to_owned(), message: message.into() }])
}
