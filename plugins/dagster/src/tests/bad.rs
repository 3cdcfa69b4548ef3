//! Bad answers: each is told as what it is, and nothing that was not read counts as gone.

use serde_json::{Value, json};

use super::server::Recorded;
use super::{counted, good, read};

/// The error that ends a read.
fn fails(server: &Recorded) -> String {
    let (done, out) = read(server, "", None);
    assert_eq!((counted(&out), &out.cursor), (None, &None), "nothing counts as gone or done");
    format!("{:?}", done.unwrap_err())
}

#[test]
fn what_is_no_answer_is_told_as_what_it_is() {
    let told = |status, body: &str| fails(&Recorded::default().instead("Workspace", status, body));
    assert!(told(200, "<html>Sign in</html>").contains("is this Dagster?"));
    assert!(told(200, r#"{"data": {"workspaceOrError"#).contains("no JSON"));
    assert!(told(200, r#"{"data": null}"#).contains("without data"));
    assert!(told(404, "Not Found").contains("`url` is the address of Dagster's web server"));
    for status in [401, 403] {
        let refused = told(status, "<html>Unauthorized</html>");
        assert!(refused.starts_with("Error::Denied") && refused.contains("credentials.dagster"), "{refused}");
    }
    for status in [429, 502] {
        assert!(told(status, "busy").starts_with("Error::Unavailable"));
    }
    let python = r#"{"data":{"workspaceOrError":{"__typename":"PythonError","message":"the database is locked"}}}"#;
    assert!(told(200, python).contains("PythonError: the database is locked"));
    let field = r#"{"data":null,"errors":[{"message":"Cannot query field 'workspaceOrError' on type 'Query'."}]}"#;
    assert!(told(400, field).contains("is this Dagster older than 1.5?"));
}

#[test]
fn an_error_on_a_later_page_of_runs_keeps_the_cursor() {
    let server = Recorded::default().later("Runs", 500, "Internal Server Error");
    let (done, out) = read(&server, r#", "page-size": 1"#, Some("1"));
    assert!(format!("{:?}", done.unwrap_err()).starts_with("Error::Unavailable"));
    assert_eq!((counted(&out).is_some(), out.cursor), (true, None), "the pipelines are all there");
}

/// As Dagster 1.5 answers: it names every field that came later.
#[test]
fn what_an_older_server_does_not_know_is_left_out() {
    let server = Recorded::default()
        .without("AssetNode", "kinds")
        .without("AssetNode", "internalFreshnessPolicy")
        .without("AssetNode", "freshnessStatusInfo")
        .without("AssetNode", "automationCondition")
        .without("AutomationCondition", "expandedLabel")
        .without("TableColumnLineageMetadataEntry", "")
        .without("AssetHealthFreshnessMeta", "")
        .without("Run", "creationTime");
    let out = good(&server, "");
    assert_eq!((out.pipelines().len(), counted(&out), out.skipped.len()), (7, Some(7), 0));
    assert_eq!((server.count("Assets"), server.count("Runs")), (8, 2), "it is asked once more, and then never again");
    let last = server.texts("Assets").pop().unwrap();
    assert!(!last.contains(" kinds ") && last.contains("computeKind") && last.contains("TableSchemaMetadataEntry"));
    assert!(out.notes[0].contains("AssetNode.kinds") && out.notes[0].contains("Run.creationTime"), "{:?}", out.notes);
}

#[test]
fn a_broken_code_location_is_told_and_nothing_counts_as_gone() {
    let broken: Value = serde_json::from_str(include_str!("../../fixtures/workspace-broken.json")).unwrap();
    let server = Recorded::default().instead("Workspace", 200, &json!({ "data": broken }).to_string());
    let out = good(&server, "");
    assert_eq!(counted(&out), None);
    assert!(out.skipped[0].starts_with("lab: the code location is not loaded"), "{:?}", out.skipped);
    assert!(out.skipped[0].contains("Could not"), "{:?}", out.skipped);
}

#[test]
fn an_asset_that_cannot_be_told_does_not_take_the_others_with_it() {
    let server = Recorded::default().refusing("fct_sales");
    let out = good(&server, "");
    assert_eq!((out.pipelines().len(), counted(&out)), (7, None));
    assert_eq!(out.skipped, ["lab/marts/marts/fct_sales: Dagster refuses the query: cannot tell fct_sales"]);
    let unread: Vec<&str> = super::pipeline(&out, "lab/marts")
        .tasks
        .iter()
        .filter(|task| task.source_url.is_none())
        .map(|task| task.name.as_str())
        .collect();
    assert_eq!(unread, ["marts/fct_sales"], "its task is there all the same");
    assert_eq!(super::pipeline(&out, "lab/marts").tasks.len(), 6);
}

#[test]
fn a_group_that_cannot_be_listed_does_not_take_the_others_with_it() {
    let out = good(&Recorded::default().later("Keys", 500, r#"{"errors":[{"message":"no such group"}]}"#), "");
    assert_eq!((out.pipelines().len(), counted(&out), out.skipped.len()), (1, None, 6));
    assert!(out.skipped[0].contains("no such group"), "{:?}", out.skipped);
}

#[test]
fn schedules_that_cannot_be_told_do_not_take_the_pipelines_with_them() {
    let python = r#"{"data":{"sensorsOrError":{"__typename":"PythonError","message":"a sensor is broken"}}}"#;
    let out = good(&Recorded::default().instead("Sensors", 200, python), "");
    assert_eq!((out.pipelines().len(), counted(&out)), (7, Some(7)));
    assert!(out.skipped[0].contains("schedules and sensors: PythonError: a sensor is broken"), "{:?}", out.skipped);
}

#[test]
fn an_asset_that_dagster_lists_and_does_not_tell_is_named() {
    let out = good(&Recorded::default().instead("Assets", 200, r#"{"data":{"assetNodes":[]}}"#), "");
    assert_eq!((counted(&out), out.skipped.len()), (None, 26));
}

#[test]
fn an_empty_workspace_is_not_taken_for_an_empty_catalog() {
    let empty = json!({ "data": { "workspaceOrError": { "__typename": "Workspace", "locationEntries": [] } } });
    assert!(fails(&Recorded::default().instead("Workspace", 200, &empty.to_string())).contains("no code location"));
}

/// Made by hand.
#[test]
fn any_name_is_taken_as_it_is() {
    let names = ["a.b", "with \"quotes\"", "a::b", "😀", "%s/{x}", &"n".repeat(300)];
    let assets = names.map(|name| {
        json!({ "assetKey": { "path": ["x", name] }, "description": name, "assetChecksOrError":
        { "checks": [{ "name": name }] } })
    });
    let server = Recorded::default().with_assets(&assets);
    let out = good(&server, r#", "tables": {"service": "s", "database": "d"}"#);
    let tasks: Vec<&str> = super::pipeline(&out, "lab/made").tasks.iter().map(|task| task.name.as_str()).collect();
    assert!(names.iter().all(|name| tasks.contains(&format!("x/{name}").as_str())), "{tasks:?}");
    assert_eq!((out.tests.len(), out.annotations.len(), out.skipped.len()), (6, 6, 0));
}
