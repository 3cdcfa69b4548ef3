//! The connector over what a real Redash 26 said (`fixtures`); what a test changes or makes by hand is written in the test.

use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::entities::Chart;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::testing::{ByHeart, Collected, name};
use metahost_plugin_sdk::{Connector, Result};
use serde_json::{Value, json};

use crate::Redash;
use crate::config::Config;
use crate::list::{ARCHIVE, DASHBOARDS, QUERIES, page};
use crate::server::Redash as Strict;
use crate::{read, steps};

const LOGIN: &str = r#"{"message": "Couldn't find resource. Please login and try again."}"#;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/recorded.json")).unwrap()
}

/// All that was recorded, seen by an administrator.
fn recorded() -> ByHeart {
    let all = fixture();
    let mut server = ByHeart::new("Redash", "redash")
        .json("/api/session", &all["session"])
        .json("/api/data_sources", &all["data_sources"])
        .json("/api/alerts", &all["alerts"])
        .json(&page(QUERIES, 1, 100), &all["queries"])
        .json(&page(DASHBOARDS, 1, 100), &all["dashboards"]);
    for (kind, items) in [("queries", &all["query"]), ("dashboards", &all["dashboard"])] {
        for (id, item) in items.as_object().unwrap() {
            server = server.json(&format!("/api/{kind}/{id}"), item);
        }
    }
    server
}

fn run(server: &ByHeart, more: &str) -> (Result<()>, Collected) {
    let config = format!(r#"{{"url": "http://redash:5000/", "ui-url": "https://bi.example.org"{more}}}"#);
    let mut out = Collected::default();
    let done = read::everything(&Strict(server.clone()), &Config::parse(&config).unwrap(), &mut out);
    (done, out)
}

fn whole(more: &str) -> Collected {
    let (done, out) = run(&recorded(), more);
    done.unwrap();
    out
}

fn chart<'o>(out: &'o Collected, wanted: &str) -> &'o Chart {
    out.charts().into_iter().find(|chart| name(&chart.common) == wanted).unwrap()
}

#[test]
fn every_visualization_of_every_query_is_a_chart() {
    let out = whole("");
    assert_eq!(out.charts().len(), 31, "20 of the listed queries, 11 of others on dashboards");
    let orders = chart(&out, "1_2");
    assert_eq!(
        (orders.kind.as_str(), orders.common.owners.as_slice()),
        ("Bar", ["admin@example.org".to_owned()].as_slice())
    );
    assert!(orders.common.display_name.as_deref().unwrap().starts_with("Orders by status - "));
    assert_eq!(orders.common.tags, ["RedashTags.ops"]);
    assert_eq!(orders.common.source_url.as_deref(), Some("https://bi.example.org/queries/1#2"));
    assert!(orders.common.description.as_deref().unwrap().ends_with("Data source: Shop PG."));
    let kinds: Vec<&str> = ["2_5", "3_7", "1_3", "1_1"].iter().map(|name| chart(&out, name).kind.as_str()).collect();
    assert_eq!(kinds, ["Line", "Pie", "Text", "Table"]);
}

#[test]
fn schedules_alerts_and_drafts_are_told() {
    let alerts = json!([{ "name": "Too few", "state": "triggered", "query": { "id": 30 } }]);
    let (done, out) = run(&recorded().json("/api/alerts", &alerts), "");
    done.unwrap();
    let unicode = chart(&out, "30_71").common.description.clone().unwrap();
    assert!(unicode.ends_with("Refreshed every 1 h. Alert: Too few (triggered)."), "{unicode}");
    assert!(chart(&out, "27_63").common.tags.contains(&"RedashStatus.Draft".to_owned()));
}

#[test]
fn dashboards_have_all_their_widgets() {
    let out = whole("");
    assert_eq!(out.dashboards().len(), 6);
    let overview = out.dashboards().into_iter().find(|board| name(&board.common) == "1").unwrap();
    assert_eq!(overview.charts, [["1_3"], ["2_5"], ["3_7"]]);
    assert_eq!(overview.common.description.as_deref(), Some("# Executive overview\nNotes"));
    assert_eq!(overview.common.source_url.as_deref(), Some("https://bi.example.org/dashboards/1-executive-overview"));
    assert_eq!(overview.common.tags, ["RedashTags.sales", "RedashTags.exec"]);
    let empty = out.dashboards().into_iter().find(|board| name(&board.common) == "8").unwrap();
    assert!(empty.charts.is_empty());
    assert!(out.complete.contains(&(String::new(), "dashboard".to_owned(), Some(6))), "{:?}", out.complete);
}

