//! Runs and the states of their steps.

use metahost_plugin_sdk::activity::Status;
use serde_json::{Value, json};

use super::server::Recorded;
use super::{good, read, whole};

#[test]
fn runs_have_their_states_and_times() {
    let out = whole("");
    let run = |status| out.runs.iter().find(|run| run.status == status).unwrap();
    let failed = run(Status::Failed);
    assert_eq!(failed.pipeline, ["lab/ml"]);
    assert_eq!((failed.started_at, failed.ended_at), (Some(1_795_411_566_683), Some(1_795_411_579_872)));
    assert_eq!((failed.tasks[0].task.as_str(), failed.tasks[0].status), ("ml/churn_scores", Status::Failed));
    assert_eq!(
        failed.tasks[0].log_url.as_deref(),
        Some("https://ui.example.org/runs/2a70201e-6cbe-4d9a-8a05-9a329f3dc366")
    );
    assert_eq!(run(Status::Successful).tasks[0].task, "marts/agg_delivery");
    let jobs = whole(r#", "mode": "job""#);
    let states: Vec<Status> = jobs.runs.iter().map(|run| run.status).collect();
    assert!(states.contains(&Status::Pending) && states.contains(&Status::Skipped), "{states:?}");
}

#[test]
fn a_run_tells_what_started_it_and_on_what_it_worked() {
    let out = whole("");
    let told: Vec<String> =
        out.runs.iter().flat_map(|run| &run.metrics).map(|(name, value)| format!("{name}={value}")).collect();
    assert!(
        told.contains(&"partition=FR".to_owned()) && told.contains(&"failure_reason=STEP_FAILURE".to_owned()),
        "{told:?}"
    );
}

/// A run made by hand.
fn made(id: &str, status: &str, updated: f64) -> Value {
    json!({ "runId": id, "status": status, "jobName": "nightly_etl", "updateTime": updated, "tags": [
        { "key": "dagster/schedule_name", "value": "every_night" }],
        "repositoryOrigin": { "repositoryName": "__repository__", "repositoryLocationName": "lab" } })
}

#[test]
fn every_state_that_dagster_knows_is_mapped_and_no_other() {
    let states = [
        "QUEUED",
        "NOT_STARTED",
        "MANAGED",
        "STARTING",
        "STARTED",
        "CANCELING",
        "CANCELED",
        "SUCCESS",
        "FAILURE",
        "LOST",
    ];
    let runs: Vec<Value> = states.iter().map(|state| made(state, state, 1_000.0)).collect();
    let out = good(&Recorded::default().with_runs(json!(runs)), r#", "mode": "job""#);
    let of: Vec<Status> = out.runs.iter().map(|run| run.status).collect();
    assert_eq!(of[..6], [Status::Pending; 6]);
    assert_eq!(of[6..], [Status::Skipped, Status::Successful, Status::Failed]);
    assert_eq!(out.skipped, ["runs/LOST: `LOST` is no state of a run that is known"]);
    assert!(out.runs[0].metrics.contains(&("schedule_name".to_owned(), "every_night".to_owned())));
}

#[test]
fn only_what_is_new_is_asked_for_and_small_pages_lose_nothing() {
    let all = whole("");
    let paged = whole(r#", "page-size": 1"#);
    assert_eq!(paged.runs.len(), all.runs.len());
    let cursor = all.cursor.unwrap();
    let (done, later) = read(&Recorded::default(), "", Some(&cursor));
    done.unwrap();
    assert_eq!(later.runs.len(), 0);
    assert_eq!(later.cursor, Some(cursor), "the cursor stays");
}

/// The second run ends while the first page is being read: what changes then must be newer than the cursor.
#[test]
fn a_run_that_changes_while_pages_are_read_is_asked_for_again() {
    let runs = json!([made("new", "STARTED", 2_000.0), made("old", "SUCCESS", 2_100.0)]);
    let more = r#", "mode": "job", "page-size": 1"#;
    let first = good(&Recorded::default().with_runs(runs), more);
    assert_eq!((first.runs.len(), first.cursor.as_deref()), (2, Some("2000")));
    let ended = Recorded::default().with_runs(json!([made("new", "SUCCESS", 2_050.0)]));
    let (done, second) = read(&ended, more, Some("2000"));
    done.unwrap();
    assert_eq!(second.runs[0].status, Status::Successful, "it was pending the first time");
}

/// As a real Dagster 1.13 tells runs that `dagster job execute` launched: without their origin.
#[test]
fn a_run_without_origin_is_of_the_only_code_there_is() {
    let mut run = made("cli", "SUCCESS", 1_000.0);
    run["repositoryOrigin"] = Value::Null;
    let out = good(&Recorded::default().with_runs(json!([run])), r#", "mode": "job""#);
    assert_eq!(out.runs[0].pipeline, ["lab/nightly_etl"]);
}

/// Made by hand: a mapped step of an op in a graph.
#[test]
fn steps_of_graphs_and_mapped_steps_are_of_their_asset() {
    let asset = json!({ "assetKey": { "path": ["report"] }, "opNames": ["pack.render"], "graphName": "pack" });
    let mut run = made("1", "FAILURE", 1_000.0);
    run["stepStats"] = json!([
        { "stepKey": "pack.render[a]", "status": "SUCCESS", "startTime": 10.0, "endTime": 20.0 },
        { "stepKey": "pack.render[b]", "status": "FAILURE", "startTime": 5.0, "endTime": 30.0 },
        { "stepKey": "pack.inner.fetch", "status": "SKIPPED", "startTime": null, "endTime": 30.0 },
        { "stepKey": "packing", "status": "SUCCESS", "startTime": 1.0, "endTime": 90.0 },
    ]);
    let out = good(&Recorded::default().with_assets(&[asset]).with_runs(json!([run])), "");
    let task = &out.runs[0].tasks[0];
    assert_eq!((out.runs[0].tasks.len(), task.task.as_str(), task.status), (1, "report", Status::Failed));
    assert_eq!((task.started_at, task.ended_at), (Some(5_000), Some(30_000)));
}

/// Made by hand: one op that makes two assets.
#[test]
fn a_step_that_makes_several_assets_is_a_task_of_each() {
    let asset = |name: &str| json!({ "assetKey": { "path": [name] }, "opNames": ["load_all"] });
    let mut run = made("1", "SUCCESS", 1_000.0);
    run["stepStats"] = json!([{ "stepKey": "load_all", "status": "SUCCESS", "startTime": 1.0, "endTime": 2.0 }]);
    let server = Recorded::default().with_assets(&[asset("a"), asset("b")]).with_runs(json!([run]));
    let tasks: Vec<String> = good(&server, "").runs[0].tasks.iter().map(|task| task.task.clone()).collect();
    assert_eq!(tasks, ["a", "b"]);
}

#[test]
fn many_runs_come_page_by_page() {
    let runs: Vec<Value> = (0..2_500).map(|at| made(&at.to_string(), "SUCCESS", 5_000.0 - f64::from(at))).collect();
    let server = Recorded::default().with_runs(json!(runs));
    let out = good(&server, r#", "mode": "job", "page-size": 500"#);
    assert_eq!((out.runs.len(), server.count("Runs")), (2_500, 6));
}
