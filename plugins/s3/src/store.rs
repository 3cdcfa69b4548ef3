//! The store's protocol: buckets, pages of keys, and pieces of objects. Never reads a whole object that is larger than the
//! piece asked for.

use metahost_plugin_sdk::http::{Request, Response};
use metahost_plugin_sdk::s3::{Endpoint, Page, listing_url, object_url};
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, problem, protocol, unavailable};
use serde::Deserialize;

use crate::config::{Config, SLOT};

/// Which piece of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// So many bytes from its beginning.
    First(u64),
    /// So many bytes at its end.
    Last(u64),
}

/// A store: a server, or what a test made.
pub trait Store {
    /// Every bucket that the key may list.
    fn buckets(&self) -> Result<Vec<String>>;
    /// One page of a bucket's keys.
    fn page(&self, bucket: &str, token: Option<&str>) -> Result<Page>;
    /// A piece of an object; none where there is no such object.
    fn piece(&self, bucket: &str, key: &str, piece: Piece) -> Result<Option<Vec<u8>>>;
}

/// A server, by way of the host.
pub struct Http {
    endpoint: Endpoint,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct All {
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

impl Http {
    /// Checks the address.
    pub fn open(config: &Config) -> Result<Self> {
        let endpoint = Endpoint::new(Some(&config.endpoint), &config.region, Some(config.path_style));
        let no_url = || problem("/endpoint", format!("`{}` is not an http:// or https:// URL", config.endpoint));
        Ok(Self { endpoint: endpoint.ok_or_else(no_url)? })
    }
}

impl Store for Http {
    fn buckets(&self) -> Result<Vec<String>> {
        let body = get(&format!("{}/", self.endpoint.url), None)?.unwrap_or_default();
        names(&String::from_utf8_lossy(&body))
    }

    fn page(&self, bucket: &str, token: Option<&str>) -> Result<Page> {
        let url = listing_url(&self.endpoint.bucket(bucket), "", token);
        let body = get(&url, None)?.ok_or_else(|| protocol("there is no such bucket").with("bucket", bucket))?;
        Page::parse(&String::from_utf8_lossy(&body)).with("bucket", bucket)
    }

    fn piece(&self, bucket: &str, key: &str, piece: Piece) -> Result<Option<Vec<u8>>> {
        let range = match piece {
            Piece::First(bytes) => format!("bytes=0-{}", bytes.saturating_sub(1)),
            Piece::Last(bytes) => format!("bytes=-{bytes}"),
        };
        get(&object_url(&self.endpoint.bucket(bucket), key), Some(range))
    }
}

/// Names in the answer to "list my buckets".
pub fn names(xml: &str) -> Result<Vec<String>> {
    let all: All = quick_xml::de::from_str(xml)
        .map_err(|error| protocol(format!("the list of buckets can't be read: {error}; is `endpoint` an S3 store?")))?;
    Ok(all.buckets.bucket.into_iter().map(|bucket| bucket.name).collect())
}

fn get(url: &str, range: Option<String>) -> Result<Option<Vec<u8>>> {
    let request = Request::get(url).credential(Some(SLOT));
    let request = range.into_iter().fold(request, |request, range| request.header("range", range));
    let response = request.send()?;
    if exists(&response, url)? { response.bytes().map(Some).with("url", url) } else { Ok(None) }
}

fn exists(response: &Response, url: &str) -> Result<bool> {
    let status = response.status;
    let error = match status {
        200..300 => return Ok(true),
        // A range of an object without bytes can't be had.
        404 | 416 => return Ok(false),
        401 | 403 => Error::Denied(Failure {
            message: format!(
                "{url} answered {status}: check `credentials.{SLOT}`, and that it allows s3:ListBucket and s3:GetObject"
            ),
            context: Vec::new(),
        }),
        429 | 500.. => unavailable(format!("{url} answered {status}")),
        _ => protocol(format!("{url} answered {status}")),
    };
    Err(error)
}
