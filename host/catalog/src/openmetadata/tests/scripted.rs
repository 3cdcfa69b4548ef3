//! A stand-in for a server that answers by a function, for what the contract server does not do on demand.

use std::sync::{Arc, Mutex};

use metahost_gateway::{Access, Credential, Gateway, GatewayOptions, OriginRule, ProxyOptions, Secret};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::error::Error;
use crate::openmetadata::{OpenMetadata, Options};

/// A call that arrived: method, path with query below `/api/v1/`, body.
#[derive(Debug, Clone)]
pub struct Call {
    /// "GET tables?limit=1".
    pub line: String,
    /// The body, or null.
    pub body: Value,
}

type Script = dyn Fn(&Call) -> (u16, Value) + Send + Sync;

/// A server on a port of its own.
#[derive(Clone)]
pub struct Scripted {
    url: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Scripted {
    /// Starts it. Calls that every connection makes are answered as version `version` would.
    pub async fn start(version: &'static str, script: impl Fn(&Call) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}/api", listener.local_addr().unwrap()),
            calls: Arc::new(Mutex::new(Vec::new())),
        };
        let calls = Arc::clone(&server.calls);
        let script: Arc<Script> = Arc::new(move |call: &Call| match call.line.as_str() {
            "GET system/version" => (200, json!({ "version": version })),
            _ => script(call),
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&script), Arc::clone(&calls)));
            }
        });
        server
    }

    /// Connects to it.
    pub async fn connect(&self) -> Result<OpenMetadata, Error> {
        let options = GatewayOptions { proxy: Some(ProxyOptions::none()), ..GatewayOptions::default() };
        let mut access = Access::new("catalog");
        access.limits.retries = 0;
        access.origins = vec![OriginRule::from_url(&self.url).unwrap()];
        access.credentials.insert("token".into(), Credential::Bearer { token: Secret::new("t") });
        let client = Gateway::new(options).unwrap().client(access);
        let options = Options { credential: Some("token".into()), bulk_size: 2, ..Options::new(self.url.clone()) };
        OpenMetadata::connect(client, options).await
    }

    /// The calls that arrived whose line begins so.
    pub fn calls(&self, start: &str) -> Vec<Call> {
        self.calls.lock().unwrap().iter().filter(|call| call.line.starts_with(start)).cloned().collect()
    }
}

async fn answer(stream: TcpStream, script: Arc<Script>, calls: Arc<Mutex<Vec<Call>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(call) = read(&mut stream).await {
        let (status, body) = script(&call);
        calls.lock().unwrap().push(call);
        let text = body.to_string();
        let head =
            format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", text.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Call> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let (method, rest) = head.split_once(' ')?;
    let path = rest.split(' ').next()?.trim_start_matches("/api/v1/");
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(Call { line: format!("{method} {path}"), body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}
