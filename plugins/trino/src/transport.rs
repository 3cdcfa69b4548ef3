//! The one door to the network: the host's HTTP, or recorded answers in a test. Never adds credentials.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::http::{self, Request, Response};

/// An answer with its body read.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// As received.
    pub headers: Vec<(String, String)>,
    /// The whole body: Trino bounds a page, and spooled segments are bounded too.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Sends requests.
pub trait Transport {
    /// One request.
    fn send(&self, request: &Request) -> Result<Reply>;
    /// Many at once, answers in their order.
    fn send_all(&self, requests: &[Request]) -> Vec<Result<Reply>> {
        requests.iter().map(|request| self.send(request)).collect()
    }
}

/// The host's HTTP.
pub struct Host;

impl Transport for Host {
    fn send(&self, request: &Request) -> Result<Reply> {
        http::send(request).and_then(|response| read(&response))
    }

    fn send_all(&self, requests: &[Request]) -> Vec<Result<Reply>> {
        http::send_all(requests).into_iter().map(|response| response.and_then(|response| read(&response))).collect()
    }
}

fn read(response: &Response) -> Result<Reply> {
    let body = response.bytes()?;
    Ok(Reply { status: response.status, headers: response.headers.clone(), body })
}
