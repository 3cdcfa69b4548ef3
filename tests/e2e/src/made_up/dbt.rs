//! Artifacts of a made-up dbt project, over HTTP: models of two described columns, each made from the one before. Its tables are
//! those of the made-up Iceberg catalog, which the same server is.

use serde_json::{Map, Value, json};

use super::{Asked, iceberg};

/// Answers with an artifact, or for the catalog.
pub fn answer(asked: &Asked, size: usize) -> String {
    match asked.path.as_str() {
        "/manifest.json" => manifest(size).to_string(),
        _ => iceberg::answer(asked, size),
    }
}

fn manifest(size: usize) -> Value {
    let nodes: Map<String, Value> = (0..size).map(|n| (id(n), model(n))).collect();
    let version = "https://schemas.getdbt.com/dbt/manifest/v12.json";
    json!({ "metadata": { "dbt_schema_version": version, "dbt_version": "1.10.0", "project_name": "shop", "adapter_type": "trino" },
        "nodes": nodes, "sources": {}, "exposures": {}, "groups": {}, "metrics": {}, "semantic_models": {},
        "saved_queries": {}, "unit_tests": {}, "disabled": {} })
}

fn id(n: usize) -> String {
    format!("model.shop.m{n}")
}

fn model(n: usize) -> Value {
    let (schema, table) = (format!("n{}", n % iceberg::NAMESPACES), format!("t{}", n / iceberg::NAMESPACES));
    let made_from: Vec<String> = n.checked_sub(1).map(id).into_iter().collect();
    let column = |name: &str| json!({ "name": name, "description": "A column of dbt's" });
    json!({ "resource_type": "model", "unique_id": id(n), "name": format!("m{n}"), "alias": table, "package_name": "shop",
        "database": "lake", "schema": schema, "relation_name": format!("\"lake\".\"{schema}\".\"{table}\""),
        "language": "sql", "raw_code": "select 1", "compiled_code": "select c0, c1 from x", "description": "A model of dbt's",
        "columns": { "c0": column("c0"), "c1": column("c1") }, "config": { "materialized": "table" },
        "depends_on": { "nodes": made_from } })
}
