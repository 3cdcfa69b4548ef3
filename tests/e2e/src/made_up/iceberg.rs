//! A made-up Iceberg catalog: tables of ten columns in ten namespaces. Never checks who asks.

use serde_json::{Value, json};

use super::Asked;

/// How many namespaces.
pub const NAMESPACES: usize = 10;

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    let each = size / NAMESPACES;
    match asked.path.as_str() {
        "/v1/config" => json!({ "defaults": {}, "overrides": {} }).to_string(),
        "/v1/namespaces" if asked.value("parent").is_empty() => {
            json!({ "namespaces": (0..NAMESPACES).map(|n| vec![format!("n{n}")]).collect::<Vec<_>>() }).to_string()
        }
        "/v1/namespaces" => json!({ "namespaces": [] }).to_string(),
        path if path.ends_with("/tables") => {
            let tables: Vec<Value> = (0..each).map(|n| json!({ "name": format!("t{n}") })).collect();
            json!({ "identifiers": tables }).to_string()
        }
        path if path.contains("/tables/") => {
            let fields: Vec<Value> = (0..10)
                .map(|n| json!({ "id": n, "name": format!("c{n}"), "required": false, "type": "long" }))
                .collect();
            json!({ "metadata": { "format-version": 2, "location": "s3://lake/t", "current-schema-id": 0,
                "schemas": [{ "schema-id": 0, "fields": fields }] } })
            .to_string()
        }
        _ => json!({ "properties": {} }).to_string(),
    }
}
