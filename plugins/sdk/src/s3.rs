//! Addresses and listings of S3 and what speaks like it. Never signs, and never asks for the next page: the caller does.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

use crate::error::{Result, protocol};

/// What a signature counts as unreserved.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key, decoded.
    pub key: String,
    /// Bytes.
    pub size: Option<u64>,
    /// When it was last written, in a form that sorts.
    pub modified: Option<String>,
}

/// Where a store answers.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Scheme, host and port, without `/` at its end.
    pub url: String,
    /// Whether a bucket stands in the path and not in the host.
    pub path_style: bool,
}

impl Endpoint {
    /// The store at `url`, else Amazon's in this region. Others than Amazon mostly want buckets in the path. None for what is
    /// no URL.
    pub fn new(url: Option<&str>, region: &str, path_style: Option<bool>) -> Option<Self> {
        let amazon = format!("https://s3.{region}.amazonaws.com");
        let path_style = path_style.unwrap_or(url.is_some());
        let url = url.unwrap_or(&amazon).trim_end_matches('/').to_owned();
        url.contains("://").then_some(Self { url, path_style })
    }

    /// A bucket's address, without `/` at its end.
    pub fn bucket(&self, name: &str) -> String {
        match self.url.split_once("://") {
            Some((scheme, host)) if !self.path_style => format!("{scheme}://{name}.{host}"),
            _ => format!("{}/{name}", self.url),
        }
    }
}

/// Bucket and key of `s3://bucket/key`.
pub fn address_of(address: &str) -> Option<(&str, &str)> {
    let (_, rest) = address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "s3" | "s3a" | "s3n"))?;
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    (!bucket.is_empty()).then_some((bucket, key))
}

/// An object's address in a bucket's.
pub fn object_url(bucket: &str, key: &str) -> String {
    format!("{bucket}/{}", utf8_percent_encode(key, PATH))
}

/// The address of one page of a bucket's keys.
pub fn listing_url(bucket: &str, prefix: &str, token: Option<&str>) -> String {
    let encode = |text| utf8_percent_encode(text, QUERY).to_string();
    let token = token.map(|token| format!("continuation-token={}&", encode(token))).unwrap_or_default();
    format!("{bucket}/?{token}encoding-type=url&list-type=2&prefix={}", encode(prefix))
}

/// A page of a bucket's keys.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page {
    #[serde(default)]
    contents: Vec<Content>,
    #[serde(default)]
    encoding_type: Option<String>,
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    next_continuation_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    key: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    last_modified: Option<String>,
    #[serde(default)]
    storage_class: Option<String>,
}

impl Page {
    /// Reads the XML.
    pub fn parse(xml: &str) -> Result<Self> {
        quick_xml::de::from_str(xml).map_err(|error| protocol(format!("the bucket's listing can't be read: {error}")))
    }

    /// Token of the next page; none on the last. A page that says there is more and not where is an error.
    pub fn next(&self) -> Result<Option<&str>> {
        match (self.is_truncated, self.next_continuation_token.as_deref()) {
            (false, _) => Ok(None),
            (true, Some(token)) if !token.is_empty() => Ok(Some(token)),
            (true, _) => Err(protocol("the bucket's listing is cut off and names no continuation token")),
        }
    }

    /// Its objects.
    pub fn objects(self) -> impl Iterator<Item = Object> {
        self.classed_objects().map(|(object, _)| object)
    }

    /// Its objects, each with its storage class where the store tells it.
    pub fn classed_objects(self) -> impl Iterator<Item = (Object, Option<String>)> {
        let encoded = self.encoding_type.as_deref() == Some("url");
        self.contents.into_iter().map(move |object| {
            let key = if encoded { decode(&object.key) } else { object.key };
            (Object { key, size: object.size, modified: object.last_modified }, object.storage_class)
        })
    }
}

fn decode(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lake</Name><Prefix>dbt/</Prefix>
<KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
<NextContinuationToken>1ueGcx&amp;PQ==</NextContinuationToken>
<Contents><Key>dbt/manifest.json</Key><LastModified>2026-11-23T05:19:31.000Z</LastModified><ETag>"x"</ETag>
<Size>17982341</Size><StorageClass>STANDARD</StorageClass></Contents>
<Contents><Key>dbt/runs/a+b%2B1/run_results.json</Key><LastModified>2026-11-22T05:19:31.000Z</LastModified>
<Size>12</Size></Contents></ListBucketResult>"#;

    #[test]
    fn keys_are_decoded_and_the_next_page_is_named() {
        let page = Page::parse(PAGE).unwrap();
        assert_eq!(page.next().unwrap(), Some("1ueGcx&PQ=="));
        let classes: Vec<_> = Page::parse(PAGE).unwrap().classed_objects().map(|(_, class)| class).collect();
        assert_eq!(classes, [Some("STANDARD".to_owned()), None]);
        let files: Vec<_> = page.objects().collect();
        assert_eq!(files[0].key, "dbt/manifest.json");
        assert_eq!(files[0].size, Some(17_982_341));
        assert_eq!(files[1].key, "dbt/runs/a b+1/run_results.json");
    }

    #[test]
    fn an_empty_bucket_has_no_files_and_a_cut_page_is_an_error() {
        let empty = Page::parse("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>").unwrap();
        assert_eq!(empty.next().unwrap(), None);
        assert_eq!(empty.objects().count(), 0);
        let cut = Page::parse("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>").unwrap();
        assert!(cut.next().is_err());
    }

    #[test]
    fn amazon_has_the_bucket_in_the_host_and_others_in_the_path() {
        let amazon = Endpoint::new(None, "eu-west-1", None).unwrap().bucket("lake");
        assert_eq!(object_url(&amazon, "a b/x.json"), "https://lake.s3.eu-west-1.amazonaws.com/a%20b/x.json");
        let other = Endpoint::new(Some("http://store:9000/"), "x", None).unwrap().bucket("lake");
        assert_eq!(object_url(&other, "manifest.json"), "http://store:9000/lake/manifest.json");
        assert_eq!(
            listing_url(&other, "runs/", Some("a=/+")),
            "http://store:9000/lake/?continuation-token=a%3D%2F%2B&encoding-type=url&list-type=2&prefix=runs%2F"
        );
        assert!(Endpoint::new(Some("store:9000"), "x", None).is_none());
    }
}
