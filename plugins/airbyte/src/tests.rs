//! The connector over what a stand-in for Airbyte said (`fixtures`, see README.md there: no real server was asked).
//! Here are the servers of the tests; never a test itself.

mod bad;
mod entities;
mod lineage;
mod names;
mod runs;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::testing::{self, ByHeart, Collected};
use serde_json::{Value, json};

use crate::Airbyte;
use crate::config::{Config, SLOT};

const DATA: &str = "674e5f02-0139-59ab-9c35-5426d4144503";
const MARKETING: &str = "ac8ee55f-c0a0-5160-a13c-925d105e59d6";
const EMPTY: &str = "42ae9869-ce78-500c-8b9a-9c1bd7ff9bcd";
const FIRST: &str = "5aed14f2-fbd8-5ff5-ab84-15d5e1ce409b";
const POSTGRES: &str = "539e8fa4-15aa-520f-abc6-4d6be1ab5fd4";
const ALWAYS: &str = "1970-01-01T00%3A00%3A00Z";

macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/fixtures/",
            $name,
            ".json"
        )))
        .unwrap()
    };
}
pub(crate) use fixture;

fn none() -> Value {
    json!({ "previous": "", "next": "", "data": [] })
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

/// A server whose public API tells these connections in its first workspace; only the first recorded one has jobs.
fn public_with(connections: &Value) -> ByHeart {
    let mut server = ByHeart::new("Airbyte", SLOT)
        .json("/workspaces?limit=20&offset=0", &fixture!("public/workspaces"))
        .json("/workspaces?limit=20&offset=3", &none())
        .json(&format!("/streams?sourceId={POSTGRES}"), &fixture!("public/streams"));
    for workspace in [DATA, MARKETING, EMPTY] {
        let path = format!("/connections?workspaceIds={workspace}&limit=20&offset=");
        let rows = connections["data"].as_array().unwrap().len();
        let page = if workspace == DATA { connections.clone() } else { none() };
        server = server.json(&format!("{path}0"), &page).json(&format!("{path}{rows}"), &none());
    }
    for connection in connections["data"].as_array().unwrap() {
        server = server.json(&jobs_path(text(connection, "connectionId"), ALWAYS, 0), &none());
    }
    for source in fixture!("public/sources")["data"].as_array().unwrap() {
        let id = text(source, "sourceId");
        server = server.json(&format!("/sources/{id}"), source);
        server = if id == POSTGRES { server } else { server.json(&format!("/streams?sourceId={id}"), &json!([])) };
    }
    for side in ["sources", "destinations"] {
        for definition in definitions(side) {
            for workspace in [DATA, MARKETING] {
                let id = text(&definition, "id");
                server = server.json(&format!("/workspaces/{workspace}/definitions/{side}/{id}"), &definition);
            }
        }
    }
    for destination in fixture!("public/destinations")["data"].as_array().unwrap() {
        server = server.json(&format!("/destinations/{}", text(destination, "destinationId")), destination);
    }
    server
        .json(&jobs_path(FIRST, ALWAYS, 0), &fixture!("public/jobs"))
        .json(&jobs_path(FIRST, ALWAYS, 20), &fixture!("public/jobs-rest"))
        .json(&jobs_path(FIRST, ALWAYS, 25), &none())
}

/// Connectors and their versions, which the stand-in does not know.
fn definitions(side: &str) -> Vec<Value> {
    fixture!("hand-made/definitions")[side].as_array().unwrap().clone()
}

/// What the configuration API says of the version of an end.
fn version(side: &str, definition: &str) -> Value {
    let found = definitions(side).into_iter().find(|known| known["id"] == definition).unwrap();
    json!({
        "dockerRepository": found["dockerRepository"], "dockerImageTag": found["dockerImageTag"],
        "isVersionOverrideApplied": false, "supportState": "supported",
    })
}

fn public() -> ByHeart {
    public_with(&fixture!("public/connections"))
}

/// Where the public API is asked for jobs, in pages of 20.
fn jobs_path(connection: &str, since: &str, offset: usize) -> String {
    format!("/jobs?connectionId={connection}&updatedAtStart={since}&limit=20&offset={offset}")
}

/// A server whose configuration API tells the same.
fn configuration() -> ByHeart {
    let mut server = ByHeart::new("Airbyte", SLOT).json("/workspaces/list {}", &fixture!("config/workspaces"));
    for workspace in [DATA, MARKETING, EMPTY] {
        let empty = fixture!("config/connections-empty");
        let page = if workspace == DATA { fixture!("config/connections") } else { empty };
        server = server.json(&format!(r#"/connections/list {{"workspaceId":"{workspace}"}}"#), &page);
    }
    for connection in fixture!("config/connections")["connections"].as_array().unwrap() {
        let id = text(connection, "connectionId");
        let jobs = if id == FIRST { fixture!("config/jobs") } else { json!({ "jobs": [], "totalJobCount": 0 }) };
        server = server.json(&post_jobs(id, true, 0), &jobs);
    }
    for source in fixture!("config/sources")["sources"].as_array().unwrap() {
        let asked = format!(r#" {{"sourceId":"{}"}}"#, text(source, "sourceId"));
        let version = version("sources", text(source, "sourceDefinitionId"));
        server = server.json(&format!("/sources/get{asked}"), source);
        server = server.json(&format!("/actor_definition_versions/get_for_source{asked}"), &version);
    }
    for found in fixture!("config/destinations")["destinations"].as_array().unwrap() {
        let id = text(found, "destinationId");
        let asked = format!(r#" {{"destinationId":"{id}"}}"#);
        let version = version("destinations", text(found, "destinationDefinitionId"));
        server = server.json(&format!("/destinations/get{asked}"), found);
        server = server.json(&format!("/actor_definition_versions/get_for_destination{asked}"), &version);
    }
    server
}

/// How the configuration API is asked for jobs.
fn post_jobs(connection: &str, newer: bool, offset: usize) -> String {
    let kinds = if newer { r#""sync","reset_connection","refresh","clear""# } else { r#""sync","reset_connection""# };
    format!(
        r#"/jobs/list {{"configId":"{connection}","configTypes":[{kinds}],"pagination":{{"pageSize":20,"rowOffset":{offset}}},"updatedAtStart":"1970-01-01T00:00:00Z"}}"#
    )
}

fn connector(server: &ByHeart, more: &Value) -> Airbyte {
    let mut config = json!({ "url": "https://airbyte.example.org/", "page-size": 20 });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Airbyte::over(Config::parse(&config.to_string()).unwrap(), Box::new(server.clone()))
}

fn read_from(server: &ByHeart, more: &Value, cursor: Option<&str>) -> (Result<()>, Collected) {
    let mut out = Collected::default();
    let done = connector(server, more).read_into(&testing::request(Mode::Entities, cursor), &mut out);
    (done, out)
}

fn read(server: &ByHeart, more: &Value) -> Collected {
    let (done, out) = read_from(server, more, None);
    done.unwrap();
    out
}

/// What the connector says that it can't go on.
fn refused(server: &ByHeart, more: &Value) -> (String, Collected) {
    let (done, out) = read_from(server, more, None);
    (format!("{:?}", done.unwrap_err()), out)
}

/// How many pipelines there are, if all were given.
fn counted(out: &Collected) -> Option<u64> {
    out.complete.first()?.2
}
