//! Connections as pipelines.

use metahost_plugin_sdk::entities::Pipeline;
use metahost_plugin_sdk::testing::Collected;
use serde_json::json;

use super::{DATA, FIRST, configuration, connector, counted, fixture, public, public_with, read, refused, text};
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
        Some("Postgres prod (postgres) → Postgres dest 0 (postgres)\n\nNamespace: as in the source. Prefix: `ab_`.")
    );
    let page = format!("https://airbyte.example.org/workspaces/{DATA}/connections/{FIRST}/status");
    assert_eq!(first.common.source_url, Some(page));
    let task = &first.tasks[0];
    assert_eq!((task.name.as_str(), task.kind.as_deref()), ("sales.orders", Some("incremental_deduped_history")));
    assert_eq!(task.description.as_deref(), Some("Cursor: `updated_at`. Primary key: `id`. Columns: all."));
    let custom = pipeline(&out, "#2").common.description.clone().unwrap();
    assert!(custom.ends_with("Namespace: `${SOURCE_NAMESPACE}`. Prefix: `ab_`."), "{custom}");
    let own = pipeline(&out, "#1").common.description.clone().unwrap();
    assert!(own.ends_with("Namespace: the destination's own."), "{own}");
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
