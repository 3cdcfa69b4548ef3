//! Manifests of tables that Trino 476 made (`fixtures/manifests`, whose README has the statements). What Trino does not write, as
//! version 3 and equality deletes, is made by hand in `made`.

mod made;

use std::fs;
use std::path::Path;

use metahost_plugin_sdk::connector::{Mode, ReadRequest};
use metahost_plugin_sdk::statistics::{ColumnStat, DataFile, DeleteKind, FileSet, TableStat};
use metahost_plugin_sdk::testing::{ByHeart, Collected, request};
use metahost_plugin_sdk::{Connector, Result};
use serde_json::{Value, json};

use super::glue::at;
use super::{by_hand, sql};
use crate::Iceberg;
use crate::catalog::Servers;
use crate::config::Config;

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/manifests")
}

fn metadata(table: &str) -> Value {
    serde_json::from_slice(&fs::read(fixtures().join(format!("{table}.json"))).unwrap()).unwrap()
}

/// Every file of the fixtures, as if it were this table's.
fn store(metadata: &Value) -> ByHeart {
    let folder = format!("{}/metadata", metadata["location"].as_str().unwrap());
    let mut store = ByHeart::new("the object store", "s3");
    for file in fs::read_dir(fixtures()).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if file.extension().is_some_and(|extension| extension == "avro") {
            store = store.with(&at(&format!("{folder}/{name}")), 200, fs::read(&file).unwrap());
        }
    }
    store
}

