//! The connector over what Apache's own REST catalog said of tables that Trino 476 made (`fixtures`); what a test changes or
//! makes by hand is written in the test.

use metahost_plugin_sdk::connector::{Mode, ReadRequest};
use metahost_plugin_sdk::entities::{Constraint, Entity, KeyKind, Table, TableKind};
use metahost_plugin_sdk::rest::encode;
use metahost_plugin_sdk::testing::{ByHeart, Collected, name, request};
use metahost_plugin_sdk::{Connector, Result};
use serde_json::{Value, json};

use crate::Iceberg;
use crate::catalog::Servers;
use crate::config::Config;
use crate::read::{self, Reader};

mod glue;
mod manifests;
mod sql;

const PAGE: &str = "?pageToken=&pageSize=1000";

fn recorded() -> ByHeart {
    let answers: Value = serde_json::from_str(include_str!("../fixtures/catalog.json")).unwrap();
    let none = json!({ "namespaces": [] });
    let mut server = ByHeart::new("the Iceberg catalog", "iceberg");
    for (path, answer) in answers.as_object().unwrap() {
        server = server.json(path, answer);
    }
    server.json(&format!("/v1/namespaces{PAGE}&parent=nothing"), &none)
}

fn connector(server: &ByHeart, more: &str) -> Iceberg {
    let config = Config::parse(&format!(r#"{{"url": "http://catalog:8181", "database": "lake"{more}}}"#)).unwrap();
    let store = Box::new(ByHeart::new("no store", "s3"));
    Iceberg { config, servers: Servers { catalog: Box::new(server.clone()), store, database: Box::new(sql::Unasked) } }
}

/// Every split there is, into one list.
fn run(server: &ByHeart, more: &str) -> (Result<()>, Collected) {
    read_all(&mut connector(server, more))
}

fn read_all(iceberg: &mut Iceberg) -> (Result<()>, Collected) {
    let mut out = Collected::default();
    let splits = match iceberg.discover(&[Mode::Entities]) {
        Ok(splits) => splits,
        Err(error) => return (Err(error), out),
    };
    for split in splits {
        let request = ReadRequest { split, ..request(Mode::Entities, None) };
        if let Err(error) = iceberg.read_into(&request, &mut out) {
            return (Err(error), out);
        }
    }
    (Ok(()), out)
}

fn whole() -> Collected {
    let (done, out) = run(&recorded(), "");
    done.unwrap();
    out
}

fn table<'o>(out: &'o Collected, wanted: &str) -> &'o Table {
    out.tables().into_iter().find(|table| name(&table.common) == wanted).unwrap()
}

/// A catalog of one table, whose metadata is written by hand.
fn by_hand(metadata: &Value) -> ByHeart {
    ByHeart::new("the Iceberg catalog", "iceberg")
        .json("/v1/config", &json!({ "defaults": {}, "overrides": {} }))
        .json(&format!("/v1/namespaces{PAGE}"), &json!({ "namespaces": [["n"]] }))
        .json(&format!("/v1/namespaces{PAGE}&parent=n"), &json!({ "namespaces": [] }))
        .json("/v1/namespaces/n", &json!({ "properties": {} }))
        .json(
            &format!("/v1/namespaces/n/tables{PAGE}"),
            &json!({ "identifiers": [{ "namespace": ["n"], "name": "t" }] }),
        )
        .json("/v1/namespaces/n/tables/t", &json!({ "metadata": metadata }))
}

#[test]
fn namespaces_are_schemas_of_one_database() {
    let out = whole();
    let paths: Vec<String> = out
        .entities
        .iter()
        .filter_map(|entity| match entity {
            Entity::Database(database) => Some(database.common.path.join("/")),
            Entity::Schema(schema) => Some(schema.common.path.join("/")),
            _ => None,
        })
        .collect();
    assert_eq!(paths, ["lake", "lake/bronze", "lake/gold"]);
    assert_eq!(out.complete[0], ("lake".to_owned(), "databaseSchema".to_owned(), Some(2)));
    assert!(out.complete.contains(&("lake/bronze".to_owned(), "table".to_owned(), Some(5))), "{:?}", out.complete);
}

