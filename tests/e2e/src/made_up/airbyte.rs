//! A made-up Airbyte: connections of one stream, with a job each. Never checks who asks.

use serde_json::{Value, json};

use super::{Asked, numbers};

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    let (limit, offset) = (asked.number("limit", 20), asked.number("offset", 0));
    let data = |rows: Vec<Value>| json!({ "previous": "", "next": "", "data": rows }).to_string();
    let id = "00000000-0000-4000-8000-000000000001";
    match asked.path.trim_start_matches("/api/public/v1/") {
        "workspaces" => data(numbers(1, offset, limit).map(|_| json!({ "workspaceId": id, "name": "Data" })).collect()),
        "connections" => {
            let connection = |n: usize| {
                json!({ "connectionId": format!("{n:08}-0000-4000-8000-000000000000"), "name": format!("connection {n}"),
                    "workspaceId": id, "sourceId": id, "destinationId": id, "status": "active",
                    "schedule": { "scheduleType": "manual" }, "namespaceDefinition": "destination", "prefix": "",
                    "configurations": { "streams": [{ "name": "orders", "syncMode": "full_refresh_overwrite" }] } })
            };
            data(numbers(size, offset, limit).map(connection).collect())
        }
        "jobs" => data(
            numbers(1, offset, limit)
                .map(|_| {
                    json!({ "jobId": 1, "status": "succeeded", "jobType": "sync", "connectionId": asked.value("connectionId"),
                        "startTime": "2026-11-19T07:33:20Z", "lastUpdatedAt": "2026-11-19T07:34:20Z", "duration": "PT1M",
                        "bytesSynced": 10, "rowsSynced": 1 })
                })
                .collect(),
        ),
        "streams" => "[]".to_owned(),
        path if path.contains("/definitions/") => data(Vec::new()),
        path => {
            let kind = if path.starts_with("sources") { "source" } else { "destination" };
            json!({ format!("{kind}Id"): id, "name": "One", format!("{kind}Type"): "postgres", "workspaceId": id, "configuration": {} })
                .to_string()
        }
    }
}
