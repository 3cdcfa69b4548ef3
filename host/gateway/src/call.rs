//! A request that was checked: its origin is granted, its headers are allowed, its slot exists.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::access::Access;
use crate::error::{Error, ErrorKind, Result};
use crate::message::Request;
use crate::origin::Origin;

/// What goes on the wire, before a credential is added.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) origin: Origin,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) slot: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) retry: bool,
}

/// Headers that belong to the connection; a caller that sets them could smuggle a second request.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
];

impl Call {
    /// Checks a request against its owner's access. `slots_known` is false when replaying without credentials.
    pub(crate) fn new(access: &Access, request: Request, slots_known: bool) -> Result<Self> {
        let url = parse_url(&request.url)?;
        let origin = Origin::of(&url)?;
        access.check(&origin)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|cause| invalid("not an HTTP method").caused_by(cause))?;
        if let Some(slot) = request.credential.as_ref().filter(|_| slots_known) {
            check_slot(access, slot)?;
        }
        let headers = headers(access, &request)?;
        let timeout = request.timeout.unwrap_or(access.limits.timeout).min(access.limits.timeout);
        let Request { body, credential: slot, retry, .. } = request;
        Ok(Self { method, url, origin, headers, body, slot, timeout, retry })
    }
}

/// An absolute URL without fragment. One with a user name is refused: it would end up in logs.
pub(crate) fn parse_url(text: &str) -> Result<Url> {
    let mut url = Url::parse(text).map_err(|cause| invalid("not an absolute URL").caused_by(cause))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("a user name or password in the URL is not allowed; use a credential slot"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Refuses a slot that was not configured.
pub(crate) fn check_slot(access: &Access, slot: &str) -> Result<()> {
    if access.credentials.contains_key(slot) {
        return Ok(());
    }
    let setting = access.setting(&format!("credentials.{slot}"));
    let known = access.credentials.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    Err(Error::new(ErrorKind::UnknownCredential, format!("no credential `{slot}`; configure `{setting}`"))
        .with("owner", &access.owner)
        .with("configured", known))
}

fn headers(access: &Access, request: &Request) -> Result<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|cause| invalid("not a header name").with("header", name.escape_debug()).caused_by(cause))?;
        if key == header::ACCEPT_ENCODING {
            continue;
        }
        check_header(access, request, &key)?;
        let mut value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|cause| invalid("not a header value").with("header", &key).caused_by(cause))?;
        value.set_sensitive(is_sensitive(&key));
        headers.append(key, value);
    }
    Ok(headers)
}

fn check_header(access: &Access, request: &Request, key: &HeaderName) -> Result<()> {
    let what = if OF_THE_CONNECTION.contains(&key.as_str()) {
        "this header is the host's own affair"
    } else if *key == header::AUTHORIZATION && request.credential.is_some() {
        "a request that names a credential slot cannot bring its own Authorization"
    } else if access
        .credentials
        .values()
        .filter_map(|slot| slot.own_header())
        .any(|own| own.eq_ignore_ascii_case(key.as_str()))
    {
        "this header belongs to a credential slot"
    } else {
        return Ok(());
    };
    Err(invalid(what).with("header", key).with("owner", &access.owner))
}

/// Whether a header's name says that it carries a secret. Such headers stay out of cassettes and of other origins.
pub(crate) fn is_sensitive(name: &HeaderName) -> bool {
    const PARTS: [&str; 11] = [
        "authorization",
        "cookie",
        "token",
        "secret",
        "password",
        "credential",
        "signature",
        "api-key",
        "apikey",
        "csrf",
        "x-amz-content-sha256",
    ];
    let name = name.as_str();
    name == "x-amz-date" || PARTS.iter().any(|part| name.contains(part))
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Credential, OriginRule, Secret};

    fn access() -> Access {
        let mut access = Access::new("redash");
        access.origins = vec![OriginRule::parse("https://redash.example.com").unwrap()];
        let key = Credential::ApiKey { header: "X-Key".into(), value: Secret::new("hunter2"), prefix: None };
        access.credentials.insert("login".into(), key);
        access
    }

    fn refused(request: Request) -> (ErrorKind, String) {
        let error = Call::new(&access(), request, true).err().unwrap();
        (error.kind(), error.to_string())
    }

    #[test]
    fn an_origin_that_is_not_granted_is_named_with_the_setting() {
        let (kind, text) = refused(Request::get("https://evil.example.org:8443/x?y=1"));
        assert_eq!(kind, ErrorKind::NotGranted);
        assert!(text.contains("https://evil.example.org:8443") && text.contains("`sources.redash.origins`"), "{text}");
    }

    #[test]
    fn an_unknown_slot_is_named_with_the_setting_that_makes_it() {
        let (kind, text) = refused(Request::get("https://redash.example.com/").credential("logni"));
        assert_eq!(kind, ErrorKind::UnknownCredential);
        assert!(text.contains("sources.redash.credentials.logni") && text.contains("configured: login"), "{text}");
    }

    #[test]
    fn a_caller_cannot_bring_its_own_credential_beside_a_slot_or_touch_the_connection() {
        let request = || Request::get("https://redash.example.com/");
        let own = [
            request().credential("login").header("Authorization", "x"),
            request().header("x-KEY", "x"),
            request().header("Transfer-Encoding", "chunked"),
            request().header("Host", "other"),
            request().header("X-A", "a\r\nX-B: b"),
        ];
        for request in own {
            assert_eq!(refused(request).0, ErrorKind::InvalidRequest);
        }
        assert!(Call::new(&access(), request().header("Authorization", "x"), true).is_ok());
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        let (kind, text) = refused(Request::get("https://u:hunter2@redash.example.com/"));
        assert_eq!(kind, ErrorKind::InvalidRequest);
        assert!(!text.contains("hunter2"), "{text}");
    }
}
