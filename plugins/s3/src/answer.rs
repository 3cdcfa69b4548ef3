//! The store's XML other than listings. Never asks for it.

use metahost_plugin_sdk::s3::Page;
use metahost_plugin_sdk::{Result, protocol};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AllBuckets {
    #[serde(default)]
    buckets: Buckets,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Buckets {
    #[serde(default)]
    bucket: Vec<Bucket>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagging {
    tag_set: TagSet,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagSet {
    #[serde(default)]
    tag: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

/// A page of keys. What is no listing would else be an empty one: a page of HTML, and every table would be gone.
pub fn page(text: &str) -> Result<Page> {
    if text.contains("<ListBucketResult") {
        return Page::parse(text);
    }
    let start: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    Err(protocol(format!("this is no listing of a bucket; is `endpoint` an S3 store? It says: {start}")))
}

/// Names in the answer to "list my buckets".
pub fn buckets(xml: &str) -> Result<Vec<String>> {
    let all: AllBuckets = read("the list of buckets", xml)?;
    Ok(all.buckets.bucket.into_iter().map(|bucket| bucket.name).collect())
}

/// Keys and values of tags.
pub fn tags(xml: &str) -> Result<Vec<(String, String)>> {
    let all: Tagging = read("the list of tags", xml)?;
    Ok(all.tag_set.tag.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// The store's word for a refusal; none where it says nothing that can be read.
pub fn code(xml: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Refusal {
        code: String,
    }
    quick_xml::de::from_str::<Refusal>(xml).ok().map(|refusal| refusal.code)
}

fn read<T: DeserializeOwned>(what: &str, xml: &str) -> Result<T> {
    quick_xml::de::from_str(xml)
        .map_err(|error| protocol(format!("{what} can't be read: {error}; is `endpoint` an S3 store?")))
}
