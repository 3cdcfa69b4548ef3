//! Each connector that reads over REST, from a stand-in that makes up as many entities as are wanted, into the local catalog:
//! time, requests and memory for a thousand and for ten thousand. What grows must grow with the number of entities.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use metahost_e2e::answers::{Asked, answering};
use serde_json::{Value, json};

use super::figures::Figures;
use super::project::{forget, project, run};

/// How many entities.
const SIZES: [usize; 2] = [1_000, 10_000];

/// A stand-in of one connector's source.
struct Source {
    name: &'static str,
    /// More of its section.
    more: &'static str,
    answer: fn(&Asked, usize) -> String,
}

const SOURCES: [Source; 5] = [
    Source {
        name: "superset",
        more: "credentials.superset = { kind = \"bearer\", token = \"env:BENCH_TOKEN\" }\n",
        answer: superset,
    },
    Source {
        name: "redash",
        more: "credentials.redash = { kind = \"bearer\", token = \"env:BENCH_TOKEN\" }\n",
        answer: redash,
    },
    Source { name: "airbyte", more: "", answer: airbyte },
    Source { name: "iceberg", more: "", answer: iceberg },
    Source { name: "s3", more: "", answer: s3 },
];

/// Measures.
pub fn measure(runs: usize, figures: &mut Figures) -> Result<()> {
    for source in &SOURCES {
        SIZES.iter().try_for_each(|size| one(source, *size, runs, figures))?;
    }
    Ok(())
}

fn one(source: &Source, size: usize, runs: usize, figures: &mut Figures) -> Result<()> {
    let asked = Arc::new(AtomicU64::new(0));
    let (counter, answer) = (Arc::clone(&asked), source.answer);
    let url = answering(move |request| {
        counter.fetch_add(1, Ordering::Relaxed);
        // No bucket has a list of its tables, or tags: S3's connector asks for both.
        let is_asked_for = |(name, _): &(String, String)| name == "tagging";
        let is_missing = request.path.ends_with("/openmetadata.json") || request.query.iter().any(is_asked_for);
        let status = if is_missing { 404 } else { 200 };
        (status, answer(request, size))
    })?;
    let name = source.name;
    let key = if name == "s3" { "region = \"x\", buckets = [\"lake\"], endpoint" } else { "url" };
    let text = format!(
        "[sources.{name}]\nplugin = \"{name}\"\nallow-private = true\nconfig = {{ {key} = \"{url}\" }}\n\
         limits = {{ requests = 1000000, host-calls = 10000000 }}\n{}",
        source.more
    );
    let project = project(&text, None)?;
    let asset = format!("openmetadata__{name}__metadata");
    for _ in 0..runs {
        forget(&project)?;
        asked.store(0, Ordering::Relaxed);
        let ran = run(&project, &asset, &["--sink", "local", "--days", "36500"])?.expect_at_least(size as u64)?;
        let what = format!("{name}, {size} entities");
        figures.add(format!("{what}: time"), "s", ran.taken.wall.as_secs_f64());
        figures.add(format!("{what}: requests"), "", asked.load(Ordering::Relaxed) as f64);
        figures.add(format!("{what}: peak memory"), "MiB", ran.taken.peak_mib);
    }
    Ok(())
}

/// Numbers of one page.
fn numbers(count: usize, from: usize, size: usize) -> std::ops::Range<usize> {
    from.min(count)..(from + size).min(count)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A third datasets of ten columns, a third charts, a third dashboards.
fn superset(asked: &Asked, size: usize) -> String {
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

/// A half queries with a visualization each, a half dashboards with a widget each.
fn redash(asked: &Asked, size: usize) -> String {
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

/// Connections of one stream, with a job each.
fn airbyte(asked: &Asked, size: usize) -> String {
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
        path => {
            let kind = if path.starts_with("sources") { "source" } else { "destination" };
            json!({ format!("{kind}Id"): id, "name": "One", format!("{kind}Type"): "postgres", "workspaceId": id, "configuration": {} })
                .to_string()
        }
    }
}

/// Tables of ten columns in ten namespaces.
fn iceberg(asked: &Asked, size: usize) -> String {
    let each = size / 10;
    match asked.path.as_str() {
        "/v1/config" => json!({ "defaults": {}, "overrides": {} }).to_string(),
        "/v1/namespaces" if asked.value("parent").is_empty() => {
            json!({ "namespaces": (0..10).map(|n| vec![format!("n{n}")]).collect::<Vec<_>>() }).to_string()
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

/// Folders with a CSV each.
fn s3(asked: &Asked, size: usize) -> String {
    if asked.value("list-type").is_empty() {
        return "id,name\n1,x\n2,y\n".to_owned();
    }
    let from = asked.number("continuation-token", 0);
    let keys: Vec<String> = numbers(size, from, 1_000)
        .map(|n| format!("<Contents><Key>t{n:06}/a.csv</Key><Size>16</Size></Contents>"))
        .collect();
    let next = from + keys.len();
    format!(
        "<ListBucketResult>{}<IsTruncated>{}</IsTruncated><NextContinuationToken>{next}</NextContinuationToken></ListBucketResult>",
        keys.concat(),
        next < size
    )
}