#[test]
fn a_table_has_its_location_format_counts_and_snapshots() {
    let out = whole();
    let orders = table(&out, "orders");
    assert_eq!(orders.kind, TableKind::Iceberg);
    assert_eq!(orders.common.description.as_deref(), Some("Orders, a partition a month"));
    assert_eq!((orders.file_format.as_deref(), orders.row_count), (Some("orc"), Some(15_000)));
    assert!(orders.size_bytes.unwrap() > 0 && orders.updated_at.is_some());
    assert!(orders.location.as_deref().unwrap().starts_with("s3://warehouse/iceberg/bronze/orders"));
    let extension: Vec<(&str, &str)> =
        orders.common.extension.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert!(extension.contains(&("icebergFormatVersion", "2")), "{extension:?}");
    assert!(extension.contains(&("icebergRefs", "\"branch main at 3298173790457369222\"")), "{extension:?}");
    assert_eq!(table(&out, "payments").common.extension[1], ("icebergSnapshots".to_owned(), "3".to_owned()));
}

#[test]
fn partitions_keep_their_transforms() {
    let out = whole();
    let parts: Vec<(&str, &str, Option<&str>)> = table(&out, "page_events")
        .partitioned_by
        .iter()
        .map(|part| (part.column.as_str(), part.interval_kind.as_str(), part.interval.as_deref()))
        .collect();
    assert_eq!(parts, [("occurred_at", "TIME-UNIT", Some("day")), ("event_id", "OTHER", Some("bucket[4]"))]);
}

#[test]
fn columns_nest_at_any_depth() {
    let out = whole();
    let every = table(&out, "every_type");
    let lines: Vec<String> = every
        .columns
        .iter()
        .map(|column| {
            let parent = column.parent.map_or("", |at| every.columns[at as usize].name.as_str());
            format!("{parent}/{} {} {}", column.name, column.data_type, column.display.as_deref().unwrap_or_default())
        })
        .collect();
    for line in [
        "/decimal_18_2 DECIMAL decimal(18, 2)",
        "/a_timestamp_tz TIMESTAMPZ timestamptz",
        "/array_of_decimal ARRAY list<decimal(9, 3)>",
        "array_of_array/element ARRAY list<timestamp>",
        "value/x DOUBLE double",
        "value/k STRING string",
        "l4/leaf STRING string",
        "numbers/of MAP map<string, string>",
        "/quoted column.with $igns STRING string",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} is not in {lines:#?}");
    }
    let decimal = every.columns.iter().find(|column| column.name == "decimal_18_2").unwrap();
    assert_eq!((decimal.precision, decimal.scale, decimal.constraint), (Some(18), Some(2), Some(Constraint::Null)));
}

#[test]
fn a_view_has_the_columns_and_the_text_of_its_current_version() {
    let out = whole();
    let view = table(&out, "v_completion");
    assert_eq!((view.kind, view.common.path.join(".").as_str()), (TableKind::View, "lake.gold.v_completion"));
    assert!(view.definition.as_deref().unwrap().contains("iceberg.silver.v_enrollment"));
    assert_eq!(view.columns[1].description.as_deref(), Some("How many finished"), "of version 2");
    assert!(view.columns.iter().all(|column| column.constraint.is_none()), "nobody enforces it");
}

#[test]
fn version_1_keeps_its_schema_at_the_top() {
    let metadata = json!({
        "format-version": 1, "location": "s3://w/t", "properties": { "owner": "anna@example.org" },
        "schema": { "type": "struct", "fields": [{ "id": 1, "name": "at", "required": true, "type": "timestamp" }] },
        "partition-spec": [{ "name": "y", "transform": "year", "source-id": 1, "field-id": 1000 }],
        "current-snapshot-id": -1,
    });
    let (done, out) = run(&by_hand(&metadata), "");
    done.unwrap();
    let table = table(&out, "t");
    assert_eq!((table.columns.len(), table.partitioned_by[0].interval.as_deref()), (1, Some("year")));
    assert_eq!((table.row_count, table.common.owners.as_slice()), (None, ["anna@example.org".to_owned()].as_slice()));
}

