//! What servers should not do, and do.

use metahost_plugin_sdk::testing::ByHeart;
use serde_json::{Value, json};

use super::entities::pipeline;
use super::{
    ALWAYS, DATA, FIRST, MARKETING, POSTGRES, configuration, counted, fixture, jobs_path, none, public, public_with,
    read, refused,
};

const FIRST_PAGE: &str = "/workspaces?limit=20&offset=0";

#[test]
fn what_is_no_airbyte_is_told_as_what_it_is() {
    let told = |status, body: &str| refused(&public().with(FIRST_PAGE, status, body), &json!({})).0;
    assert!(told(401, "Unauthorized").contains("check `credentials.airbyte`"));
    assert!(told(403, "Forbidden").starts_with("Error::Denied"));
    assert!(told(200, "<html>Sign in</html>").contains("is this Airbyte? It says: <html>"));
    assert!(told(200, r#"{"data": [{"workspaceId"#).contains("is no JSON"));
    assert!(told(200, r#"{"workspaces": []}"#).contains("no list `data`; is this Airbyte, and is `api` right?"));
    assert!(told(200, r#"{"data": [{}], "next": ""}"#).contains("missing field `workspaceId`"));
    assert!(told(502, "bad gateway").starts_with("Error::Unavailable"));
    let path = "/workspaces/list {}";
    let (error, _) = refused(&configuration().with(path, 401, "no"), &json!({ "api": "config" }));
    assert!(error.starts_with("Error::Denied"), "{error}");
}

#[test]
fn a_failure_on_a_later_page_ends_the_read() {
    let (error, out) = refused(&public().with("/workspaces?limit=20&offset=3", 500, "oops"), &json!({}));
    assert!(error.starts_with("Error::Unavailable"), "{error}");
    assert_eq!((counted(&out), out.cursor), (None, None));
    let path = format!("/connections?workspaceIds={DATA}&limit=20&offset=7");
    let (error, out) = refused(&public().with(&path, 503, "oops"), &json!({}));
    assert!(error.starts_with("Error::Unavailable"), "{error}");
    assert_eq!((out.pipelines().len(), counted(&out), out.cursor), (0, None, None));
    let (error, out) = refused(&public().with(&jobs_path(FIRST, ALWAYS, 20), 500, "oops"), &json!({}));
    assert!(error.starts_with("Error::Unavailable"), "{error}");
    assert_eq!((out.runs.len(), out.cursor), (0, None));
}

#[test]
fn a_credential_that_ends_in_the_middle_ends_the_read() {
    let places = [format!("/sources/{POSTGRES}"), format!("/connections?workspaceIds={MARKETING}&limit=20&offset=0")];
    for path in places {
        let (error, out) = refused(&public().with(&path, 401, "expired"), &json!({}));
        assert!(error.starts_with("Error::Denied"), "{error}");
        assert_eq!((counted(&out), out.cursor), (None, None));
    }
    let (error, out) = refused(&public().with(&jobs_path(FIRST, ALWAYS, 20), 401, "expired"), &json!({}));
    assert!(error.starts_with("Error::Denied"), "{error}");
    assert_eq!(out.cursor, None);
}

#[test]
fn an_end_that_cannot_be_read_is_told_once_and_its_connections_stand() {
    for (status, body) in [(403, "no right"), (404, "{}"), (500, "oops"), (200, "{}")] {
        let out = read(&public().with(&format!("/sources/{POSTGRES}"), status, body), &json!({}));
        assert_eq!((out.pipelines().len(), counted(&out), out.skipped.len()), (7, None, 1), "{:?}", out.skipped);
        assert!(out.skipped[0].starts_with(&format!("source/{POSTGRES}: ")), "{:?}", out.skipped);
        let description = pipeline(&out, "#0").common.description.clone().unwrap();
        assert!(description.starts_with(&format!("{POSTGRES} → Postgres dest 0 (postgres)")), "{description}");
        assert_eq!(out.runs.len(), 25);
    }
    let path = format!(r#"/sources/get {{"sourceId":"{POSTGRES}"}}"#);
    let server = configuration().with(&path, 404, fixture!("config/not-found").to_string());
    let out = read(&server, &json!({ "api": "config" }));
    assert!(out.skipped[0].contains("Could not find configuration"), "{:?}", out.skipped);
    let path = "/destinations/bf40d49c-f4ca-5d93-97d2-299bc26828e0";
    let out = read(&public().with(path, 404, fixture!("public/not-found").to_string()), &json!({}));
    assert!(out.skipped[0].starts_with("destination/bf40d49c") && counted(&out).is_none(), "{:?}", out.skipped);
}

#[test]
fn a_connection_that_cannot_be_read_does_not_take_the_others_with_it() {
    let mut connections = fixture!("public/connections");
    connections["data"][1]["namespaceDefinition"] = json!("moon");
    connections["data"][2]["sourceId"].take();
    connections["data"][3]["configurations"].take();
    let out = read(&public_with(&connections), &json!({}));
    assert_eq!((out.pipelines().len(), counted(&out)), (4, None));
    let prefix = "Data platform/MySQL prod → Postgres dest 0 #1: ";
    assert_eq!(out.skipped[0], format!("{prefix}`moon` is no definition of namespaces that is known"));
    assert!(
        out.skipped[1].contains("Salesforce prod") && out.skipped[1].contains("not as expected"),
        "{:?}",
        out.skipped
    );
    assert!(out.skipped[2].contains("Faker prod") && out.skipped[2].contains("HTTP 404"), "{:?}", out.skipped);
}

#[test]
fn a_workspace_without_rights_does_not_take_the_others_with_it() {
    let path = format!("/connections?workspaceIds={MARKETING}&limit=20&offset=0");
    let out = read(&public().with(&path, 403, "insufficient-permissions"), &json!({}));
    assert_eq!((out.pipelines().len(), counted(&out)), (7, None));
    assert!(out.skipped[0].starts_with("workspace/Marketing ✓: the user has no right to it"), "{:?}", out.skipped);
}

#[test]
fn what_could_not_be_read_keeps_its_cursor() {
    let path = format!("/connections?workspaceIds={MARKETING}&limit=20&offset=0");
    let server = public().with(&path, 403, "no").json(&jobs_path(FIRST, "2026-11-19T07%3A38%3A44Z", 0), &none());
    let cursor = json!({ FIRST: 1_795_073_924_000_u64, "of-marketing": 5 }).to_string();
    let (done, out) = super::read_from(&server, &json!({}), Some(&cursor));
    done.unwrap();
    assert!(out.cursor.unwrap().contains(r#""of-marketing":5"#));
}

#[test]
fn a_server_that_shows_nothing_is_not_taken_for_an_empty_one() {
    let (error, out) = refused(&public().json(FIRST_PAGE, &none()), &json!({}));
    assert!(error.contains("Airbyte sees no workspace; has the user rights?"), "{error}");
    assert_eq!((counted(&out), out.cursor), (None, None));
    let (error, out) = refused(&public_with(&none()), &json!({}));
    assert!(error.contains("no connection in any workspace"), "{error}");
    assert_eq!((counted(&out), out.cursor), (None, None));
}

#[test]
fn a_server_that_does_not_page_is_told() {
    let page = fixture!("public/connections");
    let path = format!("/connections?workspaceIds={DATA}&limit=20&offset=7");
    let out = read(&public().json(&path, &page), &json!({}));
    assert!(out.skipped[0].contains("the same rows again"), "{:?}", out.skipped);
    assert_eq!((out.pipelines().len(), counted(&out)), (0, None));
}

/// Where connections are asked for.
fn connections_at(offset: usize) -> String {
    format!("/connections?workspaceIds={DATA}&limit=20&offset={offset}")
}

/// The server, whose connections are others the second time they are listed.
fn then(connections: &Value) -> ByHeart {
    let count = connections["data"].as_array().unwrap().len();
    public().later(&connections_at(0), 200, connections.to_string()).json(&connections_at(count), &none())
}

#[test]
fn a_connection_that_comes_or_goes_while_others_are_read_makes_nothing_count_as_gone() {
    let all = fixture!("public/connections");
    let (mut fewer, mut more) = (all.clone(), all.clone());
    let gone = fewer["data"].as_array_mut().unwrap().pop().unwrap();
    let out = read(&then(&fewer), &json!({}));
    assert_eq!((out.pipelines().len(), counted(&out)), (6, None));
    assert!(out.skipped[0].contains("Airbyte listed 7 at first and 6 of them again"), "{:?}", out.skipped);
    let mut new = gone;
    (new["connectionId"], new["name"]) = (json!("new"), json!("made just now"));
    more["data"].as_array_mut().unwrap().push(new);
    let out = read(&then(&more), &json!({}));
    assert_eq!((out.pipelines().len(), counted(&out)), (7, None));
    assert_eq!(out.skipped, ["Data platform/made just now: it came while others were read; the next run has it"]);
}

#[test]
fn a_listing_that_fails_the_second_time_ends_the_read_or_costs_its_workspace() {
    let (error, out) = refused(&public().later(&connections_at(0), 503, "restart"), &json!({}));
    assert!(error.starts_with("Error::Unavailable"), "{error}");
    assert_eq!((counted(&out), out.cursor), (None, None));
    let out = read(&public().later(&connections_at(0), 200, "<html>"), &json!({}));
    assert!(out.skipped[0].contains("is this Airbyte? It says: <html>"), "{:?}", out.skipped);
    assert_eq!(counted(&out), None);
}

#[test]
fn jobs_that_fail_cost_no_pipeline() {
    let (error, out) = refused(&public().with(&jobs_path(FIRST, ALWAYS, 0), 503, "busy"), &json!({}));
    assert!(error.starts_with("Error::Unavailable"), "{error}");
    assert_eq!((out.pipelines().len(), counted(&out), out.runs.len(), out.cursor), (7, Some(7), 0, None));
}
