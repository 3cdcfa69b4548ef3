//! The connector over what a real Superset 6.1 said (`fixtures`); what a test changes is written in the test.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::entities::{Chart, Dashboard, DashboardDataModel};
use metahost_plugin_sdk::testing::{ByHeart, Collected, name};
use serde_json::{Value, json};

use crate::config::Config;
use crate::list::{CHARTS, DASHBOARDS, DATASETS, List, RULES};
use crate::{Superset, read, steps};
use metahost_plugin_sdk::Connector;

mod coverage;
mod details;
mod names;
mod queries;
mod virtual_sql;

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A list on one page.
fn list(server: ByHeart, list: List, answer: &Value) -> ByHeart {
    server.json(&list.page(0, 100), answer)
}

/// All that was recorded, seen by an administrator.
fn recorded() -> ByHeart {
    let mut server = ByHeart::new("Superset", "superset");
    server = list(server, DASHBOARDS, &fixture(include_str!("../fixtures/dashboards.json")));
    server = list(server, CHARTS, &fixture(include_str!("../fixtures/charts.json")));
    server = list(server, DATASETS, &fixture(include_str!("../fixtures/datasets.json")));
    for (id, answer) in fixture(include_str!("../fixtures/dataset.json")).as_object().unwrap() {
        server = server.json(&format!("/api/v1/dataset/{id}"), answer);
    }
    for (id, answer) in fixture(include_str!("../fixtures/connections.json")).as_object().unwrap() {
        server = server.json(&format!("/api/v1/database/{id}/connection"), answer);
    }
    for (id, answer) in fixture(include_str!("../fixtures/dashboard.json")).as_object().unwrap() {
        server = server.json(&format!("/api/v1/dashboard/{id}"), answer);
    }
    list(server, RULES, &json!({ "count": 0, "result": [] }))
}

fn run(server: &ByHeart, more: &str) -> (Result<()>, Collected) {
    let config =
        Config::parse(&format!(r#"{{"url": "http://superset:8088/", "ui-url": "https://bi.example.org"{more}}}"#));
    let mut out = Collected::default();
    let done = read::everything(server, &config.unwrap(), &mut out);
    (done, out)
}

fn whole(more: &str) -> Collected {
    let (done, out) = run(&recorded(), more);
    done.unwrap();
    out
}

fn dashboard<'o>(out: &'o Collected, id: &str) -> &'o Dashboard {
    out.dashboards().into_iter().find(|board| name(&board.common) == id).unwrap()
}

fn chart<'o>(out: &'o Collected, id: &str) -> &'o Chart {
    out.charts().into_iter().find(|chart| name(&chart.common) == id).unwrap()
}

fn model<'o>(out: &'o Collected, id: &str) -> &'o DashboardDataModel {
    out.data_models().into_iter().find(|model| name(&model.common) == id).unwrap()
}

#[test]
fn dashboards_have_their_charts_datasets_owners_and_tags() {
    let out = whole("");
    assert_eq!(out.dashboards().len(), 12);
    let refunds = dashboard(&out, "7");
    assert_eq!(refunds.common.display_name.as_deref(), Some("Finance — refunds"));
    assert_eq!(refunds.common.source_url.as_deref(), Some("https://bi.example.org/superset/dashboard/lab-7/"));
    assert_eq!(refunds.charts, [["21"], ["20"], ["19"]]);
    assert_eq!(refunds.data_models, [["2"], ["26"], ["31"]]);
    let overview = dashboard(&out, "1");
    assert!(overview.common.owners.contains(&"admin@example.org".to_owned()), "{:?}", overview.common.owners);
    assert!(overview.common.tags.contains(&"SupersetStatus.Certified".to_owned()), "{:?}", overview.common.tags);
    assert!(overview.common.description.as_deref().unwrap().contains("Certified by BI guild: quarterly review."));
    assert!(dashboard(&out, "12").charts.is_empty(), "a dashboard without charts is one, too");
    assert_eq!(out.complete.last().unwrap(), &(String::new(), "dashboard".to_owned(), None));
}

