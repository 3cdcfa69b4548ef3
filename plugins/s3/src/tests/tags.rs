//! Tags of buckets and files, and the addresses that a store is asked at. What is in `fixtures/seaweedfs` a real server said.

use metahost_plugin_sdk::s3::{Endpoint, Page, listing_url, object_url};
use metahost_plugin_sdk::testing::assert_coverage;
use metahost_plugin_sdk::time;

use super::{Memory, container, table, whole, with};
use crate::answer;
use crate::store::{Piece, cut};

fn store() -> Memory {
    Memory::default()
        .lake("t/1.csv", "a\n")
        .lake("docs/a.pdf", "x")
        .tagged("lake", "team", "data.platform")
        .tagged("lake", "pii", "")
        .tagged("lake/docs/a.pdf", "kind", "contract")
        .tagged("lake/t/1.csv", "kind", "orders")
}

#[test]
fn buckets_have_tags_and_files_where_asked_for() {
    let asked = r#", "unstructured": ["*"]"#;
    let out = with(&store(), asked);
    assert_eq!(container(&out, &["lake"]).common.tags, ["S3Tags.\"team=data.platform\"", "S3Tags.pii"]);
    assert!(container(&out, &["lake", "docs", "a.pdf"]).common.tags.is_empty());
    let out = with(&store(), &format!(r#"{asked}, "object-tags": true, "tag-classification": "Cost""#));
    assert_eq!(container(&out, &["lake", "docs", "a.pdf"]).common.tags, ["Cost.kind=contract"]);
    assert_eq!(table(&out, "t").common.tags, ["Cost.kind=orders"], "a table of one file has the file's");
    assert!(container(&with(&store(), r#", "tags": false"#), &["lake"]).common.tags.is_empty());
}

#[test]
fn tags_that_may_not_be_read_are_told_and_nothing_else_is_lost() {
    let out = whole(&Memory { denied: ["tags"].into(), ..store() });
    assert!(out.notes[0].contains("s3:GetBucketTagging") && out.skipped.is_empty(), "{:?}", out.notes);
    assert_eq!((out.containers().len(), out.complete.len()), (2, 1));
    let files = Memory { denied: ["tags"].into(), ..store() };
    let out = with(&files, r#", "unstructured": ["*"], "object-tags": true"#);
    assert_eq!(out.notes.iter().filter(|note| note.contains("may not be read")).count(), 1, "once: {:?}", out.notes);
}

#[test]
fn tags_are_read_from_xml() {
    let xml = r#"<?xml version="1.0"?><Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>
        <Tag><Key>a</Key><Value>1 &amp; 2</Value></Tag><Tag><Key>b</Key><Value/></Tag></TagSet></Tagging>"#;
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(answer::tags(xml).unwrap(), [pair("a", "1 & 2"), pair("b", "")]);
    assert_eq!(answer::tags("<Tagging><TagSet/></Tagging>").unwrap(), []);
    let real = include_str!("../../fixtures/seaweedfs/tagging.xml");
    assert_eq!(answer::tags(real).unwrap(), [pair("kind", "x.y")]);
    assert_eq!(answer::tags(include_str!("../../fixtures/seaweedfs/no-tags.xml")).unwrap(), []);
    assert!(answer::tags("<html>").is_err() && answer::tags("id,name\n1,x\n").is_err());
}

#[test]
fn a_real_listing_is_read() {
    let page = Page::parse(include_str!("../../fixtures/seaweedfs/listing.xml")).unwrap();
    assert_eq!(page.next().unwrap(), None);
    let (object, class) = page.classed_objects().next().unwrap();
    assert_eq!((object.key.as_str(), object.size, class.as_deref()), ("t/a b+.csv", Some(11), Some("STANDARD")));
    assert_eq!(object.modified.as_deref().and_then(time::millis), Some(1_795_466_231_000));
}

#[test]
fn buckets_are_in_the_path_or_in_the_host() {
    let address = |path_style: bool| {
        let bucket =
            Endpoint::new(Some("https://store.example.com:9000/"), "x", Some(path_style)).unwrap().bucket("lake");
        (object_url(&bucket, "a b/1.csv"), listing_url(&bucket, "", None), object_url(&bucket, ""))
    };
    let texts = |base: &str| {
        (format!("{base}a%20b/1.csv"), format!("{base}?encoding-type=url&list-type=2&prefix="), base.to_owned())
    };
    assert_eq!(address(true), texts("https://store.example.com:9000/lake/"));
    assert_eq!(address(false), texts("https://lake.store.example.com:9000/"));
}

#[test]
fn a_server_without_ranges_gives_more_than_was_asked_for() {
    let all = b"0123456789";
    assert_eq!(cut(all, Piece::First(3)), b"012");
    assert_eq!(cut(all, Piece::Last(3)), b"789");
    assert_eq!(cut(all, Piece::From(4, 3)), b"456");
    assert_eq!(
        (cut(all, Piece::First(99)), cut(all, Piece::Last(99)), cut(all, Piece::From(99, 1))),
        (&all[..], &all[..], &b""[..])
    );
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    let store = store()
        .lake("docs/b.gz", "x")
        .tagged("lake/docs/b.gz", "kind", "x")
        .lake("t/2.csv", "b\n")
        .lake("one/1.csv", "a\n1\n")
        .tagged("lake/one/1.csv", "kind", "x")
        .lake("ice/metadata/v1.metadata.json", r#"{"schema": {"fields": [{"name": "a", "type": "int"}]}}"#)
        .more("docs/b.gz", "<StorageClass>STANDARD</StorageClass>");
    let out = with(&store, r#", "unstructured": ["gz"], "object-tags": true, "console-url": "https://c.example.com""#);
    assert_coverage(include_str!("../../README.md"), &[&out]);
}
