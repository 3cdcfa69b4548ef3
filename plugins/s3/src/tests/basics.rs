//! Buckets, listings, and the formats of files; Parquet and Avro files are real ones that Trino wrote (`fixtures`).

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::Constraint;

use crate::answer::{self, buckets as names};
use crate::config::Config;
use crate::read;
use crate::tests::{COURSES, EVENTS, Memory, SNAPSHOT, container, lines, paths, run, whole};

#[test]
fn a_bucket_counts_everything_in_it() {
    let store =
        Memory::default().with("lake", "a/1.csv", "x\n1\n").with("lake", "a/2.bin", "..").with("lake", "top.txt", "!");
    let out = whole(&store);
    let bucket = container(&out, &["lake"]);
    assert_eq!((bucket.objects, bucket.size_bytes, bucket.prefix.as_str()), (Some(3), Some(7), "/"));
    assert_eq!(bucket.formats, ["csv"]);
    assert_eq!(out.complete, [("lake".to_owned(), "container".to_owned(), Some(1))]);
}

#[test]
fn parquet_is_read_from_its_footer() {
    let out = whole(&Memory::default().with("lake", "raw/events/1.parquet", EVENTS));
    let events = container(&out, &["lake", "raw/events"]);
    let lines = lines(&events.fields);
    assert!(lines.contains(&"/event_id BIGINT".to_owned()), "{lines:#?}");
    assert!(
        lines.iter().any(|line| line.ends_with(" STRUCT")) && lines.iter().any(|line| line.ends_with(" TIMESTAMPZ")),
        "{lines:#?}"
    );
    assert_eq!(events.formats, ["parquet"]);
}

#[test]
fn a_large_file_is_not_read_whole() {
    let mut large = b"PAR1".to_vec();
    large.extend(vec![0; 5 << 20]);
    large.extend(COURSES);
    let store = Memory::default().with("lake", "t/large.parquet", large);
    let out = whole(&store);
    assert!(!container(&out, &["lake", "t"]).fields.is_empty());
    assert!(*store.read.borrow() < 100 << 10, "{} bytes were read", store.read.borrow());
}

#[test]
fn avro_tells_its_schema_in_the_header() {
    let out = whole(&Memory::default().with("lake", "t/1.avro", SNAPSHOT));
    let table = container(&out, &["lake", "t"]);
    let path = table.fields.iter().find(|column| column.name == "manifest_path").unwrap();
    assert_eq!((path.data_type.as_str(), path.constraint), ("STRING", Some(Constraint::NotNull)));
    let partitions = table.fields.iter().find(|column| column.name == "partitions").unwrap();
    assert_eq!((partitions.data_type.as_str(), partitions.element_type.as_deref()), ("ARRAY", Some("STRUCT")));
    assert!(lines(&table.fields).contains(&"partitions/contains_null BOOLEAN".to_owned()));
}

#[test]
fn text_has_names_and_types() {
    let csv = "\u{feff}id,amount,day,at,code,note\n1,2.5,2026-11-23,2026-11-23T05:00:00Z,007,x\n2,3,2026-11-24,2026-11-24 06:00,008,\n";
    let out =
        whole(&Memory::default().with("lake", "t/1.csv", csv).with("lake", "u/1.tsv", "a\tb\n1\ttrue\n2\tfalse\n"));
    let types: Vec<String> = lines(&container(&out, &["lake", "t"]).fields);
    assert_eq!(types, ["/id BIGINT", "/amount DOUBLE", "/day DATE", "/at TIMESTAMP", "/code STRING", "/note STRING"]);
    assert_eq!(lines(&container(&out, &["lake", "u"]).fields), ["/a BIGINT", "/b BOOLEAN"]);
}

#[test]
fn json_lines_are_merged_and_nest() {
    let json =
        "{\"id\": 1, \"who\": {\"name\": \"a\"}}\n{\"id\": 1.5, \"who\": {\"age\": 3}, \"tags\": [\"x\"]}\n{\"cut";
    let out = whole(&Memory::default().with("lake", "t/1.jsonl", json));
    let fields = &container(&out, &["lake", "t"]).fields;
    assert_eq!(lines(fields), ["/id DOUBLE", "/tags ARRAY", "/who STRUCT", "who/age BIGINT", "who/name STRING"]);
}

