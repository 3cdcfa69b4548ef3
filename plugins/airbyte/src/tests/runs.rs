//! Jobs as runs.

use metahost_plugin_sdk::activity::{Run, Status};
use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::testing::{self, ByHeart, Collected};
use serde_json::{Value, json};

use super::{
    ALWAYS, FIRST, configuration, connector, counted, fixture, jobs_path, none, post_jobs, public, read, read_from,
};

fn run<'o>(out: &'o Collected, id: &str) -> &'o Run {
    out.runs.iter().find(|run| run.id == id).unwrap()
}

fn metric<'r>(run: &'r Run, name: &str) -> Option<&'r str> {
    run.metrics.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What a cursor says of a connection.
fn at(out: &Collected, connection: &str) -> Option<u64> {
    serde_json::from_str::<Value>(out.cursor.as_ref()?).unwrap()[connection].as_u64()
}

/// The public server, whose first connection has only these jobs.
fn with_jobs(jobs: &Value) -> ByHeart {
    public().json(&jobs_path(FIRST, ALWAYS, 0), &json!({ "next": "", "data": jobs }))
}

#[test]
fn jobs_are_runs_with_their_states_times_and_numbers() {
    let out = read(&public(), &json!({}));
    let failed = run(&out, "1024");
    assert_eq!(failed.pipeline, ["Data platform/Postgres prod → Postgres dest 0 #0"]);
    assert_eq!(
        (failed.status, failed.started_at, failed.ended_at),
        (Status::Failed, Some(1_794_987_200_000), Some(1_794_987_523_000))
    );
    assert_eq!((metric(failed, "rows"), metric(failed, "bytes")), (Some("1023"), Some("240000")));
    assert_eq!((metric(failed, "status"), metric(failed, "job type")), (Some("failed"), Some("sync")));
    assert_eq!(metric(failed, "attempts"), None, "the public API does not tell");
    assert_eq!(run(&out, "1023").status, Status::Successful);
    let cancelled = run(&out, "1019");
    assert_eq!((cancelled.status, metric(cancelled, "status")), (Status::Skipped, Some("cancelled")));
    for id in ["1025", "1021", "1020"] {
        assert_eq!((run(&out, id).status, run(&out, id).ended_at), (Status::Pending, None), "{id}");
    }
    assert_eq!(failed.tasks.len(), 4, "each stream");
    assert_eq!((failed.tasks[0].task.as_str(), failed.tasks[0].status), ("sales.orders", Status::Failed));
    assert_eq!(metric(run(&out, "1004"), "job type"), Some("reset"));
}

#[test]
fn all_pages_are_read_and_only_what_is_new_the_next_time() {
    let out = read(&public(), &json!({}));
    assert_eq!(out.runs.len(), 25);
    assert_eq!(at(&out, FIRST), Some(1_795_073_924_000), "the newest change");
    let since = "2026-11-19T07%3A38%3A44Z";
    let server = public().json(&jobs_path(FIRST, since, 0), &none());
    let (done, later) = read_from(&server, &json!({}), out.cursor.as_deref());
    done.unwrap();
    assert_eq!((later.runs.len(), later.cursor), (0, out.cursor), "the cursor stays");
}

#[test]
fn a_server_that_gives_all_jobs_all_the_time_makes_no_run_twice() {
    let first = read(&public(), &json!({}));
    let server = public().json(&jobs_path(FIRST, "2026-11-19T07%3A38%3A44Z", 0), &fixture!("public/jobs-rest"));
    let server = server.json(&jobs_path(FIRST, "2026-11-19T07%3A38%3A44Z", 5), &none());
    let (done, later) = read_from(&server, &json!({}), first.cursor.as_deref());
    done.unwrap();
    assert_eq!((later.runs.len(), later.cursor), (0, first.cursor));
}

#[test]
fn each_connection_has_a_cursor_of_its_own_and_those_gone_are_forgotten() {
    let cursor = json!({ FIRST: 1_795_073_924_000_u64, "gone": 5 }).to_string();
    let server = public().json(&jobs_path(FIRST, "2026-11-19T07%3A38%3A44Z", 0), &none());
    let (done, out) = read_from(&server, &json!({}), Some(&cursor));
    done.unwrap();
    assert_eq!((at(&out, FIRST), at(&out, "gone")), (Some(1_795_073_924_000), None));
    let (done, _) = read_from(&server, &json!({}), Some("yesterday"));
    assert!(format!("{:?}", done.unwrap_err()).contains("--full"));
}

