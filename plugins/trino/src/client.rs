//! Requests as Trino wants them: headers, session, user. Never knows what a statement is about.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::http::Request;
use serde::de::DeserializeOwned;

use crate::config::{Config, SLOT, Switch};
use crate::cursor::Cursor;
use crate::spool;
use crate::transport::{Reply, Transport};

/// Sent as `X-Trino-User` when the server wants one and the configuration names none.
const DEFAULT_USER: &str = "metahost";
/// Without it Trino prints times with three digits and leaves the precision out of the types.
const CAPABILITIES: &str = "PARAMETRIC_DATETIME";

/// A Trino coordinator.
pub struct Client {
    pub(crate) transport: Box<dyn Transport>,
    statement_url: String,
    headers: Vec<(String, String)>,
    user: RefCell<Option<String>>,
    session: RefCell<BTreeMap<String, String>>,
    /// Ask for spooled results; off once the storage turns out to be out of reach.
    pub(crate) spooling: Cell<bool>,
    /// A spooled segment has been read, so the storage can be reached.
    pub(crate) storage_reached: Cell<bool>,
    /// Milliseconds a statement may take.
    pub(crate) timeout_ms: u64,
    concurrent: usize,
}

impl Client {
    /// A client for the configured server; connects to nothing yet.
    pub fn new(config: &Config, transport: Box<dyn Transport>) -> Self {
        let session = config.session_properties.iter().map(|(name, value)| (name.clone(), escape(&value.to_string())));
        Self {
            transport,
            statement_url: format!("{}/v1/statement", config.url),
            headers: fixed_headers(config),
            user: RefCell::new(config.user.clone()),
            session: RefCell::new(session.collect()),
            spooling: Cell::new(config.spooling == Switch::Auto),
            storage_reached: Cell::new(false),
            timeout_ms: config.statement_timeout_seconds.saturating_mul(1_000),
            concurrent: config.concurrent_statements,
        }
    }

    /// Starts a statement that only reads, so that the host may repeat the request for it.
    pub fn query<T: DeserializeOwned>(&self, sql: impl Into<String>) -> Cursor<'_, T> {
        Cursor::new(self, sql.into(), true)
    }

    /// Starts a statement of unknown effect.
    pub fn execute<T: DeserializeOwned>(&self, sql: impl Into<String>) -> Cursor<'_, T> {
        Cursor::new(self, sql.into(), false)
    }

    /// All rows of a statement with a small result.
    pub fn all<T: DeserializeOwned>(&self, sql: impl Into<String>) -> Result<Vec<T>> {
        self.query(sql).collect_rows()
    }

    /// Many statements with small results, some at a time; answers in their order.
    pub fn all_of<T: DeserializeOwned>(&self, statements: &[String]) -> Vec<Result<Vec<T>>> {
        statements.chunks(self.concurrent).flat_map(|chunk| self.together(chunk)).collect()
    }

    fn together<T: DeserializeOwned>(&self, statements: &[String]) -> Vec<Result<Vec<T>>> {
        let mut cursors: Vec<Cursor<'_, T>> = statements.iter().map(|sql| self.query(sql.clone())).collect();
        loop {
            let (waiting, requests): (Vec<usize>, Vec<Request>) =
                cursors.iter().enumerate().filter_map(|(index, cursor)| Some((index, cursor.request()?))).unzip();
            if requests.is_empty() {
                return cursors.into_iter().map(Cursor::into_rows).collect();
            }
            for (index, reply) in waiting.into_iter().zip(self.transport.send_all(&requests)) {
                cursors[index].accept(reply);
            }
        }
    }

    /// The request that starts a statement.
    pub(crate) fn post(&self, sql: &str, read_only: bool) -> Request {
        let mut request = self.signed(Request::post(&self.statement_url, sql.as_bytes()));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let session: Vec<String> =
            self.session.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !session.is_empty() {
            request = request.header("X-Trino-Session", session.join(","));
        }
        if self.spooling.get() {
            request = request.header("X-Trino-Query-Data-Encoding", spool::ENCODINGS);
        }
        request.retry = read_only;
        request
    }

    /// The request for a page, an acknowledgement or a cancellation.
    pub(crate) fn follow(&self, method: &str, uri: &str) -> Request {
        let mut request = self.signed(Request::get(uri));
        method.clone_into(&mut request.method);
        request
    }

    fn signed(&self, request: Request) -> Request {
        let request = request.credential(Some(SLOT));
        match &*self.user.borrow() {
            Some(user) => request.header("X-Trino-User", user),
            None => request,
        }
    }

    /// With credentials Trino knows the user and may refuse another name; without, it demands one: only its answer tells.
    pub(crate) fn wants_user(&self, reply: &Reply) -> bool {
        let wants = reply.status == 401 && String::from_utf8_lossy(&reply.body).contains("X-Trino-User must be sent");
        if wants {
            self.user.borrow_mut().get_or_insert_with(|| DEFAULT_USER.to_owned());
        }
        wants
    }

    /// Keeps what a `SET SESSION` or `RESET SESSION` changed, as the protocol wants.
    pub(crate) fn remember_session(&self, reply: &Reply) {
        let mut session = self.session.borrow_mut();
        for (name, value) in &reply.headers {
            if name.eq_ignore_ascii_case("x-trino-set-session") {
                if let Some((key, value)) = value.split_once('=') {
                    session.insert(key.to_owned(), value.to_owned());
                }
            } else if name.eq_ignore_ascii_case("x-trino-clear-session") {
                session.remove(value);
            }
        }
    }
}

fn fixed_headers(config: &Config) -> Vec<(String, String)> {
    let mut headers = vec![
        ("X-Trino-Source".to_owned(), config.source.clone()),
        ("X-Trino-Time-Zone".to_owned(), config.time_zone.clone()),
        ("X-Trino-Client-Capabilities".to_owned(), CAPABILITIES.to_owned()),
    ];
    if !config.client_tags.is_empty() {
        headers.push(("X-Trino-Client-Tags".to_owned(), config.client_tags.join(",")));
    }
    let roles: Vec<String> =
        config.roles.iter().map(|(catalog, role)| format!("{catalog}={}", escape(&role_text(role)))).collect();
    if !roles.is_empty() {
        headers.push(("X-Trino-Role".to_owned(), roles.join(",")));
    }
    headers
}

fn role_text(role: &str) -> String {
    match role {
        "ALL" | "NONE" => role.to_owned(),
        name => format!("ROLE{{{name}}}"),
    }
}

/// Percent-encodes a header value as Trino's clients do.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*');
    let one = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
