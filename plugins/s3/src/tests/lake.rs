//! Iceberg and Delta folders. One table's metadata is what Trino wrote, cut (`fixtures/page_events.metadata.json`); the rest is
//! hand-made after the formats' descriptions; the checkpoint is a Parquet file that Apache Arrow's writer made.

use serde_json::json;

use super::{COURSES, Memory, extension, lines, run, table, whole, with};

const UUID: &str = "6f1c0a52-0000-4a6f-8c55-0123456789ab";
const CHECKPOINT: &[u8] = include_bytes!("../../fixtures/made/checkpoint.parquet");

fn metadata(column: &str) -> String {
    json!({
        "format-version": 2, "table-uuid": UUID, "location": "s3://lake/wh/sales/orders", "current-schema-id": 1,
        "schemas": [{ "schema-id": 0, "fields": [] }, { "schema-id": 1, "type": "struct", "fields": [
            { "id": 1, "name": column, "required": true, "type": "long", "doc": "Its number" },
            { "id": 2, "name": "at", "required": false, "type": "timestamptz" },
            { "id": 3, "name": "total", "required": false, "type": "decimal(12, 2)" },
            { "id": 4, "name": "who", "required": false, "type": { "type": "struct", "fields": [
                { "id": 5, "name": "tags", "required": false, "type": { "type": "list", "element-id": 6, "element": "string" } }] } },
            { "id": 7, "name": "facts", "required": false,
              "type": { "type": "map", "key-id": 8, "key": "string", "value-id": 9, "value": "double" } },
            { "id": 10, "name": "hash", "required": false, "type": "fixed[16]" }] }],
        "default-spec-id": 3,
        "partition-specs": [{ "spec-id": 3, "fields": [
            { "source-id": 2, "field-id": 1000, "name": "at_day", "transform": "day" },
            { "source-id": 1, "field-id": 1001, "name": "id", "transform": "identity" }] }],
    })
    .to_string()
}

fn iceberg() -> Memory {
    Memory::default()
        .lake("wh/sales/orders/data/at_day=2026-11-23/1.parquet", COURSES)
        .lake("wh/sales/orders/metadata/00002-b.metadata.json", metadata("older"))
        .lake("wh/sales/orders/metadata/00010-a.metadata.json", metadata("id"))
        .lake("wh/sales/orders/metadata/snap-1.avro", "x")
}

#[test]
fn icebergs_newest_metadata_tells_its_columns() {
    let out = whole(&iceberg());
    assert_eq!(out.containers().len(), 2);
    let orders = table(&out, "wh/sales/orders");
    assert_eq!(
        lines(&orders.fields),
        [
            "/id BIGINT",
            "/at TIMESTAMPZ",
            "/total DECIMAL",
            "/who STRUCT",
            "who/tags ARRAY",
            "/facts MAP",
            "facts/key STRING",
            "facts/value DOUBLE",
            "/hash VARBINARY"
        ]
    );
    assert_eq!((orders.fields[2].precision, orders.fields[2].scale), (Some(12), Some(2)));
    assert_eq!((orders.fields[8].length, orders.fields[0].description.as_deref()), (Some(16), Some("Its number")));
    assert_eq!(
        orders.common.description.as_deref(),
        Some("An Iceberg table of format version 2, partitioned by `day(at)`, `id`.")
    );
    for (name, value) in [
        ("tableFormat", "\"iceberg\""),
        ("tableUuid", &format!("\"{UUID}\"")),
        ("tableLocation", "\"s3://lake/wh/sales/orders\""),
        ("formatVersion", "2"),
        ("partitionedBy", "\"day(at), id\""),
    ] {
        assert_eq!(extension(orders, name), Some(value), "{name}");
    }
}

