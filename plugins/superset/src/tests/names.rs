//! Names with dots, quotes, `::`, an emoji and more than 300 characters, wherever Superset lets people write one.

use metahost_plugin_sdk::testing::ByHeart;
use serde_json::{Value, json};

use super::{chart, dashboard, fixture, list, model, queries, recorded, run};
use crate::list::{CHARTS, DASHBOARDS, DATASETS};
use crate::queries::saved_path;

fn strange() -> String {
    format!("a.b\"c'd`e]::f 🦆 {}", "x".repeat(300))
}

/// The recorded dataset of this number with other fields.
fn dataset(id: &str, fields: &Value) -> ByHeart {
    let mut dataset = fixture(include_str!("../../fixtures/dataset.json"))[id].clone();
    for (name, value) in fields.as_object().unwrap() {
        dataset["result"][name] = value.clone();
    }
    recorded().json(&format!("/api/v1/dataset/{id}"), &dataset)
}

#[test]
fn dashboards_and_charts_may_have_any_name() {
    let mut boards = fixture(include_str!("../../fixtures/dashboards.json"));
    boards["result"][0]["dashboard_title"] = json!(strange());
    let mut charts = fixture(include_str!("../../fixtures/charts.json"));
    charts["result"][0]["slice_name"] = json!(strange());
    let id = charts["result"][0]["id"].to_string();
    let (done, out) = run(&list(list(recorded(), DASHBOARDS, &boards), CHARTS, &charts), "");
    done.unwrap();
    assert_eq!(dashboard(&out, "12").common.display_name, Some(strange()));
    assert_eq!(chart(&out, &id).common.display_name, Some(strange()));
    assert!(out.flows().contains(&format!("chart:{id} -> dashboard:11")), "numbers refer: {:?}", out.flows());
}

#[test]
fn datasets_and_their_schemas_may_have_any_name() {
    let server = dataset("2", &json!({ "table_name": strange(), "schema": strange() }));
    let (done, out) = run(&server, "");
    done.unwrap();
    assert_eq!(model(&out, "2").common.display_name, Some(format!("{0}.{0}", strange())));
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["2"]).unwrap();
    assert_eq!(edge.upstream.path, ["shop".to_owned(), strange(), strange()], "each is one part");
    let mut rows = fixture(include_str!("../../fixtures/datasets.json"));
    rows["result"].as_array_mut().unwrap().iter_mut().for_each(|row| row["table_name"] = json!(strange()));
    let (done, out) = run(&list(recorded(), DATASETS, &rows).with("/api/v1/dataset/2", 404, "{}"), "");
    done.unwrap();
    assert!(out.skipped[0].starts_with(&format!("dataset/2/{}: ", strange())), "{:?}", out.skipped);
}

#[test]
fn columns_and_measures_may_have_any_name() {
    let columns = json!([{ "column_name": strange(), "type": "INT" }, { "column_name": "n" }]);
    let metrics = json!([{ "metric_name": strange(), "expression": "SUM(n)" }]);
    let (done, out) = run(&dataset("2", &json!({ "columns": columns, "metrics": metrics })), "");
    done.unwrap();
    let expected = [strange(), "n".to_owned(), format!("{} (metric)", strange())];
    let names: Vec<&str> = model(&out, "2").columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, expected);
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["2"]).unwrap();
    let outputs: Vec<&str> = edge.columns.iter().map(|column| column.output.as_str()).collect();
    assert_eq!(outputs, expected);
}

#[test]
fn any_name_is_quoted_in_the_sql_of_virtual_datasets() {
    let metrics = json!([{ "metric_name": strange(), "expression": "SUM(n)" }]);
    let (done, out) = run(&dataset("33", &json!({ "sql": "SELECT 1 AS n", "metrics": metrics })), "");
    done.unwrap();
    let query = out.queries.iter().find(|query| query.target.as_ref().is_some_and(|target| target.path == ["33"]));
    let quoted = strange().replace('"', "\"\"");
    let expected = format!("SELECT *, SUM(n) AS \"{quoted}\" FROM (\nSELECT 1 AS n\n) virtual_table");
    assert_eq!(query.unwrap().sql, expected);
}

#[test]
fn databases_may_have_any_name() {
    let database = json!({ "id": 1, "backend": "postgresql", "database_name": strange() });
    let server = dataset("2", &json!({ "database": database }));
    let named = json!({ strange(): { "service": "shop", "database": strange() } });
    let (done, out) = run(&server, &format!(r#", "databases": {named}"#));
    done.unwrap();
    assert_eq!(model(&out, "2").project, Some(strange()));
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["2"]).unwrap();
    assert_eq!((edge.upstream.service.as_deref(), &edge.upstream.path[0]), (Some("shop"), &strange()));
    let hidden = json!({ "database": database, "catalog": null });
    let (done, out) = run(&dataset("2", &hidden).with("/api/v1/database/1/connection", 403, "{}"), "");
    done.unwrap();
    assert!(out.skipped[0].starts_with(&format!("database/{}: how it is reached", strange())), "{:?}", out.skipped);
}

#[test]
fn saved_queries_may_have_any_name_schema_and_database() {
    let mut saved = fixture(include_str!("../../fixtures/saved-queries.json"));
    for field in ["label", "schema", "description"] {
        saved["result"][0][field] = json!(strange());
    }
    saved["result"][0]["database"]["database_name"] = json!(strange());
    let server = queries::server().json(&saved_path(0, 100), &saved);
    let named = json!({ strange(): { "service": "trino" } });
    let request = queries::asked("usage:saved-queries", None);
    let out = queries::whole(&server, &request, &format!(r#", "databases": {named}"#));
    assert_eq!((out.queries[0].service.as_deref(), &out.queries[0].schema), (Some("trino"), &Some(strange())));
    saved["result"][0]["sql"] = json!(format!("SELECT '{}'", strange()));
    let out = queries::whole(&server.json(&saved_path(0, 100), &saved), &request, "");
    assert_eq!(out.queries[0].sql, format!("SELECT '{}'", strange()));
}
