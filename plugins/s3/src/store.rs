//! The store's protocol: buckets, pages of keys, tags, and pieces of objects. Never reads a whole object that is larger than
//! the piece asked for.

use metahost_plugin_sdk::http::{Request, Response, send_all};
use metahost_plugin_sdk::s3::{Endpoint, Page, listing_url, object_url};
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, problem, protocol, unavailable};

use crate::answer;
use crate::config::{Config, SLOT};

/// Which piece of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// So many bytes from its beginning.
    First(u64),
    /// So many bytes at its end.
    Last(u64),
    /// From here on, so many bytes.
    From(u64, u64),
}

/// A piece of an object; none where there is no such object.
pub type Found = Result<Option<Vec<u8>>>;

/// A store: a server, or what a test made.
pub trait Store {
    /// Every bucket that the key may list.
    fn buckets(&self) -> Result<Vec<String>>;
    /// One page of a bucket's keys below a prefix.
    fn page(&self, bucket: &str, prefix: &str, token: Option<&str>) -> Result<Page>;
    /// A piece of an object; none where there is no such object.
    fn piece(&self, bucket: &str, key: &str, piece: Piece) -> Found;
    /// Pieces of several objects of a bucket, in their order. A server answers several at once.
    fn pieces(&self, bucket: &str, wanted: &[(String, Piece)]) -> Vec<Found> {
        wanted.iter().map(|(key, piece)| self.piece(bucket, key, *piece)).collect()
    }
    /// The bytes of an object; none where there is no such object.
    fn size(&self, bucket: &str, key: &str) -> Result<Option<u64>>;
    /// Tags of a bucket, or of an object in it. None where there are none, or where the store knows no tags.
    fn tags(&self, bucket: &str, key: Option<&str>) -> Result<Vec<(String, String)>>;
    /// What is at an address outside the store.
    fn fetch(&self, url: &str) -> Found;
}

/// The piece of a body that came whole: not every server knows ranges.
pub fn cut(body: &[u8], piece: Piece) -> &[u8] {
    let at = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX).min(body.len());
    let (from, to) = match piece {
        Piece::First(bytes) => (0, at(bytes)),
        Piece::Last(bytes) => (body.len() - at(bytes), body.len()),
        Piece::From(start, bytes) => (at(start), at(start.saturating_add(bytes))),
    };
    body.get(from..to).unwrap_or_default()
}

/// A server, by way of the host.
pub struct Http {
    endpoint: Endpoint,
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
        answer::buckets(&String::from_utf8_lossy(&body))
    }

    fn page(&self, bucket: &str, prefix: &str, token: Option<&str>) -> Result<Page> {
        let url = listing_url(&self.endpoint.bucket(bucket), prefix, token);
        let body = get(&url, None)?.ok_or_else(|| protocol("there is no such bucket").with("bucket", bucket))?;
        answer::page(&String::from_utf8_lossy(&body)).with("bucket", bucket)
    }

    fn piece(&self, bucket: &str, key: &str, piece: Piece) -> Found {
        get(&object_url(&self.endpoint.bucket(bucket), key), Some(piece))
    }

    fn pieces(&self, bucket: &str, wanted: &[(String, Piece)]) -> Vec<Found> {
        let bucket = self.endpoint.bucket(bucket);
        let request = |(key, piece): &(String, Piece)| request(&object_url(&bucket, key), Some(*piece));
        let requests: Vec<Request> = wanted.iter().map(request).collect();
        let read = |((response, request), (_, piece)): ((Result<Response>, &Request), &(String, Piece))| {
            read(&response.with("url", &request.url)?, &request.url, Some(*piece))
        };
        send_all(&requests).into_iter().zip(&requests).zip(wanted).map(read).collect()
    }

    fn size(&self, bucket: &str, key: &str) -> Result<Option<u64>> {
        let url = object_url(&self.endpoint.bucket(bucket), key);
        let response = request(&url, Some(Piece::First(1))).send()?;
        if !exists(&response, &url)? {
            return Ok(None);
        }
        let all = response.header("content-range").and_then(|range| range.rsplit('/').next()?.parse().ok());
        all.map_or_else(|| Ok(response.bytes().with("url", &url)?.len() as u64), Ok).map(Some)
    }

    fn tags(&self, bucket: &str, key: Option<&str>) -> Result<Vec<(String, String)>> {
        let url = format!("{}?tagging=", object_url(&self.endpoint.bucket(bucket), key.unwrap_or_default()));
        let response = Request::get(&url).credential(Some(SLOT)).send()?;
        // No tags, or a store that has none at all.
        if matches!(response.status, 405 | 501) || !exists(&response, &url)? {
            return Ok(Vec::new());
        }
        answer::tags(&response.text()?).with("url", url)
    }

    fn fetch(&self, url: &str) -> Found {
        read(&Request::get(url).send()?, url, None)
    }
}

