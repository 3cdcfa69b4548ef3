//! Manifests and inventories: hand-made after their descriptions; the Parquet files are what Apache Arrow's writer made.

use std::io::Write;

use serde_json::{Value, json};

use super::{Memory, config, container, extension, lines, paths, run, table, whole, with};
use crate::steps;

fn lake() -> Memory {
    Memory::default()
        .lake("data/us/events/1.parquet", super::EVENTS)
        .lake("data/eu/events/1.parquet", super::EVENTS)
        .lake("data/eu/events/_delta_log/0.json", "{}")
        .lake("data/eu/other/1.csv", "a\n")
        .lake("hive/t/year=2025/1.csv", "a\n1\n")
        .lake("hive/t/year=2026/1.csv", "a\n1\n")
        .lake("images/a.png", "png")
        .lake("images/nested/b.png", "png")
        .lake("images/tmp/c.png", "png")
        .lake("plain/part-00000", "a;b\n1;2\n3;4\n")
        .lake("plain/_SUCCESS", "x")
        .lake("teams/a/one/1.csv", "a\n")
        .lake("teams/a/1.csv", "b\n")
        .lake("teams/b/1.csv", "c\n")
}

fn listed(entries: &Value) -> Vec<String> {
    paths(&whole(&lake().lake("openmetadata.json", json!({ "entries": entries }).to_string())))[1..].to_vec()
}

#[test]
fn patterns_make_a_table_of_each_folder() {
    assert_eq!(
        listed(&json!([{ "dataPath": "data/*/events/*.parquet" }])),
        ["lake|data/eu/events", "lake|data/us/events"]
    );
    assert_eq!(
        listed(&json!([{ "dataPath": "data/**" , "excludePaths": ["us", "_delta_log"] }])),
        ["lake|data/eu/events", "lake|data/eu/other"]
    );
    assert_eq!(
        listed(&json!([{ "dataPath": "data/**/*.*", "excludePatterns": ["data/eu/**"] }])),
        ["lake|data/us/events"]
    );
    assert_eq!(listed(&json!([{ "dataPath": "data/?s/**/*.parquet" }])), ["lake|data/us/events"]);
    assert_eq!(listed(&json!([{ "dataPath": "nothing/[a]*" }])), Vec::<String>::new());
}

#[test]
fn partitions_are_as_they_are_written_down() {
    let fields = |entry: Value| {
        let out = whole(&lake().lake("openmetadata.json", json!({ "entries": [entry] }).to_string()));
        out.containers()[1..]
            .iter()
            .map(|it| format!("{}: {}", it.common.path[1], lines(&it.fields).join(", ")))
            .collect::<Vec<_>>()
    };
    let glob = "hive/**/*.csv";
    assert_eq!(
        fields(json!({ "dataPath": glob, "autoPartitionDetection": true })),
        ["hive/t: /a BIGINT, /year BIGINT"]
    );
    assert_eq!(
        fields(json!({ "dataPath": glob, "autoPartitionDetection": false })),
        ["hive/t/year=2025: /a BIGINT", "hive/t/year=2026: /a BIGINT"]
    );
    let told = json!([{ "name": "jahr", "dataType": "INT", "description": "The year" }]);
    assert_eq!(fields(json!({ "dataPath": glob, "partitionColumns": told })), ["hive/t: /a BIGINT, /jahr INT"]);
    assert_eq!(fields(json!({ "dataPath": "hive/t", "isPartitioned": true })), ["hive/t: /a BIGINT, /year BIGINT"]);
}

#[test]
fn depth_makes_a_table_of_each_folder_so_deep() {
    assert_eq!(
        listed(&json!([{ "dataPath": "teams", "structureFormat": "csv", "depth": 1 }])),
        ["lake|teams/a", "lake|teams/b"]
    );
    assert_eq!(listed(&json!([{ "dataPath": "/teams/", "structureFormat": "csv", "depth": 2 }])), ["lake|teams/a/one"]);
    assert_eq!(listed(&json!([{ "dataPath": "teams", "structureFormat": "csv" }])), ["lake|teams"]);
}

#[test]
fn files_without_endings_have_the_format_that_is_written_down() {
    let manifest = r#"{"entries": [{"dataPath": "plain", "structureFormat": "CSV", "separator": ";"}, {"dataPath": "teams/b/1.csv", "structureFormat": "csv.gz"}]}"#;
    let out = whole(&lake().lake("openmetadata.json", manifest));
    assert_eq!(lines(&table(&out, "plain").fields), ["/a BIGINT", "/b BIGINT"]);
    assert_eq!(lines(&table(&out, "teams/b/1.csv").fields), ["/c STRING"], "one file is a table, too");
    assert_eq!(out.skipped, Vec::<String>::new());
}

