//! What a real server says, and what is made of it.

use std::collections::BTreeSet;

use metahost_plugin_sdk::Connector;
use metahost_plugin_sdk::connector::Mode;
use serde_json::json;

use super::{
    FIVE, PAST_END, chart, counted, dashboard, feeding, few, hand_made, lab, listed, queries, recorded, whole,
};
use crate::client::{Client, page};
use crate::config::Config;
use crate::list::{ARCHIVE, DASHBOARDS, QUERIES};
use crate::{Redash, steps};

#[test]
fn every_visualization_of_every_query_is_a_chart() {
    let out = whole(&lab(), FIVE);
    assert_eq!(out.charts().len(), 31, "20 of the listed queries, 11 of others on dashboards");
    let shown = chart(&out, "1_2");
    assert_eq!(shown.common.display_name.as_deref(), Some("Orders by status chart"));
    assert_eq!(chart(&out, "1_1").common.display_name.as_deref(), Some("Orders by status: Table"));
    assert_eq!(shown.common.owners, ["admin@example.org"]);
    assert_eq!(shown.common.tags, ["RedashTags.ops"]);
    assert_eq!(shown.common.source_url.as_deref(), Some("https://redash.example.org/queries/1#2"));
    assert_eq!(
        chart(&out, "2_5").common.description.as_deref(),
        Some("Query **Order lines**\n\nbar\n\nData source: Shop PG. Refreshed every 1 h.")
    );
    let kinds = ["1_1", "1_2", "1_3", "2_5", "3_7"].map(|name| chart(&out, name).kind.as_str());
    assert_eq!(kinds, ["Table", "Bar", "Text", "Line", "Pie"]);
    assert_eq!(chart(&out, "30_71").common.display_name.as_deref(), Some("Déjà vu ✓ unicode v3 chart"));
}

#[test]
fn a_dashboard_has_its_charts_texts_tags_and_owner() {
    let out = whole(&lab(), FIVE);
    let board = dashboard(&out, "1");
    assert_eq!(board.charts, [["1_3"], ["2_5"], ["3_7"]]);
    assert_eq!(board.common.description.as_deref(), Some("# Executive overview\nNotes"));
    assert_eq!(board.common.tags, ["RedashTags.sales", "RedashTags.exec"]);
    assert_eq!(board.common.owners, ["admin@example.org"]);
    assert_eq!(board.common.source_url.as_deref(), Some("https://redash.example.org/dashboards/1-executive-overview"));
    assert_eq!(dashboard(&out, "6").common.display_name.as_deref(), Some("Unicode ☀"));
    assert_eq!(dashboard(&out, "8").charts.len(), 0, "an empty one is one");
}

