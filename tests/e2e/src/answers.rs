//! A stand-in for any HTTP server: a function answers. What it answers, and that it is none, each test says itself.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};

/// A request as the stand-in sees it.
#[derive(Debug, Default)]
pub struct Asked {
    /// "GET".
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Names and values of the query, still encoded.
    pub query: Vec<(String, String)>,
    /// The header `host`: where the stand-in is.
    pub host: String,
    /// The header `authorization`.
    pub authorization: String,
    /// The header `x-amz-target`.
    pub target: String,
    /// The body, as text.
    pub body: String,
    /// Whether the caller wants no more of this connection.
    is_last: bool,
}

impl Asked {
    /// A value of the query; empty when absent.
    pub fn value(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A number of the query.
    pub fn number(&self, name: &str, default: usize) -> usize {
        self.value(name).parse().unwrap_or(default)
    }
}

/// Starts a stand-in on a free port; it lives as long as the test's process. Answers its address.
pub fn answering(answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Result<String> {
    answering_at("127.0.0.1:0", answer)
}

/// The same at an address that somebody else counts on.
pub fn answering_at(address: &str, answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Result<String> {
    let listener = TcpListener::bind(address).with_context(|| format!("{address} can't be listened on"))?;
    let address = format!("http://{}", listener.local_addr()?);
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A caller that goes away in the middle is its own business.
            thread::spawn(move || drop(serve(stream, answer.as_ref())));
        }
    });
    Ok(address)
}

/// Answers one request after the other, until the caller closes the connection or asks for it.
fn serve(mut stream: TcpStream, answer: &dyn Fn(&Asked) -> (u16, String)) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(asked) = read(&mut reader)? {
        let (status, body) = answer(&asked);
        let (length, end) = (body.len(), if asked.is_last { "connection: close\r\n" } else { "" });
        let head =
            format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{end}\r\n");
        stream.write_all((head + &body).as_bytes())?;
        if asked.is_last {
            break;
        }
    }
    Ok(())
}

/// The next request; none when the caller is done.
fn read(reader: &mut impl BufRead) -> Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |text: &str| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut asked = Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.split('&').filter_map(pair).collect(),
        ..Asked::default()
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "connection" => asked.is_last = value.trim().eq_ignore_ascii_case("close"),
            "host" => value.trim().clone_into(&mut asked.host),
            "authorization" => value.trim().clone_into(&mut asked.authorization),
            "x-amz-target" => value.trim().clone_into(&mut asked.target),
            "content-length" => length = value.trim().parse()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(asked))
}

/// A text with words replaced by others.
pub fn renamed(text: String, words: &[(&str, &str)]) -> String {
    words.iter().fold(text, |text, (from, to)| text.replace(from, to))
}
