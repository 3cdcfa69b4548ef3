//! Following redirects: each target is checked like a first request, and what is secret stays with its origin.

use http::{Method, header};

use crate::access::Access;
use crate::call::{Call, is_sensitive, parse_url};
use crate::error::{Error, ErrorKind, Result};
use crate::message::Response;
use crate::origin::Origin;

/// More than this is a loop.
pub(crate) const MOST: usize = 10;

/// The request an answer sends us on to; none when the answer is the final one.
pub(crate) fn next(access: &Access, call: &Call, answer: &Response) -> Result<Option<Call>> {
    let Some(target) = answer.header("location").filter(|_| matches!(answer.status, 301..=303 | 307 | 308)) else {
        return Ok(None);
    };
    let mut next = call.clone();
    next.url = call.url.join(target).map_err(|cause| refused("its target is not a URL", call).caused_by(cause))?;
    next.url = parse_url(next.url.as_str()).map_err(|cause| refused(cause.message(), call))?;
    next.origin = Origin::of(&next.url).map_err(|cause| refused(cause.message(), call))?;
    access.check(&next.origin).map_err(|cause| cause.with("redirected-from", &call.origin))?;
    if next.origin != call.origin {
        leave_secrets(&mut next);
    }
    change_method(&mut next, answer.status);
    Ok(Some(next))
}

/// The error for a chain without end.
pub(crate) fn too_many(call: &Call) -> Error {
    refused(&format!("more than {MOST} in a row"), call)
}

fn leave_secrets(next: &mut Call) {
    next.slot = None;
    let names: Vec<_> = next.headers.keys().filter(|name| is_sensitive(name)).cloned().collect();
    for name in names {
        next.headers.remove(name);
    }
}

/// 303 asks for the result elsewhere; 301 and 302 after a POST are read the same way, as browsers do.
fn change_method(next: &mut Call, status: u16) {
    let changes = match status {
        303 => next.method != Method::HEAD,
        301 | 302 => next.method == Method::POST,
        _ => false,
    };
    if changes {
        next.method = Method::GET;
        next.body = None;
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE] {
            next.headers.remove(name);
        }
    }
}

fn refused(why: &str, call: &Call) -> Error {
    Error::new(ErrorKind::Redirect, format!("a redirect cannot be followed: {why}")).with("from", &call.origin)
}
