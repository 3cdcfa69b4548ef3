//! Servers that refuse, break, or are none.

use std::cell::Cell;

use metahost_plugin_sdk::rest::{Answer, Api};
use metahost_plugin_sdk::testing::ByHeart;
use metahost_plugin_sdk::{Result, unavailable};
use serde_json::Value;

use super::{BAD_KEY, FIVE, NOT_FOUND, counted, few, lab, queries, read, whole};
use crate::client::page;
use crate::list::{DASHBOARDS, QUERIES};

fn error(server: &ByHeart) -> String {
    let (done, out) = read(server, FIVE);
    assert_eq!(counted(&out), [None, None], "nothing counts as gone");
    format!("{:?}", done.unwrap_err())
}

#[test]
fn a_key_that_is_not_known_is_a_404_and_told_as_a_refusal() {
    for path in ["/api/session".to_owned(), page(QUERIES, 1, 5), "/api/queries/2".to_owned()] {
        let told = error(&lab().with(&path, 404, BAD_KEY));
        assert!(told.starts_with("Error::Denied"), "{told}");
        assert!(told.contains("credentials.redash") && told.contains("prefix `Key `"), "{told}");
    }
}

#[test]
fn a_list_that_is_forbidden_ends_the_read() {
    let told = error(&lab().with(&page(DASHBOARDS, 1, 5), 403, r#"{"message": "no permission"}"#));
    assert!(told.starts_with("Error::Denied") && told.contains("no permission"), "{told}");
}

#[test]
fn what_is_no_redash_is_told_as_what_it_is() {
    let told = error(&lab().with("/api/session", 200, "<html>Sign in</html>"));
    assert!(told.contains("is this Redash? It says: <html>Sign in"), "{told}");
    let told = error(&lab().with(&page(QUERIES, 1, 5), 200, r#"{"count": 8, "results": [{"id"#));
    assert!(told.contains("is no JSON"), "{told}");
    let told = error(&lab().with(&page(QUERIES, 1, 5), 200, r#"[{"id": 1}]"#));
    assert!(told.contains("a page is not as expected"), "{told}");
}

#[test]
fn a_page_size_that_is_refused_is_told() {
    let told = error(&lab().with(&page(QUERIES, 1, 5), 400, r#"{"message": "Page size is out of range (1-250)."}"#));
    assert!(told.contains("Page size is out of range"), "{told}");
}

#[test]
fn a_500_on_a_later_page_ends_the_read() {
    for list in [QUERIES, DASHBOARDS] {
        let told = error(&lab().with(&page(list, 2, 5), 500, "Internal Server Error"));
        assert!(told.starts_with("Error::Unavailable"), "{told}");
    }
}

#[test]
fn one_broken_query_does_not_take_the_others_with_it() {
    let broken = [
        (500, r#"{"message": "Internal Server Error"}"#, "HTTP 500"),
        (403, "no", "does not show it"),
        (404, NOT_FOUND, "404"),
        (200, "<html>", "is no JSON"),
        (200, r#"{"id": 28, "na"#, "is no JSON"),
        (200, r#"{"id": "two"}"#, "it is not as expected"),
    ];
    for (status, body, reason) in broken {
        let server = lab().with("/api/queries/28", status, body);
        let out = whole(&server, FIVE);
        assert_eq!(out.skipped.len(), 1, "{:?}", out.skipped);
        assert!(out.skipped[0].starts_with("queries/Open tickets v3 (28): "), "{:?}", out.skipped);
        assert!(out.skipped[0].contains(reason), "{:?}", out.skipped);
        assert_eq!(counted(&out), [None, Some(6)], "its charts do not count as gone, dashboards may");
        assert!(out.charts().iter().any(|chart| chart.common.path == ["29_69"]), "the next is read");
    }
}

#[test]
fn one_broken_dashboard_does_not_take_the_others_with_it() {
    let out = whole(&lab().with("/api/dashboards/2", 500, r#"{"message": "Internal Server Error"}"#), FIVE);
    assert!(out.skipped[0].starts_with("dashboards/Sales daily (2): Redash answers HTTP 500"), "{:?}", out.skipped);
    assert_eq!((out.dashboards().len(), counted(&out)), (5, [None, None]), "it may show charts that no list tells");
}

#[test]
fn a_server_that_went_away_is_not_many_broken_objects() {
    let server = few(&queries(), &[]).with("/api/queries/102", 502, "bad gateway");
    let (done, out) = read(&Leaving { server, asked: Cell::new(false) }, "");
    assert!(format!("{:?}", done.unwrap_err()).starts_with("Error::Unavailable"));
    assert!(out.skipped.iter().all(|told| !told.starts_with("queries")), "{:?}", out.skipped);
    assert_eq!(counted(&out), [None, None]);
}

/// Answers for a session once, and never again.
struct Leaving {
    server: ByHeart,
    asked: Cell<bool>,
}

impl Api for Leaving {
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        if path == "/api/session" && self.asked.replace(true) {
            return Err(unavailable("connection refused"));
        }
        self.server.call(path, body)
    }
}

#[test]
fn a_server_that_answers_too_often_asked_is_not_a_broken_object() {
    let told = error(&lab().with("/api/queries/2", 429, "slow down"));
    assert!(told.starts_with("Error::Unavailable"), "{told}");
}

#[test]
fn a_server_that_shows_nothing_is_not_taken_for_an_empty_one() {
    let (done, out) = read(&few(&[], &[]), "");
    let told = format!("{:?}", done.unwrap_err());
    assert!(told.contains("credentials.redash") && told.contains("is it in a group that may?"), "{told}");
    assert_eq!(counted(&out), [None, None]);
}

#[test]
fn without_data_sources_only_the_queries_are_missing() {
    let out = whole(&lab().with("/api/data_sources", 403, r#"{"message": "no permission"}"#), FIVE);
    assert!(out.queries.is_empty());
    assert_eq!(out.skipped.len(), 1, "{:?}", out.skipped);
    assert!(out.skipped[0].starts_with("data sources: Redash does not show it"), "{:?}", out.skipped);
    assert!(counted(&out).iter().all(Option::is_some));
}

#[test]
fn alerts_that_cannot_be_read_cost_only_their_lines() {
    let out = whole(&lab().with("/api/alerts", 403, r#"{"message": "You don't have the permission"}"#), FIVE);
    assert_eq!(out.skipped.len(), 1, "{:?}", out.skipped);
    assert!(out.skipped[0].starts_with("alerts: Redash does not show it"), "{:?}", out.skipped);
    assert_eq!(counted(&out), [Some(31), Some(6)]);
}
