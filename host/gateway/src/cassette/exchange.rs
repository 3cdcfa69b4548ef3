//! One line of a cassette: how an exchange is written down, and what of it is compared. Secrets are gone before it exists.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::header::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::call::{Call, is_sensitive};
use crate::database::{Query, Rows, Statement};
use crate::error::{Error, ErrorKind, Result};
use crate::redact::{MASK, Redactor};

/// A request body above this is written as its hash: it is only compared.
const MOST_REQUEST_BYTES: usize = 64 << 10;

/// A request with its answer.
#[derive(Serialize, Deserialize)]
pub(super) struct Exchange {
    pub(super) request: StoredRequest,
    pub(super) response: StoredResponse,
    /// How often it was sent; for the reader.
    pub(super) attempts: u32,
    /// Where it was redirected to; for the reader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) redirects: Vec<String>,
}

/// A line of which only the request is of interest.
#[derive(Deserialize)]
pub(super) struct RequestOnly {
    pub(super) request: StoredRequest,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredRequest {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<StoredBody>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<StoredBody>,
}

/// A body in the most readable form that gives back every byte.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StoredBody {
    /// One line of JSON, exactly as it was sent.
    Json(Box<RawValue>),
    Text(String),
    Base64(String),
    /// Too big to keep.
    Digest {
        sha256: String,
        bytes: usize,
    },
}

/// What makes two requests the same: method, URL and body, after masking.
pub(super) type Key = [u8; 32];

impl StoredRequest {
    pub(super) fn of(call: &Call, redactor: &Redactor) -> Self {
        let headers = call.headers.iter().filter(|(name, _)| !is_sensitive(name));
        let headers =
            headers.map(|(name, value)| (name.to_string(), redactor.text(&String::from_utf8_lossy(value.as_bytes()))));
        let body = call.body.as_deref().map(|body| redactor.bytes(body));
        Self {
            method: call.method.to_string(),
            url: redactor.text(call.url.as_str()),
            headers: headers.collect(),
            body: body.and_then(|body| StoredBody::of_request(&body)),
        }
    }

    /// A query: its method is one that HTTP does not have.
    pub(super) fn of_query(statement: &Statement, redactor: &Redactor) -> Self {
        let Query { sql, parameters, max_rows, .. } = &statement.query;
        let body = serde_json::json!({ "sql": sql, "parameters": parameters, "max-rows": max_rows }).to_string();
        Self {
            method: "SQL".to_owned(),
            url: redactor.text(&statement.address.to_string()),
            headers: Vec::new(),
            body: StoredBody::of_request(&redactor.bytes(body.as_bytes())),
        }
    }

    pub(super) fn key(&self) -> Key {
        let body = self.body.as_ref().map(StoredBody::sha256).unwrap_or_default();
        hash(&[&self.method, &self.url, &body])
    }

    /// Tells apart requests that are the same but for their headers.
    pub(super) fn headers_key(&self) -> Key {
        let parts: Vec<&str> = self.headers.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
        hash(&parts)
    }

    /// Whether a secret was masked in what is compared.
    pub(super) fn is_masked(&self) -> bool {
        self.url.contains(MASK) || self.body.as_ref().is_some_and(|body| body.text().contains(MASK))
    }

    /// Whether this recorded request is `asked`, where a mask stands for any text: whoever replays may not know the
    /// secrets that were known when it was recorded.
    pub(super) fn covers(&self, asked: &Self) -> bool {
        let body = |request: &Self| request.body.as_ref().map(|body| body.text().to_owned()).unwrap_or_default();
        self.method == asked.method && covers(&self.url, &asked.url) && covers(&body(self), &body(asked))
    }
}

impl StoredResponse {
    pub(super) fn of(status: u16, headers: &[(String, String)], body: &Bytes, redactor: &Redactor) -> Self {
        let masked = redactor.bytes(body);
        let kept = headers.iter().filter(|(name, _)| !name.starts_with("set-cookie"));
        let headers =
            kept.map(|(name, value)| (name.clone(), header_value(name, value, masked.len(), redactor))).collect();
        Self { status, headers, body: StoredBody::of(&masked) }
    }
}

impl StoredResponse {
    pub(super) fn of_rows(rows: &Rows, redactor: &Redactor) -> Result<Self> {
        let unwritten = |cause| Error::new(ErrorKind::Cassette, "rows cannot be written down").caused_by(cause);
        let text = serde_json::to_vec(rows).map_err(unwritten)?;
        Ok(Self { status: 200, headers: Vec::new(), body: StoredBody::of(&redactor.bytes(&text)) })
    }
}

