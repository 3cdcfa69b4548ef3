//! A made-up Redash: a half queries with a visualization each, a half dashboards with a widget each. Never checks who asks.

use serde_json::{Value, json};

use super::{Asked, last, numbers};

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    let count = size / 2;
    let rows = || {
        let page_size = asked.number("page_size", 25);
        let rows: Vec<Value> = numbers(count, (asked.number("page", 1) - 1) * page_size, page_size)
            .map(|n| json!({ "id": n + 1, "name": format!("item {n}") }))
            .collect();
        json!({ "count": count, "results": rows }).to_string()
    };
    let id: usize = last(&asked.path).parse().unwrap_or_default();
    match asked.path.as_str() {
        "/api/queries" | "/api/dashboards" => rows(),
        "/api/data_sources" | "/api/alerts" => "[]".to_owned(),
        path if path.starts_with("/api/queries/") => {
            json!({ "id": id, "name": format!("query {id}"), "query": "select 1", "visualizations": [{ "id": id, "type": "TABLE" }] }).to_string()
        }
        _ => json!({ "id": id, "name": format!("board {id}"), "widgets": [{ "id": id, "visualization": { "id": id, "query": { "id": id } } }] })
            .to_string(),
    }
}