#[test]
fn drafts_are_marked_or_left_out() {
    let out = whole(&lab(), FIVE);
    assert!(dashboard(&out, "7").common.tags.contains(&"RedashStatus.Draft".to_owned()));
    assert!(chart(&out, "27_63").common.tags.contains(&"RedashStatus.Draft".to_owned()));
    assert!(!chart(&out, "28_66").common.tags.contains(&"RedashStatus.Draft".to_owned()));
    let server = lab();
    let out = whole(&server, r#", "page-size": 5, "drafts": false"#);
    assert_eq!((out.dashboards().len(), out.charts().len()), (5, 23));
    assert!(!server.asked().contains(&"/api/queries/27".to_owned()), "and not asked for");
    assert_eq!(counted(&out), [Some(23), Some(5)], "what is not wanted is no gap");
}

#[test]
fn archived_queries_are_read_where_wanted() {
    let archived = hand_made!("archived");
    let server = few(&queries(), &[])
        .json(&page(ARCHIVE, 1, 100), &listed(std::slice::from_ref(&archived)))
        .json("/api/queries/108", &archived);
    assert!(!whole(&server, "").charts().iter().any(|chart| chart.common.path == ["108_209"]));
    let out = whole(&server, r#", "archived": true"#);
    assert_eq!(chart(&out, "108_209").common.tags, ["RedashStatus.Archived"]);
    assert_eq!(feeding(&out, "108_209").sql, "SELECT 4");
    let empty = whole(&lab(), r#", "page-size": 5, "archived": true"#);
    assert!(counted(&empty).iter().all(Option::is_some), "an empty archive is whole");
}

#[test]
fn small_pages_lose_nothing_and_never_ask_past_the_end() {
    let server = lab();
    let out = whole(&server, FIVE);
    assert_eq!(counted(&out), [Some(31), Some(6)]);
    let pages: Vec<String> = server.asked().into_iter().filter(|path| path.contains("page=")).collect();
    assert_eq!(pages, [page(QUERIES, 1, 5), page(QUERIES, 2, 5), page(DASHBOARDS, 1, 5), page(DASHBOARDS, 2, 5)]);
    // What was deleted while reading makes the last page one too many.
    let out = whole(&lab().with(&page(QUERIES, 2, 5), 400, PAST_END), FIVE);
    assert_eq!(counted(&out), [None, Some(6)]);
    assert_eq!(out.skipped, ["queries: Redash counts 8 and lists 5; none counts as gone"]);
}

#[test]
fn charts_that_no_list_tells_come_with_the_dashboard_that_shows_them() {
    let out = whole(&lab(), FIVE);
    assert_eq!(dashboard(&out, "2").charts, [["4_10"], ["5_12"], ["6_14"]]);
    assert_eq!(chart(&out, "5_12").common.display_name.as_deref(), Some("Monthly revenue chart"));
    let names: BTreeSet<_> = out.charts().into_iter().map(|chart| &chart.common.path).collect();
    assert_eq!(names.len(), out.charts().len(), "each once");
    for board in out.dashboards() {
        assert!(board.charts.iter().all(|chart| names.contains(chart)), "{:?}", board.charts);
    }
}

#[test]
fn queries_have_their_dialect_service_user_and_last_run() {
    let out = whole(
        &lab(),
        r#", "page-size": 5, "data-sources": {"Shop PG": {"service": "shop", "database": "shop", "schema": "public"}}"#,
    );
    let unicode = feeding(&out, "30_71");
    assert_eq!((unicode.dialect.as_str(), unicode.service.as_deref()), ("postgres", Some("shop")));
    assert_eq!((unicode.database.as_deref(), unicode.schema.as_deref()), (Some("shop"), Some("public")));
    assert_eq!(unicode.user.as_deref(), Some("admin@example.org"));
    let (ended_at, took) = (1_795_412_356_164, 8);
    assert_eq!((unicode.started_at, unicode.duration_ms), (Some(ended_at - took), Some(took)), "as the list tells");
    let never = feeding(&out, "29_69");
    assert_eq!((never.started_at, never.duration_ms), (None, None), "it never ran");
    assert_eq!(feeding(&out, "27_63").service.as_deref(), Some("*"), "nobody said where Warehouse PG is");
    assert_eq!(feeding(&out, "28_66").dialect, "sqlite");
}

#[test]
fn a_data_source_is_known_by_its_name_before_its_type() {
    let out = whole(
        &lab(),
        r#", "page-size": 5, "data-sources": {"pg": {"service": "any"}, "Shop PG": {"service": "shop"}}"#,
    );
    let services = ["30_71", "27_63", "28_66"].map(|name| feeding(&out, name).service.as_deref());
    assert_eq!(services, [Some("shop"), Some("any"), Some("*")]);
    let other = whole(&lab(), r#", "page-size": 5, "data-sources": {"Shop": {}}"#);
    assert!(other.notes.len() == 1 && other.notes[0].contains("Shop"), "{:?}", other.notes);
}

#[test]
fn each_chart_is_fed_by_one_query() {
    let out = whole(&lab(), FIVE);
    let fed: Vec<_> = out.queries.iter().map(|query| query.target.clone().unwrap().path).collect();
    let known: BTreeSet<_> = fed.iter().collect();
    assert_eq!((fed.len(), known.len()), (31, 31), "as many as charts, each once");
    let keys: BTreeSet<_> =
        out.queries.iter().map(|query| format!("{} {:?} {:?}", query.sql, query.service, query.target)).collect();
    assert_eq!(keys.len(), out.queries.len(), "the host can tell them apart");
    assert_eq!(feeding(&out, "1_1").sql, feeding(&out, "1_2").sql);
}

#[test]
fn parameters_are_filled_with_what_was_recorded() {
    let out = whole(&lab(), FIVE);
    assert!(out.queries.iter().any(|query| query.sql.ends_with("ORDER BY c DESC LIMIT 10 -- v2")));
    assert!(
        out.queries.iter().any(|query| query.sql.contains("started_at > '2025-01-01'")),
        "from a dashboard's widget"
    );
    assert!(!out.queries.iter().any(|query| query.sql.contains("{{")));
}

#[test]
fn before_version_9_a_dashboard_is_asked_for_by_its_slug() {
    let server = lab()
        .json("/api/dashboards/executive-overview", &recorded()["dashboard"]["1"])
        .json("/api/session", &json!({ "client_config": { "version": "8.0.0+b32245" } }));
    let out = whole(&server, FIVE);
    let address = dashboard(&out, "1").common.source_url.as_deref();
    assert_eq!(address, Some("https://redash.example.org/dashboard/executive-overview"));
    assert_eq!(out.skipped.len(), 5, "the others are not known by slug here: {:?}", out.skipped);
}

#[test]
fn the_connection_test_says_what_it_found() {
    let server = lab()
        .json(&page(QUERIES, 1, 1), &json!({ "count": 30, "results": [{}] }))
        .json(&page(DASHBOARDS, 1, 1), &json!({ "count": 0, "results": [] }));
    let run = |step: &str, config: &str| steps::run(step, &Client(&server), &Config::parse(config).unwrap());
    let plain = r#"{"url": "http://redash"}"#;
    assert_eq!(
        ["CheckAccess", "GetQueries", "GetDataSources"].map(|step| run(step, plain).unwrap()),
        [
            "Redash 26.08.0-dev at http://redash knows admin@example.org",
            "30 queries",
            "3 data sources: Ops SQLite, Shop PG, Warehouse PG",
        ]
    );
    assert!(format!("{:?}", run("GetDashboards", plain).unwrap_err()).contains("sees no dashboards"));
    let wrong = r#"{"url": "http://redash", "data-sources": {"Shop": {"dialect": "postgres"}}}"#;
    let error = run("GetDataSources", wrong).unwrap_err();
    assert!(format!("{error:?}").contains("`data-sources` names `Shop`"), "{error:?}");
    assert!(run("GetNothing", plain).is_err());
}

#[test]
fn it_says_what_it_is_and_what_there_is_to_do() {
    let described = Redash::describe();
    assert_eq!((described.service_type.as_str(), described.service_kind.as_str()), ("Redash", "dashboardService"));
    assert_eq!((described.credentials[0].name.as_str(), described.credentials[0].required), ("redash", true));
    let schema: serde_json::Value = serde_json::from_str(&described.config_schema).unwrap();
    assert_eq!(schema["properties"]["page-size"]["maximum"], 250);
    let mut redash = Redash::open(r#"{"url": "http://redash/api/"}"#).unwrap();
    assert_eq!(redash.config.base(), "http://redash");
    assert_eq!(redash.discover(&[Mode::Entities, Mode::Lineage]).unwrap().len(), 1);
    assert!(redash.discover(&[Mode::Lineage]).unwrap().is_empty());
    assert!(Redash::open(r#"{"url": "http://redash", "redash-version": 8}"#).is_err());
}
