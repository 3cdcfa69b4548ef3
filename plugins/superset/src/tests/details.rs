//! What hangs on dashboards, charts and datasets: filters, rules, certificates, warnings, people, tags of every version.

use metahost_plugin_sdk::testing::Collected;
use serde_json::{Value, json};

use super::{chart, dashboard, fixture, list, model, recorded, run, whole};
use crate::answer::Person;
use crate::list::{CHARTS, DASHBOARDS, DATASETS, RULES};
use crate::people::People;

fn described(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// The recorded dataset 2 with other fields, in one run.
fn dataset(change: impl Fn(&mut Value)) -> Collected {
    let mut dataset = fixture(include_str!("../../fixtures/dataset.json"))["2"].clone();
    change(&mut dataset["result"]);
    let (done, out) = run(&recorded().json("/api/v1/dataset/2", &dataset), "");
    done.unwrap();
    out
}

#[test]
fn filters_of_a_dashboard_are_named_with_their_columns() {
    let filters = json!([
        { "type": "NATIVE_FILTER", "name": "Region", "targets": [{ "datasetId": 2, "column": { "name": "country" } }] },
        { "type": "NATIVE_FILTER", "name": "When", "targets": [{}] },
        { "type": "DIVIDER", "name": "", "title": "more" },
    ]);
    let metadata = json!({ "native_filter_configuration": filters }).to_string();
    let detail = json!({ "result": { "json_metadata": metadata, "description": "For the board." } });
    let (done, out) = run(&recorded().json("/api/v1/dashboard/7", &detail), "");
    done.unwrap();
    let text = described(dashboard(&out, "7").common.description.as_ref());
    assert!(text.starts_with("For the board.\n\nFilters: Region (`country`), When"), "{text}");
}

#[test]
fn a_dashboard_that_does_not_tell_its_filters_is_read_without() {
    let server = recorded()
        .json("/api/v1/me/", &json!({ "result": {} }))
        .with("/api/v1/dashboard/1", 403, "{}")
        .with("/api/v1/dashboard/2", 200, "<html>")
        .with("/api/v1/dashboard/3", 500, "{}")
        .json("/api/v1/dashboard/4", &json!({ "result": { "json_metadata": "{broken" } }));
    let (done, out) = run(&server, "");
    done.unwrap();
    assert_eq!(out.dashboards().len(), 12);
    assert!(out.complete.iter().any(|(_, kind, _)| kind == "dashboard"), "nothing is lost");
    assert!(out.notes.iter().any(|note| note.contains("do not tell their filters")), "{:?}", out.notes);
}

#[test]
fn roles_that_see_a_dashboard_are_named() {
    let mut boards = fixture(include_str!("../../fixtures/dashboards.json"));
    boards["result"][0]["roles"] = json!([{ "id": 3, "name": "Gamma" }, { "id": 4, "name": "Sales" }]);
    let (done, out) = run(&list(recorded(), DASHBOARDS, &boards), "");
    done.unwrap();
    let text = described(dashboard(&out, "12").common.description.as_ref());
    assert!(text.contains("Shown to: Gamma, Sales."), "{text}");
}

#[test]
fn charts_say_their_time_and_how_many_rows() {
    let mut charts = fixture(include_str!("../../fixtures/charts.json"));
    charts["result"][0]["params"] = json!(r#"{"metrics": ["count"], "time_range": "Last week", "row_limit": 50}"#);
    charts["result"][1]["params"] = json!(r#"{"time_range": "No filter", "row_limit": "10"}"#);
    charts["result"][2]["params"] = json!("{broken");
    let ids: Vec<String> = (0..3).map(|at| charts["result"][at]["id"].to_string()).collect();
    let (done, out) = run(&list(recorded(), CHARTS, &charts), "");
    done.unwrap();
    let text = |at: usize| described(chart(&out, &ids[at]).common.description.as_ref()).to_owned();
    assert!(text(0).contains("Metrics: `count`\n\nTime range: Last week\n\nRow limit: 50"), "{}", text(0));
    assert!(!text(1).contains("Time range") && text(1).contains("Row limit: 10"), "{}", text(1));
}

#[test]
fn a_chart_over_something_else_than_a_dataset_draws_from_none() {
    let mut charts = fixture(include_str!("../../fixtures/charts.json"));
    let id = charts["result"][0]["id"].to_string();
    charts["result"][0]["datasource_type"] = json!("saved_query");
    let (done, out) = run(&list(recorded(), CHARTS, &charts), "");
    done.unwrap();
    assert!(!out.flows().iter().any(|flow| flow.ends_with(&format!("-> chart:{id}"))), "{:?}", out.flows());
}

#[test]
fn rules_of_row_level_security_are_told_without_what_they_say() {
    let rules = fixture(include_str!("../../fixtures/hand-made/rules.json"));
    let (done, out) = run(&list(recorded(), RULES, &rules), "");
    done.unwrap();
    let addresses = model(&out, "2");
    let text = described(addresses.common.description.as_ref());
    let lines = "Row level security: Own country, for Germany, Austria.\n\
                 Row level security: Nobody else's, for everybody but Admin.";
    assert!(text.ends_with(lines) && !text.contains("'DE'"), "{text}");
    assert!(addresses.common.tags.contains(&"SupersetStatus.RowLevelSecurity".to_owned()));
    assert!(!model(&out, "26").common.tags.contains(&"SupersetStatus.RowLevelSecurity".to_owned()));
}

#[test]
fn rules_that_can_not_be_read_are_no_lack_of_rights() {
    let answering = |status, body: &str| run(&recorded().with(&RULES.page(0, 100), status, body), "");
    for status in [401, 403, 404] {
        let (done, out) = answering(status, "{}");
        done.unwrap();
        assert!(out.notes[0].contains("may not see row level security") && out.skipped.is_empty(), "{:?}", out.notes);
        assert_eq!(out.data_models().len(), 11);
    }
    for (status, body, words) in [
        (200, "<html>Sign in</html>", "is this Superset?"),
        (200, r#"{"count": 2, "resu"#, "no JSON"),
        (200, "{}", "a list without a count"),
        (400, "{}", "HTTP 400"),
    ] {
        let (done, out) = answering(status, body);
        done.unwrap();
        let told = &out.skipped[0];
        assert!(told.starts_with("rowlevelsecurity: ") && told.contains(words), "{told}");
        assert!(!out.notes.iter().any(|note| note.contains("may not see")), "{:?}", out.notes);
        assert_eq!(out.data_models().len(), 11);
    }
    let (done, out) = answering(500, "{}");
    assert!(format!("{:?}", done.unwrap_err()).contains("HTTP 500") && out.complete.is_empty());
    let rules = json!({ "count": 2, "result": [{ "id": 1, "name": 5 }, { "id": 2, "tables": [{ "id": 2 }] }] });
    let (done, out) = answering(200, &rules.to_string());
    done.unwrap();
    assert!(out.skipped[0].starts_with("rowlevelsecurity/1: "), "{:?}", out.skipped);
    assert!(model(&out, "2").common.tags.contains(&"SupersetStatus.RowLevelSecurity".to_owned()));
}

#[test]
fn certificates_and_warnings_stand_where_they_were_given() {
    let extra =
        r#"{"certification": {"certified_by": "BI guild", "details": "checked"}, "warning_markdown": "Stale."}"#;
    let out = dataset(|dataset| {
        dataset["extra"] = json!(extra);
        dataset["columns"][0]["extra"] = json!(extra);
        dataset["metrics"][0]["extra"] = json!(extra);
        dataset["metrics"][1]["warning_text"] = json!("Slow.");
        dataset["columns"][1]["extra"] = json!("no JSON");
    });
    let addresses = model(&out, "2");
    let text = described(addresses.common.description.as_ref());
    assert!(text.ends_with("Certified by BI guild: checked.\n\nWarning: Stale."), "{text}");
    assert_eq!(addresses.common.tags, ["SupersetStatus.Certified"]);
    let tagged: Vec<&str> =
        addresses.columns.iter().filter(|field| !field.tags.is_empty()).map(|field| field.name.as_str()).collect();
    assert_eq!(tagged.len(), 2, "{tagged:?}");
    let warned = addresses.columns.iter().filter(|field| described(field.description.as_ref()).contains("Warning: S"));
    assert_eq!(warned.count(), 3);
}

#[test]
fn people_without_an_address_are_asked_for_and_named() {
    let people =
        json!({ "count": 1, "result": [{ "text": "Zoe Lab", "value": 77, "extra": { "email": "zoe@example.org" } }] });
    let owners = json!([{ "id": 77, "first_name": "Zoe" }, { "id": 78, "first_name": "Max", "last_name": "Lab" }, {}]);
    let mut rows = fixture(include_str!("../../fixtures/datasets.json"));
    rows["result"][0]["owners"] = owners.clone();
    let mut dataset = fixture(include_str!("../../fixtures/dataset.json"))["2"].clone();
    dataset["result"]["owners"] = owners;
    let server = list(recorded(), DATASETS, &rows)
        .json("/api/v1/dataset/2", &dataset)
        .json("/api/v1/dashboard/related/owners?q=%28page%3A0%2Cpage_size%3A100%29", &people);
    let (done, out) = run(&server, "");
    done.unwrap();
    assert_eq!(model(&out, "2").common.owners, ["zoe@example.org", "Max Lab"]);
    assert!(!recorded().asked().iter().any(|path| path.contains("related/owners")));
}

#[test]
fn people_that_nobody_tells_are_asked_for_once() {
    let path = "/api/v1/dashboard/related/owners?q=%28page%3A0%2Cpage_size%3A100%29";
    let person = Person { id: Some(7), username: Some("zoe".to_owned()), ..Person::default() };
    for (status, body, notes) in [(200, r#"{"count": 0, "result": []}"#, 0), (403, "{}", 1), (200, "<html>", 1)] {
        let server = recorded().with(path, status, body);
        let (mut people, mut out) = (People::default(), Collected::default());
        for _ in 0..3 {
            people.find(&server, [&person].into_iter(), &mut out).unwrap();
        }
        assert_eq!((server.asked().len(), out.notes.len()), (1, notes), "{:?}", out.notes);
        assert_eq!(people.name(&person).as_deref(), Some("zoe"));
    }
}

#[test]
fn tags_are_peoples_in_every_version() {
    let mut charts = fixture(include_str!("../../fixtures/charts.json"));
    let id = charts["result"][0]["id"].to_string();
    charts["result"][0]["tags"] = json!([
        { "name": "number", "type": 1 }, { "name": "word", "type": "TagType.custom" }, { "name": "a.b \"c\"" },
        { "name": "owner:1", "type": 3 }, { "name": "type:chart", "type": "TagType.type" }, { "name": "favorited_by:1" },
    ]);
    let (done, out) = run(&list(recorded(), CHARTS, &charts), "");
    done.unwrap();
    let expected = ["SupersetTags.number", "SupersetTags.word", "SupersetTags.\"a.b \\\"c\\\"\""];
    assert_eq!(chart(&out, &id).common.tags[..3], expected);
}

#[test]
fn versions_that_say_less_are_read() {
    let out = dataset(|dataset| {
        for field in ["kind", "catalog", "owners", "metrics", "extra", "schema", "template_params"] {
            dataset[field] = Value::Null;
        }
        dataset["database"] = json!({ "id": 1 });
        dataset["columns"] = json!([{ "column_name": "a" }]);
    });
    let addresses = model(&out, "2");
    assert_eq!((addresses.common.display_name.as_deref(), addresses.project.as_deref()), (Some("addresses"), None));
    let flow = "*:table:shop.public.addresses -> dashboardDataModel:2".to_owned();
    assert!(out.flows().contains(&flow), "the connection tells what kind of database it is: {:?}", out.flows());
    assert_eq!(whole("").data_models().len(), 11);
}

#[test]
fn who_changed_it_last_is_a_property_of_dashboards_charts_and_data_models() {
    let out = whole("");
    let of = |extension: &[(String, String)]| {
        let value = |name| extension.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        (value("changedBy").unwrap(), value("changedOn").unwrap())
    };
    let by_ada = |on: &str| (r#""Ada Min""#.to_owned(), format!("\"{on}\""));
    assert!(out.dashboards().iter().any(|it| of(&it.common.extension) == by_ada("2026-11-23T05:02:35Z")));
    assert!(out.charts().iter().any(|it| of(&it.common.extension) == by_ada("2026-11-23T05:02:30Z")));
    assert!(out.data_models().iter().any(|it| of(&it.common.extension) == by_ada("2026-11-23T05:34:58Z")));
}
