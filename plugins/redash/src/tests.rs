//! The connector over what a real Redash 26.08 said (`fixtures/recorded.json`), and over answers that it was not brought to
//! give (`fixtures/hand-made`, or in the test itself).

mod coverage;
mod recorded;
mod refused;
mod strange;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::entities::{Chart, Dashboard};
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::testing::{ByHeart, Collected};
use serde_json::{Value, json};

use crate::client::{Client, page};
use crate::config::Config;
use crate::list::{ARCHIVE, DASHBOARDS, QUERIES};
use crate::read;

/// Hand-made JSON.
macro_rules! hand_made {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/fixtures/hand-made/",
            $name,
            ".json"
        )))
        .unwrap()
    };
}
pub(crate) use hand_made;

const BAD_KEY: &str = r#"{"message": "Couldn't find resource. Please login and try again."}"#;
const NOT_FOUND: &str = r#"{"message": "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."}"#;
const PAST_END: &str = r#"{"message": "Page is out of range."}"#;
const FIVE: &str = r#", "page-size": 5"#;

fn recorded() -> Value {
    serde_json::from_str(include_str!("../fixtures/recorded.json")).unwrap()
}

/// The recorded server, in pages of five.
fn lab() -> ByHeart {
    let all = recorded();
    let mut server = ByHeart::new("Redash", "redash")
        .json("/api/session", &all["session"])
        .json("/api/data_sources", &all["data_sources"])
        .json("/api/alerts", &all["alerts"])
        .json(&page(ARCHIVE, 1, 5), &listed(&[]));
    for (list, items) in [(QUERIES, "query"), (DASHBOARDS, "dashboard")] {
        let rows = all[list]["results"].as_array().unwrap();
        for (number, some) in (1..).zip(rows.chunks(5)) {
            server = server.json(&page(list, number, 5), &json!({ "count": rows.len(), "results": some }));
        }
        for (id, item) in all[items].as_object().unwrap() {
            server = server.json(&format!("/api/{list}/{id}"), item);
        }
    }
    server
}

/// A server of few hand-made queries and dashboards, in pages of 100.
fn few(queries: &[Value], dashboards: &[Value]) -> ByHeart {
    let mut server = ByHeart::new("Redash", "redash")
        .json("/api/session", &recorded()["session"])
        .json("/api/data_sources", &hand_made!("data-sources"))
        .json("/api/alerts", &hand_made!("alerts"));
    for (list, items) in [(QUERIES, queries), (DASHBOARDS, dashboards)] {
        server = server.json(&page(list, 1, 100), &listed(items));
        for item in items {
            server = server.json(&format!("/api/{list}/{}", item["id"]), item);
        }
    }
    server
}

fn listed(items: &[Value]) -> Value {
    json!({ "count": items.len(), "page": 1, "page_size": 100, "results": items })
}

fn queries() -> Vec<Value> {
    hand_made!("queries").as_array().unwrap().clone()
}

/// Reads with more configuration, such as `, "page-size": 5`.
fn read(server: &dyn Api, more: &str) -> (Result<()>, Collected) {
    let config = format!(r#"{{"url": "http://redash:5000/", "ui-url": "https://redash.example.org"{more}}}"#);
    let mut out = Collected::default();
    let done = read::everything(&Client(server), &Config::parse(&config).unwrap(), &mut out);
    (done, out)
}

fn whole(server: &ByHeart, more: &str) -> Collected {
    let (done, out) = read(server, more);
    done.unwrap();
    out
}

fn chart<'o>(out: &'o Collected, name: &str) -> &'o Chart {
    out.charts().into_iter().find(|chart| chart.common.path == [name]).unwrap()
}

fn dashboard<'o>(out: &'o Collected, name: &str) -> &'o Dashboard {
    out.dashboards().into_iter().find(|dashboard| dashboard.common.path == [name]).unwrap()
}

/// The query whose rows a chart shows.
fn feeding<'o>(out: &'o Collected, chart: &str) -> &'o Query {
    out.queries.iter().find(|query| query.target.as_ref().is_some_and(|end| end.path == [chart])).unwrap()
}

/// How many charts and dashboards the source says there are, of the kinds that were given whole.
fn counted(out: &Collected) -> [Option<u64>; 2] {
    ["chart", "dashboard"].map(|kind| out.complete.iter().find(|(_, found, _)| found == kind).and_then(|found| found.2))
}
