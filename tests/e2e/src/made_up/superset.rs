//! A made-up Superset: a third datasets of ten columns, a third charts, a third dashboards. Never checks who asks.

use serde_json::{Value, json};

use super::{Asked, last, numbers};

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    let count = size.div_ceil(3);
    let rison = |key: &str| -> usize {
        let rest = asked.value("q").split(&format!("{key}%3A")).nth(1).unwrap_or_default();
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or_default()
    };
    let rows = |row: fn(usize) -> Value| {
        let page_size = rison("page_size");
        let rows: Vec<Value> = numbers(count, rison("%2Cpage") * page_size, page_size).map(row).collect();
        json!({ "count": count, "result": rows }).to_string()
    };
    match asked.path.trim_start_matches("/api/v1/") {
        "dashboard/" => rows(|n| json!({ "id": n, "dashboard_title": format!("board {n}"), "published": true })),
        "chart/" => rows(
            |n| json!({ "id": n, "slice_name": format!("chart {n}"), "viz_type": "table", "datasource_id": n, "dashboards": [{ "id": n }] }),
        ),
        "rowlevelsecurity/" => json!({ "count": 0, "result": [] }).to_string(),
        "dataset/" => rows(|n| json!({ "id": n, "table_name": format!("t{n}") })),
        path if path.ends_with("/connection") => {
            json!({ "result": { "sqlalchemy_uri": "trino://x/lake/s" } }).to_string()
        }
        path => {
            let columns: Vec<Value> =
                (0..10).map(|n| json!({ "column_name": format!("c{n}"), "type": "BIGINT" })).collect();
            let id: usize = last(path).parse().unwrap_or_default();
            json!({ "result": { "id": id, "table_name": format!("t{id}"), "kind": "physical", "columns": columns,
                "database": { "id": 1, "database_name": "Lake", "backend": "trino" } } })
            .to_string()
        }
    }
}
