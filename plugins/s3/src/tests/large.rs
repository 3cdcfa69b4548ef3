//! A store of 100,000 keys that are made up page by page: what is kept of them is small.

use std::cell::Cell;

use metahost_plugin_sdk::entities::{Container, Entity};
use metahost_plugin_sdk::s3::Page;
use metahost_plugin_sdk::{Result, protocol};

use super::{config, whole};
use crate::folder::{Bucket, Folder, Listed};
use crate::store::{Piece, Store};

const KEYS: usize = 100_000;
const PAGE: usize = 1_000;

struct Endless {
    key: fn(usize) -> String,
    pages: Cell<usize>,
    read: Cell<usize>,
    at_once: Cell<usize>,
}

impl Endless {
    fn new(key: fn(usize) -> String) -> Self {
        Self { key, pages: Cell::new(0), read: Cell::new(0), at_once: Cell::new(0) }
    }
}

impl Store for Endless {
    fn buckets(&self) -> Result<Vec<String>> {
        Err(protocol("not asked"))
    }

    fn page(&self, _: &str, _: &str, token: Option<&str>) -> Result<Page> {
        self.pages.set(self.pages.get() + 1);
        let from: usize = token.map_or(0, |token| token.parse().unwrap());
        let next = from + PAGE;
        let key = |at| {
            let key = (self.key)(at);
            format!("<Contents><Key>{key}</Key><Size>16</Size><StorageClass>STANDARD</StorageClass></Contents>")
        };
        let keys = (from..next.min(KEYS)).map(key).collect::<Vec<_>>().concat();
        Page::parse(&format!(
            "<ListBucketResult>{keys}<IsTruncated>{}</IsTruncated><NextContinuationToken>{next}</NextContinuationToken></ListBucketResult>",
            next < KEYS
        ))
    }

    fn piece(&self, _: &str, key: &str, _: Piece) -> Result<Option<Vec<u8>>> {
        if key == "openmetadata.json" {
            return Ok(None);
        }
        self.read.set(self.read.get() + 1);
        Ok(Some(b"id\n1\n".to_vec()))
    }

    fn size(&self, _: &str, _: &str) -> Result<Option<u64>> {
        Err(protocol("not asked"))
    }

    fn pieces(&self, bucket: &str, wanted: &[(String, Piece)]) -> Vec<Result<Option<Vec<u8>>>> {
        self.at_once.set(self.at_once.get().max(wanted.len()));
        wanted.iter().map(|(key, piece)| self.piece(bucket, key, *piece)).collect()
    }

    fn tags(&self, _: &str, _: Option<&str>) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    fn fetch(&self, _: &str) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

fn found(key: fn(usize) -> String) -> Bucket {
    let mut found = Bucket::new(&config(""), None);
    for at in 0..KEYS {
        found.add(Listed { key: key(at), size: 16, modified: 1, class: Some("STANDARD".to_owned()) });
    }
    found
}

/// Bytes that a folder holds on to.
fn weight(root: &str, folder: &Folder) -> usize {
    let samples: usize = folder.samples.iter().map(String::capacity).sum();
    size_of::<Folder>()
        + root.len()
        + samples
        + folder.samples.capacity() * 24
        + folder.classes.capacity() * 32
        + folder.formats.capacity() * 16
}

fn objects(container: &Container) -> u64 {
    container.objects.unwrap_or_default()
}

#[test]
fn a_folder_of_100_000_files_is_one_table() {
    let one_folder = |at: usize| format!("t/part-{at:06}.csv");
    let store = Endless::new(one_folder);
    let out = whole(&store);
    assert_eq!((store.pages.get(), store.read.get()), (KEYS / PAGE, 2));
    assert_eq!(out.containers().iter().map(|it| objects(it)).collect::<Vec<_>>(), [KEYS as u64; 2]);
    let found = found(one_folder);
    let kept: usize = found.folders.iter().map(|(root, folder)| weight(root, folder)).sum();
    assert!(found.folders.len() == 1 && kept < 1_000, "{kept} bytes");
}

#[test]
fn of_100_000_folders_little_is_kept() {
    let folders = |at: usize| format!("landing/t{at:06}/part-0.csv");
    let store = Endless::new(folders);
    let out = whole(&store);
    assert_eq!((store.pages.get(), out.entities.len()), (KEYS / PAGE, KEYS + 1));
    assert_eq!((store.read.get(), store.at_once.get()), (KEYS, 8), "each file once, eight at a time");
    assert!(matches!(out.entities.last(), Some(Entity::Container(last)) if last.common.path[1] == "landing/t099999"));
    let found = found(folders);
    let kept: usize = found.folders.iter().map(|(root, folder)| weight(root, folder)).sum();
    assert!(kept / KEYS < 400, "{} bytes a folder", kept / KEYS);
}
