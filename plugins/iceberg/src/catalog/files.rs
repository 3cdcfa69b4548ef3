//! Metadata files and manifests in S3. A file that is not there, is forbidden or broken is a fault of its table alone.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use metahost_plugin_sdk::rest::{Answer, Api};
use metahost_plugin_sdk::s3::{address_of, object_url};
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde_json::Value;

use super::Listed;
use crate::config::Config;

/// What S3 says of keys that open no file at all, in the body of its 403.
const BAD_KEYS: [&str; 5] =
    ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "RequestTimeTooSkewed"];
/// What a packed file begins with, whatever its name is.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// Most bytes of an unpacked file: what is larger would take the memory of all others.
const MOST: u64 = 96 << 20;

/// What is in the metadata file of each, in their order.
pub fn load(store: &dyn Api, config: &Config, some: &[Listed]) -> Vec<Result<Value>> {
    let locations: Vec<String> = some.iter().map(|listed| listed.metadata.clone().unwrap_or_default()).collect();
    let text = |answer: Result<Answer>| {
        let text = unpacked(&answer?.body)?.into_owned();
        serde_json::from_slice(&text).map_err(|error| {
            let start = String::from_utf8_lossy(&text[..text.len().min(120)]).into_owned();
            protocol(format!("the metadata file is no whole JSON ({error}); it begins: {start}"))
        })
    };
    answers(store, config, &locations)
        .into_iter()
        .zip(locations)
        .map(|(it, file)| text(it).with("file", file))
        .collect()
}

/// The bytes of each, in their order.
pub fn fetch(store: &dyn Api, config: &Config, locations: &[String]) -> Vec<Result<Vec<u8>>> {
    answers(store, config, locations).into_iter().map(|answer| answer.map(|answer| answer.body)).collect()
}

fn answers(store: &dyn Api, config: &Config, locations: &[String]) -> Vec<Result<Answer>> {
    let addresses: Vec<Result<String>> = locations.iter().map(|location| address(config, location)).collect();
    let known: Vec<String> = addresses.iter().flatten().cloned().collect();
    let mut answers = store.call_all(&known).into_iter();
    let answer = |address: Result<String>| {
        address?;
        let missing = || Err(protocol("the host answered fewer requests than it was asked"));
        answers.next().unwrap_or_else(missing).and_then(whole)
    };
    addresses.into_iter().map(answer).collect()
}

/// Where a file of the table can be had.
pub fn address(config: &Config, location: &str) -> Result<String> {
    let store = config.store().ok_or_else(|| protocol("`s3.endpoint` is no URL"))?;
    let place = address_of(location).filter(|(_, key)| !key.is_empty());
    let (bucket, key) = place
        .ok_or_else(|| protocol(format!("a file of it is at `{location}`, and only files at s3:// can be read")))?;
    Ok(object_url(&store.bucket(bucket), key))
}

/// An answer that has the file.
fn whole(answer: Answer) -> Result<Answer> {
    match answer.status {
        200 => Ok(answer),
        404 => Err(protocol("the file that the table's metadata names is gone (HTTP 404)")),
        403 if !BAD_KEYS.iter().any(|code| answer.start().contains(code)) => {
            Err(protocol(format!("the file may not be read (HTTP 403: {})", answer.start())))
        }
        _ => Err(answer.json().err().unwrap_or_else(|| protocol(format!("the store answers HTTP {}", answer.status)))),
    }
}

fn unpacked(body: &[u8]) -> Result<Cow<'_, [u8]>> {
    if !body.starts_with(GZIP) {
        return Ok(Cow::Borrowed(body));
    }
    let mut text = Vec::new();
    let read = MultiGzDecoder::new(body).take(MOST + 1).read_to_end(&mut text);
    match read {
        Ok(bytes) if bytes as u64 > MOST => Err(protocol(format!("the metadata file has more than {MOST} bytes"))),
        Ok(_) => Ok(Cow::Owned(text)),
        Err(error) => Err(protocol(format!("the packed metadata file can't be unpacked: {error}"))),
    }
}
