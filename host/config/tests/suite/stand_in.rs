//! A stand-in for a Vault server: a loopback socket that answers what a test wrote down, for failures a real server
//! does not show on demand. The real one is asked in the whole-binary tests.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The stand-in, and what it was asked.
pub struct VaultStandIn {
    pub address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl VaultStandIn {
    /// Answers `METHOD /path` with a status and a body; everything else with 404.
    pub fn start(answers: &[(&str, u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: BTreeMap<String, (u16, String)> =
            answers.iter().map(|(what, status, body)| ((*what).to_owned(), (*status, (*body).to_owned()))).collect();
        let log = Arc::clone(&asked);
        thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap(), &answers, &log)));
        Self { address, asked }
    }

    /// Takes connections and never answers.
    pub fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || listener.incoming().collect::<Vec<_>>());
        Self { address, asked: Arc::default() }
    }

    /// Every request so far, head and body.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, answers: &BTreeMap<String, (u16, String)>, log: &Mutex<Vec<String>>) {
    let request = read(&mut stream);
    let what = request.split(" HTTP/").next().unwrap().to_owned();
    log.lock().unwrap().push(request);
    let (status, body) = answers.get(&what).cloned().unwrap_or((404, r#"{"errors":[]}"#.into()));
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).unwrap();
}

fn read(stream: &mut TcpStream) -> String {
    let (mut request, mut part) = (String::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut part).unwrap();
        request.push_str(std::str::from_utf8(&part[..count]).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head
            .to_lowercase()
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.lines().next().unwrap().trim().parse().unwrap());
        if count == 0 || body.len() >= length {
            return request;
        }
    }
}
