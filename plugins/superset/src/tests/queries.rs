//! Saved queries as a real Superset 6.1 told one, and SQL Lab's history by hand, in the shape that its API describes.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::{Mode, ReadRequest, Window};
use metahost_plugin_sdk::testing::{ByHeart, Collected, request};
use serde_json::{Value, json};

use super::fixture;
use crate::config::Config;
use crate::queries::{ran_path, saved_path};
use crate::read_into;

const START: &str = "1970-01-01T00:00:00";

fn server() -> ByHeart {
    let connection = json!({ "result": { "backend": "trino", "sqlalchemy_uri": "trino://stack@trino:8080/iceberg" } });
    ByHeart::new("Superset", "superset")
        .json("/api/v1/database/1/connection", &connection)
        .json(
            "/api/v1/dashboard/related/owners?q=%28page%3A0%2Cpage_size%3A100%29",
            &fixture(include_str!("../../fixtures/people.json")),
        )
        .json(&saved_path(0, 100), &fixture(include_str!("../../fixtures/saved-queries.json")))
        .json(&ran_path(START, 0, 100), &history())
}

fn history() -> Value {
    fixture(include_str!("../../fixtures/hand-made/history.json"))
}

fn asked(id: &str, cursor: Option<&str>) -> ReadRequest {
    let mode = if id.starts_with("usage") { Mode::Usage } else { Mode::Lineage };
    let mut request = request(mode, cursor);
    request.split.id = id.to_owned();
    request.window = Window { since: None, until: None };
    request
}

