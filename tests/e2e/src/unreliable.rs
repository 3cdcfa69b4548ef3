//! An unreliable way to a real server: a proxy on loopback that fails each request once, by a storm of 429, by answers
//! that break off, or by nobody being there for a while. What it lets through is the server's own answer.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How the way is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// The first request of each kind is refused: too many.
    Storm,
    /// The first answer of each kind breaks off half-way.
    Breaks,
    /// Parquet files below a path with this in it are forbidden, always.
    Forbids(&'static str),
    /// After so many requests nobody listens for some seconds.
    Restart(usize),
}

/// How long a restart takes.
const AWAY: Duration = Duration::from_secs(4);

/// A proxy; it lives as long as the test's process.
pub struct Unreliable {
    address: SocketAddr,
    struck: Arc<AtomicUsize>,
}

struct Way {
    weather: Weather,
    server: String,
    met: Mutex<HashSet<u64>>,
    count: AtomicUsize,
    struck: Arc<AtomicUsize>,
}

impl Unreliable {
    /// Starts one before the server at this address (`http://127.0.0.1:18080`).
    pub fn before(server: &str, weather: Weather) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let struck = Arc::new(AtomicUsize::new(0));
        let server = server.strip_prefix("http://").context("the server is not at http://")?.to_owned();
        let way = Arc::new(Way {
            weather,
            server,
            met: Mutex::default(),
            count: AtomicUsize::new(0),
            struck: Arc::clone(&struck),
        });
        thread::spawn(move || listen(listener, &way));
        Ok(Self { address, struck })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often it failed a request.
    pub fn struck(&self) -> usize {
        self.struck.load(Ordering::Relaxed)
    }
}

fn listen(mut listener: TcpListener, way: &Arc<Way>) {
    loop {
        let Ok((stream, _)) = listener.accept() else { return };
        let way_of_one = Arc::clone(way);
        // A caller that goes away in the middle is its own business.
        thread::spawn(move || drop(way_of_one.serve(stream)));
        let is_due = matches!(way.weather, Weather::Restart(after) if way.count.load(Ordering::Relaxed) >= after);
        if is_due && way.struck.load(Ordering::Relaxed) == 0 {
            way.struck.store(1, Ordering::Relaxed);
            let Ok(address) = listener.local_addr() else { return };
            drop(listener);
            thread::sleep(AWAY);
            let Ok(again) = TcpListener::bind(address) else { return };
            listener = again;
        }
    }
}

impl Way {
    /// One request a connection: a connection that is kept would hide what is to be seen here.
    fn serve(&self, mut client: TcpStream) -> Result<()> {
        let request = read_request(&mut client)?;
        self.count.fetch_add(1, Ordering::Relaxed);
        let fails = match self.weather {
            Weather::Restart(_) => false,
            Weather::Forbids(part) => is_parquet_below(&request, part),
            Weather::Storm | Weather::Breaks => self.is_new(&request),
        };
        if fails {
            self.struck.fetch_add(1, Ordering::Relaxed);
        }
        if fails && self.weather == Weather::Storm {
            client.write_all(
                b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )?;
            return Ok(client.shutdown(Shutdown::Both)?);
        }
        if fails && matches!(self.weather, Weather::Forbids(_)) {
            client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
            return Ok(client.shutdown(Shutdown::Both)?);
        }
        let answer = self.ask(&request)?;
        let some = if fails { answer.len() / 2 } else { answer.len() };
        client.write_all(&answer[..some])?;
        Ok(client.shutdown(Shutdown::Both)?)
    }

    /// Whether nothing like it was asked before.
    fn is_new(&self, request: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        let first = request.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let body = request.windows(4).position(|four| four == b"\r\n\r\n").map_or(&[][..], |at| &request[at..]);
        (first, body).hash(&mut hasher);
        self.met.lock().unwrap_or_else(PoisonError::into_inner).insert(hasher.finish())
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>> {
        let mut server = TcpStream::connect(&self.server)?;
        server.write_all(request)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

fn is_parquet_below(request: &[u8], part: &str) -> bool {
    let first = request.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    first.contains(part) && first.contains(".parquet")
}

/// The whole request, with the wish to close the connection after it.
fn read_request(client: &mut TcpStream) -> Result<Vec<u8>> {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let count = client.read(&mut piece)?;
        anyhow::ensure!(count > 0, "a request that breaks off");
        read.extend_from_slice(&piece[..count]);
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let header = |name: &str| {
        let same = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
        head.lines().find(same).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let length: usize = header("content-length").map_or(Ok(0), |length| length.parse())?;
    let mut body = read[end..].to_vec();
    while body.len() < length {
        let count = client.read(&mut piece)?;
        anyhow::ensure!(count > 0, "a body that breaks off");
        body.extend_from_slice(&piece[..count]);
    }
    let kept = head.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = kept.collect::<Vec<_>>().join("\r\n");
    Ok([format!("{head}\r\nconnection: close\r\n\r\n").as_bytes(), &body].concat())
}