#[test]
fn a_chart_that_no_list_tells_comes_from_its_dashboard() {
    let out = whole("");
    let web = out.dashboards().into_iter().find(|board| name(&board.common) == "3").unwrap();
    assert_eq!(web.charts, [["7_17"], ["8_19"], ["9_21"]], "their queries are on no list of this recording");
    assert!(chart(&out, "7_17").common.source_url.as_deref().unwrap().ends_with("/queries/7#17"));
}

#[test]
fn drafts_and_the_archive_can_be_chosen() {
    let out = whole(r#", "drafts": false"#);
    assert_eq!((out.dashboards().len(), out.charts().len()), (5, 23));
    let archived = json!({ "count": 1, "results": [{ "id": 77, "name": "Old" }] });
    let old = json!({ "id": 77, "name": "Old", "query": "select 1", "is_archived": true, "data_source_id": 1,
        "visualizations": [{ "id": 1, "type": "TABLE", "name": "Table" }] });
    let server = recorded().json(&page(ARCHIVE, 1, 100), &archived).json("/api/queries/77", &old);
    let (done, out) = run(&server, r#", "archived": true"#);
    done.unwrap();
    assert_eq!(chart(&out, "77_1").common.tags, ["RedashStatus.Archived"]);
}

#[test]
fn the_sql_of_a_query_has_its_parameters_dialect_run_and_service() {
    let out = whole(r#", "data-sources": {"Shop PG": {"service": "shop", "database": "shop", "schema": "sales"}}"#);
    let unicode = out.queries.iter().find(|query| query.sql.contains('é')).unwrap();
    assert_eq!((unicode.dialect.as_str(), unicode.service.as_deref()), ("postgres", Some("shop")));
    assert_eq!((unicode.started_at, unicode.duration_ms), (Some(1_795_412_356_164), Some(7)), "as the list tells");
    assert_eq!((unicode.database.as_deref(), unicode.user.as_deref()), (Some("shop"), Some("admin@example.org")));
    let pages = out.queries.iter().find(|query| query.sql.contains("page_views")).unwrap();
    assert!(pages.sql.contains("LIMIT 10"), "{}", pages.sql);
    assert_eq!(pages.service.as_deref(), Some("*"), "nobody said where Warehouse PG is");
}

#[test]
fn a_query_over_results_of_others_joins_their_charts() {
    let joined = json!({ "id": 4, "name": "Joined", "query": "select * from query_1 join cached_query_3 using (x)",
        "data_source_id": 9, "visualizations": [{ "id": 50, "type": "TABLE" }] });
    let mut sources = fixture()["data_sources"].clone();
    sources.as_array_mut().unwrap().push(json!({ "id": 9, "name": "Query Results", "type": "results" }));
    let (done, out) = run(&recorded().json("/api/queries/4", &joined).json("/api/data_sources", &sources), "");
    done.unwrap();
    assert_eq!(out.flows(), ["chart:1_1 -> chart:4_50", "chart:3_6 -> chart:4_50"]);
    assert!(!out.queries.iter().any(|query| query.sql.contains("query_1")), "it runs in no database");
}

#[test]
fn pages_are_read_to_the_count_and_never_past_it() {
    let all = fixture()["queries"]["results"].as_array().unwrap().clone();
    let rows = |some: &[Value]| json!({ "count": 8, "results": some });
    let server = recorded()
        .json(&page(QUERIES, 1, 4), &rows(&all[..4]))
        .json(&page(QUERIES, 2, 4), &rows(&all[4..]))
        .with(&page(QUERIES, 3, 4), 400, r#"{"message": "Page is out of range."}"#)
        .json(&page(DASHBOARDS, 1, 4), &json!({ "count": 0, "results": [] }));
    let (done, out) = run(&server, r#", "page-size": 4"#);
    done.unwrap();
    assert_eq!(out.charts().len(), 20);
    assert!(!server.asked().contains(&page(QUERIES, 3, 4)));
}

#[test]
fn rows_that_were_missed_are_told_and_nothing_counts_as_gone() {
    let mut queries = fixture()["queries"].clone();
    queries["count"] = json!(9);
    let (done, out) = run(&recorded().json(&page(QUERIES, 1, 100), &queries), "");
    done.unwrap();
    assert!(out.skipped[0].contains("counts 9, 8 came"), "{:?}", out.skipped);
    assert!(!out.complete.iter().any(|(_, kind, _)| kind == "chart"));
}

#[test]
fn a_wrong_key_is_told_although_redash_says_not_found() {
    let (done, _) = run(&recorded().with(&page(QUERIES, 1, 100), 404, LOGIN), "");
    let error = format!("{:?}", done.unwrap_err());
    assert!(error.starts_with("Error::Denied") && error.contains("credentials.redash"), "{error}");
    let (done, out) = run(&recorded().with("/api/dashboards/3", 404, LOGIN), "");
    assert!(format!("{:?}", done.unwrap_err()).contains("credentials.redash"), "a key that is revoked half-way");
    assert!(!out.complete.iter().any(|(_, kind, _)| kind == "dashboard"));
}

#[test]
fn one_item_that_fails_does_not_take_the_others_with_it() {
    for (status, body) in [(404, "{}"), (500, "Internal Server Error"), (200, "<html>"), (200, r#"{"id": 2, "na"#)] {
        let server = recorded().with("/api/dashboards/2", status, body).with("/api/queries/2", status, body);
        let (done, out) = run(&server, "");
        done.unwrap();
        assert_eq!((out.dashboards().len(), out.charts().len()), (5, 28));
        assert!(out.skipped.iter().any(|text| text.starts_with("queries/2/Order lines: ")), "{:?}", out.skipped);
        assert!(out.complete.is_empty(), "{:?}", out.complete);
    }
}

#[test]
fn a_server_that_fails_ends_the_read() {
    for (status, body, words) in [
        (500, "Internal Server Error", "HTTP 500"),
        (200, "<html>Sign in</html>", "is this Redash?"),
        (429, "slow down", "HTTP 429"),
    ] {
        let (done, _) = run(&recorded().with(&page(DASHBOARDS, 1, 100), status, body), "");
        let error = format!("{:?}", done.unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
    }
}

#[test]
fn a_user_who_sees_nothing_is_not_an_empty_redash() {
    let nothing = json!({ "count": 0, "results": [] });
    let server = recorded().json(&page(QUERIES, 1, 100), &nothing).json(&page(DASHBOARDS, 1, 100), &nothing);
    let (done, out) = run(&server, "");
    assert!(format!("{:?}", done.unwrap_err()).contains("is it in a group that may?"));
    assert!(out.complete.is_empty());
}

#[test]
fn a_widget_that_the_user_may_not_see_is_told() {
    let mut board = fixture()["dashboard"]["1"].clone();
    board["widgets"][0] = json!({ "id": 1, "restricted": true, "width": 1 });
    let (done, out) = run(&recorded().json("/api/dashboards/1", &board), "");
    done.unwrap();
    assert_eq!(out.skipped, ["dashboards/1/1: the user may not see this widget's query"]);
}

#[test]
fn names_may_hold_anything() {
    let strange = format!("a.b\"c::d 🦆 {}", "x".repeat(300));
    let mut board = fixture()["dashboard"]["6"].clone();
    board["name"] = json!(strange);
    let (done, out) = run(&recorded().json("/api/dashboards/6", &board), "");
    done.unwrap();
    assert!(out.dashboards().iter().any(|board| board.common.display_name.as_deref() == Some(&strange)));
}

#[test]
fn the_test_tells_what_the_user_sees() {
    let config = Config::parse(r#"{"url": "http://redash:5000"}"#).unwrap();
    let server = recorded()
        .json(&page(QUERIES, 1, 1), &json!({ "count": 30 }))
        .json(&page(DASHBOARDS, 1, 1), &json!({ "count": 0 }));
    let run = |step| steps::run(step, &server as &dyn Api, &config);
    assert!(run("CheckAccess").unwrap().ends_with("knows admin@example.org"));
    assert_eq!(run("GetQueries").unwrap(), "30 queries");
    assert!(format!("{:?}", run("GetDashboards").unwrap_err()).contains("sees no dashboards"));
    assert_eq!(run("GetDataSources").unwrap(), "3 data sources");
}

#[test]
fn there_is_one_piece_of_work() {
    let mut redash = Redash::open(r#"{"url": "http://redash:5000"}"#).unwrap();
    assert_eq!(redash.discover(&[Mode::Entities]).unwrap().len(), 1);
    assert!(redash.discover(&[Mode::Lineage]).unwrap().is_empty());
}