#[test]
fn version_3_has_its_own_types_keys_order_and_defaults() {
    let metadata = json!({
        "format-version": 3, "current-schema-id": 7, "default-spec-id": 2, "default-sort-order-id": 1,
        "schemas": [{ "type": "struct", "schema-id": 3, "fields": [] }, {
            "type": "struct", "schema-id": 7, "identifier-field-ids": [1], "fields": [
                { "id": 1, "name": "id", "required": true, "type": "long" },
                { "id": 2, "name": "payload", "required": false, "type": "variant", "doc": "anything" },
                { "id": 3, "name": "shape", "required": false, "type": "geometry(srid:4326)" },
                { "id": 4, "name": "at", "required": false, "type": "timestamptz_ns", "write-default": "now" },
                { "id": 5, "name": "new", "required": false, "type": "something_of_tomorrow" },
                { "id": 6, "name": "s", "required": false, "type": { "type": "struct", "fields": [
                    { "id": 8, "name": "inner", "required": false, "type": "string" }] } },
            ] }],
        "partition-specs": [{ "spec-id": 2, "fields": [
            { "name": "a", "transform": "identity", "source-id": 8, "field-id": 1000 },
            { "name": "b", "transform": "void", "source-id": 4, "field-id": 1001 },
            { "name": "c", "transform": "truncate[3]", "source-ids": [1], "field-id": 1002 }] }],
        "sort-orders": [{ "order-id": 1, "fields": [
            { "transform": "identity", "source-id": 4, "direction": "asc", "null-order": "nulls-first" }] }],
        "refs": { "main": { "snapshot-id": 5, "type": "branch" }, "audit": { "snapshot-id": 4, "type": "tag" } },
        "current-snapshot-id": 5,
        "snapshots": [{ "snapshot-id": 5, "timestamp-ms": 1, "summary": { "operation": "append", "total-records": "12" } }],
    });
    let (done, out) = run(&by_hand(&metadata), "");
    done.unwrap();
    let table = table(&out, "t");
    let types: Vec<&str> = table.columns.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(types, ["BIGINT", "VARIANT", "GEOMETRY", "TIMESTAMPZ", "UNKNOWN", "STRUCT", "STRING"]);
    assert_eq!(table.columns[4].display.as_deref(), Some("something_of_tomorrow"), "an unknown type loses no table");
    assert_eq!(
        (table.columns[3].default_value.as_deref(), table.columns[1].description.as_deref()),
        (Some("now"), Some("anything"))
    );
    let keys: Vec<_> = table.keys.iter().map(|key| (key.kind, key.columns.join(","))).collect();
    assert_eq!(keys, [(KeyKind::Primary, "id".to_owned()), (KeyKind::Sort, "at".to_owned())]);
    let parts: Vec<&str> = table.partitioned_by.iter().map(|part| part.column.as_str()).collect();
    assert_eq!(parts, ["id"], "void is no part any more, and OpenMetadata refuses nested ones");
    let words = ("icebergPartitionedBy".to_owned(), "\"s.inner, truncate[3](id)\"".to_owned());
    assert!(table.common.extension.contains(&words), "{:?}", table.common.extension);
    assert_eq!(table.row_count, Some(12));
    assert!(table.common.extension.iter().any(|(_, value)| value.contains("tag audit at 4")));
}

