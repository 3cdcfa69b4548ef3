//! A stand-in for Airbyte's public API with its login, its pages, and tokens that end in the middle of a run. It repeats
//! the connector's fixtures; no real Airbyte was asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::answers::{Asked, answering, renamed};
use crate::root;

/// Requests that one token is good for: a run needs more.
const USES: usize = 9;

/// Rows of a fixture, with some words replaced by others.
pub fn fixture(name: &str, words: &[(&str, &str)]) -> Result<Vec<Value>> {
    let file = root().join(format!("plugins/airbyte/fixtures/public/{name}.json"));
    let found: Value = serde_json::from_str(&renamed(std::fs::read_to_string(&file)?, words))?;
    let rows = found.as_array().or_else(|| found["data"].as_array());
    rows.cloned().with_context(|| format!("{} holds no rows", file.display()))
}

/// Connectors and their versions, by side.
fn definitions() -> Result<Value> {
    let file = root().join("plugins/airbyte/fixtures/hand-made/definitions.json");
    Ok(serde_json::from_str(&std::fs::read_to_string(&file)?)?)
}

struct Airbyte {
    workspaces: Vec<Value>,
    connections: Vec<Value>,
    jobs: Vec<Value>,
    sources: Vec<Value>,
    destinations: Vec<Value>,
    streams: Vec<Value>,
    /// Made by hand: of sources and of destinations.
    definitions: Value,
    issued: AtomicUsize,
    used: AtomicUsize,
}

impl Airbyte {
    fn recorded(words: &[(&str, &str)]) -> Result<Self> {
        let mut jobs = fixture("jobs", words)?;
        jobs.extend(fixture("jobs-rest", words)?);
        Ok(Self {
            workspaces: fixture("workspaces", words)?,
            connections: fixture("connections", words)?,
            sources: fixture("sources", words)?,
            destinations: fixture("destinations", words)?,
            streams: fixture("streams", words)?,
            definitions: definitions()?,
            jobs,
            issued: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
        })
    }

    fn definitions(&self, side: &str) -> &[Value] {
        self.definitions[side].as_array().map_or(&[], Vec::as_slice)
    }

    fn login(&self, asked: &Asked) -> (u16, Value) {
        let said: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        if said != json!({ "client_id": "metahost", "client_secret": "hunter2", "grant-type": "client_credentials" }) {
            return (401, json!({ "message": "invalid client" }));
        }
        self.used.store(0, Ordering::Relaxed);
        let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
        (200, json!({ "access_token": format!("token-{number}"), "expires_in": 180 }))
    }

    fn answer(&self, asked: &Asked) -> (u16, Value) {
        let path = asked.path.trim_start_matches("/api/public/v1/");
        if path == "applications/token" {
            return self.login(asked);
        }
        let current = format!("Bearer token-{}", self.issued.load(Ordering::Relaxed));
        if asked.authorization != current || self.used.fetch_add(1, Ordering::Relaxed) >= USES {
            return (401, json!({ "message": "Unauthorized" }));
        }
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["workspaces"] => page(&self.workspaces, asked),
            ["connections"] => page(&of(&self.connections, "workspaceId", asked.value("workspaceIds")), asked),
            ["jobs"] => page(&of(&self.jobs, "connectionId", asked.value("connectionId")), asked),
            ["streams"] => (200, Value::from(self.streams.clone())),
            ["sources", id] => one(&self.sources, "sourceId", id),
            ["destinations", id] => one(&self.destinations, "destinationId", id),
            ["workspaces", _, "definitions", side, id] => one(self.definitions(side), "id", id),
            _ => (404, json!({ "message": "Object not found" })),
        }
    }
}

fn of(rows: &[Value], key: &str, wanted: &str) -> Vec<Value> {
    rows.iter().filter(|row| row[key] == wanted).cloned().collect()
}

fn one(rows: &[Value], key: &str, wanted: &str) -> (u16, Value) {
    let found = rows.iter().find(|row| row[key] == wanted).cloned();
    found.map_or_else(|| (404, json!({ "message": "Object not found" })), |found| (200, found))
}

fn page(rows: &[Value], asked: &Asked) -> (u16, Value) {
    let (limit, offset) = (asked.number("limit", 20), asked.number("offset", 0));
    let some: Vec<&Value> = rows.iter().skip(offset).take(limit).collect();
    (200, json!({ "previous": "", "next": "", "data": some }))
}

/// Starts one, and answers the section of a source that reads it. The secret is `hunter2`, in the variable SECRET.
pub fn source() -> Result<String> {
    source_of(&[], "")
}

/// One that loads what really is there: words of the fixtures are replaced by others. `more` is more of its
/// `config`.
pub fn source_of(words: &[(&str, &str)], more: &str) -> Result<String> {
    let airbyte = Airbyte::recorded(words)?;
    let url = answering(move |asked| {
        let (status, body) = airbyte.answer(asked);
        (status, body.to_string())
    })?;
    Ok(format!(
        "[sources.airbyte]\nplugin = \"airbyte\"\nallow-private = true\nconfig = {{ url = \"{url}\"{more} }}\n\
         [sources.airbyte.credentials.airbyte]\nkind = \"login\"\nlogin-url = \"{url}/api/public/v1/applications/token\"\n\
         username-field = \"client_id\"\nusername = \"metahost\"\npassword-field = \"client_secret\"\npassword = \"env:SECRET\"\n\
         fields = {{ grant-type = \"client_credentials\" }}\n"
    ))
}