fn header_value(name: &str, value: &str, length: usize, redactor: &Redactor) -> String {
    let sensitive = HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| is_sensitive(&name));
    match name {
        // Masking may have changed it; the answer to a HEAD has none and keeps what was announced.
        "content-length" if length > 0 => length.to_string(),
        _ if sensitive => MASK.to_owned(),
        _ => redactor.text(value),
    }
}

impl StoredBody {
    fn of_request(bytes: &[u8]) -> Option<Self> {
        if bytes.len() <= MOST_REQUEST_BYTES {
            return Self::of(bytes);
        }
        Some(Self::Digest { sha256: hex::encode(Sha256::digest(bytes)), bytes: bytes.len() })
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return Some(Self::Base64(BASE64_STANDARD.encode(bytes))) };
        Some(one_line_json(text).map_or_else(|| Self::Text(text.to_owned()), Self::Json))
    }

    /// The bytes; none for a digest or for base64 that was tampered with.
    pub(super) fn bytes(self) -> Option<Bytes> {
        match self {
            Self::Json(raw) => Some(Bytes::copy_from_slice(raw.get().as_bytes())),
            Self::Text(text) => Some(text.into()),
            Self::Base64(text) => BASE64_STANDARD.decode(text).ok().map(Into::into),
            Self::Digest { .. } => None,
        }
    }

    fn sha256(&self) -> String {
        match self {
            Self::Json(raw) => hex::encode(Sha256::digest(raw.get())),
            Self::Text(text) => hex::encode(Sha256::digest(text)),
            Self::Base64(text) => hex::encode(Sha256::digest(BASE64_STANDARD.decode(text).unwrap_or_default())),
            Self::Digest { sha256, .. } => sha256.clone(),
        }
    }

    /// What can be read of it.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Json(raw) => raw.get(),
            Self::Text(text) | Self::Base64(text) => text,
            Self::Digest { sha256, .. } => sha256,
        }
    }
}

/// The text as raw JSON, if it is that from its first byte to its last and stays on one line.
fn one_line_json(text: &str) -> Option<Box<RawValue>> {
    if !text.starts_with(['{', '[']) || text.contains(['\n', '\r']) {
        return None;
    }
    serde_json::from_str::<&RawValue>(text).ok().filter(|raw| raw.get() == text).map(ToOwned::to_owned)
}

fn hash(parts: &[&str]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Whether `text` is `pattern` with every mask in it replaced by some text.
fn covers(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once(MASK) else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let (between, last) = rest.rsplit_once(MASK).unwrap_or_else(|| rest.split_at(0));
    for piece in between.split(MASK) {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(bytes: &[u8]) -> (String, Vec<u8>) {
        let line = serde_json::to_string(&StoredBody::of(bytes)).unwrap();
        let read: Option<StoredBody> = serde_json::from_str(&line).unwrap();
        (line, read.and_then(StoredBody::bytes).unwrap_or_default().to_vec())
    }

    #[test]
    fn every_body_comes_back_byte_for_byte_and_stays_on_its_line() {
        let bodies: [&[u8]; 8] = [
            br#"{"b": 1.10, "a":[1e400, "\u00e9\/"],  "a":null}"#,
            b"{\"a\":1}\n",
            b"{\n \"a\": 1\n}",
            b" [1]",
            b"plain \"text\"",
            b"\xff\x00\xfe",
            b"",
            b"{broken",
        ];
        for body in bodies {
            let (line, back) = round_trip(body);
            assert_eq!(back, body, "{line}");
            assert!(!line.contains('\n'), "{line}");
        }
        assert!(round_trip(br#"{"b": 1}"#).0.contains(r#"{"json":{"b": 1}}"#), "JSON is to be read without escapes");
    }

    #[test]
    fn a_mask_in_a_recorded_request_stands_for_any_text() {
        assert!(covers("http://a/?k=***&b=1", "http://a/?k=other&b=1"));
        assert!(covers("***", "x"));
        assert!(covers("a***b***c", "a1b2b3c"));
        assert!(!covers("http://a/?k=***&b=1", "http://a/?k=other&b=2"));
        assert!(!covers("ab", "abc"));
        assert!(!covers("a***b***c", "a1c"));
    }
}