#[test]
fn what_trino_wrote_is_read() {
    let real = include_bytes!("../../fixtures/page_events.metadata.json");
    let folder = "iceberg/bronze/page_events-c8af99228c4244ddb08ec5dd129c473c";
    let store = Memory::default()
        .lake(&format!("{folder}/metadata/00003-a07d0194-a5d1-40ff-b997-4adf513956d9.metadata.json"), real);
    let out = with(&store, r#", "tables": [{"path": "lake/*/{schema}/{table}", "database": "lake"}]"#);
    let found = table(&out, folder);
    let lines = lines(&found.fields);
    for line in [
        "/event_id BIGINT",
        "/occurred_at TIMESTAMPZ",
        "device/os STRUCT",
        "items/price DECIMAL",
        "value/since TIMESTAMP",
        "/session UUID",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} is not in {lines:#?}");
    }
    let matrix = found.fields.iter().find(|column| column.name == "matrix").unwrap();
    assert_eq!(matrix.element_type.as_deref(), Some("ARRAY"));
    assert_eq!(
        found.common.description.as_deref(),
        Some(
            "Click stream with nested columns\n\nAn Iceberg table of format version 2, partitioned by `day(occurred_at)`, `bucket[4](event_id)`."
        )
    );
    assert_eq!(out.flows(), [format!("container:lake.{folder} -> *:table:lake.bronze.page_events")]);
}

#[test]
fn a_hint_names_icebergs_newest_version() {
    let hinted = |hint: &str| {
        let store = Memory::default()
            .lake("t/metadata/v3.metadata.json", metadata("three"))
            .lake("t/metadata/v4.metadata.json", metadata("four"))
            .lake("t/metadata/version-hint.text", hint);
        table(&whole(&store), "t").fields[0].name.clone()
    };
    assert_eq!(hinted("3\n"), "three", "version 4 was not committed");
    assert_eq!(hinted("99"), "four", "a hint to nothing is no hint");
}

#[test]
fn packed_and_old_iceberg_metadata_is_read() {
    let old = r#"{"format-version": 1, "schema": {"fields": [{"id": 1, "name": "a", "required": false, "type": "timestamp"}]},
        "partition-spec": [{"name": "a_year", "transform": "year", "source-id": 1}]}"#;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, old.as_bytes()).unwrap();
    let out = whole(&Memory::default().lake("t/metadata/v1.gz.metadata.json", packer.finish().unwrap()));
    assert_eq!(lines(&table(&out, "t").fields), ["/a TIMESTAMP"]);
    assert_eq!(extension(table(&out, "t"), "partitionedBy"), Some("\"year(a)\""));
}

#[test]
fn what_is_left_of_a_dropped_table_is_said_to_be_that() {
    let out = whole(&Memory::default().lake("t/metadata/snap-1.avro", "x"));
    assert!(out.skipped.is_empty(), "{:?}", out.skipped);
    let text = table(&out, "t").common.description.clone().unwrap_or_default();
    assert!(text.contains("without any metadata"), "{text}");
}

#[test]
fn a_view_has_a_folder_and_columns_too() {
    let view = json!({
        "view-uuid": UUID, "format-version": 1, "location": "s3://lake/wh/v", "current-version-id": 2,
        "schemas": [{ "schema-id": 4, "fields": [] },
                    { "schema-id": 5, "fields": [{ "id": 1, "name": "a", "required": false, "type": "long" }] }],
        "versions": [{ "version-id": 1, "schema-id": 4 }, { "version-id": 2, "schema-id": 5 }],
    });
    let out = whole(&Memory::default().lake("wh/v/metadata/00001-x.metadata.json", view.to_string()));
    assert_eq!(lines(&table(&out, "wh/v").fields), ["/a BIGINT"]);
    assert!(out.skipped.is_empty(), "{:?}", out.skipped);
}

fn commit(column: &str) -> String {
    let schema = json!({ "type": "struct", "fields": [
        { "name": column, "type": "long", "nullable": false, "metadata": { "comment": "Its number" } },
        { "name": "at", "type": "timestamp", "nullable": true, "metadata": {} },
        { "name": "local", "type": "timestamp_ntz", "nullable": true, "metadata": {} },
        { "name": "tags", "type": { "type": "array", "elementType": "string", "containsNull": true }, "nullable": true },
        { "name": "day", "type": "date", "nullable": true, "metadata": {} }] });
    let table = json!({ "metaData": { "id": UUID, "schemaString": schema.to_string(), "partitionColumns": ["day"] } });
    format!("{}\n{table}\n{}\n", json!({ "protocol": { "minReaderVersion": 1 } }), json!({ "add": { "path": "x" } }))
}

#[test]
fn deltas_newest_commit_with_a_schema_tells_its_columns() {
    let store = Memory::default()
        .lake("t/Day=1/part-0.parquet", COURSES)
        .lake("t/_change_data/cdc-0.parquet", COURSES)
        .lake("t/_delta_log/00000000000000000000.json", commit("older"))
        .lake("t/_delta_log/00000000000000000001.json", commit("id"))
        .lake("t/_delta_log/00000000000000000002.json", "{\"add\": {\"path\": \"y\"}}\n");
    let out = whole(&store);
    assert_eq!(out.containers().len(), 2, "what lies below a Delta table is part of it");
    let found = table(&out, "t");
    assert_eq!(lines(&found.fields), ["/id BIGINT", "/at TIMESTAMPZ", "/local TIMESTAMP", "/tags ARRAY", "/day DATE"]);
    assert_eq!(found.common.description.as_deref(), Some("A Delta table, partitioned by `day`."));
    assert_eq!((extension(found, "tableUuid"), found.objects), (Some(format!("\"{UUID}\"").as_str()), Some(5)));
    assert_eq!(found.formats, ["parquet"], "the log is no data");
}

