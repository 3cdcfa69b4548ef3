//! The connector over hand-made answers of AWS Glue (`fixtures/hand-made`) that name the recorded tables' metadata files.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::s3::address_of;
use metahost_plugin_sdk::testing::{ByHeart, Collected, name};
use metahost_plugin_sdk::{Connector, Result};
use serde_json::{Value, json};

use super::{read_all, whole};
use crate::Iceberg;
use crate::catalog::Servers;
use crate::config::Config;

const STORE: &str = "http://store:9000";
const DATABASES: &str = r#"GetDatabases {"MaxResults":100}"#;
const TABLES: &str = r#"GetTables {"DatabaseName":"bronze","MaxResults":100}"#;

fn glue() -> ByHeart {
    let answers: Value = serde_json::from_str(include_str!("../../fixtures/hand-made/glue.json")).unwrap();
    let answers = answers.as_object().unwrap().iter();
    answers.fold(ByHeart::new("AWS Glue", "iceberg"), |glue, (asked, answer)| glue.json(asked, answer))
}

/// Where the store has a file.
pub fn at(location: &str) -> String {
    let (bucket, key) = address_of(location).unwrap();
    format!("{STORE}/{bucket}/{key}")
}

/// The recorded tables and views as the files that they are.
pub fn store() -> ByHeart {
    let answers: Value = serde_json::from_str(include_str!("../../fixtures/catalog.json")).unwrap();
    let files = answers.as_object().unwrap().values().filter(|answer| answer.get("metadata-location").is_some());
    files.fold(ByHeart::new("the object store", "s3"), |store, file| {
        let (location, metadata) = (file["metadata-location"].as_str().unwrap(), file["metadata"].to_string());
        if location.contains(".gz.") {
            return store.with(&at(location), 200, packed(&metadata));
        }
        store.with(&at(location), 200, metadata)
    })
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn connector(glue: &ByHeart, store: &ByHeart) -> Iceberg {
    let config = json!({
        "type": "glue", "url": "https://glue.eu-west-1.amazonaws.com", "database": "lake", "s3": { "endpoint": STORE },
    });
    let (catalog, store) = (Box::new(glue.clone()), Box::new(store.clone()));
    let servers = Servers { catalog, store, database: Box::new(super::sql::Unasked) };
    Iceberg { config: Config::parse(&config.to_string()).unwrap(), servers }
}

fn run(glue: &ByHeart, store: &ByHeart) -> (Result<()>, Collected) {
    read_all(&mut connector(glue, store))
}

/// Glue with one database and one table, whose metadata file is this.
fn one(table: &str, location: &str) -> ByHeart {
    let parameters = json!({ "table_type": "ICEBERG", "metadata_location": location });
    ByHeart::new("AWS Glue", "iceberg")
        .json(DATABASES, &json!({ "DatabaseList": [{ "Name": "bronze" }] }))
        .json(TABLES, &json!({ "TableList": [{ "Name": table, "Parameters": parameters }] }))
}

fn orders() -> String {
    let answers: Value = serde_json::from_str(include_str!("../../fixtures/catalog.json")).unwrap();
    answers["/v1/namespaces/bronze/tables/orders"]["metadata-location"].as_str().unwrap().to_owned()
}

#[test]
fn glue_and_rest_tell_the_same_tables() {
    let (done, out) = run(&glue(), &store());
    done.unwrap();
    let of_rest = whole();
    let bronze: Vec<_> = of_rest.tables().into_iter().filter(|table| table.common.path[1] == "bronze").collect();
    assert_eq!(format!("{:#?}", out.tables()), format!("{bronze:#?}"));
    assert_eq!(out.tables().len(), 5);
}

#[test]
fn databases_have_their_description_and_owner_and_are_paged() {
    let (_, out) = run(&glue(), &store());
    let schema = |wanted: &str| {
        out.entities
            .iter()
            .find_map(|entity| match entity {
                Entity::Schema(schema) if name(&schema.common) == wanted => Some(&schema.common),
                _ => None,
            })
            .unwrap()
    };
    let bronze = schema("bronze");
    assert_eq!(bronze.description.as_deref(), Some("As it came"));
    assert_eq!(bronze.owners, ["anna@example.org"]);
    assert_eq!(schema("gold").description, None);
}

#[test]
fn what_is_not_icebergs_is_counted_and_nothing_of_it_counts_as_gone() {
    let (_, out) = run(&glue(), &store());
    assert_eq!(out.notes.len(), 1, "{:?}", out.notes);
    assert!(out.notes[0].contains("not Iceberg's") && out.notes[0].contains(r#"("count", "3")"#), "{:?}", out.notes);
    assert!(out.skipped.is_empty());
    assert!(out.complete.contains(&("lake/bronze".to_owned(), "table".to_owned(), Some(5))), "{:?}", out.complete);
    let mut iceberg = connector(&glue(), &store());
    assert_eq!(iceberg.test("GetTables").unwrap(), "5 tables, and 3 that are not Iceberg's");
    assert_eq!(iceberg.test("GetViews").unwrap(), "this catalog keeps no views");
}

#[test]
fn a_packed_metadata_file_is_unpacked() {
    let metadata = r#"{"format-version": 2, "schemas": [{"schema-id": 0, "fields": []}], "current-schema-id": 0}"#;
    let location = "s3://w/t/metadata/1.gz.metadata.json";
    let (done, out) = run(&one("t", location), &store().with(&at(location), 200, packed(metadata)));
    done.unwrap();
    assert_eq!(out.tables().len(), 1, "{:?}", out.skipped);
    let cut = &packed(metadata)[..30];
    let (_, out) = run(&one("t", location), &store().with(&at(location), 200, cut));
    assert!(out.skipped[0].contains("can't be unpacked"), "{:?}", out.skipped);
}

#[test]
fn a_file_that_is_gone_forbidden_cut_off_or_no_json_is_told_and_the_others_are_read() {
    for (status, body, words) in [
        (404, "<Error><Code>NoSuchKey</Code></Error>", "is gone"),
        (403, "<Error><Code>AccessDenied</Code></Error>", "may not be read"),
        (200, r#"{"format-version": 2, "sch"#, "no whole JSON"),
        (200, "<html>Sign in</html>", "it begins: <html>"),
        (200, "[]", "the table is not as expected"),
    ] {
        let (done, out) = run(&glue(), &store().with(&at(&orders()), status, body));
        done.unwrap();
        assert_eq!(out.tables().len(), 4, "{words}");
        let told = &out.skipped[0];
        assert!(told.starts_with("lake/bronze/orders: ") && told.contains(words), "{words} is not in {told}");
        assert!(!out.complete.iter().any(|(scope, _, _)| scope == "lake/bronze"), "nothing counts as gone");
    }
}

#[test]
fn a_table_in_another_store_is_told() {
    for location in ["gs://w/t.metadata.json", "file:///w/t.metadata.json", "s3://", ""] {
        let (done, out) = run(&one("t", location), &store());
        done.unwrap();
        assert!(out.skipped[0].contains("only files at s3:// can be read"), "{:?}", out.skipped);
    }
}

#[test]
fn a_catalog_or_a_store_that_refuses_ends_the_read() {
    let refused = |kind: &str| json!({ "__type": kind, "Message": "no" }).to_string();
    for (status, body, words) in [
        (400, refused("AccessDeniedException"), "credentials.iceberg"),
        (400, refused("com.amazon.coral.service#UnrecognizedClientException"), "credentials.iceberg"),
        (400, refused("ThrottlingException"), "Unavailable"),
        (400, refused("EntityNotFoundException"), "HTTP 400"),
        (200, "<html>Sign in</html>".to_owned(), "is this AWS Glue?"),
        (200, r#"{"DatabaseList": [{"Na"#.to_owned(), "is no JSON"),
        (200, r#"{"DatabaseList": [7]}"#.to_owned(), "DatabaseList is not as expected"),
    ] {
        let (done, out) = run(&glue().with(DATABASES, status, body), &store());
        let error = format!("{:?}", done.unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
        assert!(out.complete.is_empty());
    }
    let bad_keys = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    let (done, _) = run(&glue(), &store().with(&at(&orders()), 403, bad_keys));
    assert!(format!("{:?}", done.unwrap_err()).contains("credentials.s3"));
}

#[test]
fn a_glue_without_databases_is_not_taken_for_an_empty_one() {
    let (done, out) = run(&glue().json(DATABASES, &json!({ "DatabaseList": [] })), &store());
    assert!(format!("{:?}", done.unwrap_err()).contains("glue:GetDatabases"));
    assert!(out.complete.is_empty());
}

#[test]
fn names_in_glue_may_hold_anything() {
    let strange = format!("a.b\"c::d 🦆 {}", "x".repeat(300));
    let (done, out) = run(&one(&strange, &orders()), &store());
    done.unwrap();
    assert_eq!(out.tables()[0].common.path, ["lake", "bronze", &strange]);
}

#[test]
fn glue_without_a_store_is_refused_with_the_key_to_set() {
    let refused = Config::parse(r#"{"type": "glue", "url": "https://glue.eu-west-1.amazonaws.com"}"#).unwrap_err();
    assert!(format!("{refused:?}").contains("s3.endpoint"), "{refused:?}");
}

#[test]
fn another_accounts_catalog_is_asked_by_its_id() {
    let asked = glue();
    let mut iceberg = connector(&asked, &store());
    iceberg.config.catalog_id = Some("123456789012".to_owned());
    assert!(iceberg.test("CheckAccess").is_err(), "by heart it knows the caller's own only");
    assert_eq!(asked.asked(), [r#"GetDatabases {"CatalogId":"123456789012","MaxResults":100}"#]);
}
