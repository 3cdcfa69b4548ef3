//! Turns what reqwest, hyper and rustls report into this crate's error. Never repeats a query string or a header.

use std::error::Error as StdError;
use std::time::Duration;

use crate::address::AddressRefused;
use crate::error::{Error, ErrorKind};

/// Where a request went and under whose settings, for messages.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) owner: String,
    /// Origin and path, without secrets.
    pub(crate) url: String,
    pub(crate) settings: String,
    pub(crate) timeout: Duration,
    pub(crate) idle: Duration,
}

impl Place {
    pub(crate) fn limit_setting(&self, key: &str) -> String {
        format!("{}.limits.{key}", self.settings)
    }
}

/// A request that brought no answer.
pub(crate) fn from_send(cause: reqwest::Error, place: &Place) -> Error {
    if let Some(refused) = find::<AddressRefused>(&cause) {
        return address_refused(refused, place);
    }
    let (kind, what) = if let Some(tls) = find::<rustls::Error>(&cause) {
        return tls_failed(tls, place);
    } else if cause.is_builder() {
        (ErrorKind::InvalidRequest, "the request cannot be sent")
    } else if cause.is_timeout() {
        (ErrorKind::Timeout, "no connection in time")
    } else if cause.is_dns() {
        (ErrorKind::Unreachable, "the host name cannot be resolved")
    } else if cause.is_connect() {
        return unconnected(refusal(&cause), place).caused_by(cause.without_url());
    } else {
        (ErrorKind::Unreachable, "the connection broke before the answer")
    };
    error(kind, what, place).caused_by(cause.without_url())
}

/// A connection that was not made, and what the system says of it, such as that it was refused.
pub(crate) fn unconnected(said: Option<std::io::ErrorKind>, place: &Place) -> Error {
    let what = said.map_or_else(|| "no connection".to_owned(), |said| format!("no connection: {said}"));
    error(ErrorKind::Unreachable, &what, place).unsent()
}

fn refusal(cause: &reqwest::Error) -> Option<std::io::ErrorKind> {
    let mut said = None;
    let mut next: Option<&(dyn StdError + 'static)> = Some(cause);
    while let Some(error) = next {
        said = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind).or(said);
        next = error.source();
    }
    said
}

/// An answer that broke off or cannot be decoded.
pub(crate) fn from_body(cause: reqwest::Error, place: &Place) -> Error {
    // A decoder's complaint is a bare I/O error; what breaks on the network comes wrapped in hyper's. What ends too early
    // for a decoder broke off on its way.
    let decoder = cause.source().and_then(<dyn StdError>::downcast_ref::<std::io::Error>);
    let decoder = decoder.is_some_and(|error| error.kind() != std::io::ErrorKind::UnexpectedEof);
    let (kind, what) = if decoder {
        (ErrorKind::InvalidResponse, "the answer cannot be decoded")
    } else {
        (ErrorKind::Unreachable, "the connection broke within the answer")
    };
    error(kind, what, place).caused_by(cause.without_url())
}

/// The whole attempt, or one part of the answer, took too long.
pub(crate) fn timed_out(place: &Place, whole: bool) -> Error {
    if whole {
        let setting = place.limit_setting("timeout-s");
        let what = format!("no answer within {:?}; `{setting}` sets how long is waited", place.timeout);
        return error(ErrorKind::Timeout, &what, place).with("setting", setting);
    }
    error(ErrorKind::Timeout, &format!("no more of the answer within {:?}", place.idle), place)
}

/// A name that leads where the owner may not go.
pub(crate) fn address_refused(refused: &AddressRefused, place: &Place) -> Error {
    let setting = format!("{}.allow-private", place.settings);
    error(ErrorKind::NotGranted, &format!("{refused}; grant it with `{setting} = true`"), place)
        .with("address", refused.address)
        .with("setting", setting)
}

/// A handshake that failed.
pub(crate) fn tls_failed(tls: &rustls::Error, place: &Place) -> Error {
    let hint = match tls {
        rustls::Error::InvalidCertificate(_) => {
            "; name its certificate authority in `network.ca-files` if it is your own"
        }
        _ => "",
    };
    error(ErrorKind::Tls, &format!("the TLS handshake failed: {tls}{hint}"), place)
}

/// An error at this place.
pub(crate) fn error(kind: ErrorKind, what: &str, place: &Place) -> Error {
    Error::new(kind, what).with("url", &place.url).with("owner", &place.owner)
}

/// A cause of this type, however deep.
pub(crate) fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error hides what it wraps from `source`.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source());
    }
    None
}
