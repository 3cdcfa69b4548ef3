//! One page of S3's `ListObjectsV2`. Never asks for the next one: the caller does.

use metahost_plugin_sdk::{Result, protocol};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::Found;

/// A page of a bucket's keys.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page {
    #[serde(default)]
    contents: Vec<Object>,
    #[serde(default)]
    encoding_type: Option<String>,
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    next_continuation_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Object {
    key: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    last_modified: Option<String>,
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

    /// Its files, without the prefix.
    pub fn files(self, prefix: &str) -> impl Iterator<Item = Found> {
        let encoded = self.encoding_type.as_deref() == Some("url");
        self.contents.into_iter().filter_map(move |object| {
            let key = if encoded { decode(&object.key) } else { object.key };
            let name = key.strip_prefix(prefix)?.to_owned();
            Some(Found { name, size: object.size, modified: object.last_modified })
        })
    }
}

fn decode(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::Page;

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
        let files: Vec<_> = page.files("dbt/").collect();
        assert_eq!(files[0].name, "manifest.json");
        assert_eq!(files[0].size, Some(17_982_341));
        assert_eq!(files[1].name, "runs/a b+1/run_results.json");
    }

    #[test]
    fn an_empty_bucket_has_no_files_and_a_cut_page_is_an_error() {
        let empty = Page::parse("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>").unwrap();
        assert_eq!(empty.next().unwrap(), None);
        assert_eq!(empty.files("").count(), 0);
        let cut = Page::parse("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>").unwrap();
        assert!(cut.next().is_err());
    }
}
