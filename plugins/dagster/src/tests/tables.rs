//! Assets that are tables: which, what they are told, and what flows between them.

use metahost_plugin_sdk::Connector;
use metahost_plugin_sdk::entities::Constraint;
use serde_json::json;

use super::server::Recorded;
use super::{good, whole};
use crate::Dagster;

const SHOP: &str = r#", "tables": {"service": "shop"}"#;

#[test]
fn assets_that_are_tables_have_edges_with_columns() {
    let mapping = r#", "tables": {"service": "trino", "mapping": {
        "staging/stg_customers": "lake.staging.stg_customers"}}"#;
    let out = whole(mapping);
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["lake", "staging", "stg_customers"]).unwrap();
    assert_eq!(edge.upstream.path, ["shop", "crm", "customers"], "named by the asset's metadata");
    assert_eq!(edge.upstream.service.as_deref(), Some("trino"));
    assert_eq!(
        (edge.columns[0].inputs.as_slice(), edge.columns[0].output.as_str()),
        (["id".to_owned()].as_slice(), "id")
    );
    assert_eq!(edge.pipeline.as_ref().unwrap().path, ["lab/staging"]);
}

#[test]
fn groups_feed_each_other_and_never_themselves() {
    let out = whole("");
    let edges: Vec<_> =
        out.edges.iter().map(|edge| (edge.upstream.path[0].as_str(), edge.downstream.path[0].as_str())).collect();
    assert!(edges.contains(&("lab/raw", "lab/staging")) && edges.contains(&("lab/staging", "lab/marts")), "{edges:?}");
    assert!(edges.iter().all(|(from, to)| from != to));
    assert!(out.edges.iter().all(|edge| edge.upstream.entity_type == "pipeline"), "no service is guessed");
    assert!(out.annotations.is_empty() && out.tests.is_empty());
}

#[test]
fn what_a_job_makes_flows_by_that_job() {
    let out = whole(
        r#", "mode": "job", "tables": {"service": "trino", "mapping": {"staging/stg_orders": "lake.staging.orders"}}"#,
    );
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["lake", "staging", "orders"]).unwrap();
    assert_eq!(edge.upstream.path, ["shop", "sales", "orders"]);
    assert_eq!(edge.pipeline.as_ref().unwrap().path, ["lab/staging_refresh"]);
    assert!(
        out.flows().contains(&"pipeline:lab/raw_refresh -> pipeline:lab/staging_refresh".to_owned()),
        "{:?}",
        out.flows()
    );
}

#[test]
fn a_table_is_told_what_its_asset_says() {
    let out = whole(SHOP);
    let orders = out.annotations.iter().find(|table| table.path == ["shop", "sales", "orders"]).unwrap();
    assert_eq!((orders.service.as_deref(), orders.entity_type.as_str()), (Some("shop"), "table"));
    assert_eq!(orders.description.as_deref(), Some("Extracted table sales.orders"));
    assert_eq!(orders.owners, ["alice@example.org", "data-eng"]);
    assert!(orders.tags.contains(&"DagsterKinds.airbyte".to_owned()), "{:?}", orders.tags);
    let id = orders.columns.iter().find(|column| column.column == ["id"]).unwrap();
    assert_eq!((id.data_type.as_deref(), id.description.as_deref()), (Some("int"), Some("key")));
    assert_eq!(id.constraint, None);
    let silent = whole(r#", "tables": {"service": "shop", "annotate": false}"#);
    assert!(silent.annotations.is_empty() && !silent.edges.is_empty());
}

#[test]
fn recorded_columns_have_their_promises_and_tags() {
    let out = good(&Recorded::checked(), SHOP);
    let orders = out.annotations.iter().find(|table| table.path == ["lake", "sales", "orders"]).unwrap();
    let columns: Vec<_> = orders.columns.iter().map(|column| (column.column[0].as_str(), column.constraint)).collect();
    assert_eq!(columns, [("customer", Some(Constraint::NotNull)), ("id", Some(Constraint::Unique)), ("note", None)]);
    assert_eq!(orders.columns[1].description.as_deref(), Some("Order number\n\nConstraints: > 0"));
    assert_eq!(orders.columns[1].tags, ["DagsterTags.pii"]);
    assert_eq!(orders.owners, ["ada@example.org"]);
}

/// Made by hand: columns that the definition and the materialization tell.
#[test]
fn columns_have_their_promises_and_tags() {
    let column = |name: &str, nullable: bool, unique: bool| {
        json!({ "name": name, "type": "int", "description": null, "tags": [{ "key": "pii", "value": "" }],
            "constraints": { "nullable": nullable, "unique": unique, "other": if unique { json!(["> 0"]) } else { json!([]) } } })
    };
    let entry = |columns| json!({ "label": "dagster/column_schema", "schema": { "columns": columns } });
    let mut written = column("id", true, false);
    written["description"] = json!("As made");
    let server = Recorded::default().with_assets(&[json!({
        "assetKey": { "path": ["db", "s", "t"] },
        "metadataEntries": [entry(json!([column("id", false, true), column("name.first", false, false)]))],
        "assetMaterializations": [{ "metadataEntries": [entry(json!([written, column("later", true, false)]))] }],
    })]);
    let out = good(&server, SHOP);
    let columns = &out.annotations[0].columns;
    let names: Vec<&str> = columns.iter().map(|column| column.column[0].as_str()).collect();
    assert_eq!(names, ["id", "later", "name.first"], "each once, of the definition and of what was made");
    assert_eq!(columns[0].description.as_deref(), Some("Constraints: > 0"), "the definition goes first");
    let promised: Vec<_> = columns.iter().map(|column| column.constraint).collect();
    assert_eq!(promised, [Some(Constraint::Unique), None, Some(Constraint::NotNull)]);
    assert_eq!(columns[0].tags, ["DagsterTags.pii"]);
}

/// Made by hand.
#[test]
fn a_tables_name_may_hold_dots_and_lack_a_database() {
    let named = |key: &str, label: &str, name: &str| json!({ "assetKey": { "path": [key] }, "description": "x", "metadataEntries": [{ "label": label, "text": name }] });
    let mut address =
        json!({ "assetKey": { "path": ["d"] }, "description": "x", "storageAddress": { "tableName": "l.s.d" } });
    address["metadataEntries"] = json!([]);
    let server = Recorded::default().with_assets(&[
        named("a", "dagster/table_name", "\"lake.v1\".s.\"we \"\"b\"\"\""),
        named("b", "dagster/relation_identifier", "s.b"),
        named("c", "dagster/table_name", "c"),
        address,
    ]);
    let paths = |more| -> Vec<String> {
        let out = good(&server, more);
        out.annotations.iter().map(|table| table.path.join("/")).collect()
    };
    assert_eq!(paths(SHOP), [r#"lake.v1/s/we "b""#, "l/s/d"], "what is not three parts is no table");
    assert_eq!(
        paths(r#", "tables": {"service": "*", "database": "lake"}"#),
        [r#"lake.v1/s/we "b""#, "lake/s/b", "l/s/d"]
    );
}

#[test]
fn a_mapping_to_no_table_is_a_mistake_in_the_configuration() {
    let config = r#"{"url": "http://d", "tables": {"service": "s", "mapping": {"raw/orders": "orders"}}}"#;
    let error = format!("{:?}", Dagster::open(config).err().unwrap());
    assert!(error.contains("/tables/mapping/raw~1orders") && error.contains("`orders` is no table's name"), "{error}");
}
