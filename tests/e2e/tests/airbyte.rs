//! The Airbyte connector through the whole binary, from a stand-in for Airbyte's public API with its login, pages and
//! tokens that end in the middle of a run. No real Airbyte was asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use metahost_e2e::answers::{Asked, answering};
use metahost_e2e::{Landing, root, sum};
use serde_json::{Value, json};

const METADATA: &str = "openmetadata__airbyte__metadata";
/// Requests that one token is good for: a run needs more.
const USES: usize = 9;

fn fixture(name: &str) -> Result<Vec<Value>> {
    let file = root().join(format!("plugins/airbyte/fixtures/public/{name}.json"));
    let found: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    let rows = found.as_array().or_else(|| found["data"].as_array());
    rows.cloned().with_context(|| format!("{} holds no rows", file.display()))
}

struct Airbyte {
    workspaces: Vec<Value>,
    connections: Vec<Value>,
    jobs: Vec<Value>,
    sources: Vec<Value>,
    destinations: Vec<Value>,
    streams: Vec<Value>,
    issued: AtomicUsize,
    used: AtomicUsize,
}

impl Airbyte {
    fn recorded() -> Result<Self> {
        let mut jobs = fixture("jobs")?;
        jobs.extend(fixture("jobs-rest")?);
        Ok(Self {
            workspaces: fixture("workspaces")?,
            connections: fixture("connections")?,
            sources: fixture("sources")?,
            destinations: fixture("destinations")?,
            streams: fixture("streams")?,
            jobs,
            issued: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
        })
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

fn landing(version: &str) -> Result<Landing> {
    let airbyte = Airbyte::recorded()?;
    let url = answering(move |asked| {
        let (status, body) = airbyte.answer(asked);
        (status, body.to_string())
    })?;
    let source = format!(
        "[sources.airbyte]\nplugin = \"airbyte\"\nallow-private = true\nconfig = {{ url = \"{url}\" }}\n\
         [sources.airbyte.credentials.airbyte]\nkind = \"login\"\nlogin-url = \"{url}/api/public/v1/applications/token\"\n\
         username-field = \"client_id\"\nusername = \"metahost\"\npassword-field = \"client_secret\"\npassword = \"env:SECRET\"\n\
         fields = {{ grant-type = \"client_credentials\" }}\n"
    );
    Ok(Landing::new(&source, version)?.env("SECRET", "hunter2"))
}

fn lands(version: &str) -> Result<()> {
    let landing = landing(version)?;
    let report = landing.lands(&[METADATA, "--days", "36500"])?;
    let (connections, jobs) =
        (fixture("connections")?.len() as u64, (fixture("jobs")?.len() + fixture("jobs-rest")?.len()) as u64);
    assert_eq!(sum(&report, Some("pipeline"), "created"), connections, "{report:#}");
    assert_eq!(sum(&report, Some("pipelineRun"), "updated"), jobs, "{report:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_connections_and_their_jobs() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_connections_and_their_jobs() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_connections_and_their_jobs() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn a_refused_client_is_told_and_its_secret_is_not() -> Result<()> {
    let landing = landing("2.0.7.0")?.env("SECRET", "hunter3");
    let finished = landing.project.run(&["check", "airbyte"])?.expect_code(5)?;
    assert!(finished.out.contains("invalid client"), "{}", finished.all());
    assert!(!finished.all().contains("hunter3"), "{}", finished.all());
    Ok(())
}
