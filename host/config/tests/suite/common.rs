//! What several tests need: a text as a configuration, and a text as the JSON its schema judges.

use std::path::Path;

use metahost_config::{Config, Error, json_schema};
use serde_json::Value;

/// Reads a text as if it were metahost.toml.
pub fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(text, Path::new("metahost.toml"))
}

/// What the JSON Schema holds against a text.
pub fn schema_complaints(text: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(json_schema()).unwrap();
    let validator = jsonschema::draft202012::options().build(&schema).unwrap();
    let document = to_json(toml::from_str(text).unwrap());
    validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

// As tools for TOML do it: dates become texts.
fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, to_json(value))).collect(),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Datetime(date) => date.to_string().into(),
        plain => serde_json::to_value(plain).unwrap(),
    }
}
