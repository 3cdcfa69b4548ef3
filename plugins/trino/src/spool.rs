//! Spooled results: rows that lie in segments, inline or in object storage. Never sends Trino's credentials to the storage.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

use crate::answer;
use crate::transport::Transport;

/// The encodings this connector reads, in the order it likes them.
pub const ENCODINGS: &str = "json+zstd,json";
/// A segment that says it unpacks to more than this is refused.
const MAX_UNPACKED: u64 = 256 << 20;

/// Result data that is not rows but says where they are.
#[derive(Debug, Deserialize)]
pub struct Encoded {
    /// "json" or "json+zstd".
    pub encoding: String,
    /// In the order of their rows.
    pub segments: Vec<Segment>,
}

/// A piece of a result.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Segment {
    /// Rows in the answer itself, in base64.
    Inline {
        /// The encoded rows.
        data: String,
        /// Its size.
        metadata: Metadata,
    },
    /// Rows in storage.
    Spooled(Spooled),
}

/// A piece of a result that lies in storage.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spooled {
    /// A signed address.
    uri: String,
    /// To be called once it is read.
    ack_uri: Option<String>,
    /// To be sent with the request for it.
    #[serde(default)]
    headers: BTreeMap<String, Vec<String>>,
    metadata: Metadata,
}

/// What a segment says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// There only if it is compressed.
    uncompressed_size: Option<u64>,
}

impl Spooled {
    /// The signature in the address and the key in the headers never reach a message.
    fn public_uri(&self) -> &str {
        self.uri.split(['?', '#']).next().unwrap_or_default()
    }

    fn request(&self) -> Request {
        let flat = self.headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        flat.fold(Request::get(&self.uri), |request, (name, value)| request.header(name, value))
    }

    /// Fetches the bytes.
    fn fetch(&self, transport: &dyn Transport) -> Result<Vec<u8>> {
        let reply = transport.send(&self.request()).with("segment", self.public_uri())?;
        if reply.status == 200 {
            Ok(reply.body)
        } else {
            Err(answer::refused(&reply).with("segment", self.public_uri()))
        }
    }
}

impl Encoded {
    /// Hands on the rows of each segment in turn; `acknowledge` makes the request that lets the server drop one.
    pub fn rows<T: DeserializeOwned>(
        &self,
        transport: &dyn Transport,
        acknowledge: impl Fn(&str) -> Request,
        mut take: impl FnMut(Vec<T>),
    ) -> Result<()> {
        for segment in &self.segments {
            let (bytes, metadata) = match segment {
                Segment::Inline { data, metadata } => (inline(data)?, metadata),
                Segment::Spooled(spooled) => (spooled.fetch(transport)?, &spooled.metadata),
            };
            take(decode(&self.encoding, metadata, &bytes)?);
            if let Segment::Spooled(Spooled { ack_uri: Some(uri), .. }) = segment {
                // Only tidies up: a segment that is not acknowledged expires by itself.
                let _ = transport.send(&acknowledge(uri));
            }
        }
        Ok(())
    }

    /// Whether anything lies in storage.
    pub fn is_stored(&self) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Spooled(_)))
    }
}

fn inline(data: &str) -> Result<Vec<u8>> {
    STANDARD.decode(data).map_err(|error| protocol(format!("an inline segment is not base64: {error}")))
}

fn decode<T: DeserializeOwned>(encoding: &str, metadata: &Metadata, bytes: &[u8]) -> Result<Vec<T>> {
    let rows = match (encoding, metadata.uncompressed_size) {
        ("json", _) | ("json+zstd", None) => serde_json::from_slice(bytes),
        ("json+zstd", Some(size)) => serde_json::from_slice(&unpack(bytes, size)?),
        _ => return Err(protocol(format!("the server answered in the encoding `{encoding}`, asked for {ENCODINGS}"))),
    };
    rows.map_err(|error| protocol(format!("a segment of the result can't be read: {error}")))
}

fn unpack(bytes: &[u8], size: u64) -> Result<Vec<u8>> {
    if size > MAX_UNPACKED {
        return Err(protocol(format!("a segment unpacks to {size} bytes, more than {MAX_UNPACKED}")));
    }
    let failed = |error: &dyn core::fmt::Display| protocol(format!("a segment is not zstd: {error}"));
    let decoder = ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|error| failed(&error))?;
    let mut unpacked = Vec::new();
    // One byte more than announced shows a segment that lies about its size.
    let read = decoder.take(size + 1).read_to_end(&mut unpacked).map_err(|error| failed(&error))?;
    if read as u64 == size {
        Ok(unpacked)
    } else {
        Err(protocol(format!(
            "a segment announced {size} bytes unpacked and has {}",
            if read as u64 > size { "more" } else { "fewer" }
        )))
    }
}
