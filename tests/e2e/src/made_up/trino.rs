//! A made-up Trino: tables of ten columns in ten schemas of one catalog. Answers page by page, and never checks who asks.

use serde_json::{Value, json};

use super::Asked;

const SCHEMAS: usize = 10;
const COLUMNS: usize = 10;
/// Rows of one page.
const PAGE: usize = 10_000;

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    // A later page is asked for by the path that the page before named.
    let mut parts = asked.path.trim_start_matches("/v1/statement/").split('/');
    let later = parts.next().zip(parts.next()).filter(|_| asked.method == "GET");
    let kind = later.map_or_else(|| kind(&asked.body), |(kind, _)| kind);
    let from: usize = later.and_then(|(_, from)| from.parse().ok()).unwrap_or_default();
    let mut rows: Vec<Value> = rows(kind, size / SCHEMAS).skip(from).take(PAGE + 1).collect();
    let next = (rows.len() > PAGE).then(|| format!("http://{}/v1/statement/{kind}/{}", asked.host, from + PAGE));
    rows.truncate(PAGE);
    let width = rows.first().and_then(Value::as_array).map_or(1, Vec::len);
    let columns: Vec<Value> = (0..width).map(|n| json!({ "name": format!("_col{n}"), "type": "varchar" })).collect();
    let state = if next.is_some() { "RUNNING" } else { "FINISHED" };
    let id = "20261124_000000_00000_bench";
    json!({ "id": id, "columns": columns, "data": rows, "nextUri": next, "stats": { "state": state } }).to_string()
}

/// What a statement asks for.
fn kind(sql: &str) -> &'static str {
    let known = [
        ("SELECT catalog_name", "catalogs"),
        ("SELECT connector_name", "connector"),
        ("information_schema.schemata", "schemas"),
        ("information_schema.tables", "tables"),
        ("information_schema.columns", "columns"),
    ];
    known.iter().find(|(words, _)| sql.contains(words)).map_or("nothing", |(_, kind)| kind)
}

fn rows(kind: &str, tables: usize) -> Box<dyn Iterator<Item = Value>> {
    match kind {
        "catalogs" => Box::new(std::iter::once(json!(["lake", "memory"]))),
        "connector" => Box::new(std::iter::once(json!(["memory"]))),
        "schemas" => Box::new((0..SCHEMAS).map(|n| json!([format!("n{n}")]))),
        "tables" => Box::new((0..tables).map(|n| json!([format!("t{n:06}"), "BASE TABLE"]))),
        "columns" => Box::new((0..tables * COLUMNS).map(|n| {
            let (table, column) = (n / COLUMNS, n % COLUMNS);
            json!([format!("t{table:06}"), format!("c{column}"), "bigint", "YES", null, null])
        })),
        _ => Box::new(std::iter::empty()),
    }
}
