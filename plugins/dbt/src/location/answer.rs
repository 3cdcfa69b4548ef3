//! What an HTTP status means for an artifact. Never shows a body in a message.

use super::Bytes;
use metahost_plugin_sdk::http::Response;
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol, unavailable};

/// The answer if it has a body; none for "not found".
pub fn found(response: Response, url: &str, hint: &str) -> Result<Option<Response>> {
    Ok(exists(response.status, url, hint)?.then_some(response))
}

/// The body; none for "not found".
pub fn body(response: Response, url: &str, hint: &str) -> Result<Option<Bytes>> {
    Ok(found(response, url, hint)?.map(|response| Box::new(response.reader()) as Bytes))
}

/// Whether there is something at this URL.
fn exists(status: u16, url: &str, hint: &str) -> Result<bool> {
    let error = match status {
        200..=299 => return Ok(true),
        404 | 410 => return Ok(false),
        401 | 403 => Error::Denied(Failure {
            message: format!("{url} answered {status}: check the credential slot `{}`{hint}", super::CREDENTIAL),
            context: Vec::new(),
        }),
        408 | 429 | 500..=599 => unavailable(format!("{url} answered {status}")),
        _ => protocol(format!("{url} answered {status}")),
    };
    Err(error.with("status", status.to_string()).with("url", url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_no_error_and_a_refused_one_is() {
        assert!(!exists(404, "https://x/catalog.json", "").unwrap());
        assert!(exists(200, "https://x/catalog.json", "").unwrap());
        assert!(matches!(exists(403, "https://x/catalog.json", ""), Err(Error::Denied(_))));
        assert!(matches!(exists(503, "https://x/catalog.json", ""), Err(Error::Unavailable(_))));
        assert!(matches!(exists(302, "https://x/catalog.json", ""), Err(Error::Protocol(_))));
    }
}
