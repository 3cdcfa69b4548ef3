//! Lineage as an event of `OpenLineage`. What the specification asks of an event is written down here once more: its
//! schemas are not part of this repository.

use insta::assert_json_snapshot;
use metahost_lineage::openlineage::{Occasion, RunEvent};
use metahost_lineage::{Dialect, Request, analyse};
use serde_json::Value;

use crate::Shop;

fn event(sql: &str) -> Value {
    let occasion = Occasion {
        run_id: "6b2d0f0e-3c5a-4d3e-9f6f-0d1c2b3a4f5e",
        event_time: "2026-01-02T03:04:05Z",
        namespace: "trino://shop:8080",
        job: "daily.sql",
        sql,
        dialect: "trino",
    };
    let found = analyse(&Request::new(sql, Dialect::Trino).with_schemas(&Shop).with_details());
    serde_json::to_value(RunEvent::new(&found, &occasion)).unwrap_or_default()
}

const INSERT: &str = "INSERT INTO target (a, b, c) SELECT o.customer, sum(o.total), \
    rank() OVER (PARTITION BY c.city ORDER BY o.id) FROM orders o JOIN customers c ON o.customer = c.id \
    WHERE c.city = 'x' GROUP BY o.customer ORDER BY c.name";

#[test]
fn an_insert_tells_columns_and_what_decides_about_rows() {
    assert_json_snapshot!(event(INSERT));
}

#[test]
fn files_are_in_the_namespace_of_their_store() {
    let event = event("COPY target FROM 's3://bucket/a/b.csv'");
    assert_eq!(event["inputs"][0], serde_json::json!({ "namespace": "s3://bucket", "name": "a/b.csv" }));
    assert_eq!(event["outputs"][0], serde_json::json!({ "namespace": "trino://shop:8080", "name": "target" }));
}

#[test]
fn what_hides_the_value_and_what_chooses_it_is_told_apart() {
    let event = event("INSERT INTO target (a, b) SELECT sha256(name), IF(city = 'x', id, 0) FROM customers");
    let fields = &event["outputs"][0]["facets"]["columnLineage"]["fields"];
    assert_eq!(fields["a"]["inputFields"][0]["transformations"][0]["masking"], true);
    let chosen: Vec<String> = strings(&fields["b"]["inputFields"], &["/field", "/transformations/0/subtype"]);
    assert_eq!(chosen, ["city CONDITIONAL", "id TRANSFORMATION"]);
}

fn strings(list: &Value, pointers: &[&str]) -> Vec<String> {
    let one = |item: &Value| {
        let parts: Vec<&str> = pointers.iter().filter_map(|at| item.pointer(at)?.as_str()).collect();
        parts.join(" ")
    };
    list.as_array().map(|items| items.iter().map(one).collect()).unwrap_or_default()
}

#[test]
fn every_event_has_the_shape_that_the_specification_asks_for() {
    for sql in [
        INSERT,
        "",
        "SELECT 1",
        "what is this (",
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE copy AS SELECT *, id + total AS x FROM unknown, orders",
        "UPDATE target SET a = 1 WHERE b = 2; DELETE FROM target WHERE c = 3",
        "INSERT INTO target (a) SELECT id FROM orders; INSERT INTO target (a, b) SELECT 1, max(id) FROM customers",
    ] {
        fits(&event(sql)).unwrap_or_else(|wrong| panic!("{sql}: {wrong}"));
    }
}

/// Whether a value is an event as `OpenLineage` 2-0-2 defines it.
fn fits(event: &Value) -> Result<(), String> {
    for at in
        ["/eventTime", "/producer", "/schemaURL", "/run/runId", "/job/namespace", "/job/name", "/job/facets/sql/query"]
    {
        text(event, at)?;
    }
    one_of(event, "/eventType", &["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"])?;
    is_facet(&event["job"]["facets"]["sql"])?;
    for input in items(event, "/inputs")? {
        dataset(input)?;
    }
    for output in items(event, "/outputs")? {
        dataset(output)?;
        if let Some(columns) = output.pointer("/facets/columnLineage") {
            column_lineage(columns)?;
        }
    }
    Ok(())
}

/// Whether a value is the facet `columnLineage` 1-2-0.
fn column_lineage(facet: &Value) -> Result<(), String> {
    is_facet(facet)?;
    let fields = facet["fields"].as_object().ok_or("no fields")?;
    for field in fields.values() {
        inputs(items(field, "/inputFields")?)?;
    }
    if facet.get("dataset").is_some() {
        inputs(items(facet, "/dataset")?)?;
    }
    Ok(())
}

fn inputs(inputs: &[Value]) -> Result<(), String> {
    for input in inputs {
        dataset(input)?;
        text(input, "/field")?;
        for done in items(input, "/transformations")? {
            one_of(done, "/type", &["DIRECT", "INDIRECT"])?;
            let direct = done["type"] == "DIRECT";
            let subtypes: &[&str] = if direct {
                &["IDENTITY", "TRANSFORMATION", "AGGREGATION"]
            } else {
                &["FILTER", "JOIN", "GROUP_BY", "SORT", "WINDOW", "CONDITIONAL"]
            };
            one_of(done, "/subtype", subtypes)?;
            done["masking"].as_bool().ok_or("masking is no bool")?;
        }
    }
    Ok(())
}

fn dataset(value: &Value) -> Result<(), String> {
    text(value, "/namespace")?;
    text(value, "/name")
}

fn is_facet(facet: &Value) -> Result<(), String> {
    text(facet, "/_producer")?;
    text(facet, "/_schemaURL")
}

fn text(value: &Value, at: &str) -> Result<(), String> {
    value.pointer(at).and_then(Value::as_str).map(|_| ()).ok_or_else(|| format!("{at} is no text in {value}"))
}

fn one_of(value: &Value, at: &str, allowed: &[&str]) -> Result<(), String> {
    let found = value.pointer(at).and_then(Value::as_str).unwrap_or_default();
    if allowed.contains(&found) { Ok(()) } else { Err(format!("{at} is {found:?} in {value}")) }
}

fn items<'v>(value: &'v Value, at: &str) -> Result<&'v [Value], String> {
    let list = value.pointer(at).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or_else(|| format!("{at} is no list in {value}"))
}
