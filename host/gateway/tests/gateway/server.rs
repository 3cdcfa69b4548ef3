//! A small HTTP/1.1 server on loopback that remembers what it was asked.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metahost_gateway::OriginRule;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }
}

/// What to answer.
#[derive(Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Waits before the head.
    pub delay: Duration,
    /// Waits in the middle of the body.
    pub stall: Duration,
    /// Closes the connection after this many bytes of the body.
    pub cut: Option<usize>,
}

pub fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply { status, body: body.into(), ..Reply::default() }
}

impl Reply {
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

/// The server; it ends with the test.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers with what the handler makes of a request and of how many came before it.
    pub async fn start(handler: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::default()));
        let (handler, log): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&log)));
            }
        });
        Self { address, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn rule(&self) -> OriginRule {
        OriginRule::from_url(&self.url("/")).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// Answers requests on one connection until the other side closes it.
pub async fn serve(
    stream: impl AsyncRead + AsyncWrite,
    handler: Arc<Handler>,
    log: Arc<Mutex<Vec<Seen>>>,
) -> io::Result<()> {
    let (read, mut write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    while let Some(seen) = read_request(&mut read).await? {
        let before = {
            let mut log = log.lock().unwrap();
            log.push(seen.clone());
            log.len() - 1
        };
        if !answer(&mut write, &seen, handler(&seen, before)).await? {
            break;
        }
    }
    write.shutdown().await
}

async fn read_request(read: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<Seen>> {
    let mut line = String::new();
    if read.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_whitespace().map(str::to_owned);
    let mut seen = Seen { method: parts.next().unwrap(), target: parts.next().unwrap(), ..Seen::default() };
    loop {
        let mut line = String::new();
        read.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        seen.headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    seen.body = vec![0; length];
    read.read_exact(&mut seen.body).await?;
    Ok(Some(seen))
}

async fn answer(write: &mut (impl AsyncWrite + Unpin), seen: &Seen, reply: Reply) -> io::Result<bool> {
    sleep(reply.delay).await;
    let mut head = format!("HTTP/1.1 {} x\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    write.write_all(format!("{head}\r\n").as_bytes()).await?;
    if seen.method == "HEAD" {
        return Ok(true);
    }
    let (first, second) = reply.body.split_at(reply.cut.unwrap_or(reply.body.len() / 2));
    write.write_all(first).await?;
    write.flush().await?;
    if reply.cut.is_some() {
        return Ok(false);
    }
    sleep(reply.stall).await;
    write.write_all(second).await?;
    write.flush().await?;
    Ok(true)
}
