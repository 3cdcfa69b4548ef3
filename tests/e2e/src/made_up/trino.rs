//! A made-up Trino: tables of ten columns in ten schemas of one catalog. Answers each statement in one page, and never checks
//! who asks.

use serde_json::{Value, json};

use super::Asked;

const SCHEMAS: usize = 10;
const COLUMNS: usize = 10;

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    let rows = rows(&asked.body, size);
    let width = rows.first().and_then(Value::as_array).map_or(1, Vec::len);
    let columns: Vec<Value> = (0..width).map(|n| json!({ "name": format!("_col{n}"), "type": "varchar" })).collect();
    json!({ "id": "20261124_000000_00000_bench", "columns": columns, "data": rows, "stats": { "state": "FINISHED" } })
        .to_string()
}

fn rows(sql: &str, size: usize) -> Vec<Value> {
    let tables = 0..size / SCHEMAS;
    let has = |text: &str| sql.contains(text);
    if has("SELECT catalog_name") {
        vec![json!(["lake", "memory"])]
    } else if has("SELECT connector_name") {
        vec![json!(["memory"])]
    } else if has("information_schema.schemata") {
        (0..SCHEMAS).map(|n| json!([format!("n{n}")])).collect()
    } else if has("information_schema.tables") {
        tables.map(|n| json!([format!("t{n:06}"), "BASE TABLE"])).collect()
    } else if has("information_schema.columns") {
        let column =
            |table: usize, n: usize| json!([format!("t{table:06}"), format!("c{n}"), "bigint", "YES", null, null]);
        tables.flat_map(|table| (0..COLUMNS).map(move |n| column(table, n))).collect()
    } else {
        Vec::new()
    }
}