#[test]
fn partitions_of_folders_are_columns_of_one_table() {
    let store = Memory::default().with("lake", "sales/year=2025/month=1/a.csv", "id\n1\n").with(
        "lake",
        "sales/year=2026/month=2/b.csv",
        "id\n2\n",
    );
    let out = whole(&store);
    assert_eq!(out.containers().len(), 2);
    let sales = container(&out, &["lake", "sales"]);
    assert_eq!(lines(&sales.fields), ["/id BIGINT", "/year BIGINT", "/month BIGINT"]);
    assert_eq!(sales.objects, Some(2));
}

#[test]
fn files_that_differ_are_told() {
    let store =
        Memory::default().with("lake", "t/1.csv", "id,a\n1,2\n9,9\n").with("lake", "t/2.csv", "id,b\nx,2\ny,9\n");
    let out = whole(&store);
    let table = container(&out, &["lake", "t"]);
    assert_eq!(lines(&table.fields), ["/id BIGINT", "/a BIGINT", "/b BIGINT"]);
    let note = table.common.description.as_deref().unwrap();
    assert!(
        note.contains("`id` is BIGINT and, in t/2.csv, STRING")
            && note.contains("`a` is missing in t/2.csv")
            && note.contains("`b` came with t/2.csv"),
        "{note}"
    );
}

#[test]
fn iceberg_and_delta_folders_are_one_table_each() {
    let store = Memory::default()
        .with("lake", "ice/t/data/1.parquet", COURSES)
        .with("lake", "ice/t/metadata/00000-x.metadata.json", "{}")
        .with("lake", "ice/t/metadata/snap-1.avro", SNAPSHOT)
        .with("lake", "delta/t/_delta_log/0.json", "{}")
        .with("lake", "delta/t/part-0.parquet", COURSES)
        .with("lake", "plain/metadata/notes.csv", "a\n1\n");
    let out = whole(&store);
    let paths: Vec<String> = out.containers().iter().map(|found| found.common.path.join("|")).collect();
    assert_eq!(paths, ["lake", "lake|delta/t", "lake|ice/t", "lake|plain/metadata"]);
    let ice = container(&out, &["lake", "ice/t"]);
    assert!(ice.common.description.as_deref().unwrap().starts_with("An Iceberg table"));
    assert_eq!((ice.objects, ice.fields.len()), (Some(3), 0));
    assert!(container(&out, &["lake", "delta/t"]).common.description.as_deref().unwrap().starts_with("A Delta table"));
}

#[test]
fn what_an_operator_wrote_down_goes_before_what_is_guessed() {
    let manifest = r#"{"entries": [
        {"dataPath": "/in/orders/", "structureFormat": "csv", "separator": ";", "partitionColumns": [{"name": "day", "dataType": "DATE"}]},
        {"dataPath": "nothing/here"}]}"#;
    let store = Memory::default()
        .with("lake", "openmetadata.json", manifest)
        .with("lake", "in/orders/2026/1.csv", "id;total\n1;2\n3;4\n")
        .with("lake", "other/1.csv", "a\n");
    let out = whole(&store);
    let orders = container(&out, &["lake", "in/orders"]);
    assert_eq!(lines(&orders.fields), ["/id BIGINT", "/total BIGINT", "/day DATE"]);
    assert_eq!(out.containers().len(), 2, "only what is listed");
    assert_eq!(out.skipped, ["lake/nothing/here: openmetadata.json lists it, but there is nothing in it"]);
}

#[test]
fn a_manifest_that_cannot_be_read_ends_its_bucket() {
    let store = Memory::default().with("lake", "openmetadata.json", "{ oops").with("lake", "t/1.csv", "a\n1\n");
    let (done, out) = run(&store, "");
    assert!(format!("{:?}", done.unwrap_err()).contains("openmetadata.json is not as OpenMetadata writes it"));
    assert!(out.complete.is_empty());
}

#[test]
fn files_that_cannot_be_read_are_told_and_the_table_stays() {
    for (key, body, words) in [
        ("t/1.parquet", &b"PAR1 not really"[..], "this is no Parquet file"),
        ("t/1.parquet", &COURSES[COURSES.len() - 200..], "the Parquet file is cut off"),
        ("t/1.avro", b"Obj", "this is no Avro file"),
        ("t/1.avro", b"Obj\x01\x02", "cut off"),
        ("t/1.json", b"<html>", "this is no JSON"),
        ("t/1.orc", b"ORC", "this is no ORC file"),
        ("t/1.csv.gz", b"no gzip", "can't be unpacked (gz)"),
        ("t/1.csv.zst", b"no zstd", "can't be unpacked (zstd)"),
        ("t/1.json.bz2", b"no bzip2", "can't be unpacked (bz2)"),
    ] {
        let out = whole(&Memory::default().with("lake", key, body));
        assert!(out.skipped[0].contains(words), "{words} is not in {:?}", out.skipped);
        assert!(container(&out, &["lake", "t"]).fields.is_empty());
    }
}