/// The profiles of a catalog of one table, `t`.
fn read(metadata: &Value, store: &ByHeart) -> (Result<()>, Collected) {
    read_with(metadata, store, r#", "s3": {"endpoint": "http://store:9000"}"#)
}

fn read_with(metadata: &Value, store: &ByHeart, more: &str) -> (Result<()>, Collected) {
    let config = Config::parse(&format!(r#"{{"url": "http://catalog:8181", "database": "lake"{more}}}"#)).unwrap();
    let (catalog, database) = (Box::new(by_hand(metadata)), Box::new(sql::Unasked));
    let mut iceberg = Iceberg { config, servers: Servers { catalog, store: Box::new(store.clone()), database } };
    let mut out = Collected::default();
    for split in iceberg.discover(&[Mode::Profile]).unwrap() {
        let request = ReadRequest { split, ..request(Mode::Profile, None) };
        if let Err(error) = iceberg.read_into(&request, &mut out) {
            return (Err(error), out);
        }
    }
    (Ok(()), out)
}

/// Everything that is told of the table with columns of all kinds.
pub fn all_kinds() -> Collected {
    let metadata = metadata("kinds");
    let (done, out) = read(&metadata, &store(&metadata));
    done.unwrap();
    out
}

fn one(metadata: &Value, store: &ByHeart) -> (TableStat, FileSet) {
    let (done, mut out) = read(metadata, store);
    done.unwrap();
    assert!(out.skipped.is_empty(), "{:?}", out.skipped);
    (out.stats.remove(0).1, out.files.remove(0).1)
}

fn recorded(table: &str) -> (TableStat, FileSet) {
    let metadata = metadata(table);
    one(&metadata, &store(&metadata))
}

/// Values, NULLs, bounds, and whether that is exact: `3 4 "a" "b" ~`.
fn told(stats: &TableStat, column: &str) -> String {
    let stat = stats.columns.iter().find(|stat| stat.column.join(".") == column);
    stat.map_or_else(|| "nothing".to_owned(), in_short)
}

fn in_short(stat: &ColumnStat) -> String {
    let number = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let bound = |bound: &Option<String>| bound.as_ref().map_or_else(|| "?".to_owned(), |bound| format!("{bound:?}"));
    let mark = if stat.exact { "" } else { " ~" };
    format!("{} {} {} {}{mark}", number(stat.values), number(stat.nulls), bound(&stat.lower), bound(&stat.upper))
}

/// What is left of a file's location behind `data/`, without its name, and the rest of it in short.
fn place(file: &DataFile) -> String {
    let (_, place) = file.location.split_once("/data/").unwrap();
    let place = place.rsplit_once('/').map_or("", |(place, _)| place);
    let kinds = file.deletes.iter().fold(String::new(), |all, delete| format!("{all} {:?}", delete.kind));
    format!("{place} {}{kinds}", file.rows.unwrap())
}

#[test]
fn files_are_told_with_the_deletes_that_apply_to_them() {
    let (stats, files) = recorded("visits");
    let places: Vec<String> = files.files.iter().map(place).collect();
    let wanted = [
        "at_day=2026-01-01 2 DeleteKind::Position DeleteKind::Position",
        "at_day=2026-01-02 1",
        "country=de/id_bucket=2 1 DeleteKind::Position",
        "country=de/id_bucket=2 1",
        "country=null/id_bucket=0 1",
        "country=null/id_bucket=3 1",
    ];
    assert_eq!(places, wanted);
    assert_eq!((stats.rows, files.snapshot), (Some(4), stats.snapshot), "seven of which three are deleted");
    assert_eq!(files.credential.as_deref(), Some("s3"));
    let first = &files.files[0];
    assert_eq!(first.url, at(&first.location).replace("at_day=", "at_day%3D"));
    assert_eq!((first.format.as_str(), first.bytes), ("parquet", Some(1522)));
    let delete = &first.deletes[0];
    assert_eq!((delete.bytes, delete.kind, delete.offset), (Some(1170), DeleteKind::Position, None));
    assert!(delete.url.starts_with("http://store:9000/warehouse/iceberg/zz_manifests/visits-"), "{}", delete.url);
    let partition = |at: usize| files.files[at].partition.iter().map(|(name, value)| format!("{name}={value}"));
    assert_eq!(partition(0).collect::<Vec<_>>(), ["at=2026-01-01"]);
    assert_eq!(partition(2).collect::<Vec<_>>(), ["country=de", "id_bucket=2"]);
    assert_eq!(partition(5).collect::<Vec<_>>(), ["country=null", "id_bucket=3"]);
}

#[test]
fn columns_are_told_by_their_ids_as_the_schema_is_today() {
    let (stats, files) = recorded("visits");
    let columns: Vec<String> = files
        .columns
        .iter()
        .map(|column| format!("{} {} {}", column.id.unwrap(), column.column.join("."), column.kind))
        .collect();
    let wanted = [
        "1 id long",
        "2 at timestamptz",
        "3 page_name string",
        "4 score double",
        "9 who.name string",
        "10 who.age long",
        "11 tags string",
        "12 seen.key string",
        "13 seen.value int",
        "14 country string",
    ];
    assert_eq!(columns, wanted);
    for (column, wanted) in [
        ("id", r#"7 0 "1" "5" ~"#),
        ("at", r#"6 1 "1969-12-31T23:59:59Z" "2026-01-02T00:00:00.000001Z" ~"#),
        ("page_name", r#"6 1 "a page whose nam" "old" ~"#),
        ("score", "6 1 ? ? ~"),
        ("who.age", r#"4 3 "30" "5000000000" ~"#),
        ("tags", "nothing"),
        ("country", r#"2 5 "de" "de" ~"#),
        ("was_dropped", "nothing"),
    ] {
        assert_eq!(told(&stats, column), wanted, "{column}");
    }
    let distinct = |name: &str| stats.columns.iter().find(|stat| stat.column == [name]).unwrap().distinct;
    assert_eq!((distinct("id"), distinct("page_name")), (Some(4.0), Some(4.0)), "as ANALYZE counted");
    assert!(stats.columns.iter().all(|stat| stat.nans.is_none()), "Trino counts no NaN");
}

#[test]
fn every_type_has_its_bounds_and_its_partitions_in_words() {
    let (stats, files) = recorded("kinds");
    for (column, wanted) in [
        ("flag", r#"2 1 "false" "true""#),
        ("whole", r#"2 1 "-1" "1""#),
        ("small", r#"2 1 "-0.5" "0.5""#),
        ("price", r#"2 1 "-1.50" "1.50""#),
        ("huge", r#"2 1 "-12345678901234567890.0123456789" "3.0000000000""#),
        ("day", r#"2 1 "0001-01-01" "2026-11-29""#),
        ("clock", r#"2 1 "01:02:03.000004" "23:59:59""#),
        ("moment", r#"2 1 "1900-01-01T00:00:00" "2026-11-29T01:02:03.5""#),
        ("zoned", r#"2 1 "1970-01-01T00:00:00Z" "2026-11-29T01:02:03.000001Z""#),
        ("word", r#"2 1 "null" "wörter""#),
        ("id", r#"2 1 "12151fd2-7586-11e9-8f9e-2a86e4085a59" "ffffffff-ffff-ffff-ffff-ffffffffffff""#),
    ] {
        assert_eq!(told(&stats, column), wanted, "{column}");
    }
    let partition = |at: usize| {
        let parts = files.files[at].partition.iter().map(|(name, value)| format!("{name}={value}"));
        parts.collect::<Vec<_>>().join(" ")
    };
    let wanted = [
        "price=-1.50 id=ffffffff-ffff-ffff-ffff-ffffffffffff moment=1900-01-01T00:00:00 day=0001-01-01 word_trunc=nu raw=",
        "price=1.50 id=12151fd2-7586-11e9-8f9e-2a86e4085a59 moment=2026-11-29T01:02:03.5 day=2026-11-29 word_trunc=wö raw=00ff",
        "price=null id=null moment=null day=null word_trunc=null raw=null",
    ];
    assert_eq!([partition(0), partition(1), partition(2)], wanted);
    assert_eq!(stats.rows, Some(3));
}

#[test]
fn a_manifest_that_cannot_be_read_takes_only_its_table_with_it() {
    let metadata = metadata("visits");
    let folder = format!("{}/metadata", metadata["location"].as_str().unwrap());
    let manifest = at(&format!("{folder}/e7a1a791-48a6-450f-b101-038f1209b36b-m0.avro"));
    let whole = fs::read(fixtures().join("e7a1a791-48a6-450f-b101-038f1209b36b-m0.avro")).unwrap();
    for (status, body, words) in [
        (404, b"<Code>NoSuchKey</Code>".to_vec(), "is gone (HTTP 404)"),
        (403, b"<Code>AccessDenied</Code>".to_vec(), "may not be read (HTTP 403"),
        (200, whole[..whole.len() - 100].to_vec(), "no whole Avro file"),
        (200, whole[..100].to_vec(), "no whole Avro file"),
        (200, b"<html>".to_vec(), "no whole Avro file"),
        (200, Vec::new(), "no whole Avro file"),
    ] {
        let (done, out) = read(&metadata, &store(&metadata).with(&manifest, status, body));
        done.unwrap();
        assert!(out.stats.is_empty() && out.files.is_empty(), "half a table is none");
        assert!(out.skipped[0].starts_with("lake/n/t: "), "{:?}", out.skipped);
        for words in [words, "e7a1a791-48a6-450f-b101-038f1209b36b-m0.avro"] {
            assert!(out.skipped[0].contains(words), "{words} is not in {:?}", out.skipped);
        }
    }
    let list = at(metadata["snapshots"].as_array().unwrap().last().unwrap()["manifest-list"].as_str().unwrap());
    let (done, out) = read(&metadata, &store(&metadata).with(&list, 404, ""));
    done.unwrap();
    assert!(out.skipped[0].contains("manifest list s3://warehouse/"), "{:?}", out.skipped);
}

#[test]
fn keys_that_open_nothing_and_a_store_that_is_down_end_the_read() {
    let metadata = metadata("visits");
    let list = at(metadata["snapshots"].as_array().unwrap().last().unwrap()["manifest-list"].as_str().unwrap());
    for (status, body, words) in
        [(403, "<Code>InvalidAccessKeyId</Code>", "credentials.s3"), (503, "<Code>SlowDown</Code>", "HTTP 503")]
    {
        let (done, _) = read(&metadata, &store(&metadata).with(&list, status, body));
        let error = format!("{:?}", done.unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
    }
}

#[test]
fn without_a_store_the_metadata_alone_is_told_and_what_to_configure() {
    let (done, out) = read_with(&metadata("visits"), &ByHeart::new("no store", "s3"), "");
    done.unwrap();
    let stats = &out.stats[0].1;
    assert_eq!((stats.rows, told(stats, "id").as_str()), (Some(4), "? ? ? ? ~"));
    assert!(out.files.is_empty() && out.skipped.is_empty());
    assert!(out.notes[0].contains("`s3.endpoint`"), "{:?}", out.notes);
}

#[test]
fn a_table_in_another_store_is_named() {
    let mut metadata = metadata("visits");
    for snapshot in metadata["snapshots"].as_array_mut().unwrap() {
        snapshot["manifest-list"] = json!("gs://bucket/list.avro");
    }
    let (done, out) = read(&metadata, &ByHeart::new("the object store", "s3"));
    done.unwrap();
    assert!(out.skipped[0].contains("gs://bucket/list.avro"), "{:?}", out.skipped);
}