#[test]
fn deltas_checkpoint_tells_what_commits_no_longer_do() {
    let store = Memory::default()
        .lake("t/_delta_log/00000000000000000010.checkpoint.parquet", CHECKPOINT)
        .lake("t/_delta_log/00000000000000000010.json", "not read: the checkpoint has it")
        .lake("t/_delta_log/00000000000000000011.json", "{\"add\": {\"path\": \"y\"}}\n");
    let out = whole(&store);
    assert!(out.skipped.is_empty(), "{:?}", out.skipped);
    let found = table(&out, "t");
    assert_eq!(lines(&found.fields), ["/id BIGINT", "/day DATE"]);
    assert_eq!(extension(found, "partitionedBy"), Some("\"day\""));
}

#[test]
fn metadata_that_cannot_be_read_is_told_and_the_table_stays() {
    for (key, body, words) in [
        ("t/metadata/v1.metadata.json", "<html>", "Iceberg's metadata can't be read"),
        ("t/metadata/v1.metadata.json", "{}", "names no schema"),
        ("t/_delta_log/00000000000000000000.json", "{\"met", "Delta's commit can't be read"),
        ("t/_delta_log/00000000000000000000.json", "{\"metaData\": {}}", "Delta's schema can't be read"),
        ("t/_delta_log/_last_checkpoint", "{}", "neither Delta's commits nor its checkpoint"),
    ] {
        let out = whole(&Memory::default().lake(key, body));
        assert!(out.skipped[0].contains(words), "{words} is not in {:?}", out.skipped);
        let kind = if key.contains("delta") { "A Delta table." } else { "An Iceberg table." };
        assert_eq!(table(&out, "t").common.description.as_deref(), Some(kind));
    }
    let denied = Memory {
        denied: ["t/metadata/v1.metadata.json"].into(),
        ..Memory::default().lake("t/metadata/v1.metadata.json", "")
    };
    assert!(whole(&denied).skipped[0].contains("403"));
}

#[test]
fn rules_lead_to_the_table_that_reads_a_folder() {
    let rules = r#", "tables": [
        {"path": "lake/wh/{schema}/{table}", "database": "iceberg"},
        {"path": "lake/hive/{schema}.db/{table}", "service": "trino", "database": "hive"},
        {"path": "lake/deep/**/{schema}/{table}", "database": "d"},
        {"path": "lake/*/raw", "service": "trino", "database": "d", "schema": "s", "table": "raw"}]"#;
    let store = iceberg()
        .lake("wh/sales/people-6f1c0a5200004a6f8c550123456789ab/metadata/v1.metadata.json", metadata("id"))
        .lake("wh/sales/visits__dbt_tmp-6f1c0a5200004a6f8c550123456789ab/metadata/v1.metadata.json", metadata("id"))
        .lake("hive/shop.db/items/1.csv", "a\n")
        .lake("x/raw/1.csv", "a\n")
        .lake("deep/a/b/s/t/1.csv", "a\n")
        .lake("deep/s/t/1.csv", "a\n")
        .lake("deep/t/1.csv", "a\n")
        .lake("unknown/t/deep/metadata/v1.metadata.json", metadata("id"))
        .lake("plain/1.csv", "a\n");
    let out = with(&store, rules);
    assert_eq!(
        out.flows(),
        [
            "container:lake.deep/a/b/s/t -> *:table:d.s.t",
            "container:lake.deep/s/t -> *:table:d.s.t",
            "container:lake.hive/shop.db/items -> trino:table:hive.shop.items",
            "container:lake.wh/sales/orders -> *:table:iceberg.sales.orders",
            "container:lake.wh/sales/people-6f1c0a5200004a6f8c550123456789ab -> *:table:iceberg.sales.people",
            "container:lake.wh/sales/visits__dbt_tmp-6f1c0a5200004a6f8c550123456789ab -> *:table:iceberg.sales.visits",
            "container:lake.x/raw -> trino:table:d.s.raw",
        ]
    );
    let columns: Vec<_> = out.edges[3].columns.iter().map(|column| column.output.as_str()).collect();
    assert_eq!(columns, ["id", "at", "total", "who", "facts", "hash"]);
    assert!(out.skipped.is_empty(), "{:?}", out.skipped);
    let told = |note: &&String| note.contains("in no rule of `tables`") && note.contains("unknown/t/deep");
    assert_eq!(out.notes.iter().filter(told).count(), 1, "{:?}", out.notes);
}

#[test]
fn a_rule_must_tell_the_whole_name() {
    let text = r#"{"endpoint": "http://s", "region": "x", "tables": [{"path": "lake/{schema}/{table}"}]}"#;
    let told = format!("{:?}", crate::config::Config::parse(text).unwrap_err());
    assert!(told.contains("/tables/0") && told.contains("which database?"), "{told}");
    let (done, _) = run(&Memory { down: true, ..Memory::default() }, "");
    assert!(done.is_err());
}
