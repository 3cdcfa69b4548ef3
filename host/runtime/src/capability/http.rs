//! HTTP for guests, through the gateway: it knows the grants, the credentials and the limits. This module only turns
//! the contract's requests into the gateway's, and its errors back.

use bytes::{Bytes, BytesMut};
use core::time::Duration;
use futures::StreamExt;
use futures::stream;
use metahost_gateway::{Body, ErrorKind};
use wasmtime::component::Resource;

use crate::bindings::metahost::source::http::{Host, HostBody, Request, Response};
use crate::bindings::metahost::source::types::{Error, Failure, Retryable};
use crate::instance::HostState;

/// Requests of one `send-all` under way at once; the gateway bounds each origin further.
const CONCURRENT: usize = 16;

/// A body that the guest reads piece by piece.
pub struct GuestBody {
    body: Option<Body>,
    rest: Bytes,
}

type Sent = Result<metahost_gateway::Response, metahost_gateway::Error>;

impl HostState {
    /// Sends, unless the run ends meanwhile.
    async fn exchange(&mut self, requests: Vec<Request>) -> wasmtime::Result<Option<Vec<Sent>>> {
        for _ in &requests {
            self.usage.request()?;
        }
        if self.must_end() {
            return Ok(None);
        }
        let Some(client) = self.rights.client.clone() else { return Ok(None) };
        let client = &client;
        let sending =
            stream::iter(requests).map(|request| client.send(outgoing(request))).buffered(CONCURRENT).collect();
        // A guest that was told to end may still tell its source; otherwise the end interrupts it.
        let told = self.told_to_end;
        tokio::select! {
            sent = sending => Ok(Some(sent)),
            () = self.cancel.cancelled(), if !told => { self.told_to_end = true; Ok(None) }
        }
    }

    fn incoming(&mut self, sent: Sent) -> wasmtime::Result<Result<Response, Error>> {
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Ok(Err(refused(&error))),
        };
        let body = self.table.push(GuestBody { body: Some(response.body), rest: Bytes::new() })?;
        Ok(Ok(Response { status: response.status, headers: response.headers, body }))
    }
}

impl Host for HostState {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        self.enter()?;
        match self.exchange(vec![request]).await?.and_then(|mut sent| sent.pop()) {
            Some(sent) => self.incoming(sent),
            None => Ok(Err(Error::Cancelled)),
        }
    }

    async fn send_all(&mut self, requests: Vec<Request>) -> wasmtime::Result<Vec<Result<Response, Error>>> {
        self.enter()?;
        let count = requests.len();
        match self.exchange(requests).await? {
            Some(sent) => sent.into_iter().map(|sent| self.incoming(sent)).collect(),
            None => Ok((0..count).map(|_| Err(Error::Cancelled)).collect()),
        }
    }
}

impl HostBody for HostState {
    async fn read(&mut self, body: Resource<GuestBody>, max: u32) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        self.enter()?;
        let body = self.table.get_mut(&body)?;
        Ok(body.read(max as usize).await.map(|bytes| bytes.to_vec()).map_err(|error| refused(&error)))
    }

    async fn read_all(&mut self, body: Resource<GuestBody>) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        self.enter()?;
        let limit = usize::try_from(self.usage.limits().response_mib << 20).unwrap_or(usize::MAX);
        let body = self.table.get_mut(&body)?;
        Ok(body.read_all(limit).await.map_err(|error| refused(&error)))
    }

    async fn drop(&mut self, body: Resource<GuestBody>) -> wasmtime::Result<()> {
        self.table.delete(body)?;
        Ok(())
    }
}

impl GuestBody {
    async fn read(&mut self, max: usize) -> Result<Bytes, metahost_gateway::Error> {
        while self.rest.is_empty() {
            let Some(body) = &mut self.body else { return Ok(Bytes::new()) };
            match body.chunk().await? {
                Some(chunk) => self.rest = chunk,
                None => self.body = None,
            }
        }
        Ok(self.rest.split_to(max.min(self.rest.len())))
    }

    async fn read_all(&mut self, limit: usize) -> Result<Vec<u8>, metahost_gateway::Error> {
        let rest = match self.body.take() {
            Some(body) => body.collect(limit).await?,
            None => Bytes::new(),
        };
        let mut whole = BytesMut::from(core::mem::take(&mut self.rest).as_ref());
        whole.extend_from_slice(&rest);
        Ok(whole.to_vec())
    }
}

fn outgoing(request: Request) -> metahost_gateway::Request {
    metahost_gateway::Request {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body.map(Bytes::from),
        credential: request.credential,
        timeout: request.timeout_ms.map(|ms| Duration::from_millis(u64::from(ms))),
        retry: request.retry,
    }
}

/// The contract's case tells the guest what kind of failure it is; the words are the gateway's.
pub(super) fn refused(error: &metahost_gateway::Error) -> Error {
    let failure = Failure { message: error.to_string(), context: Vec::new() };
    match error.kind() {
        ErrorKind::NotGranted | ErrorKind::UnknownCredential | ErrorKind::CredentialRefused | ErrorKind::Redirect => {
            Error::Denied(failure)
        }
        ErrorKind::Unreachable | ErrorKind::Timeout => {
            let after_ms = error.wait().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            Error::Unavailable(Retryable { failure, after_ms })
        }
        _ => Error::Protocol(failure),
    }
}
