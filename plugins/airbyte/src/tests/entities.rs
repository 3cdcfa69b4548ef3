//! Connections as pipelines.

use metahost_plugin_sdk::entities::Pipeline;
use metahost_plugin_sdk::testing::Collected;
use serde_json::json;

use super::{
    DATA, FIRST, configuration, connector, counted, definitions, fixture, public, public_with, read, refused, text,
    version,
};
use crate::config::Config;

pub fn pipeline<'o>(out: &'o Collected, number: &str) -> &'o Pipeline {
    out.pipelines().into_iter().find(|found| found.common.path[0].ends_with(number)).unwrap()
}

#[test]
fn a_connection_is_a_pipeline_whose_tasks_are_its_streams() {
    let out = read(&public(), &json!({}));
    assert_eq!((out.pipelines().len(), counted(&out)), (7, Some(7)));
    assert!(out.skipped.is_empty(), "{:?}", out.skipped);
    let first = pipeline(&out, "#0");
    assert_eq!(first.common.path, ["Data platform/Postgres prod → Postgres dest 0 #0"]);
    assert_eq!(first.common.display_name.as_deref(), Some("Postgres prod → Postgres dest 0 #0"));
    assert_eq!(
        first.common.description.as_deref(),
        Some(
            "Postgres prod (postgres) → Postgres dest 0 (postgres)\n\nNamespace: as in the source. Prefix: `ab_`.\n\n\
             Connectors: `airbyte/source-postgres:3.6.28` → `airbyte/destination-postgres:2.4.4`."
        )
    );
    let page = format!("https://airbyte.example.org/workspaces/{DATA}/connections/{FIRST}/status");
    assert_eq!(first.common.source_url, Some(page));
    let task = &first.tasks[0];
    assert_eq!((task.name.as_str(), task.kind.as_deref()), ("sales.orders", Some("incremental_deduped_history")));
    assert_eq!(task.description.as_deref(), Some("Cursor: `updated_at`. Primary key: `id`. Columns: all."));
    let custom = pipeline(&out, "#2").common.description.clone().unwrap();
    assert!(custom.contains("Namespace: `${SOURCE_NAMESPACE}`. Prefix: `ab_`.\n"), "{custom}");
    let own = pipeline(&out, "#1").common.description.clone().unwrap();
    assert!(own.contains("Namespace: the destination's own.\n"), "{own}");
    assert_eq!(pipeline(&out, "#2").tasks[0].name, "Account", "a stream without a namespace");
}

#[test]
fn schedules_are_cron_intervals_or_manual() {
    for out in [read(&public(), &json!({})), read(&configuration(), &json!({ "api": "config" }))] {
        assert_eq!(pipeline(&out, "#0").schedule.as_deref(), Some("every 24 hours"));
        assert_eq!(pipeline(&out, "#1").schedule.as_deref(), Some("0 0 3 * * ? (Europe/Paris)"));
        assert_eq!(pipeline(&out, "#2").schedule.as_deref(), Some("manual"));
    }
}

#[test]
fn what_does_not_run_and_what_people_marked_is_tagged() {
    let out = read(&public(), &json!({}));
    assert_eq!(pipeline(&out, "#0").common.tags, ["AirbyteTags.finance"]);
    assert!(pipeline(&out, "#3").common.tags.contains(&"AirbyteStatus.inactive".to_owned()));
    assert!(pipeline(&out, "#1").common.tags.is_empty());
    let hand_made = public_with(&fixture!("hand-made/connections"));
    let out = read(&hand_made, &json!({}));
    assert_eq!(pipeline(&out, "without a schema").common.tags, ["AirbyteStatus.deprecated"]);
}

#[test]
fn both_apis_tell_the_same() {
    let (public, config) = (read(&public(), &json!({})), read(&configuration(), &json!({ "api": "config" })));
    assert_eq!((config.pipelines().len(), counted(&config)), (7, Some(7)));
    assert!(config.skipped.is_empty(), "{:?}", config.skipped);
    for (one, other) in public.pipelines().into_iter().zip(config.pipelines()) {
        assert_eq!(one.common.path, other.common.path);
        assert_eq!(one.common.source_url, other.common.source_url);
        assert_eq!(one.common.tags, other.common.tags);
        assert_eq!(one.schedule, other.schedule);
        let (task, same) = (&one.tasks[0], &other.tasks[0]);
        assert_eq!((&task.name, &task.kind, &task.description), (&same.name, &same.kind, &same.description));
    }
}

#[test]
fn a_stream_that_is_not_chosen_is_no_task() {
    let out = read(&configuration(), &json!({ "api": "config" }));
    let names: Vec<&str> = pipeline(&out, "#0").tasks.iter().map(|task| task.name.as_str()).collect();
    assert_eq!(names, ["sales.orders", "sales.order_items"], "`payments` is in the catalog and not chosen");
}