#[test]
fn two_entries_of_one_folder_count_it_once() {
    let twice = json!({ "entries": [{ "dataPath": "plain", "structureFormat": "csv", "separator": ";" }, { "dataPath": "plain/*" }] });
    let out = whole(&lake().lake("openmetadata.json", twice.to_string()));
    assert_eq!((table(&out, "plain").objects, table(&out, "plain").fields.len()), (Some(2), 2));
    assert_eq!(out.skipped, Vec::<String>::new());
}

#[test]
fn files_that_are_written_down_stand_for_themselves() {
    let files = ["lake|images", "lake|images|nested", "lake|images|a.png", "lake|images|nested|b.png"];
    let entry = json!([{ "dataPath": "images", "unstructuredFormats": ["png"], "excludePaths": ["tmp"] }]);
    assert_eq!(listed(&entry), files);
    let entry =
        json!([{ "dataPath": "images/**/*.png", "unstructuredData": true, "excludePatterns": ["images/tmp/**"] }]);
    assert_eq!(listed(&entry), files);
}

#[test]
fn the_global_manifest_goes_before_the_buckets_own_and_that_before_the_default() {
    let entry = |bucket: &str, path: &str| json!({ "entries": [{ "containerName": bucket, "dataPath": path, "structureFormat": "csv" }] });
    let own = r#"{"entries": [{"dataPath": "plain", "structureFormat": "csv"}]}"#;
    let tables = |store: Memory, more: &str| paths(&with(&store, more))[1..].to_vec();
    let teams = entry("lake", "teams");
    let both = || lake().lake("openmetadata.json", own);
    assert_eq!(tables(both(), &format!(r#", "manifest": {teams}"#)), ["lake|teams"]);
    assert_eq!(tables(both(), &format!(r#", "manifest": {}"#, entry("other", "x"))), ["lake|plain"]);
    assert_eq!(tables(both(), &format!(r#", "default-manifest": {teams}"#)), ["lake|plain"]);
    assert_eq!(tables(lake(), &format!(r#", "default-manifest": {teams}"#)), ["lake|teams"]);
    assert_eq!(tables(lake(), &format!(r#", "default-manifest": {}"#, json!(teams.to_string()))), ["lake|teams"]);
    let stored = lake().with("conf", "om/openmetadata_storage_manifest.json", teams.to_string());
    assert_eq!(tables(stored, r#", "manifest": "s3://conf/om/""#), ["lake|teams"]);
    let web = Memory {
        web: [("https://conf.example.com/m.json", r#"{"entries": [{"containerName": "lake", "dataPath": "teams"}]}"#)]
            .into(),
        ..lake()
    };
    assert_eq!(tables(web, r#", "manifest": "https://conf.example.com/m.json""#), ["lake|teams"]);
    let (done, out) = run(&lake(), r#", "manifest": "s3://conf/om/""#);
    assert!(
        format!("{:?}", done.unwrap_err()).contains("there is no manifest at s3://conf/om/") && out.complete.is_empty()
    );
}

const SCHEMA: &str = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass";

fn manifest(format: &str, key: &str) -> String {
    json!({
        "sourceBucket": "lake", "destinationBucket": "arn:aws:s3:::inv", "version": "2016-11-30",
        "creationTimestamp": "1795411072000", "fileFormat": format, "fileSchema": SCHEMA,
        "files": [{ "key": key, "size": 10, "MD5checksum": "x" }],
    })
    .to_string()
}

fn csv() -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let lines = r#""lake","t/a+b%2B.csv","1","true","false","10","2026-11-20T00:00:00.000Z","x","STANDARD"
"lake","t/2.csv","2","true","false","20","2026-11-21T00:00:00.000Z","x","GLACIER"
"lake","t/2.csv","3","false","false","5","2026-11-01T00:00:00.000Z","x","STANDARD"
"lake","gone.csv","4","true","true","","2026-11-22T00:00:00.000Z","",""
"#;
    packer.write_all(lines.as_bytes()).unwrap();
    packer.finish().unwrap()
}

const AT: &str = r#", "inventory": {"lake": "s3://inv/daily/lake/all/"}"#;

/// The newest of two days; the objects themselves are not listed.
fn stocked(format: &str, key: &str, body: impl Into<Vec<u8>>) -> Memory {
    Memory::default()
        .lake("t/a b+.csv", "id\n1\n")
        .lake("never/listed.csv", "x\n")
        .with("inv", "daily/lake/all/2026-11-22T01-00Z/manifest.json", "old")
        .with("inv", "daily/lake/all/2026-11-23T01-00Z/manifest.json", manifest(format, key))
        .with("inv", "daily/lake/all/data/1", "")
        .with("inv", "daily/lake/all/hive/dt=2026-11-24-01-00/manifest.json", "not this")
        .with("inv", key, body)
}

fn assert_stock(store: &Memory) {
    let out = with(store, AT);
    let bucket = container(&out, &["lake"]);
    assert_eq!(
        (bucket.objects, bucket.size_bytes),
        (Some(2), Some(30)),
        "old versions and delete markers are not there"
    );
    for (name, value) in [
        ("inventoryOf", "\"2026-11-23T05:17:52Z\""),
        ("olderVersions", "1"),
        ("olderVersionsBytes", "5"),
        ("deleteMarkers", "1"),
        ("lastModified", "\"2026-11-21T00:00:00Z\""),
        ("storageClasses", r#"{"GLACIER":{"bytes":20,"objects":1},"STANDARD":{"bytes":10,"objects":1}}"#),
    ] {
        assert_eq!(extension(bucket, name), Some(value), "{name}");
    }
    assert_eq!(paths(&out), ["lake", "lake|t"]);
    assert_eq!(table(&out, "t").objects, Some(2));
}

#[test]
fn an_inventory_in_csv_is_read_instead_of_listing() {
    let store = stocked("CSV", "daily/lake/all/data/1.csv.gz", csv());
    assert_stock(&store);
    assert_eq!(lines(&table(&with(&store, AT), "t").fields), ["/id BIGINT"], "keys are decoded");
}

#[test]
fn an_inventory_in_parquet_is_read_instead_of_listing() {
    let key = "daily/lake/all/data/1.parquet";
    assert_stock(&stocked("Parquet", key, &include_bytes!("../../fixtures/made/inventory-snappy.parquet")[..]));
    assert_stock(&stocked("Parquet", key, &include_bytes!("../../fixtures/made/inventory-gzip.parquet")[..]));
}

#[test]
fn the_checksum_of_an_inventory_is_compared() {
    let key = "daily/lake/all/data/1.csv.gz";
    let sum = |text: &str| crate::inventory::md5(text.as_bytes());
    let place = "daily/lake/all/2026-11-23T01-00Z/manifest.checksum";
    assert_stock(&stocked("CSV", key, csv()).with("inv", place, sum(&manifest("CSV", key)) + "\n"));
    let (done, out) = run(&stocked("CSV", key, csv()).with("inv", place, sum("another")), AT);
    assert!(format!("{:?}", done.unwrap_err()).contains("is not the one that its checksum is of"));
    assert!(out.complete.is_empty() && out.entities.is_empty());
}

#[test]
fn an_inventory_that_cannot_be_read_ends_its_bucket() {
    let key = "daily/lake/all/data/1.csv.gz";
    for (store, words) in [
        (Memory::default().lake("t/1.csv", "a\n").with("inv", "x", ""), "the first comes within 48 hours"),
        (stocked("ORC", key, csv()), "inventories in orc are not read"),
        (stocked("CSV", key, &b"no gzip"[..]), "the inventory's CSV can't be read"),
        (stocked("CSV", key, &csv()[..60]), "the inventory's CSV can't be read"),
        (stocked("Parquet", key, &b"PAR1 not really"[..]), "this is no Parquet file"),
        (
            stocked("CSV", key, csv()).with("inv", "daily/lake/all/2026-11-24T01-00Z/manifest.json", "<html>"),
            "manifest can't be read",
        ),
        (
            stocked("CSV", key, csv()).with(
                "inv",
                "daily/lake/all/2026-11-24T01-00Z/manifest.json",
                manifest("CSV", key).replace("\"lake\"", "\"pond\""),
            ),
            "is of the bucket pond, not of lake",
        ),
        (
            stocked("CSV", "elsewhere", csv()).with(
                "inv",
                "daily/lake/all/2026-11-24T01-00Z/manifest.json",
                manifest("CSV", "no"),
            ),
            "the file is gone",
        ),
        (Memory { denied: [key].into(), ..stocked("CSV", key, csv()) }, "Denied"),
    ] {
        let (done, out) = run(&store, AT);
        let told = format!("{:?}", done.unwrap_err());
        assert!(told.contains(words), "{words} is not in {told}");
        assert!(out.complete.is_empty() && out.entities.is_empty());
    }
    let wrong = r#"{"endpoint": "http://s", "region": "x", "inventory": {"lake": "inv/daily"}}"#;
    assert!(format!("{:?}", crate::config::Config::parse(wrong).unwrap_err()).contains("/inventory/lake"));
}

#[test]
fn the_test_step_reads_what_is_configured() {
    let step = |store: &Memory, more: &str| steps::run("ReadLists", store, &config(more));
    let store = stocked("CSV", "k", csv());
    assert_eq!(step(&store, AT).unwrap(), "the inventory of lake of 2026-11-23T05:17:52Z");
    assert_eq!(step(&store, r#", "manifest": {"entries": []}"#).unwrap(), "a manifest with 0 entries");
    assert_eq!(step(&store, "").unwrap(), "none are configured");
    assert!(step(&store, r#", "manifest": "s3://conf/x.json""#).is_err());
}
