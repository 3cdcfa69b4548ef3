//! Strange names, unknown kinds, and what queries have to do with each other.

use metahost_plugin_sdk::lineage::EdgeSource;
use serde_json::{Value, json};

use super::{chart, counted, dashboard, feeding, few, hand_made, listed, queries, whole};
use crate::client::page;
use crate::list::QUERIES;

fn boards() -> Vec<Value> {
    vec![hand_made!("dashboard"), hand_made!("dashboard-restricted")]
}

#[test]
fn names_are_kept_as_they_are() {
    let out = whole(&few(&queries(), &[]), "");
    let odd = &chart(&out, "101_201").common;
    assert_eq!(odd.display_name.as_deref(), Some(r#"a.b "c"::d 🚀: x.y "z" 🚀"#));
    assert_eq!(
        odd.tags,
        ["RedashTags.\"v1.2\"", "RedashTags.a::b", "RedashTags.🚀", "RedashStatus.Alert"],
        "blank ones are none"
    );
    let long = &chart(&out, "102_202").common;
    assert_eq!(long.display_name.as_ref().unwrap().chars().count(), 307);
    assert_eq!(long.tags[0].len(), "RedashTags.".len() + 300);
    assert!(long.owners.is_empty(), "made by nobody who is known");
}

#[test]
fn alerts_and_schedules_are_told_in_the_description() {
    let out = whole(&few(&queries(), &[]), "");
    let told = |name: &str| chart(&out, name).common.description.clone().unwrap();
    assert_eq!(told("101_201"), "Data source: Shop PG. Alert stale (triggered). Alert too few (ok): n < 1.");
    assert_eq!(told("102_202"), "Data source: Shop PG. Alert never (unknown).");
    let is_marked = |name: &str| chart(&out, name).common.tags.contains(&"RedashStatus.Alert".to_owned());
    assert_eq!(["101_201", "102_202", "106_206"].map(is_marked), [true, true, false]);
}

#[test]
fn unknown_kinds_are_charts_of_another_kind_and_no_guess_is_made() {
    let out = whole(&few(&queries(), &[]), "");
    assert_eq!([chart(&out, "103_203"), chart(&out, "103_204")].map(|chart| chart.kind.as_str()), ["Other", "Other"]);
    assert!(!out.queries.iter().any(|query| query.sql.contains("collection")), "what is no SQL is no query");
    assert!(!out.charts().iter().any(|chart| chart.common.path[0].starts_with("104_")), "nothing shows it");
    let told = "data sources/New kind: the dialect of its type `from_tomorrow` is not known";
    assert!(out.skipped.iter().any(|line| line.starts_with(told)), "{:?}", out.skipped);
    let named = whole(&few(&queries(), &[]), r#", "data-sources": {"New kind": {"dialect": "ansi"}}"#);
    assert!(!named.skipped.iter().any(|line| line.starts_with(told)), "{:?}", named.skipped);
}

#[test]
fn a_data_source_that_is_hidden_is_told_once() {
    let mut queries = queries();
    let mut second = queries[4].clone();
    second["id"] = json!(115);
    queries.push(second);
    let out = whole(&few(&queries, &[]), "");
    let told = |begin: &str| out.skipped.iter().filter(|line| line.starts_with(begin)).count();
    assert_eq!(told("data sources/99: Redash does not show it"), 1, "{:?}", out.skipped);
    assert_eq!(chart(&out, "105_205").common.description, None);
}

#[test]
fn queries_that_read_queries_have_edges_between_their_charts() {
    let out = whole(&few(&queries(), &[]), "");
    assert_eq!(
        out.flows(),
        [
            "chart:101_201 -> chart:106_206",
            "chart:101_201 -> chart:106_207",
            "chart:102_202 -> chart:106_206",
            "chart:102_202 -> chart:106_207"
        ]
    );
    assert!(out.edges.iter().all(|edge| edge.source == EdgeSource::Dashboard));
    let runs_here = |query: &metahost_plugin_sdk::lineage::Query| query.sql.contains("query_101");
    assert!(!out.queries.iter().any(runs_here), "it runs in no database of the catalog");
    assert!(out.skipped.iter().any(|line| line.starts_with("queries/Both: it reads query 999")), "{:?}", out.skipped);
}

#[test]
fn a_table_named_like_a_query_is_no_query_elsewhere() {
    let mut queries = queries();
    queries[5]["data_source_id"] = json!(1);
    let out = whole(&few(&queries, &[]), "");
    assert!(out.edges.is_empty());
    let both = &feeding(&out, "106_207").sql;
    assert!(both.ends_with("JOIN cached_query_102 b ON true JOIN query_999 c ON a.x = 7"), "{both}");
}

#[test]
fn a_query_of_a_deleted_data_source_is_a_chart_only() {
    let mut queries = queries();
    queries[3]["visualizations"] = json!([{ "id": 210, "type": "TABLE" }]);
    let out = whole(&few(&queries, &[]), "");
    let told = chart(&out, "104_210").common.description.clone();
    assert_eq!(told.as_deref(), Some("Its data source is deleted. Refreshed every 1 d at 10:30 UTC."));
    assert!(!out.queries.iter().any(|query| query.target.as_ref().is_some_and(|end| end.path == ["104_210"])));
}

#[test]
fn a_query_that_nothing_shows_is_a_query_still() {
    let mut queries = queries();
    queries[4]["data_source_id"] = json!(1);
    queries[4]["visualizations"] = json!([]);
    let out = whole(&few(&queries, &[]), "");
    let found = out.queries.iter().find(|query| query.sql == "SELECT 2").unwrap();
    assert!(found.target.is_none());
}

#[test]
fn all_texts_of_a_dashboard_are_its_description_in_their_places() {
    let out = whole(&few(&queries(), &boards()), "");
    let notes = dashboard(&out, "11");
    assert_eq!(notes.common.description.as_deref(), Some("# First words\n\nLast words"));
    assert_eq!(notes.charts, [["106_206"], ["150_250"]], "by place, and each once");
    assert_eq!(chart(&out, "150_250").common.owners, ["carol@example.org"], "a draft that only the dashboard tells of");
    let published = whole(&few(&queries(), &boards()), r#", "drafts": false"#);
    assert_eq!(dashboard(&published, "11").charts, [["106_206"]]);
}

#[test]
fn a_chart_that_the_user_may_not_see_is_told_and_does_not_count_as_gone() {
    let out = whole(&few(&queries(), &boards()), "");
    let told = |line: &&String| line.starts_with("dashboards/Secret (12): it shows a chart that");
    assert_eq!(out.skipped.iter().filter(told).count(), 2, "one restricted, one without its query: {:?}", out.skipped);
    assert_eq!(counted(&out), [None, Some(2)]);
}

#[test]
fn a_row_that_is_none_is_told() {
    let mut rows = queries();
    rows[0] = json!({"name": "no number"});
    let mut list = listed(&rows);
    let server = few(&queries(), &[]).json(&page(QUERIES, 1, 100), &list);
    let out = whole(&server, "");
    assert!(out.skipped.iter().any(|line| line.starts_with("queries/no number: its row is not")), "{:?}", out.skipped);
    assert_eq!(counted(&out), [None, Some(0)]);
    // A row that comes twice is one, and then one is missing.
    rows[0] = rows[1].clone();
    list["results"] = json!(rows);
    let out = whole(&few(&queries(), &[]).json(&page(QUERIES, 1, 100), &list), "");
    assert!(out.skipped.contains(&"queries: Redash counts 7 and lists 6; none counts as gone".to_owned()));
    assert_eq!(counted(&out), [None, Some(0)]);
}

#[test]
fn the_same_is_given_in_the_same_order_each_time() {
    let given = || format!("{:?}", whole(&few(&queries(), &boards()), "").entities);
    assert_eq!(given(), given());
}
