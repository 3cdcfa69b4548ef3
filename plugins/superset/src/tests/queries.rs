//! Saved queries as a real Superset 6.1 told one, and SQL Lab's history by hand, in the shape that its API describes.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::{Mode, ReadRequest, Window};
use metahost_plugin_sdk::rest::{Answer, Api};
use metahost_plugin_sdk::testing::{ByHeart, Collected, request};
use metahost_plugin_sdk::time::millis;
use serde_json::{Value, json};

use super::fixture;
use crate::config::Config;
use crate::queries::{ran_path, saved_path};
use crate::read_into;

const START: u64 = 0;

pub fn server() -> ByHeart {
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

pub fn asked(id: &str, cursor: Option<&str>) -> ReadRequest {
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

pub fn whole(server: &ByHeart, request: &ReadRequest, more: &str) -> Collected {
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
    assert_eq!(out.cursor.as_deref(), Some(r#"{"changed_on":"2026-11-23T22:06:27.064885","seen":["1"]}"#));
}

#[test]
fn saved_queries_that_did_not_change_are_not_read_again() {
    let cursor = r#"{"changed_on":"2026-11-23T22:06:27.064885","seen":["1"]}"#;
    let out = whole(&server(), &asked("usage:saved-queries", Some(cursor)), "");
    assert!(out.queries.is_empty() && out.skipped.is_empty());
    assert_eq!(out.cursor.as_deref(), Some(cursor));
    let other = cursor.replace("\"1\"", "\"2\"");
    let out = whole(&server(), &asked("usage:saved-queries", Some(&other)), "");
    assert_eq!(out.queries.len(), 1, "it was saved at the same time, after the last run");
    assert_eq!(out.cursor.as_deref(), Some(cursor.replace("\"1\"", "\"1\",\"2\"").as_str()));
}

fn saved(id: u64, day: u64) -> Value {
    json!({ "id": id, "changed_on": format!("2026-11-{day}T00:00:00"), "sql": "SELECT 1",
            "database": { "id": 1, "database_name": "Lakehouse" } })
}

#[test]
fn pages_of_saved_queries_end_where_the_last_run_began() {
    let page = |rows: &[Value]| json!({ "count": 5, "result": rows });
    let server = server()
        .json(&saved_path(0, 2), &page(&[saved(5, 25), saved(4, 24)]))
        .json(&saved_path(1, 2), &page(&[saved(4, 24), saved(3, 23)]))
        .json(&saved_path(2, 2), &page(&[saved(2, 22), json!({ "id": "?" })]));
    let known = |day: u64, id: u64| format!(r#"{{"changed_on":"2026-11-{day}T00:00:00","seen":["{id}"]}}"#);
    let since = whole(&server, &asked("usage:saved-queries", Some(&known(24, 4))), r#", "page-size": 2"#);
    assert_eq!((since.queries.len(), server.asked().contains(&saved_path(1, 2))), (1, false));
    let all = whole(&server, &asked("usage:saved-queries", None), r#", "page-size": 2"#);
    assert_eq!((all.queries.len(), all.skipped.len()), (4, 1), "one that moved comes once: {:?}", all.skipped);
    assert!(all.skipped[0].starts_with("saved_query/\"?\": the saved query is not as expected"), "{:?}", all.skipped);
    assert_eq!(all.cursor, Some(known(25, 5)), "what could not be read was told");
}

#[test]
fn saved_queries_that_were_missed_are_told_and_read_again() {
    let server = server()
        .json(&saved_path(0, 2), &json!({ "count": 4, "result": [saved(5, 25), saved(4, 24)] }))
        .json(&saved_path(1, 2), &json!({ "count": 3, "result": [saved(2, 22)] }))
        .json(&saved_path(2, 2), &json!({ "count": 3, "result": [] }));
    let out = whole(&server, &asked("usage:saved-queries", None), r#", "page-size": 2"#);
    assert!(out.skipped[0].contains("counts 4, 3 came"), "{:?}", out.skipped);
    assert_eq!((out.queries.len(), out.cursor), (3, None));
}

#[test]
fn a_saved_query_that_can_not_be_handed_on_is_told() {
    let no_database = json!({ "id": 1, "changed_on": "2026-11-25T00:00:00", "sql": "SELECT 1", "database": null });
    let (mut empty, mut broken) = (saved(2, 24), saved(3, 23));
    (empty["sql"], broken["sql"]) = (json!(" "), json!("SELECT {{ 1 | no_filter }}"));
    let rows = json!({ "count": 4, "result": [no_database, empty, broken, saved(4, 22)] });
    let out = whole(&server().json(&saved_path(0, 100), &rows), &asked("usage:saved-queries", None), "");
    assert_eq!(out.queries.len(), 1);
    assert_eq!(
        out.skipped[..2],
        ["saved_query/1: the database that it is for is not told", "saved_query/2: it has no SQL",]
    );
    assert!(
        out.skipped[2].starts_with("saved_query/3: its template can't be filled: unknown filter"),
        "{:?}",
        out.skipped
    );
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
    assert_eq!(out.cursor.as_deref(), Some(r#"{"after":1795428299000,"seen":{"6":1795428300000}}"#));
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
    let server = server().json(&ran_path(1_795_428_059_000, 0, 100), &history());
    let out = whole(&server, &request, "");
    assert_eq!(out.queries.len(), 2, "the second and the fourth: {:?}", out.queries);
    let cursor = r#"{"after":1795428179000,"seen":{"4":1795428180000}}"#;
    assert_eq!(out.cursor.as_deref(), Some(cursor), "what comes after the window is for a later run");
}

/// A Superset that holds these rows, in this order, for pages of this size.
fn holding(rows: &[Value], size: usize) -> ByHeart {
    let changed = |row: &Value| millis(row["changed_on"].as_str().unwrap()).unwrap();
    let mut starts: BTreeSet<u64> = rows.iter().map(|row| changed(row) / 1_000 * 1_000 - 1_000).collect();
    starts.insert(START);
    let mut server = server();
    for start in starts {
        let behind: Vec<&Value> = rows.iter().filter(|row| changed(row) > start).collect();
        for (number, page) in behind.chunks(size).enumerate() {
            let answer = json!({ "count": behind.len(), "result": page });
            server = server.json(&ran_path(start, number, size), &answer);
        }
    }
    server
}

fn ran(id: usize, changed: &str) -> Value {
    json!({ "id": id, "changed_on": changed, "status": "success", "sql": format!("SELECT {id}"),
            "database": { "id": 1, "database_name": "Lakehouse" } })
}

fn texts(out: &Collected) -> Vec<String> {
    out.queries.iter().map(|query| query.sql.clone()).collect()
}

fn numbered(ids: impl Iterator<Item = usize>) -> Vec<String> {
    ids.map(|id| format!("SELECT {id}")).collect()
}

#[test]
fn each_page_begins_where_the_last_one_ended() {
    let out = whole(
        &holding(history()["result"].as_array().unwrap(), 3),
        &asked("usage:sql-lab", None),
        r#", "page-size": 3"#,
    );
    assert_eq!(out.queries.len(), 5, "a row on two pages is one query");
    let later = whole(
        &holding(history()["result"].as_array().unwrap(), 3),
        &asked("usage:sql-lab", out.cursor.as_deref()),
        r#", "page-size": 3"#,
    );
    assert!(later.queries.is_empty() && later.skipped.is_empty());
}

#[test]
fn more_queries_of_one_time_than_a_page_holds_all_come_once() {
    for size in [1, 2, 3, 4, 5, 100] {
        let mut rows: Vec<Value> = vec![ran(1, "2026-11-23T09:00:00")];
        rows.extend((2..9).map(|id| ran(id, "2026-11-23T10:00:00")));
        rows.extend((9..12).map(|id| ran(id, "2026-11-23T10:00:00.500000")));
        rows.extend((12..15).map(|id| ran(id, "2026-11-23T11:00:00")));
        let more = format!(r#", "page-size": {size}"#);
        let out = whole(&holding(&rows, size), &asked("usage:sql-lab", None), &more);
        assert_eq!((texts(&out), out.skipped.len()), (numbered(1..15), 0), "pages of {size}");
        rows.push(ran(15, "2026-11-23T11:00:00"));
        rows.insert(11, ran(16, "2026-11-23T10:59:59.900000"));
        let later = whole(&holding(&rows, size), &asked("usage:sql-lab", out.cursor.as_deref()), &more);
        let expected = ["SELECT 16", "SELECT 15"];
        assert_eq!(texts(&later), expected, "pages of {size}: of the last time, and one that was written late");
        let last = whole(&holding(&rows, size), &asked("usage:sql-lab", later.cursor.as_deref()), &more);
        assert!(last.queries.is_empty(), "pages of {size}: {:?}", texts(&last));
    }
}

#[test]
fn a_server_that_caps_its_pages_without_a_word_is_read_to_the_end() {
    let rows: Vec<Value> = (1..6).map(|id| ran(id, "2026-11-23T10:00:00")).collect();
    let behind = [0, 1, 2].iter().fold(server(), |server, number| {
        let page = json!({ "count": 5, "result": rows.chunks(2).nth(*number).unwrap() });
        let after = if *number == 0 { START } else { 1_795_427_999_000 };
        server.json(&ran_path(after, *number, 100), &page).json(&ran_path(1_795_427_999_000, *number, 100), &page)
    });
    let out = whole(&behind, &asked("usage:sql-lab", None), "");
    assert_eq!((texts(&out), out.skipped.len()), (numbered(1..6), 0));
}

#[test]
fn a_query_that_still_runs_comes_when_it_has_ended() {
    let mut rows = vec![ran(1, "2026-11-23T10:00:00"), ran(2, "2026-11-23T10:00:00")];
    rows[1]["status"] = json!("FETCHING");
    let out = whole(&holding(&rows, 100), &asked("usage:sql-lab", None), "");
    assert_eq!((texts(&out), out.skipped.len()), (numbered(1..2), 0));
    rows[1]["status"] = json!("stopped");
    let later = whole(&holding(&rows, 100), &asked("usage:sql-lab", out.cursor.as_deref()), "");
    assert_eq!(texts(&later), ["SELECT 2"], "in the same second");
}

#[test]
fn rows_that_move_while_pages_are_read_are_told_and_read_again() {
    let at = "2026-11-23T10:00:00";
    let page = |count: u64, rows: &[Value]| json!({ "count": count, "result": rows });
    let start = 1_795_427_999_000;
    let cursor = format!(r#"{{"after":{start},"seen":{{}}}}"#);
    let first = page(4, &[ran(1, at), ran(2, at)]);
    let twice = page(4, &[ran(2, at), ran(3, at)]);
    for (second, third) in [(twice, page(4, &[])), (page(3, &[ran(4, at)]), page(3, &[]))] {
        let server = server()
            .json(&ran_path(start, 0, 2), &first)
            .json(&ran_path(start, 1, 2), &second)
            .json(&ran_path(start, 2, 2), &third);
        let out = whole(&server, &asked("usage:sql-lab", Some(&cursor)), r#", "page-size": 2"#);
        assert_eq!((out.queries.len(), out.skipped.len()), (3, 1), "{:?}", out.skipped);
        let rows: Vec<Value> = (1..5).map(|id| ran(id, at)).collect();
        let later = whole(&holding(&rows, 2), &asked("usage:sql-lab", out.cursor.as_deref()), r#", "page-size": 2"#);
        assert_eq!(later.queries.len(), 1, "only what was missed: {:?}", texts(&later));
    }
}

/// Answers about the history in turn, as it changes while it is read.
struct Moving(ByHeart, RefCell<VecDeque<Value>>);

impl Api for Moving {
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let next = if path.contains("/query/") { self.1.borrow_mut().pop_front() } else { None };
        next.map_or_else(|| self.0.call(path, body), |next| self.0.clone().json(path, &next).call(path, body))
    }
}

#[test]
fn a_query_that_ends_while_pages_are_read_hides_no_other() {
    let at = "2026-11-23T10:00:00";
    let mut running = ran(3, at);
    running["status"] = json!("running");
    let (late, later) = (ran(7, "2026-11-23T11:00:00"), ran(3, "2026-11-23T12:00:00"));
    let page = |count: u64, rows: &[Value]| json!({ "count": count, "result": rows });
    let turns = [
        page(8, &[ran(1, at), ran(2, at)]),
        page(8, &[running, ran(4, at)]),
        // The third has ended: the fifth is now where the fourth was.
        page(8, &[ran(6, at), late.clone()]),
        page(8, &[ran(1, at), ran(2, at)]),
        page(8, &[ran(4, at), ran(5, at)]),
        page(8, &[ran(6, at), late.clone()]),
        page(3, &[late, later.clone()]),
        page(1, &[later]),
    ];
    let cursor = r#"{"after":1795427999000,"seen":{}}"#;
    let config = Config::parse(r#"{"url": "http://superset:8088", "page-size": 2}"#).unwrap();
    let mut out = Collected::default();
    let moving = Moving(server(), RefCell::new(turns.into()));
    read_into(&moving, &config, &asked("usage:sql-lab", Some(cursor)), &mut out).unwrap();
    assert_eq!(texts(&out), [1, 2, 4, 6, 7, 5, 3].map(|id| format!("SELECT {id}")));
    assert!(moving.1.borrow().is_empty() && out.skipped.is_empty(), "{:?}", out.skipped);
}

#[test]
fn a_server_that_does_not_filter_ends() {
    let page = json!({ "count": 2, "result": history()["result"].as_array().unwrap()[..2] });
    let server = server().json(&ran_path(START, 0, 2), &page).json(&ran_path(1_795_428_059_000, 0, 2), &page);
    let out = whole(&server, &asked("usage:sql-lab", None), r#", "page-size": 2"#);
    assert_eq!(out.queries.len(), 2);
}

#[test]
fn a_query_that_can_not_be_handed_on_is_told_and_the_rest_comes() {
    let mut rows: Vec<Value> = (1..8).map(|id| ran(id, "2026-11-23T10:00:00")).collect();
    rows[0]["status"] = json!("archived");
    rows[1]["status"] = Value::Null;
    rows[2]["database"] = Value::Null;
    rows[3]["sql"] = Value::Null;
    rows[4]["sql"] = json!("SELECT {% if %}");
    rows[5]["sql"] = json!("SELECT {{ mine }}");
    let out = whole(&holding(&rows, 100), &asked("usage:sql-lab", None), "");
    assert_eq!(texts(&out), ["SELECT NULL", "SELECT 7"]);
    let expected = [
        "query/1: its status `archived` is unknown, so nobody knows whether it ended",
        "query/2: its status `` is unknown, so nobody knows whether it ended",
        "query/3: the database that it ran in is not told",
        "query/4: it has no SQL",
    ];
    assert_eq!(out.skipped[..4], expected);
    assert!(out.skipped[4].starts_with("query/5: its template can't be filled: syntax error"), "{:?}", out.skipped);
    assert!(out.notes[0].contains("query 6") && out.notes[0].contains("mine"), "{:?}", out.notes);
    let moved = whole(&holding(&rows[..4], 100), &asked("lineage:sql-lab", None), "");
    assert!(moved.queries.is_empty() && moved.skipped == ["query/4: it has no SQL"], "{:?}", moved.skipped);
}

#[test]
fn rows_that_can_not_be_read_are_told_once_and_the_rest_comes() {
    let broken = |id: Value| json!({ "id": id, "changed_on": "2026-11-23T10:00:00", "sql": 5 });
    let rows = [broken(json!(1)), broken(json!("?")), broken(Value::Null), ran(4, "2026-11-23T11:00:00")];
    for size in [1, 2, 3, 100] {
        let more = format!(r#", "page-size": {size}"#);
        let out = whole(&holding(&rows, size), &asked("usage:sql-lab", None), &more);
        assert_eq!((texts(&out), out.skipped.len()), (numbered(4..5), 3), "pages of {size}: {:?}", out.skipped);
        assert!(out.skipped[0].starts_with("query/1: the query is not as expected"), "{:?}", out.skipped);
        let later = whole(&holding(&rows, size), &asked("usage:sql-lab", out.cursor.as_deref()), &more);
        assert!(later.queries.is_empty() && later.skipped.is_empty(), "{:?}", later.skipped);
    }
    let only = whole(&holding(&rows[..3], 2), &asked("usage:sql-lab", None), r#", "page-size": 2"#);
    assert_eq!((only.skipped.len(), only.cursor.is_some()), (3, true), "told, and passed");
}

#[test]
fn a_later_page_that_fails_ends_the_read_and_what_was_read_is_kept() {
    let rows: Vec<Value> = (1..5).map(|id| ran(id, "2026-11-23T10:00:00")).collect();
    let after = 1_795_427_999_000;
    let server = holding(&rows, 2);
    for (status, body) in [(500, "{}"), (200, "<html>"), (200, r#"{"count": 4, "resu"#)] {
        let (done, out) = read(
            &server.clone().with(&ran_path(after, 1, 2), status, body),
            &asked("usage:sql-lab", None),
            r#", "page-size": 2"#,
        );
        assert!(done.is_err());
        let later = whole(&server, &asked("usage:sql-lab", out.cursor.as_deref()), r#", "page-size": 2"#);
        assert_eq!([texts(&out), texts(&later)].concat(), numbered(1..5));
    }
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