#[test]
fn a_run_is_of_the_window() {
    let mut request = testing::request(Mode::Entities, None);
    request.window.until = Some(1_793_260_000_000);
    let mut out = Collected::default();
    connector(&public(), &json!({})).read_into(&request, &mut out).unwrap();
    let ids: Vec<&str> = out.runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, ["1004", "1003", "1002", "1001"]);
}

#[test]
fn the_configuration_api_tells_attempts_and_the_streams_of_a_job() {
    let mut jobs = fixture!("config/jobs");
    jobs["jobs"][2]["job"]["enabledStreams"] = json!([{ "name": "orders", "namespace": "sales" }]);
    let server = configuration().json(&post_jobs(FIRST, true, 0), &jobs);
    let out = read(&server, &json!({ "api": "config" }));
    assert_eq!(out.runs.len(), 7);
    let failed = run(&out, "1024");
    assert_eq!((failed.started_at, failed.ended_at), (Some(1_794_987_200_000), Some(1_794_987_523_000)));
    assert_eq!((metric(failed, "attempts"), metric(failed, "rows")), (Some("2"), Some("1023")));
    assert_eq!((metric(failed, "bytes"), failed.tasks.len()), (Some("240000"), 2));
    let partial: Vec<&str> = run(&out, "1023").tasks.iter().map(|task| task.task.as_str()).collect();
    assert_eq!(partial, ["sales.orders"]);
}

#[test]
fn an_older_server_is_asked_for_the_jobs_it_knows() {
    let refused = r#"{"message": "unknown value refresh of configTypes"}"#;
    let mut server = configuration().with(&post_jobs(FIRST, true, 0), 422, refused);
    for connection in fixture!("config/connections")["connections"].as_array().unwrap() {
        let id = connection["connectionId"].as_str().unwrap();
        server = server.json(&post_jobs(id, false, 0), &fixture!("config/jobs"));
    }
    let out = read(&server, &json!({ "api": "config" }));
    assert_eq!((out.runs.len(), out.skipped.len()), (7 * 7, 0));
    assert_eq!(
        server.asked().iter().filter(|path| path.contains("refresh")).count(),
        1,
        "and only once as a newer one"
    );
}

#[test]
fn jobs_that_are_counted_and_not_given_are_told_and_asked_for_again() {
    let mut jobs = fixture!("config/jobs");
    jobs["totalJobCount"] = json!(9);
    let server = configuration()
        .json(&post_jobs(FIRST, true, 0), &jobs)
        .json(&post_jobs(FIRST, true, 7), &json!({ "jobs": [], "totalJobCount": 9 }));
    let out = read(&server, &json!({ "api": "config" }));
    assert!(
        out.skipped[0].ends_with("Airbyte counts 9 jobs and gives 7; they are asked for again"),
        "{:?}",
        out.skipped
    );
    assert_eq!((out.runs.len(), at(&out, FIRST)), (7, None));
}

#[test]
fn a_limit_of_jobs_is_told() {
    let out = read(&public(), &json!({ "jobs-per-connection": 3 }));
    assert_eq!(out.runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["1025", "1024", "1023"]);
    assert!(out.skipped[0].contains("only the newest 3 jobs were read"), "{:?}", out.skipped);
    assert_eq!(at(&out, FIRST), Some(1_795_073_924_000));
}

#[test]
fn a_job_of_a_state_that_is_not_known_is_told_and_asked_for_again() {
    let job = |id: u64, status: &str| json!({ "jobId": id, "status": status, "jobType": "sync", "startTime": "2026-11-19T07:33Z" });
    let out = read(&with_jobs(&json!([job(2, "paused"), job(1, "succeeded")])), &json!({}));
    assert!(out.skipped[0].contains("job 2: `paused` is no state"), "{:?}", out.skipped);
    assert_eq!((out.runs.len(), at(&out, FIRST), counted(&out)), (1, None, Some(7)));
    assert_eq!(out.runs[0].started_at, Some(1_795_073_580_000), "seconds may be left out");
}

#[test]
fn jobs_that_cannot_be_read_do_not_take_the_others_with_them() {
    for (status, body) in [(403, "forbidden"), (200, "{}"), (404, "gone")] {
        let out = read(&public().with(&jobs_path(FIRST, ALWAYS, 0), status, body), &json!({}));
        assert!(
            out.skipped[0].starts_with("Data platform/Postgres prod → Postgres dest 0 #0/jobs: "),
            "{:?}",
            out.skipped
        );
        assert_eq!((out.runs.len(), at(&out, FIRST), counted(&out)), (0, None, Some(7)));
    }
}
