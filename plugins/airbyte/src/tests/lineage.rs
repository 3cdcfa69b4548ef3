//! Edges from source to destination.

use metahost_plugin_sdk::lineage::Edge;
use metahost_plugin_sdk::testing::{ByHeart, Collected};
use serde_json::{Value, json};

use super::{POSTGRES, configuration, fixture, public, public_with, read};

fn services() -> Value {
    json!({ "services": {
        "Postgres prod": { "service": "shop" },
        "mysql": { "service": "erp" },
        "postgres": { "service": "warehouse" },
        "Snowflake": { "service": "snow" },
        "s3": { "service": "files", "kind": "container" },
    }})
}

fn hand_made() -> ByHeart {
    let mut server = public_with(&fixture!("hand-made/connections"));
    for (path, end) in fixture!("hand-made/ends").as_object().unwrap() {
        server = server.json(path, end);
    }
    server
}

/// Flows by the pipeline whose name ends so.
fn flows(out: &Collected, number: &str) -> Vec<String> {
    let of = |edge: &&Edge| edge.pipeline.as_ref().unwrap().path[0].ends_with(number);
    let edges = out.edges.iter().filter(of).cloned().collect();
    Collected { edges, ..Collected::default() }.flows()
}

fn columns(edge: &Edge) -> Vec<(String, String)> {
    edge.columns.iter().map(|column| (column.inputs.join("+"), column.output.clone())).collect()
}

#[test]
fn streams_are_edges_where_the_namespace_definition_says() {
    for out in [
        read(&public(), &services()),
        read(&configuration(), &json!({ "api": "config", "services": services()["services"] })),
    ] {
        assert_eq!(
            flows(&out, "#0")[..2],
            [
                "shop:table:shop.sales.orders -> warehouse:table:warehouse.sales.ab_orders",
                "shop:table:shop.sales.order_items -> warehouse:table:warehouse.sales.ab_order_items"
            ],
            "the source's namespace"
        );
        assert_eq!(
            flows(&out, "#1")[0],
            "erp:table:default.erp.invoices -> warehouse:table:warehouse.raw.invoices",
            "the destination's schema, from a database without schemas"
        );
        assert_eq!(flows(&out, "#16")[0], "shop:table:shop.sales.orders -> snow:table:RAW.PUBLIC.AB_ORDERS");
        let by = &out.edges[0].pipeline.as_ref().unwrap();
        assert_eq!((by.service.as_deref(), by.entity_type.as_str()), (None, "pipeline"));
    }
    let config = read(&configuration(), &json!({ "api": "config", "services": services()["services"] }));
    assert_eq!(flows(&config, "#5")[0], "erp:table:default.erp.invoices -> snow:table:RAW.ERP_RAW.INVOICES");
}

#[test]
fn files_are_containers_below_their_bucket() {
    let out = read(&public(), &services());
    assert_eq!(flows(&out, "#8")[0], "shop:table:shop.sales.orders -> files:container:lake.raw.sales.ab_orders");
}

#[test]
fn a_container_needs_a_bucket() {
    let more = json!({ "services": {
        "Postgres prod": { "service": "shop" },
        "Postgres dest 0": { "service": "files", "kind": "container" },
    }});
    let out = read(&public(), &more);
    assert!(out.edges.is_empty());
    assert!(out.skipped[0].ends_with("4 of 4 streams have no edge: the settings of `Postgres dest 0` name no bucket"));
}

#[test]
fn a_data_lake_has_tables_of_its_catalog() {
    let lake = json!({ "services": {
        "postgres": { "service": "shop" },
        "s3-data-lake": { "service": "glue", "database": "AwsDataCatalog" },
    }});
    let out = read(&hand_made(), &lake);
    let wanted = "shop:table:shop.sales.Orders -> glue:table:AwsDataCatalog.landing.orders";
    assert_eq!(flows(&out, "data lake"), [wanted]);
}

#[test]
fn columns_are_those_of_the_schema_or_those_chosen() {
    let ids = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    let public = read(&public(), &services());
    assert_eq!(columns(&public.edges[0]), ids(&["id", "name", "updated_at", "payload"]));
    let config = read(&configuration(), &json!({ "api": "config", "services": services()["services"] }));
    assert_eq!(columns(&config.edges[0]), ids(&["id", "name", "payload", "updated_at"]));
    let upper = config.edges.iter().find(|edge| edge.downstream.path[2] == "INVOICES").unwrap();
    assert_eq!(columns(upper)[0], ("id".to_owned(), "ID".to_owned()), "as the destination spells them");
    let out = read(&hand_made(), &services());
    let edge =
        out.edges.iter().find(|edge| edge.downstream.path == ["warehouse", "airbyte_crm", "ab_customers"]).unwrap();
    let wanted = [("id", "customer_id"), ("email", "email_hashed"), ("address", "address")];
    assert_eq!(columns(edge), wanted.map(|(from, to)| (from.to_owned(), to.to_owned())), "renamed, hashed, left out");
    assert_eq!(edge.columns[1].function.as_deref(), Some("hashing"));
}

#[test]
fn schemas_are_asked_for_once_and_only_where_an_edge_needs_them() {
    let asked = |more: &Value| {
        let server = public();
        read(&server, more);
        server.asked().iter().filter(|path| path.starts_with("/streams?")).count()
    };
    assert_eq!(asked(&json!({})), 0);
    assert_eq!(asked(&services()), 2, "Postgres and MySQL");
    let mut without = services();
    without["schemas"] = json!(false);
    assert_eq!(asked(&without), 0);
}

#[test]
fn a_schema_that_cannot_be_read_is_told_and_the_edge_stands() {
    let server = public().with(&format!("/streams?sourceId={POSTGRES}"), 500, "discovery failed");
    let out = read(&server, &services());
    assert!(
        out.skipped[0].starts_with(&format!("source/{POSTGRES}/columns: Airbyte fails on it")),
        "{:?}",
        out.skipped
    );
    assert_eq!((flows(&out, "#0").len(), out.edges[0].columns.len(), out.skipped.len()), (4, 0, 1));
}

#[test]
fn no_service_is_guessed() {
    assert!(read(&public(), &json!({})).edges.is_empty());
    let one = read(&public(), &json!({ "services": { "Postgres prod": { "service": "shop" } } }));
    assert!(one.edges.is_empty() && one.skipped.is_empty(), "{:?}", one.skipped);
}

#[test]
fn a_place_that_is_not_known_is_told() {
    let more = json!({ "services": { "postgres": { "service": "pg" } } });
    let out = read(&hand_made(), &more);
    let told = out.skipped.iter().find(|told| told.contains("without a schema")).unwrap();
    assert!(told.contains("3 of 4 streams have no edge: no schema is known of `Postgres old`; set `schema`"), "{told}");
    let more = json!({ "services": { "postgres": { "service": "pg", "database": "d", "schema": "s" } } });
    let out = read(&hand_made(), &more);
    assert!(flows(&out, "without a schema").is_empty(), "the type is that of both ends");
    let told = out.skipped.iter().find(|told| told.contains("without a schema")).unwrap();
    assert!(told.contains("source and destination are one place; give each"), "{told}");
    let more = json!({ "services": {
        "Postgres old": { "service": "old", "database": "d", "schema": "s" },
        "Postgres dest 0": { "service": "new", "schema": "t" },
    }});
    let out = read(&hand_made(), &more);
    assert_eq!(flows(&out, "without a schema")[0], "old:table:d.s.a -> new:table:warehouse.t.a");
}
