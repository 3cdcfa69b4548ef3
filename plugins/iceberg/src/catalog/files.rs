//! Metadata files in S3, for catalogs that only say where they are. A file that is not there, is forbidden or broken is a fault
//! of its table alone.

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
    let addresses: Vec<Result<String>> = some.iter().map(|listed| address(config, listed)).collect();
    let known: Vec<String> = addresses.iter().flatten().cloned().collect();
    let mut answers = store.call_all(&known).into_iter();
    let answer = |address: Result<String>| {
        let address = address?;
        let missing = || Err(protocol("the host answered fewer requests than it was asked"));
        answers.next().unwrap_or_else(missing).and_then(|answer| metadata(&answer)).with("file", address)
    };
    addresses.into_iter().map(answer).collect()
}

fn address(config: &Config, listed: &Listed) -> Result<String> {
    let location = listed.metadata.as_deref().unwrap_or_default();
    let store = config.store().ok_or_else(|| protocol("`s3.endpoint` is no URL"))?;
    let place = address_of(location).filter(|(_, key)| !key.is_empty());
    let (bucket, key) = place.ok_or_else(|| {
        protocol(format!("its metadata file is at `{location}`, and only files at s3:// can be read"))
    })?;
    Ok(object_url(&store.bucket(bucket), key))
}

fn metadata(answer: &Answer) -> Result<Value> {
    match answer.status {
        200 => {
            let text = unpacked(&answer.body)?;
            serde_json::from_slice(&text).map_err(|error| {
                protocol(format!("the metadata file is no whole JSON ({error}); it begins: {}", answer.start()))
            })
        }
        404 => Err(protocol("the metadata file that the catalog names is gone (HTTP 404)")),
        403 if !BAD_KEYS.iter().any(|code| answer.start().contains(code)) => {
            Err(protocol(format!("the metadata file may not be read (HTTP 403: {})", answer.start())))
        }
        _ => answer.json(),
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