#[test]
fn chosen_columns_are_named() {
    let out = read(&public_with(&fixture!("hand-made/connections")), &json!({}));
    let task = &pipeline(&out, "chosen columns").tasks[0];
    assert_eq!(task.description.as_deref(), Some("Columns: `id`, `email`, `secret`, `address`."));
}

#[test]
fn only_the_workspaces_that_are_wanted_are_asked_for() {
    for wanted in ["Data platform", DATA] {
        let server = public();
        let out = read(&server, &json!({ "workspaces": [wanted] }));
        assert_eq!(counted(&out), Some(7));
        let asked: std::collections::BTreeSet<_> =
            server.asked().into_iter().filter(|path| path.starts_with("/connections?")).collect();
        assert!(asked.iter().all(|path| path.contains(DATA)) && asked.len() == 2, "its two pages: {asked:?}");
    }
}

#[test]
fn a_workspace_that_is_wanted_and_not_there_is_told() {
    let out = read(&public(), &json!({ "workspaces": ["Data platform", "Finance"] }));
    assert_eq!((out.pipelines().len(), counted(&out)), (7, None));
    assert!(out.skipped[0].starts_with("workspace/Finance: no workspace"), "{:?}", out.skipped);
}

#[test]
fn a_server_without_a_list_of_workspaces_needs_their_ids() {
    let path = "/workspaces/list {}";
    for status in [404, 405] {
        let (error, _) = refused(&configuration().with(path, status, "Not Found"), &json!({ "api": "config" }));
        assert!(error.contains("Error::Config") && error.contains("set `workspaces` to the ids"), "{error}");
    }
    let one = &fixture!("config/workspaces")["workspaces"][0];
    let server = configuration().json(&format!(r#"/workspaces/get {{"workspaceId":"{DATA}"}}"#), one);
    let out = read(&server, &json!({ "api": "config", "workspaces": [DATA] }));
    assert_eq!(counted(&out), Some(7));
    assert!(!server.asked().contains(&path.to_owned()), "what newer servers lack is not asked for");
    assert_eq!(out.pipelines()[0].common.path, ["Data platform/Postgres prod → Postgres dest 0 #0"]);
}

#[test]
fn a_connection_listed_without_its_streams_is_asked_for_by_itself() {
    let mut connections = fixture!("public/connections");
    let alone = connections["data"][0].clone();
    connections["data"][0]["configurations"].take();
    let server = public_with(&connections).json(&format!("/connections/{FIRST}"), &alone);
    let out = read(&server, &json!({}));
    assert_eq!((pipeline(&out, "#0").tasks.len(), counted(&out)), (4, Some(7)));
    let mut connections = fixture!("config/connections");
    let alone = connections["connections"][0].clone();
    connections["connections"][0]["syncCatalog"].take();
    let server = configuration()
        .json(&format!(r#"/connections/list {{"workspaceId":"{DATA}"}}"#), &connections)
        .json(&format!(r#"/connections/get {{"connectionId":"{}"}}"#, text(&alone, "connectionId")), &alone);
    assert_eq!(pipeline(&read(&server, &json!({ "api": "config" })), "#0").tasks.len(), 2);
}

#[test]
fn addresses_of_servers_and_of_the_cloud() {
    let config = |json: &str| Config::parse(json).unwrap();
    let own = config(r#"{"url": "https://airbyte.example.org/"}"#);
    assert_eq!(own.base(), "https://airbyte.example.org/api/public/v1");
    let pasted = config(r#"{"url": "https://airbyte.example.org/api/public/v1/"}"#);
    assert_eq!((pasted.base(), pasted.page("w", "c")), (own.base(), own.page("w", "c")));
    let cloud = config(r#"{"url": "https://api.airbyte.com"}"#);
    assert_eq!(cloud.base(), "https://api.airbyte.com/v1");
    assert_eq!(cloud.page("w", "c"), "https://cloud.airbyte.com/workspaces/w/connections/c/status");
    let older = config(r#"{"url": "http://airbyte:8001", "api": "config", "ui-url": "https://a.example.org/"}"#);
    assert_eq!(older.base(), "http://airbyte:8001/api/v1");
    assert_eq!(older.page("w", "c"), "https://a.example.org/workspaces/w/connections/c/status");
}

#[test]
fn the_connection_test_says_what_it_found() {
    use metahost_plugin_sdk::Connector;
    let jobs = format!("/jobs?connectionId={FIRST}&limit=20&offset=0");
    let mut airbyte = connector(&public().json(&jobs, &fixture!("public/jobs")), &json!({}));
    assert_eq!(airbyte.test("CheckAccess").unwrap(), "Airbyte answers");
    assert_eq!(airbyte.test("GetWorkspaces").unwrap(), "Data platform, Marketing ✓, Empty");
    assert_eq!(airbyte.test("GetConnections").unwrap(), "7 connections");
    assert_eq!(airbyte.test("GetJobs").unwrap(), "Postgres prod → Postgres dest 0 #0: the newest running");
    assert!(airbyte.test("GetMoon").is_err());
    let mut absent = connector(&public(), &json!({ "workspaces": ["Finance"] }));
    assert!(format!("{:?}", absent.test("GetWorkspaces")).contains("Finance: no workspace"));
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    let services = json!({ "services": {
        "Postgres prod": { "service": "shop" }, "Postgres dest 0": { "service": "warehouse", "database": "warehouse" },
    } });
    let all = [
        read(&public(), &services),
        read(&configuration(), &json!({ "api": "config", "services": services["services"] })),
        read(&public_with(&fixture!("hand-made/connections")), &services),
    ];
    metahost_plugin_sdk::testing::assert_coverage(include_str!("../../README.md"), &all.each_ref());
}

fn image(out: &Collected, end: &str) -> Option<String> {
    let pipeline = pipeline(out, "#0");
    pipeline.common.extension.iter().find(|(name, _)| name == end).map(|(_, image)| image.clone())
}

#[test]
fn versions_of_connectors_are_told_by_both_apis() {
    let postgres = Some(r#""airbyte/source-postgres:3.6.28""#.to_owned());
    let server = public();
    let out = read(&server, &json!({}));
    assert_eq!(image(&out, "sourceConnector"), postgres);
    let asked = server.asked().iter().filter(|path| path.contains("/definitions/sources/decd338e")).count();
    assert_eq!(asked, 1, "many sources are of one definition");
    let out = read(&configuration(), &json!({ "api": "config" }));
    assert_eq!(image(&out, "sourceConnector"), postgres);
    assert_eq!(image(&out, "destinationConnector").as_deref(), Some(r#""airbyte/destination-postgres:2.4.4""#));
}

#[test]
fn a_server_that_tells_only_definitions_is_asked_for_those() {
    let mut server = configuration();
    for source in fixture!("config/sources")["sources"].as_array().unwrap() {
        let (id, definition) = (text(source, "sourceId"), text(source, "sourceDefinitionId"));
        server = server.with(&format!(r#"/actor_definition_versions/get_for_source {{"sourceId":"{id}"}}"#), 404, "{}");
        let body = format!(r#"/source_definitions/get {{"sourceDefinitionId":"{definition}"}}"#);
        server = server.json(&body, &version("sources", definition));
    }
    let out = read(&server, &json!({ "api": "config" }));
    assert_eq!(image(&out, "sourceConnector").as_deref(), Some(r#""airbyte/source-postgres:3.6.28""#));
    assert!(out.notes.is_empty(), "{:?}", out.notes);
}

#[test]
fn a_server_that_does_not_know_versions_costs_one_line_of_the_log() {
    let path = format!("/workspaces/{DATA}/definitions/sources/decd338e-5647-4c0b-adf4-da0e75f5a750");
    for (status, body) in [(404, "{}"), (403, "no right"), (500, "oops"), (200, "{}")] {
        let server = public().with(&path, status, body);
        let out = read(&server, &json!({}));
        assert_eq!((out.pipelines().len(), counted(&out), out.skipped.len()), (7, Some(7), 0));
        let told: Vec<_> = out.notes.iter().filter(|note| note.contains("version")).collect();
        assert_eq!((told.len(), image(&out, "sourceConnector")), (1, None), "{told:?}");
        assert_eq!(server.asked().iter().filter(|asked| **asked == path).count(), 1);
    }
    let server = public();
    let out = read(&server, &json!({ "versions": false }));
    assert!(!server.asked().iter().any(|path| path.contains("/definitions/")));
    assert!(out.pipelines().iter().all(|found| found.common.extension.is_empty()));
}

#[test]
fn a_server_without_definitions_is_asked_for_one() {
    let mut server = public();
    for side in ["sources", "destinations"] {
        for definition in definitions(side) {
            let id = text(&definition, "id");
            server = server.with(&format!("/workspaces/{DATA}/definitions/{side}/{id}"), 404, "{}");
        }
    }
    let out = read(&server, &json!({}));
    assert_eq!((out.pipelines().len(), counted(&out), out.notes.len()), (7, Some(7), 1), "{:?}", out.notes);
    assert_eq!(server.asked().iter().filter(|path| path.contains("/definitions/")).count(), 1);
}

#[test]
fn one_connector_without_a_version_does_not_take_it_from_the_others() {
    let path = format!("/workspaces/{DATA}/definitions/destinations/25c5221d-dce2-4163-ade9-739ef790f503");
    let out = read(&public().with(&path, 404, "{}"), &json!({}));
    assert_eq!(image(&out, "destinationConnector"), None);
    let said = pipeline(&out, "#0").common.description.clone().unwrap();
    assert!(said.ends_with("Connectors: `airbyte/source-postgres:3.6.28` → `unknown`."), "{said}");
    assert!(out.notes[0].contains("Postgres dest 0"), "{:?}", out.notes);
}
