//! Foreign keys and exposures: what points from one entity to another.

use metahost_plugin_sdk::entities::{Constraint, KeyKind};

use super::{Records, column};

const MANIFEST: &str = r#"{
  "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "adapter_type": "postgres"},
  "nodes": {
    "model.a.orders": {
      "resource_type": "model", "database": "d", "schema": "s", "name": "orders", "package_name": "a",
      "contract": {"enforced": true}, "compiled_code": "select 1;",
      "constraints": [
        {"type": "primary_key", "columns": ["id", "line"]},
        {"type": "foreign_key", "columns": ["customer_id"], "to": "\"d\".\"s\".\"customers\"", "to_columns": ["id"]},
        {"type": "check", "columns": ["id"], "expression": "id > 0"}
      ],
      "columns": {
        "id": {"name": "id", "constraints": [{"type": "not_null"}, {"type": "unique"}]},
        "line": {"name": "line", "constraints": []},
        "item": {"name": "item", "constraints": [{"type": "foreign_key", "expression": "s.items (\"ItemId\")"}]},
        "odd": {"name": "odd", "constraints": [{"type": "foreign_key", "expression": "somewhere"}]}
      }
    },
    "model.a.customers": {"resource_type": "model", "database": "d", "schema": "s", "name": "x", "alias": "customers",
      "package_name": "a", "relation_name": "\"d\".\"s\".\"customers\"", "language": "python", "compiled_code": "def model(): ..."},
    "model.a.nowhere": {"resource_type": "model", "name": "nowhere", "package_name": "a", "database": "d"}
  },
  "sources": {},
  "metrics": {"metric.a.revenue": {"depends_on": {"nodes": ["model.a.orders"]}}},
  "exposures": {
    "exposure.a.board": {"name": "board", "package_name": "a", "type": "dashboard",
      "meta": {"openmetadata": {"fqn": "superset.\"Sales v1.2\""}},
      "depends_on": {"nodes": ["metric.a.revenue", "model.a.customers", "model.b.public"]}},
    "exposure.a.linked": {"name": "linked", "type": "dashboard", "url": "https://bi.example.org/superset/dashboard/7/",
      "depends_on": {"nodes": ["model.a.customers"]}},
    "exposure.a.ml": {"name": "ml", "package_name": "a", "type": "ml", "config": {"meta": {"open_metadata_fqn": "mlflow.churn"}},
      "depends_on": {"nodes": ["model.a.orders"]}}
  }
}"#;

fn read(config: &str) -> Records {
    Records::of_manifest(MANIFEST, config)
}

#[test]
fn constraints_become_promises_and_keys() {
    let records = read(r#"{"default-database":"d"}"#);
    let orders = records.annotation("d.s.orders");
    assert!(matches!(column(orders, "id").constraint, Some(Constraint::Unique)), "the stronger of two");
    assert!(column(orders, "line").constraint.is_none(), "a part of a key is not the key");
    let keys: Vec<_> = orders.keys.iter().map(|key| (key.kind, key.columns.join(","))).collect();
    let expected = [
        (KeyKind::Primary, "id,line".to_owned()),
        (KeyKind::Foreign, "customer_id".to_owned()),
        (KeyKind::Unique, "id".to_owned()),
        (KeyKind::Foreign, "item".to_owned()),
    ];
    assert_eq!(keys, expected);
    let referred: Vec<_> =
        orders.keys.iter().filter_map(|key| key.refers_to.as_ref()).map(|path| path.join(".")).collect();
    assert_eq!(referred, ["d.s.customers", "d.s.items"]);
    assert_eq!(orders.keys[3].referred_columns, ["ItemId"]);
    assert!(records.note("foreign key over odd").contains("d.s.orders"));
}

#[test]
fn an_exposure_is_an_edge_to_the_dashboard_it_names() {
    let records = read("{}");
    let board: Vec<_> =
        records.edges.iter().filter(|edge| edge.downstream.service.as_deref() == Some("superset")).collect();
    assert_eq!(board.len(), 2, "{board:?}");
    assert_eq!(board[0].downstream.entity_type, "dashboard");
    assert_eq!(board[0].downstream.path, ["Sales v1.2"]);
    assert_eq!(board[0].upstream.path.join("."), "d.s.orders", "through the metric");
    assert!(records.note("model.b.public").contains("exposure.a.board"));
    let linked = records.flows().into_iter().filter(|flow| flow.ends_with("-> *:dashboard:7")).collect::<Vec<_>>();
    assert_eq!(linked, ["table:d.s.customers -> *:dashboard:7"], "in whichever service has it");
    assert!(records.note("exposure.a.ml").contains("only dashboards"));
}

#[test]
fn what_has_no_place_is_told_and_python_is_no_sql() {
    let records = read("{}");
    assert!(records.reason("a/nowhere").contains("no schema"));
    assert_eq!(records.queries.len(), 1);
    assert_eq!(records.queries[0].sql, "create table \"d\".\"s\".\"orders\" as\nselect 1");
}