fn get(url: &str, piece: Option<Piece>) -> Found {
    read(&request(url, piece).send()?, url, piece)
}

fn request(url: &str, piece: Option<Piece>) -> Request {
    let range = piece.map(|piece| match piece {
        Piece::First(bytes) => format!("bytes=0-{}", bytes.saturating_sub(1)),
        Piece::Last(bytes) => format!("bytes=-{bytes}"),
        Piece::From(start, bytes) => format!("bytes={start}-{}", start.saturating_add(bytes).saturating_sub(1)),
    });
    let request = Request::get(url).credential(Some(SLOT));
    range.into_iter().fold(request, |request, range| request.header("range", range))
}

fn read(response: &Response, url: &str, piece: Option<Piece>) -> Found {
    if !exists(response, url)? {
        return Ok(None);
    }
    let body = response.bytes().with("url", url)?;
    Ok(Some(match piece {
        Some(piece) if response.status == 200 => cut(&body, piece).to_vec(),
        _ => body,
    }))
}

fn exists(response: &Response, url: &str) -> Result<bool> {
    let status = response.status;
    let error = match status {
        200..=299 => return Ok(true),
        // A range of an object without bytes can't be had.
        404 | 416 => return Ok(false),
        301 | 302 | 307 | 308 => protocol(format!(
            "{url} answered {status}: the bucket is in the region {}; set `endpoint` and `region` to it",
            response.header("x-amz-bucket-region").unwrap_or("of another address")
        )),
        401 | 403 => refused(response, url)?,
        429 | 500.. => unavailable(format!("{url} answered {status}")),
        _ => protocol(format!("{url} answered {status}")),
    };
    Err(error)
}

/// What a refusal says. One of the key itself ends any read; one of a single object may be that object's own.
fn refused(response: &Response, url: &str) -> Result<Error> {
    let (status, code) = (response.status, answer::code(&response.text().with("url", url)?));
    let remedy = match &code {
        Some(code) if is_of_key(code) => "the store does not take the key, or no longer",
        _ => "and that it allows s3:ListBucket and s3:GetObject",
    };
    let said = code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let message = format!("{url} answered {status}{said}: check `credentials.{SLOT}`, {remedy}");
    Ok(Error::Denied(Failure { message, context: code.map(|code| (CODE.to_owned(), code)).into_iter().collect() }))
}

/// Where a refusal keeps the store's word for it.
const CODE: &str = "code";

/// Whether the store refuses the key, whatever is asked with it. What it refuses of one object has other words.
fn is_of_key(code: &str) -> bool {
    !matches!(code, "AccessDenied" | "AllAccessDisabled" | "InvalidObjectState" | "MethodNotAllowed")
}

/// A refusal or fault of one object: no reason to end the read, unless the key itself is refused.
pub fn of_one<T>(read: Result<T>) -> Result<T> {
    match read {
        Err(Error::Denied(failure)) if !failure.context.iter().any(|(key, code)| key == CODE && is_of_key(code)) => {
            Err(Error::Protocol(failure))
        }
        other => other,
    }
}