#[test]
fn drafts_are_marked_or_left_out() {
    let out = whole("");
    assert!(dashboard(&out, "11").common.tags.contains(&"SupersetStatus.Draft".to_owned()));
    assert_eq!(whole(r#", "drafts": false"#).dashboards().len(), 11);
}

#[test]
fn charts_say_what_they_draw() {
    let out = whole("");
    assert_eq!(out.charts().len(), 11);
    let addresses = chart(&out, "21");
    assert_eq!(
        (addresses.kind.as_str(), addresses.common.display_name.as_deref()),
        ("Table", Some("addresses table 21"))
    );
    let described = addresses.common.description.as_deref().unwrap();
    assert!(described.starts_with("Chart **21** over `crm.addresses`\n\nMetrics: `count`"), "{described}");
    assert!(described.contains("[Thumbnail](https://bi.example.org/api/v1/chart/21/thumbnail/"), "{described}");
    assert_eq!(addresses.common.tags, ["SupersetTags.kpi"], "tags of owners and types are Superset's own");
    assert_eq!(addresses.common.owners, ["admin@example.org"]);
    assert!(chart(&out, "13").common.tags.contains(&"SupersetStatus.Certified".to_owned()));
}

#[test]
fn every_dataset_is_a_data_model_used_or_not() {
    let out = whole("");
    assert_eq!(out.data_models().len(), 11);
    let addresses = model(&out, "2");
    assert_eq!(addresses.common.display_name.as_deref(), Some("crm.addresses"));
    assert_eq!(addresses.common.owners, ["alice@example.org"], "datasets do not tell addresses; other lists do");
    assert_eq!((addresses.kind.as_str(), addresses.project.as_deref()), ("SupersetDataModel", Some("Shop OLTP")));
    let id = addresses.columns.iter().find(|column| column.name == "address_id").unwrap();
    assert_eq!((id.data_type.as_str(), id.display.as_deref()), ("INT", Some("INTEGER")));
    assert_eq!(id.description.as_deref(), Some("Address Id\n\nDocumented column address_id of addresses"));
    let total = addresses.columns.iter().find(|column| column.name == "sum_customer_id").unwrap();
    assert_eq!((total.data_type.as_str(), total.display.as_deref()), ("MEASURE", Some("SUM(customer_id)")));
    assert!(total.description.as_deref().unwrap().starts_with("Total customer_id"), "{:?}", total.description);
    assert!(model(&out, "26").sql.as_deref().unwrap().starts_with("SELECT o.order_id"), "virtual ones keep their SQL");
}

#[test]
fn a_measure_named_as_a_column_is_told_apart() {
    let mut dataset = fixture(include_str!("../fixtures/dataset.json"))["2"].clone();
    dataset["result"]["metrics"][0]["metric_name"] = json!("City");
    let (done, out) = run(&recorded().json("/api/v1/dataset/2", &dataset), "");
    done.unwrap();
    assert!(model(&out, "2").columns.iter().any(|column| column.name == "City (metric)"));
}

#[test]
fn data_flows_from_table_to_data_model_to_chart_to_dashboard() {
    let out = whole("");
    let flows = out.flows();
    for flow in [
        "*:table:shop.crm.addresses -> dashboardDataModel:2",
        "*:table:warehouse.marts.agg_monthly -> dashboardDataModel:20",
        "dashboardDataModel:2 -> chart:21",
        "chart:21 -> dashboard:7",
    ] {
        assert!(flows.contains(&flow.to_owned()), "{flow} is not in {flows:#?}");
    }
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["2"]).unwrap();
    let outputs: Vec<&str> = edge.columns.iter().map(|column| column.output.as_str()).collect();
    assert!(outputs.contains(&"city") && !outputs.contains(&"count"), "{outputs:?}");
    assert!(
        !flows.iter().any(|flow| flow.ends_with("dashboardDataModel:26") && flow.contains("table:")),
        "its SQL tells"
    );
}

#[test]
fn the_operator_can_name_the_service_and_the_database() {
    let out = whole(r#", "databases": {"Shop OLTP": {"service": "shop", "database": "live"}}"#);
    assert!(
        out.flows().contains(&"shop:table:live.crm.addresses -> dashboardDataModel:2".to_owned()),
        "{:?}",
        out.flows()
    );
}

#[test]
fn pages_are_read_to_the_count_and_a_row_that_comes_twice_is_one() {
    let all = fixture(include_str!("../fixtures/charts.json"));
    let rows = all["result"].as_array().unwrap();
    let page = |rows: &[Value]| json!({ "count": 11, "result": rows });
    let mut server = recorded().json(&DATASETS.page(0, 4), &json!({ "count": 0, "result": [] }));
    server = server.json(&DASHBOARDS.page(0, 4), &json!({ "count": 0, "result": [] }));
    for (number, from) in [(0, 0), (1, 3), (2, 7)] {
        server = server.json(&CHARTS.page(number, 4), &page(&rows[from..from + 4]));
    }
    let (done, out) = run(&server, r#", "page-size": 4"#);
    done.unwrap();
    assert_eq!(out.charts().len(), 11, "{:?}", out.skipped);
    assert!(out.complete.iter().any(|(_, kind, count)| kind == "chart" && *count == Some(11)));
}

#[test]
fn rows_that_were_missed_are_told_and_nothing_counts_as_gone() {
    let mut charts = fixture(include_str!("../fixtures/charts.json"));
    charts["count"] = json!(704);
    let empty = json!({ "count": 704, "result": [] });
    let (done, out) = run(&list(recorded(), CHARTS, &charts).json(&CHARTS.page(1, 100), &empty), "");
    done.unwrap();
    assert!(out.skipped.iter().any(|text| text.contains("counts 704, 11 came")), "{:?}", out.skipped);
    assert!(!out.complete.iter().any(|(_, kind, _)| kind == "chart"));
}

#[test]
fn a_user_without_rights_is_not_an_empty_superset() {
    let nothing = json!({ "count": 0, "result": [] });
    let mut server = ByHeart::new("Superset", "superset");
    for kind in [DASHBOARDS, CHARTS, DATASETS] {
        server = list(server, kind, &nothing);
    }
    let (done, out) = run(&server, "");
    assert!(format!("{:?}", done.unwrap_err()).contains("has it a role that may?"));
    assert!(out.complete.is_empty());
}

/// Without the slash Superset sends the caller on; what has a body wants another token besides.
#[test]
fn lists_are_asked_for_by_their_whole_path_and_nothing_is_written() {
    let server = recorded();
    run(&server, "").0.unwrap();
    let asked = server.asked();
    assert!(asked.iter().all(|path| !path.contains(' ')), "a body would stand behind a blank: {asked:?}");
    for list in ["dashboard", "chart", "dataset"] {
        assert!(asked.iter().any(|path| path.starts_with(&format!("/api/v1/{list}/?q="))), "{list}: {asked:?}");
    }
}

/// The recorded user Gamma owns three dashboards and sees no dataset.
#[test]
fn datasets_that_the_user_may_not_see_are_told() {
    let gamma = fixture(include_str!("../fixtures/gamma-dashboards.json"));
    let server = list(recorded(), DASHBOARDS, &gamma);
    let (done, out) = run(&list(server, DATASETS, &json!({ "count": 0, "result": [] })), "");
    done.unwrap();
    assert_eq!(out.dashboards().len(), 3);
    assert!(out.skipped.contains(&"dataset/2: a chart draws from it, but the user may not see it".to_owned()));
    assert!(!out.flows().iter().any(|flow| flow.contains("dashboardDataModel")), "{:?}", out.flows());
}

#[test]
fn a_hidden_connection_costs_lineage_and_nothing_else() {
    let mut dataset = fixture(include_str!("../fixtures/dataset.json"))["20"].clone();
    dataset["result"]["catalog"] = Value::Null;
    let server = recorded().json("/api/v1/dataset/20", &dataset).with("/api/v1/database/2/connection", 403, "{}");
    let (done, out) = run(&server, "");
    done.unwrap();
    assert_eq!(out.data_models().len(), 11);
    assert!(out.skipped.iter().any(|text| text.starts_with("database/Warehouse: how it is reached is hidden")));
    assert!(out.flows().contains(&"*:table:shop.crm.addresses -> dashboardDataModel:2".to_owned()));
    assert!(!out.flows().iter().any(|flow| flow.ends_with(" -> dashboardDataModel:20")));
}

#[test]
fn a_connection_that_can_not_be_read_is_told_as_what_it_is() {
    let mut dataset = fixture(include_str!("../fixtures/dataset.json"))["20"].clone();
    dataset["result"]["catalog"] = Value::Null;
    for (body, words) in [("<html>", "is this Superset?"), (r#"{"result": 5}"#, "not as expected")] {
        let server = recorded().json("/api/v1/dataset/20", &dataset).with("/api/v1/database/2/connection", 200, body);
        let (done, out) = run(&server, "");
        done.unwrap();
        assert!(out.skipped[0].starts_with("database/Warehouse: ") && out.skipped[0].contains(words));
        assert_eq!((out.data_models().len(), out.skipped.len()), (11, 2), "{:?}", out.skipped);
    }
}

#[test]
fn one_dataset_that_fails_does_not_take_the_others_with_it() {
    for (status, body) in [(404, r#"{"message":"Not found"}"#), (200, "<html>"), (200, r#"{"result": {"id"#)] {
        let (done, out) = run(&recorded().with("/api/v1/dataset/20", status, body), "");
        done.unwrap();
        assert_eq!(out.data_models().len(), 10);
        assert!(out.skipped.iter().any(|text| text.starts_with("dataset/20/agg_monthly")), "{:?}", out.skipped);
        assert!(!out.complete.iter().any(|(_, kind, _)| kind == "dashboardDataModel"));
    }
}

#[test]
fn a_server_that_fails_or_refuses_ends_the_read() {
    for (status, body, words) in [
        (500, r#"{"message":"Fatal error"}"#, "HTTP 500"),
        (401, r#"{"msg":"Missing Authorization Header"}"#, "credentials.superset"),
        (200, "<html>Sign in</html>", "is this Superset?"),
        (200, r#"{"count": 12, "resu"#, "no JSON"),
    ] {
        let (done, out) = run(&recorded().with(&CHARTS.page(0, 100), status, body), "");
        let error = format!("{:?}", done.unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
        assert!(out.complete.is_empty());
    }
}

#[test]
fn the_test_tells_what_the_user_sees() {
    let config = Config::parse(r#"{"url": "http://superset:8088"}"#).unwrap();
    let server = recorded()
        .json("/api/v1/me/", &json!({ "result": { "username": "admin" } }))
        .json(&CHARTS.page(0, 1), &json!({ "count": 36, "result": [] }))
        .json(&DATASETS.page(0, 1), &json!({ "count": 0, "result": [] }));
    assert_eq!(steps::run("CheckAccess", &server, &config).unwrap(), "http://superset:8088 knows admin");
    assert_eq!(steps::run("GetCharts", &server, &config).unwrap(), "36 of them");
    assert!(format!("{:?}", steps::run("GetDatasets", &server, &config).unwrap_err()).contains("sees no dataset"));
}

#[test]
fn each_mode_has_its_pieces_of_work() {
    let mut superset = Superset::open(r#"{"url": "http://superset:8088"}"#).unwrap();
    let mut pieces = |modes: &[Mode]| -> Vec<String> {
        superset.discover(modes).unwrap().into_iter().map(|split| split.id).collect()
    };
    assert_eq!(pieces(&[Mode::Entities]), ["dashboards"]);
    assert_eq!(pieces(&[Mode::Usage]), ["usage:saved-queries", "usage:sql-lab"]);
    assert_eq!(pieces(&[Mode::Lineage]), ["lineage:sql-lab"]);
    assert!(pieces(&[Mode::Profile]).is_empty());
}

#[test]
fn a_dataset_that_is_refused_is_left_out_while_superset_knows_the_user() {
    for status in [403, 500] {
        let refused = recorded().with("/api/v1/dataset/20", status, r#"{"message":"Forbidden"}"#);
        let known = refused.clone().json("/api/v1/me/", &json!({ "result": { "username": "admin" } }));
        let (done, out) = run(&known, "");
        done.unwrap();
        assert_eq!(out.data_models().len(), 10);
        assert!(out.skipped.iter().any(|text| text.starts_with("dataset/20/agg_monthly")), "{:?}", out.skipped);
        assert!(!out.complete.iter().any(|(_, kind, _)| kind == "dashboardDataModel"));
        assert!(run(&refused, "").0.is_err(), "a login that ended, or a server that is gone");
    }
}

#[test]
fn a_later_page_that_fails_ends_the_read_and_nothing_counts_as_gone() {
    let mut server = recorded();
    for page in 0..7 {
        let row = json!({ "id": page + 1, "slice_name": "c", "viz_type": "a_new_one" });
        server = server.json(&CHARTS.page(page, 1), &json!({ "count": 9, "result": [row] }));
    }
    for list in [DASHBOARDS, DATASETS] {
        server = server.json(&list.page(0, 1), &json!({ "count": 0, "result": [] }));
    }
    let (done, out) = run(&server.with(&CHARTS.page(7, 1), 500, "{}"), r#", "page-size": 1"#);
    assert!(format!("{:?}", done.unwrap_err()).contains("HTTP 500"));
    assert!(out.complete.is_empty());
}
