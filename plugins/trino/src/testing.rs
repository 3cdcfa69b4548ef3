//! What the tests of this crate share: an output that collects, answers by script, and plain HTTP to a real server.

use std::io::{Read, Write};
use std::net::TcpStream;

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::{Result, unavailable};

use crate::output::Output;
use crate::transport::{Reply, Transport};

/// One connection per request, HTTP/1.0: enough for a test.
pub struct Plain;

impl Transport for Plain {
    fn send(&self, request: &Request) -> Result<Reply> {
        exchange(request).map_err(|error| unavailable(error.to_string()))
    }
}

fn exchange(request: &Request) -> std::io::Result<Reply> {
    let rest = request.url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(host)?;
    let body = request.body.clone().unwrap_or_default();
    write!(stream, "{} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n", request.method, body.len())?;
    for (name, value) in &request.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let cut = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..cut]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    Ok(Reply { status, headers, body: answer[cut + 4..].to_vec() })
}

/// Keeps what a split emits.
#[derive(Default)]
pub struct Collected {
    pub entities: Vec<Entity>,
    pub queries: Vec<Query>,
    pub complete: Vec<(String, usize)>,
    pub remarks: Vec<String>,
    pub skipped: u64,
}

impl Output for Collected {
    fn entity(&mut self, entity: Entity) -> Result<()> {
        self.entities.push(entity);
        Ok(())
    }
    fn query(&mut self, query: Query) -> Result<()> {
        self.queries.push(query);
        Ok(())
    }
    fn complete(&mut self, scope: &[&str], kind: &str, listed: usize) -> Result<()> {
        self.complete.push((format!("{}:{kind}", scope.join(".")), listed));
        Ok(())
    }
    fn checkpoint(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
    fn skipped(&mut self, path: &[&str], reason: &str) {
        self.skipped += 1;
        self.remarks.push(format!("skipped {}: {reason}", path.join(".")));
    }
    fn skips(&self) -> u64 {
        self.skipped
    }
    fn progress(&mut self, _: &str, _: usize, _: usize) {}
    fn warn(&mut self, message: &str, fields: &[(&str, &str)]) {
        self.remarks.push(format!("{message} {fields:?}"));
    }
}
