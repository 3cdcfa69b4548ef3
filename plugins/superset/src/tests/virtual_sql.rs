//! What virtual datasets hand on to the host's lineage engine, over the recorded ones and over hand-made SQL.

use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::testing::{ByHeart, Collected};
use serde_json::{Value, json};

use super::{fixture, model, recorded, run, whole};

fn of<'o>(out: &'o Collected, id: &str) -> &'o Query {
    let feeds = |query: &&Query| query.target.as_ref().is_some_and(|target| target.path == [id]);
    out.queries.iter().find(feeds).unwrap()
}

/// The recorded dataset 33 with other fields.
fn with(fields: &Value) -> ByHeart {
    let mut dataset = fixture(include_str!("../../fixtures/dataset.json"))["33"].clone();
    for (name, value) in fields.as_object().unwrap() {
        dataset["result"][name] = value.clone();
    }
    recorded().json("/api/v1/dataset/33", &dataset)
}

fn done(server: &ByHeart) -> Collected {
    let (done, out) = run(server, "");
    done.unwrap();
    out
}

#[test]
fn the_sql_of_virtual_datasets_is_handed_on_with_where_it_runs() {
    let out = whole("");
    let lines = of(&out, "26");
    assert!(lines.sql.starts_with("SELECT o.order_id, o.ordered_at"), "{}", lines.sql);
    assert_eq!((lines.dialect.as_str(), lines.service.as_deref()), ("postgres", Some("*")));
    assert_eq!((lines.database.as_deref(), lines.schema.as_deref()), (Some("shop"), Some("sales")));
    let target = lines.target.as_ref().unwrap();
    assert_eq!((target.entity_type.as_str(), target.service.as_deref()), ("dashboardDataModel", None));
    assert!(out.queries.iter().all(|query| !query.failed && query.started_at.is_none()));
    let named = whole(r#", "databases": {"Shop OLTP": {"service": "shop", "database": "live"}}"#);
    let lines = of(&named, "26");
    assert_eq!((lines.service.as_deref(), lines.database.as_deref()), (Some("shop"), Some("live")));
}

#[test]
fn templates_are_filled_and_the_data_model_keeps_them() {
    let out = whole("");
    let recent = of(&out, "33");
    let inner = "SELECT url, count(*) AS n FROM web.page_views WHERE viewed_at > '2025-01-01' GROUP BY url";
    assert_eq!(recent.sql, format!("SELECT *, SUM(n) AS \"sum_n\" FROM (\n{inner}\n) virtual_table"));
    assert!(model(&out, "33").sql.as_deref().unwrap().contains("{{ from_dttm"), "{:?}", model(&out, "33").sql);
    assert!(!out.notes.iter().any(|text| text.contains("template")), "{:?}", out.notes);
}

#[test]
fn measures_and_calculated_columns_of_virtual_datasets_are_columns_of_the_query() {
    let columns = json!([
        { "column_name": "n" },
        { "column_name": "double n", "expression": "n * {{ factor }}" },
        { "column_name": "broken", "expression": "sum(n" },
    ]);
    let metrics = json!([
        { "metric_name": "count", "expression": "COUNT(*)" },
        { "metric_name": "n", "expression": "SUM(n) / max(n)" },
    ]);
    let server = with(&json!({
        "sql": "SELECT ';' AS n\n;", "columns": columns, "metrics": metrics, "template_params": "{\"factor\": 2}",
    }));
    let out = done(&server);
    assert_eq!(of(&out, "33").sql, "SELECT ';' AS n\n;", "a semicolon inside may part statements");
    let server = with(&json!({
        "sql": "SELECT 1 AS n\n;", "columns": columns, "metrics": metrics, "template_params": "{\"factor\": 2}",
    }));
    let expected =
        "SELECT *, n * 2 AS \"double n\", SUM(n) / max(n) AS \"n (metric)\" FROM (\nSELECT 1 AS n\n) virtual_table";
    assert_eq!(of(&done(&server), "33").sql, expected);
}

#[test]
fn what_a_template_does_not_know_is_told_and_does_no_harm() {
    let server = with(&json!({ "sql": "SELECT a FROM {{ stage }}.t WHERE b = '{{ mine() }}'", "metrics": [] }));
    let out = done(&server);
    assert_eq!(of(&out, "33").sql, "SELECT a FROM stage.t WHERE b = 'NULL'");
    let note = "the template of a dataset uses what is unknown here";
    assert!(out.notes.iter().any(|text| text.starts_with(note) && text.contains("mine, stage")), "{:?}", out.notes);
}

#[test]
fn a_template_that_can_not_be_filled_is_handed_on_as_it_is() {
    for sql in ["SELECT {% if %}", "SELECT {{ 1 | no_filter }}", "{% for a in range(1000000) %}{{ a }}{% endfor %}"] {
        let out = done(&with(&json!({ "sql": sql })));
        assert_eq!(of(&out, "33").sql, sql);
        assert!(out.notes.iter().any(|text| text.contains("can't be filled")), "{:?}", out.notes);
        assert_eq!(out.data_models().len(), 11);
    }
}

#[test]
fn a_dataset_can_be_made_of_others_and_of_their_measures() {
    let sql = "SELECT {{ metric('sum_revenue', 27) }} AS r, {{ metric('count') }} FROM {{ dataset(27) }} \
               JOIN {{ dataset(2) }} ON true";
    let out = done(&with(&json!({ "sql": sql, "metrics": [{ "metric_name": "count", "expression": "COUNT(*)" }] })));
    let query = &of(&out, "33").sql;
    assert!(query.starts_with("SELECT SUM(revenue) AS r, COUNT(*) FROM (\nWITH d AS (SELECT date_trunc"), "{query}");
    assert!(query.contains("GROUP BY 1\n) AS dataset_27"), "{query}");
    assert!(query.contains("(\nSELECT * FROM \"shop\".\"crm\".\"addresses\"\n) AS dataset_2"), "{query}");
    for flow in [27, 2].map(|id| format!("dashboardDataModel:{id} -> dashboardDataModel:33")) {
        assert!(out.flows().contains(&flow), "{:?}", out.flows());
    }
}

#[test]
fn a_dataset_that_is_made_of_itself_or_of_nothing_ends() {
    let out = done(&with(&json!({ "sql": "SELECT * FROM {{ dataset(33) }}" })));
    assert_eq!(of(&out, "33").sql, "SELECT * FROM {{ dataset(33) }}");
    assert!(out.notes[0].contains("made of itself"), "{:?}", out.notes);
    let metrics = json!([{ "metric_name": "m", "expression": "1 + {{ metric('m') }}" }]);
    let out = done(&with(&json!({ "sql": "SELECT {{ metric('m') }}", "metrics": metrics })));
    assert!(out.notes[0].contains("the measure `m` is made of itself"), "{:?}", out.notes);
    let out = done(&with(&json!({ "sql": "SELECT * FROM {{ dataset(999) }}", "metrics": [] })));
    assert_eq!(of(&out, "33").sql, "SELECT * FROM (SELECT NULL) AS dataset_999");
    assert!(out.notes[0].contains("dataset(999)"), "{:?}", out.notes);
}

#[test]
fn a_hidden_connection_leaves_the_sql_with_what_is_known() {
    let out = done(&recorded().with("/api/v1/database/1/connection", 403, "{}"));
    let lines = of(&out, "26");
    assert_eq!((lines.database.as_deref(), lines.dialect.as_str()), (Some("shop"), "postgres"));
    assert!(out.skipped.is_empty(), "the dataset tells its catalog: {:?}", out.skipped);
}

#[test]
fn measures_of_tables_flow_from_the_columns_that_they_name() {
    let out = whole("");
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["2"]).unwrap();
    let sum = edge.columns.iter().find(|column| column.output == "sum_customer_id").unwrap();
    assert_eq!(
        (sum.inputs.as_slice(), sum.function.as_deref()),
        (["customer_id".to_owned()].as_slice(), Some("SUM(customer_id)"))
    );
    assert!(!edge.columns.iter().any(|column| column.output == "count"), "it counts rows, not a column");
}