#[test]
fn namespaces_in_namespaces_are_found_and_paged() {
    let deep = encode("a\u{1f}b");
    let server = ByHeart::new("the Iceberg catalog", "iceberg")
        .json(
            "/v1/config?warehouse=w%201",
            &json!({ "defaults": { "prefix": "ignored" }, "overrides": { "prefix": "ws/p" } }),
        )
        .json("/v1/ws/p/namespaces?pageToken=&pageSize=1", &json!({ "namespaces": [["a"]], "next-page-token": "2" }))
        .json("/v1/ws/p/namespaces?pageToken=2&pageSize=1", &json!({ "namespaces": [["c"]], "next-page-token": null }))
        .json("/v1/ws/p/namespaces?pageToken=&pageSize=1&parent=a", &json!({ "namespaces": [["a", "b"]] }))
        .json("/v1/ws/p/namespaces?pageToken=&pageSize=1&parent=c", &json!({ "namespaces": [] }))
        .json(&format!("/v1/ws/p/namespaces?pageToken=&pageSize=1&parent={deep}"), &json!({ "namespaces": [] }));
    let iceberg = connector(&server, r#", "warehouse": "w 1", "page-size": 1, "namespace-separator": "__""#);
    let reader = Reader::open(&iceberg.servers, &iceberg.config).unwrap();
    let splits = reader.splits(&[Mode::Entities]).unwrap();
    let paths: Vec<String> = splits.iter().map(|split| split.path.join("/")).collect();
    assert_eq!(paths, ["lake", "lake/a", "lake/c", "lake/a__b"].map(str::to_owned), "{paths:?}");
    assert_eq!(read::levels(&splits[3].id).unwrap(), ["a", "b"]);
}

#[test]
fn one_table_that_cannot_be_loaded_does_not_take_the_others_with_it() {
    for (status, body) in [(404, "{}"), (403, "{}"), (500, "{}"), (200, "<html>"), (200, r#"{"metadata": {"format"#)] {
        let (done, out) = run(&recorded().with("/v1/namespaces/bronze/tables/orders", status, body), "");
        done.unwrap();
        assert_eq!(out.tables().len(), 5, "four tables and a view");
        assert!(out.skipped[0].starts_with("lake/bronze/orders: "), "{:?}", out.skipped);
        assert!(!out.complete.iter().any(|(scope, _, _)| scope == "lake/bronze"), "nothing counts as gone");
    }
}

#[test]
fn a_catalog_that_refuses_or_fails_ends_the_read() {
    for (status, body, words) in [
        (401, r#"{"error":{"message":"Not authorized","code":401}}"#, "credentials.iceberg"),
        (503, "busy", "HTTP 503"),
        (200, "<html>Sign in</html>", "is this the Iceberg catalog?"),
    ] {
        let (done, _) = run(&recorded().with(&format!("/v1/namespaces{PAGE}"), status, body), "");
        let error = format!("{:?}", done.unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
    }
}

#[test]
fn a_catalog_without_namespaces_is_not_taken_for_an_empty_one() {
    let (done, out) = run(&recorded().json(&format!("/v1/namespaces{PAGE}"), &json!({ "namespaces": [] })), "");
    assert!(format!("{:?}", done.unwrap_err()).contains("the right to list them"));
    assert!(out.complete.is_empty());
}

#[test]
fn names_may_hold_anything() {
    let strange = format!("a.b\"c::d 🦆 {}", "x".repeat(300));
    let metadata =
        json!({ "format-version": 2, "schemas": [{ "schema-id": 0, "fields": [] }], "current-schema-id": 0 });
    let server = by_hand(&metadata)
        .json(&format!("/v1/namespaces/n/tables{PAGE}"), &json!({ "identifiers": [{ "name": strange }] }))
        .json(&format!("/v1/namespaces/n/tables/{}", encode(&strange)), &json!({ "metadata": metadata }));
    let (done, out) = run(&server, "");
    done.unwrap();
    assert_eq!(out.tables()[0].common.path, ["lake", "n", &strange]);
}

#[test]
fn the_test_counts_what_there_is() {
    let mut iceberg = connector(&recorded(), "");
    let mut run = |step| iceberg.test(step).unwrap();
    assert_eq!(run("GetNamespaces"), "2 namespaces");
    assert_eq!((run("GetTables"), run("GetViews")), ("5 tables".to_owned(), "1 views".to_owned()));
    let old = by_hand(&json!({}));
    assert_eq!(connector(&old, "").test("GetViews").unwrap(), "this catalog keeps no views");
}

#[test]
fn keys_and_orders_over_nested_columns_are_told_in_words() {
    let metadata = json!({
        "format-version": 2, "current-schema-id": 0, "default-sort-order-id": 1,
        "schemas": [{ "schema-id": 0, "identifier-field-ids": [1, 3], "fields": [
            { "id": 1, "name": "id", "required": true, "type": "long" },
            { "id": 2, "name": "s", "required": true, "type": { "type": "struct", "fields": [
                { "id": 3, "name": "part", "required": true, "type": "string" }] } }] }],
        "sort-orders": [{ "order-id": 1, "fields": [{ "transform": "bucket[2]", "source-id": 3 }] }],
    });
    let (done, out) = run(&by_hand(&metadata), "");
    done.unwrap();
    let table = table(&out, "t");
    assert!(table.keys.is_empty(), "half a key is none: {:?}", table.keys);
    let words: Vec<&str> = table.common.extension.iter().map(|(_, words)| words.as_str()).collect();
    assert!(words.contains(&"\"id, s.part\"") && words.contains(&"\"bucket[2](s.part)\""), "{words:?}");
}

/// The statistics of every split, by table.
fn profiles(server: &ByHeart) -> Collected {
    let mut iceberg = connector(server, "");
    let mut out = Collected::default();
    for split in iceberg.discover(&[Mode::Profile]).unwrap() {
        let request = ReadRequest { split, ..request(Mode::Profile, None) };
        iceberg.read_into(&request, &mut out).unwrap();
    }
    out
}

#[test]
fn snapshots_tell_rows_bytes_and_who_changed_them_when() {
    let out = profiles(&recorded());
    assert!(out.entities.is_empty() && out.complete.is_empty());
    let (_, payments) = out.stats.iter().find(|(table, _)| table.ends_with("payments")).unwrap();
    assert!(payments.rows.unwrap() > 0 && payments.bytes.unwrap() > 0 && payments.snapshot.is_some());
    assert_eq!(payments.operations.len(), 3, "{:?}", payments.operations);
    assert_eq!(payments.created_at, Some(payments.operations[0].at));
    assert!(payments.operations.is_sorted_by_key(|operation| operation.at));
}

#[test]
fn a_compaction_changes_no_rows_and_a_table_without_a_snapshot_has_no_statistics() {
    let snapshot = |id: u64, operation: &str, more: Value| {
        let mut summary = json!({ "operation": operation });
        summary.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "snapshot-id": id, "timestamp-ms": id * 10, "parent-snapshot-id": id - 1, "summary": summary })
    };
    let metadata = json!({
        "format-version": 2, "current-snapshot-id": 9,
        "snapshots": [
            snapshot(9, "delete", json!({ "deleted-records": "4", "total-records": "8" })),
            snapshot(6, "append", json!({ "added-records": "12" })),
            snapshot(7, "replace", json!({ "added-records": "12" })),
            snapshot(8, "overwrite", json!({ "added-records": "3" })),
        ],
    });
    let out = profiles(&by_hand(&metadata));
    let stats = &out.stats[0].1;
    let told: Vec<_> = stats.operations.iter().map(|told| (told.kind.as_str(), told.at, told.rows)).collect();
    assert_eq!(told, [("INSERT", 60, Some(12)), ("WRITE", 80, Some(3)), ("DELETE", 90, Some(4))]);
    assert_eq!((stats.rows, stats.taken_at, stats.created_at), (Some(8), Some(90), None), "the first are expired");
    assert!(profiles(&by_hand(&json!({ "format-version": 2, "current-snapshot-id": -1 }))).stats.is_empty());
}

#[test]
fn a_token_that_ends_and_a_storm_of_requests_end_the_read_with_what_was_read_kept() {
    for (status, words) in [(401, "credentials.iceberg"), (429, "HTTP 429")] {
        let (done, out) = run(&recorded().with(&format!("/v1/namespaces/gold/tables{PAGE}"), status, "{}"), "");
        let error = format!("{:?}", done.unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
        assert!(!out.tables().is_empty(), "what came before is kept");
        assert!(!out.complete.iter().any(|(scope, _, _)| scope == "lake/gold"));
    }
}

#[test]
fn a_token_that_ends_between_two_tables_is_not_many_forbidden_ones() {
    for (status, ends) in [(401, true), (403, false)] {
        let (done, out) = run(&recorded().with("/v1/namespaces/bronze/tables/orders", status, "{}"), "");
        assert_eq!((done.is_err(), out.skipped.is_empty()), (ends, ends), "{status}: {:?}", out.skipped);
    }
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    let all = [whole(), profiles(&recorded()), manifests::all_kinds()];
    metahost_plugin_sdk::testing::assert_coverage(include_str!("../README.md"), &all.each_ref());
}