fn read(server: &ByHeart, request: &ReadRequest, more: &str) -> (Result<()>, Collected) {
    let config = Config::parse(&format!(r#"{{"url": "http://superset:8088"{more}}}"#)).unwrap();
    let mut out = Collected::default();
    (read_into(server, &config, request, &mut out), out)
}

fn whole(server: &ByHeart, request: &ReadRequest, more: &str) -> Collected {
    let (done, out) = read(server, request, more);
    done.unwrap();
    out
}

#[test]
fn saved_queries_have_their_author_and_where_they_would_run() {
    let out =
        whole(&server(), &asked("usage:saved-queries", None), r#", "databases": {"Lakehouse": {"service": "trino"}}"#);
    let saved = &out.queries[0];
    assert!(saved.sql.contains("paid_at >= TIMESTAMP '2026-01-01'"), "the template is filled: {}", saved.sql);
    assert_eq!((saved.dialect.as_str(), saved.service.as_deref()), ("trino", Some("trino")));
    assert_eq!((saved.database.as_deref(), saved.schema.as_deref()), (Some("iceberg"), Some("bronze")));
    assert_eq!((saved.user.as_deref(), saved.started_at, saved.failed), (Some("admin@example.org"), None, false));
    assert!(saved.target.is_none() && out.complete.is_empty());
    assert_eq!(out.cursor.as_deref(), Some(r#"{"changed_on":"2026-11-23T22:06:27.064885"}"#));
}

#[test]
fn saved_queries_that_did_not_change_are_not_read_again() {
    let cursor = r#"{"changed_on":"2026-11-23T22:06:27.064885"}"#;
    let out = whole(&server(), &asked("usage:saved-queries", Some(cursor)), "");
    assert!(out.queries.is_empty() && out.skipped.is_empty());
    assert_eq!(out.cursor.as_deref(), Some(cursor));
}

#[test]
fn pages_of_saved_queries_end_where_the_last_run_began() {
    let row = |id: u64, day: u64| {
        json!({ "id": id, "changed_on": format!("2026-11-{day}T00:00:00"), "sql": "SELECT 1",
                "database": { "id": 1, "database_name": "Lakehouse" } })
    };
    let server = server()
        .json(&saved_path(0, 2), &json!({ "count": 5, "result": [row(5, 25), row(4, 24)] }))
        .json(&saved_path(1, 2), &json!({ "count": 5, "result": [row(4, 24), row(3, 23)] }))
        .json(&saved_path(2, 2), &json!({ "count": 5, "result": [row(2, 22), { "id": "?" }] }));
    let cursor = r#"{"changed_on":"2026-11-23T00:00:00"}"#;
    let since = whole(&server, &asked("usage:saved-queries", Some(cursor)), r#", "page-size": 2"#);
    assert_eq!(since.queries.len(), 2, "one that moved to the next page comes once");
    assert!(!server.asked().contains(&saved_path(2, 2)));
    let server = server.json(&saved_path(3, 2), &json!({ "count": 5, "result": [] }));
    let all = whole(&server, &asked("usage:saved-queries", None), r#", "page-size": 2"#);
    assert_eq!((all.queries.len(), all.skipped.len()), (4, 1), "{:?}", all.skipped);
}

#[test]
fn history_has_what_ended_with_user_times_and_rows() {
    let out = whole(&server(), &asked("usage:sql-lab", None), "");
    let found: Vec<_> = out.queries.iter().map(|query| (query.sql.as_str(), query.failed)).collect();
    let made = "CREATE TABLE bronze.made AS SELECT a FROM s.t";
    let expected = [
        ("SELECT 1 AS one", false),
        ("SELECT nothing", true),
        (made, false),
        ("INSERT INTO t SELECT 5", true),
        ("INSERT INTO t SELECT 6", false),
    ];
    assert_eq!(found, expected, "what still runs comes with a later run");
    let first = &out.queries[0];
    assert_eq!((first.started_at, first.duration_ms, first.rows), (Some(1_795_428_001_000), Some(3_500), Some(1)));
    assert_eq!((first.user.as_deref(), first.database.as_deref()), (Some("alice@example.org"), Some("iceberg")));
    assert_eq!((out.queries[1].user.as_deref(), out.queries[1].duration_ms), (Some("Nobody Known"), Some(5_000)));
    assert_eq!((out.queries[2].user.as_deref(), out.queries[2].rows), (None, None));
    assert_eq!(out.cursor.as_deref(), Some(r#"{"changed_on":"2026-11-23T10:05:00.000000"}"#));
}

#[test]
fn for_lineage_only_what_moves_data_is_read() {
    let out = whole(&server(), &asked("lineage:sql-lab", None), "");
    let found: Vec<&str> = out.queries.iter().map(|query| &query.sql[..6]).collect();
    assert_eq!(found, ["CREATE", "INSERT", "INSERT"]);
}

#[test]
fn only_queries_that_ended_in_the_window_are_read() {
    let mut request = asked("usage:sql-lab", None);
    request.window = Window { since: Some(1_795_428_060_000), until: Some(1_795_428_240_000) };
    let server = server().json(&ran_path("2026-11-23T10:01:00", 0, 100), &history());
    let out = whole(&server, &request, "");
    assert_eq!(out.queries.len(), 2, "the second and the fourth: {:?}", out.queries);
    let cursor = r#"{"changed_on":"2026-11-23T10:03:00.000000"}"#;
    assert_eq!(out.cursor.as_deref(), Some(cursor), "what comes after the window is for a later run");
}

#[test]
fn each_page_begins_where_the_last_one_ended() {
    let all = history();
    let rows = all["result"].as_array().unwrap();
    let page = |rows: &[Value], left: usize| json!({ "count": left, "result": rows });
    let server = server()
        .json(&ran_path(START, 0, 3), &page(&rows[..3], 6))
        .json(&ran_path("2026-11-23T10:01:00.000000", 0, 3), &page(&rows[2..5], 4))
        .json(&ran_path("2026-11-23T10:03:00.000000", 0, 3), &page(&rows[4..], 2));
    let out = whole(&server, &asked("usage:sql-lab", None), r#", "page-size": 3"#);
    assert_eq!(out.queries.len(), 5, "a row on two pages is one query");
    let again = ByHeart::new("Superset", "superset")
        .json(&ran_path("2026-11-23T10:05:00.000000", 0, 3), &json!({ "count": 0, "result": [] }));
    let later = whole(&again, &asked("usage:sql-lab", out.cursor.as_deref()), r#", "page-size": 3"#);
    assert!(later.queries.is_empty() && later.cursor.is_none());
}

#[test]
fn a_server_that_does_not_filter_ends() {
    let page = json!({ "count": 6, "result": history()["result"].as_array().unwrap()[..2] });
    let after = "2026-11-23T10:00:05.000001";
    let server = [0, 1, 2].iter().fold(server().json(&ran_path(START, 0, 2), &page), |server, number| {
        server.json(&ran_path(after, *number, 2), &page)
    });
    let out = whole(&server, &asked("usage:sql-lab", None), r#", "page-size": 2"#);
    assert_eq!(out.queries.len(), 2);
}

#[test]
fn a_user_without_rights_is_told_and_loses_nothing() {
    for (id, path, list) in [
        ("usage:saved-queries", saved_path(0, 100), "saved_query"),
        ("usage:sql-lab", ran_path(START, 0, 100), "query"),
    ] {
        let out = whole(&server().with(&path, 403, r#"{"message":"Forbidden"}"#), &asked(id, None), "");
        assert!(out.skipped[0].starts_with(&format!("{list}: this user may not list it")), "{:?}", out.skipped);
        assert!(out.cursor.is_none(), "a later run with more rights begins at the beginning");
    }
}

#[test]
fn a_hidden_database_is_told_once_and_its_kind_still_known() {
    let server = server()
        .with("/api/v1/database/1/connection", 403, "{}")
        .json("/api/v1/database/1", &json!({ "result": { "backend": "trino", "database_name": "Lakehouse" } }));
    let out = whole(&server, &asked("usage:sql-lab", None), "");
    assert_eq!(out.queries.len(), 5);
    assert!(out.queries.iter().all(|query| query.dialect == "trino" && query.database.is_none()));
    assert_eq!(out.skipped.len(), 1, "{:?}", out.skipped);
}

#[test]
fn what_is_no_list_ends_the_read() {
    for (body, words) in [("<html>Sign in</html>", "is this Superset?"), (r#"{"result": {}}"#, "has no rows")] {
        for (id, path) in [("usage:saved-queries", saved_path(0, 100)), ("usage:sql-lab", ran_path(START, 0, 100))] {
            let (done, out) = read(&server().with(&path, 200, body), &asked(id, None), "");
            let error = format!("{:?}", done.unwrap_err());
            assert!(error.contains(words), "{error}");
            assert!(out.cursor.is_none());
        }
    }
    let (done, _) = read(&server(), &asked("usage:sql-lab", Some("no JSON")), "");
    assert!(format!("{:?}", done.unwrap_err()).contains("checkpoint"));
    let (done, _) = read(&server(), &asked("somewhere", None), "");
    assert!(format!("{:?}", done.unwrap_err()).contains("no split of this connector"));
}

/// Rows of SQL Lab's history: number, time of change, and what differs from a good one.
fn row(id: u64, changed_on: &str, more: &Value) -> Value {
    let mut row = json!({
        "id": id, "changed_on": changed_on, "status": "success", "sql": format!("select {id} from t"),
        "database": { "id": 1, "database_name": "Lakehouse" },
    });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

#[test]
fn more_queries_than_a_page_that_changed_at_the_same_time_are_all_read() {
    let at = "2026-11-23T10:00:00.000000";
    let rows: Vec<Value> =
        (1..=5).map(|id| row(id, at, &json!({}))).chain([row(6, "2026-11-23T10:01:00", &json!({}))]).collect();
    let page = |rows: &[Value], left: usize| json!({ "count": left, "result": rows });
    let server = server()
        .json(&ran_path(START, 0, 2), &page(&rows[..2], 6))
        .json(&ran_path(START, 1, 2), &page(&rows[2..4], 6))
        .json(&ran_path(START, 2, 2), &page(&rows[4..], 6));
    let out = whole(&server, &asked("usage:sql-lab", None), r#", "page-size": 2"#);
    assert_eq!(out.queries.len(), 6);
    assert_eq!(out.cursor.as_deref(), Some(r#"{"changed_on":"2026-11-23T10:01:00"}"#));
}

#[test]
fn a_server_that_caps_its_pages_without_a_word_is_read_to_the_end() {
    let rows: Vec<Value> = (1..=3).map(|id| row(id, &format!("2026-11-23T10:0{id}:00"), &json!({}))).collect();
    let page = |rows: &[Value], left: usize| json!({ "count": left, "result": rows });
    let server = server()
        .json(&ran_path(START, 0, 100), &page(&rows[..2], 3))
        .json(&ran_path("2026-11-23T10:01:00", 0, 100), &page(&rows[1..], 2));
    assert_eq!(whole(&server, &asked("usage:sql-lab", None), "").queries.len(), 3);
}

#[test]
fn what_is_left_out_of_the_history_is_told_and_what_still_runs_is_not() {
    let rows = [
        row(1, "2026-11-23T10:00:00", &json!({ "status": "running" })),
        row(2, "2026-11-23T10:01:00", &json!({ "status": "exploded" })),
        row(3, "2026-11-23T10:02:00", &json!({ "database": null })),
        row(4, "2026-11-23T10:03:00", &json!({ "id": "no number" })),
        row(5, "2026-11-23T10:04:00", &json!({ "sql": "select {{ oh no" })),
    ];
    let server = server().json(&ran_path(START, 0, 100), &json!({ "count": 5, "result": rows }));
    let out = whole(&server, &asked("usage:sql-lab", None), "");
    assert_eq!(out.queries.len(), 1, "{:?}", out.queries);
    assert!(out.skipped[0].contains("no number"), "{:?}", out.skipped);
    let notes = out.notes.join("\n");
    assert!(notes.contains("left out") && notes.contains("2, 3"), "{notes}");
    assert!(notes.contains("can't be filled") && notes.contains("query 5"), "{notes}");
}
