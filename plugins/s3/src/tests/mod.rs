//! The connector over buckets in memory.

mod basics;
mod files;
mod lake;
mod large;
mod lists;
mod tags;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::entities::{Column, Container};
use metahost_plugin_sdk::s3::Page;
use metahost_plugin_sdk::testing::Collected;
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, Result, protocol, unavailable};

use crate::config::Config;
use crate::read;
use crate::store::{Piece, Store, cut};

/// Buckets in memory, that give two keys a page.
#[derive(Default)]
struct Memory {
    buckets: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// When and in what class objects were written, as XML.
    more: BTreeMap<String, &'static str>,
    tags: BTreeMap<String, Vec<(String, String)>>,
    denied: BTreeSet<&'static str>,
    /// Keys at which the store no longer takes the credential.
    expired: BTreeSet<&'static str>,
    web: BTreeMap<&'static str, &'static str>,
    read: RefCell<u64>,
    down: bool,
    /// Behind this key the store gives no page.
    down_after: Option<&'static str>,
}

impl Memory {
    fn with(mut self, bucket: &str, key: &str, body: impl Into<Vec<u8>>) -> Self {
        self.buckets.entry(bucket.to_owned()).or_default().insert(key.to_owned(), body.into());
        self
    }

    fn lake(self, key: &str, body: impl Into<Vec<u8>>) -> Self {
        self.with("lake", key, body)
    }

    fn more(mut self, key: &str, xml: &'static str) -> Self {
        self.more.insert(key.to_owned(), xml);
        self
    }

    fn tagged(mut self, path: &str, key: &str, value: &str) -> Self {
        self.tags.entry(path.to_owned()).or_default().push((key.to_owned(), value.to_owned()));
        self
    }
}

/// A refusal with the store's word for it.
fn denied(code: &str) -> Error {
    let context = vec![("code".to_owned(), code.to_owned())];
    Error::Denied(Failure { message: "403".to_owned(), context })
}

impl Store for Memory {
    fn buckets(&self) -> Result<Vec<String>> {
        Ok(self.buckets.keys().cloned().collect())
    }

    fn page(&self, bucket: &str, prefix: &str, token: Option<&str>) -> Result<Page> {
        let is_behind = self.down_after.is_some_and(|last| token.is_some_and(|token| token >= last));
        if self.down || is_behind {
            return Err(unavailable("connection refused"));
        }
        let all = self.buckets.get(bucket).ok_or_else(|| protocol("there is no such bucket"))?;
        let after = |key: &&String| key.starts_with(prefix) && token.is_none_or(|token| key.as_str() > token);
        let some: Vec<&String> = all.keys().filter(after).take(2).collect();
        let more = some.last().is_some_and(|last| all.keys().filter(after).any(|key| key > *last));
        let content = |key: &&String| {
            let more = self.more.get(*key).copied().unwrap_or_default();
            format!("<Contents><Key>{key}</Key><Size>{}</Size>{more}</Contents>", all[key.as_str()].len())
        };
        let contents = some.iter().map(content).collect::<Vec<_>>().concat();
        let next = some
            .last()
            .map(|last| format!("<NextContinuationToken>{last}</NextContinuationToken>"))
            .unwrap_or_default();
        Page::parse(&format!("<ListBucketResult>{contents}<IsTruncated>{more}</IsTruncated>{next}</ListBucketResult>"))
    }

    fn piece(&self, bucket: &str, key: &str, piece: Piece) -> Result<Option<Vec<u8>>> {
        if self.expired.contains(key) {
            return Err(denied("ExpiredToken"));
        }
        if self.denied.contains(key) {
            return Err(denied("AccessDenied"));
        }
        let Some(body) = self.buckets.get(bucket).and_then(|all| all.get(key)) else { return Ok(None) };
        let found = cut(body, piece);
        *self.read.borrow_mut() += found.len() as u64;
        Ok(Some(found.to_vec()))
    }

    fn size(&self, bucket: &str, key: &str) -> Result<Option<u64>> {
        Ok(self.buckets.get(bucket).and_then(|all| all.get(key)).map(|body| body.len() as u64))
    }

    fn tags(&self, bucket: &str, key: Option<&str>) -> Result<Vec<(String, String)>> {
        let path = key.map_or_else(|| bucket.to_owned(), |key| format!("{bucket}/{key}"));
        if self.denied.contains("tags") {
            return Err(denied("AccessDenied"));
        }
        Ok(self.tags.get(&path).cloned().unwrap_or_default())
    }

    fn fetch(&self, url: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.web.get(url).map(|body| body.as_bytes().to_vec()))
    }
}

const COURSES: &[u8] = include_bytes!("../../fixtures/courses.parquet");
const EVENTS: &[u8] = include_bytes!("../../fixtures/page_events.parquet");
const SNAPSHOT: &[u8] = include_bytes!("../../fixtures/snapshot.avro");

fn config(more: &str) -> Config {
    Config::parse(&format!(r#"{{"endpoint": "http://store:9000", "region": "us-east-1"{more}}}"#)).unwrap()
}

fn run(store: &dyn Store, more: &str) -> (Result<()>, Collected) {
    let mut out = Collected::default();
    let done = read::bucket(store, &config(more), "lake", &mut out);
    (done, out)
}

fn with(store: &dyn Store, more: &str) -> Collected {
    let (done, out) = run(store, more);
    done.unwrap();
    out
}

fn whole(store: &dyn Store) -> Collected {
    with(store, "")
}

fn paths(out: &Collected) -> Vec<String> {
    out.containers().iter().map(|found| found.common.path.join("|")).collect()
}

fn container<'o>(out: &'o Collected, path: &[&str]) -> &'o Container {
    let found = out.containers().into_iter().find(|found| found.common.path == path);
    found.unwrap_or_else(|| panic!("{path:?} is not in {:?}", out.containers()))
}

fn table<'o>(out: &'o Collected, root: &str) -> &'o Container {
    container(out, &["lake", root])
}

/// `parent/name TYPE` for each column.
fn lines(fields: &[Column]) -> Vec<String> {
    let parent = |column: &Column| column.parent.map_or("", |at| fields[at as usize].name.as_str()).to_owned();
    fields.iter().map(|column| format!("{}/{} {}", parent(column), column.name, column.data_type)).collect()
}

fn extension<'c>(container: &'c Container, name: &str) -> Option<&'c str> {
    container.common.extension.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