#[test]
fn more_than_a_page_is_read() {
    let mut store = Memory::default();
    for number in 0..2_001 {
        store = store.with("lake", &format!("t{number:04}/x.csv"), "a\n");
    }
    let out = whole(&store);
    assert_eq!((out.containers().len(), container(&out, &["lake"]).objects), (2_002, Some(2_001)));
}

#[test]
fn a_store_that_is_gone_ends_the_read() {
    let (done, out) = run(&Memory { down: true, ..Memory::default() }, "");
    assert!(format!("{:?}", done.unwrap_err()).contains("connection refused"));
    assert!(out.complete.is_empty());
}

#[test]
fn a_later_page_that_fails_ends_the_read_before_anything_is_taken_for_gone() {
    let mut store = Memory { down_after: Some("t/7.csv"), ..Memory::default() };
    for number in 0..10 {
        store = store.lake(&format!("t/{number}.csv"), "a\n");
    }
    let (done, out) = run(&store, "");
    assert!(format!("{:?}", done.unwrap_err()).contains("connection refused"));
    assert!(out.complete.is_empty() && out.entities.is_empty());
}

#[test]
fn what_is_no_listing_is_not_an_empty_one() {
    for body in ["<html><body>Sign in</body></html>", "{\"error\": \"no\"}", ""] {
        let told = format!("{:?}", answer::page(body).unwrap_err());
        assert!(told.contains("is `endpoint` an S3 store?"), "{told}");
    }
    assert!(answer::page("<ListBucketResult><Contents><Key>a</Key></Cont").is_err(), "cut off");
    assert!(answer::page("<ListBucketResult><IsTruncated>false</IsTruncated>").is_err(), "cut off");
}

#[test]
fn one_file_without_permission_is_told_and_the_rest_is_delivered() {
    let store =
        Memory { denied: ["t/2.csv"].into(), ..Memory::default().lake("t/1.csv", "a\n1\n").lake("t/2.csv", "b\n") };
    let out = whole(&store);
    assert_eq!(lines(&container(&out, &["lake", "t"]).fields), ["/a BIGINT"]);
    assert!(out.skipped[0].starts_with("lake/t/2.csv: 403"), "{:?}", out.skipped);
}

#[test]
fn a_key_that_ends_in_the_middle_is_not_many_files_without_permission() {
    let store =
        Memory { expired: ["t/2.csv"].into(), ..Memory::default().lake("s/1.csv", "a\n1\n").lake("t/2.csv", "b\n") };
    let (done, out) = run(&store, "");
    assert!(format!("{:?}", done.unwrap_err()).contains("ExpiredToken"));
    assert!(out.complete.is_empty() && out.skipped.is_empty() && paths(&out).contains(&"lake|s".to_owned()), "{out:?}");
}

#[test]
fn the_stores_word_for_a_refusal_is_read() {
    let code = answer::code;
    assert_eq!(code("<Error><Code>ExpiredToken</Code><Message>x</Message></Error>").as_deref(), Some("ExpiredToken"));
    assert_eq!((code(""), code("<html>")), (None, None));
}

#[test]
fn an_empty_bucket_is_a_bucket_and_no_bucket_is_an_error() {
    let mut store = Memory::default();
    store.buckets.insert("lake".to_owned(), BTreeMap::new());
    assert_eq!(container(&whole(&store), &["lake"]).objects, Some(0));
    let config = Config::parse(r#"{"endpoint": "http://store:9000", "region": "x"}"#).unwrap();
    let none = read::buckets(&Memory::default(), &config).unwrap_err();
    assert!(format!("{none:?}").contains("s3:ListAllMyBuckets"));
}

#[test]
fn buckets_are_listed() {
    let xml = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket><Bucket><Name>b.c</Name></Bucket></Buckets></ListAllMyBucketsResult>";
    assert_eq!(names(xml).unwrap(), ["a", "b.c"]);
    assert!(format!("{:?}", names("{\"json\": 1}").unwrap_err()).contains("is `endpoint` an S3 store?"));
}
