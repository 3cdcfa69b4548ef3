//! The Redash connector through the whole binary, from a stand-in for Redash that repeats what a real one said, with its
//! pages, limits and refusals.

use anyhow::{Context, Result};
use metahost_e2e::answers::{Asked, answering};
use metahost_e2e::{Landing, Project, root, sum};
use serde_json::{Value, json};

const METADATA: &str = "openmetadata__redash__metadata";
const KEY: &str = "k3y-of-a-user";

fn recorded() -> Result<Value> {
    let file = root().join("plugins/redash/fixtures/recorded.json");
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}

/// A page of a list as Redash gives it.
fn page(list: &Value, asked: &Asked) -> (u16, Value) {
    let (number, size) = (asked.number("page", 1), asked.number("page_size", 25));
    let rows = list["results"].as_array().cloned().unwrap_or_default();
    if size > 250 {
        return (400, json!({ "message": "Page size is out of range (1-250)." }));
    }
    if number > 1 && (number - 1) * size >= rows.len() {
        return (400, json!({ "message": "Page is out of range." }));
    }
    let some: Vec<Value> = rows.iter().skip((number - 1) * size).take(size).cloned().collect();
    (200, json!({ "count": rows.len(), "page": number, "page_size": size, "results": some }))
}

fn answer(all: &Value, asked: &Asked) -> (u16, Value) {
    if asked.authorization != format!("Key {KEY}") {
        return (404, json!({ "message": "Couldn't find resource. Please login and try again." }));
    }
    let parts: Vec<&str> = asked.path.trim_start_matches("/api/").split('/').collect();
    let found = match parts.as_slice() {
        ["session" | "data_sources" | "alerts"] => &all[parts[0]],
        ["queries" | "dashboards"] => return page(&all[parts[0]], asked),
        ["queries", id] => &all["query"][id],
        ["dashboards", id] => &all["dashboard"][id],
        _ => &Value::Null,
    };
    if found.is_null() {
        (404, json!({ "message": "The requested URL was not found on the server." }))
    } else {
        (200, found.clone())
    }
}

fn source(url: &str) -> String {
    format!(
        "[sources.redash]\nplugin = \"redash\"\nallow-private = true\nconfig = {{ url = \"{url}\", page-size = 3 }}\n\
         [sources.redash.credentials.redash]\nkind = \"api-key\"\nheader = \"Authorization\"\nprefix = \"Key \"\nvalue = \"env:KEY\"\n"
    )
}

fn stand_in() -> Result<String> {
    let all = recorded()?;
    answering(move |asked| {
        let (status, body) = answer(&all, asked);
        (status, body.to_string())
    })
}

fn lands(version: &str) -> Result<()> {
    let landing = Landing::new(&source(&stand_in()?), version)?.env("KEY", KEY);
    let report = landing.lands(&[METADATA])?;
    assert_eq!(sum(&report, Some("chart"), "created"), 20, "{report:#}");
    assert_eq!(sum(&report, Some("dashboard"), "created"), 6, "{report:#}");
    let board = landing.server.get("dashboards/name/redash.1?fields=charts,tags")?;
    let names: Vec<&str> =
        board["charts"].as_array().context("no charts")?.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names.len(), 3, "{board:#}");
    assert!(names.contains(&"2_5"), "{names:?}");
    Ok(())
}

#[test]
fn version_1_7_takes_charts_and_dashboards() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_charts_and_dashboards() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_charts_and_dashboards() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn a_wrong_key_is_named_and_not_shown() -> Result<()> {
    let project = Project::new(&source(&stand_in()?))?.env("KEY", "hunter2-is-wrong");
    let finished = project.run(&["run", METADATA])?.expect_code(5)?;
    assert!(finished.all().contains("credentials.redash"), "{}", finished.all());
    assert!(!finished.all().contains("hunter2"), "{}", finished.all());
    let checked = project.run(&["check", "redash"])?.expect_code(5)?;
    assert!(checked.out.contains("FAIL  source redash CheckAccess"), "{}", checked.all());
    Ok(())
}
