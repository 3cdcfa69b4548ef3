//! What the tests of this crate share: answers by script, and plain HTTP to a real server.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use metahost_plugin_sdk::connector::{Mode, ReadRequest};
use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, Result, unavailable};
use serde_json::{Value, json};

use crate::Trino;
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

/// What a scripted Trino says to a statement.
#[derive(Clone)]
pub enum Said {
    /// The `data` of each page.
    Pages(Vec<Value>),
    /// Whole answers of a real one.
    Recorded(Vec<Value>),
    /// Status and body of each answer; `{next}` in it is the address of the next.
    Raw(Vec<(u16, &'static str)>),
    /// An error's name, its type and its message.
    Error(&'static str, &'static str, &'static str),
}

/// A statement, and the answers to it.
#[derive(serde::Deserialize)]
struct Recorded {
    sql: String,
    pages: Vec<Value>,
}

/// A Trino that answers by script and keeps what it was asked; storage lies at `http://storage/`.
#[derive(Clone, Default)]
pub struct Scripted {
    says: Vec<(String, Said)>,
    storage: BTreeMap<String, Vec<u8>>,
    running: Rc<RefCell<Vec<Said>>>,
    /// Every request, in order.
    pub asked: Rc<RefCell<Vec<Request>>>,
    demands_user: bool,
    slow: u64,
}

impl Scripted {
    /// Answers as a real one did.
    pub fn recorded(text: &str) -> Self {
        let all: Vec<Recorded> = serde_json::from_str(text).unwrap();
        let says = all.into_iter().map(|told| (told.sql, Said::Recorded(told.pages))).collect();
        Self { says, ..Self::default() }
    }

    /// Answers statements that contain a text; of several the first counts.
    pub fn says(mut self, when: &str, said: Said) -> Self {
        self.says.push((when.to_owned(), said));
        self
    }

    /// Answers statements that contain a text with one page of rows.
    pub fn rows(self, when: &str, rows: Value) -> Self {
        self.says(when, Said::Pages(vec![rows]))
    }

    /// Says the rest as another.
    pub fn merge(mut self, other: Self) -> Self {
        self.says.extend(other.says);
        self
    }

    /// Puts a segment into the storage.
    pub fn stores(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.storage.insert(format!("http://storage/{name}"), bytes);
        self
    }

    /// Refuses requests that name no user.
    pub fn demanding_user(self) -> Self {
        Self { demands_user: true, ..self }
    }

    /// Each page takes so many milliseconds.
    pub fn slow(self, milliseconds: u64) -> Self {
        Self { slow: milliseconds, ..self }
    }

    /// The statements it was sent.
    pub fn statements(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        let posts = asked.iter().filter(|request| request.method == "POST");
        posts.map(|request| String::from_utf8(request.body.clone().unwrap()).unwrap()).collect()
    }

    /// Method and address of every request.
    pub fn log(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|request| format!("{} {}", request.method, request.url)).collect()
    }

    fn start(&self, request: &Request) -> Reply {
        let sql = String::from_utf8(request.body.clone().unwrap()).unwrap();
        let said = self.says.iter().find(|(when, _)| sql.contains(when.as_str())).map(|(_, said)| said.clone());
        // A server that does not spool for a client that does not ask: the rows come plain.
        let spools = request.headers.iter().any(|(name, _)| name == "X-Trino-Query-Data-Encoding");
        let said = said.filter(|_| spools || !sql.contains("spooled")).unwrap_or(Said::Pages(vec![json!([["plain"]])]));
        self.running.borrow_mut().push(said);
        self.page(self.running.borrow().len() - 1, 0)
    }

    fn page(&self, query: usize, page: usize) -> Reply {
        let id = format!("q{query}");
        if let Said::Raw(answers) = &self.running.borrow()[query] {
            let (status, body) = answers[page];
            let body = body.replace("{next}", &format!("http://trino/q/{query}/{}", page + 1));
            return Reply { status, body: body.into_bytes(), ..Reply::default() };
        }
        ok(&match &self.running.borrow()[query] {
            Said::Error(name, kind, message) => {
                json!({"id": id, "error": {"message": message, "errorName": name, "errorType": kind}})
            }
            Said::Recorded(pages) => {
                let mut told = pages[page].clone();
                if told.get("nextUri").is_some() {
                    told["nextUri"] = format!("http://trino/q/{query}/{}", page + 1).into();
                }
                told
            }
            Said::Pages(pages) => {
                let data = page.checked_sub(1).map(|at| &pages[at]);
                let next = (page < pages.len()).then(|| format!("http://trino/q/{query}/{}", page + 1));
                let elapsed = self.slow * page as u64;
                json!({"id": id, "nextUri": next, "data": data, "stats": {"elapsedTimeMillis": elapsed},
                       "columns": [{"name": "c", "type": "varchar"}]})
            }
            Said::Raw(_) => Value::Null,
        })
    }
}

fn ok(value: &Value) -> Reply {
    Reply { status: 200, body: value.to_string().into_bytes(), ..Reply::default() }
}

impl Transport for Scripted {
    fn send(&self, request: &Request) -> Result<Reply> {
        self.asked.borrow_mut().push(request.clone());
        let named = request.headers.iter().any(|(name, _)| name == "X-Trino-User");
        if self.demands_user && !named {
            let body = b"Basic authentication or X-Trino-Original-User or X-Trino-User must be sent".to_vec();
            return Ok(Reply { status: 401, headers: Vec::new(), body });
        }
        if request.url.starts_with("http://storage/") {
            let refused = Failure { message: "origin not granted".to_owned(), context: Vec::new() };
            let stored = self.storage.get(request.url.split('?').next().unwrap());
            let reply = |bytes: &Vec<u8>| Reply { status: 200, body: bytes.clone(), ..Reply::default() };
            return stored.map(reply).ok_or(Error::Denied(refused));
        }
        Ok(match (request.method.as_str(), request.url.strip_prefix("http://trino/q/")) {
            ("POST", _) => self.start(request),
            ("GET", Some(at)) => {
                let (query, page) = at.split_once('/').unwrap();
                self.page(query.parse().unwrap(), page.parse().unwrap())
            }
            _ => ok(&Value::Null),
        })
    }
}

/// A client of a scripted server, with more of the configuration.
pub fn trino(server: &Scripted, more: &str) -> Trino {
    Trino::over(&format!(r#"{{"url": "http://trino"{more}}}"#), Box::new(server.clone())).unwrap()
}

/// What a run asks for below a path.
pub fn request(mode: Mode, path: &[&str]) -> ReadRequest {
    let mut request = metahost_plugin_sdk::testing::request(mode, None);
    request.split.path = path.iter().map(|part| (*part).to_owned()).collect();
    request
}
