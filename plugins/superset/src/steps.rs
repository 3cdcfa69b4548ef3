//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};

use crate::config::Config;
use crate::list::{CHARTS, DASHBOARDS, DATABASES, DATASETS, List, count};

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("CheckAccess", "Superset answers and knows the user.", true),
        test_step("GetDashboards", "The user sees dashboards.", true),
        test_step("GetCharts", "The user sees charts.", false),
        test_step("GetDatasets", "The user sees datasets.", false),
        test_step("GetDatabases", "The user sees how databases are reached, for lineage.", false),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, server: &dyn Api, config: &Config) -> Result<String> {
    match step {
        "CheckAccess" => {
            let me = server.get("/api/v1/me/")?;
            let name = me["result"]["username"].as_str().unwrap_or("a user without a name");
            Ok(format!("{} knows {name}", config.url))
        }
        "GetDashboards" => some(server, DASHBOARDS),
        "GetCharts" => some(server, CHARTS),
        "GetDatasets" => some(server, DATASETS),
        "GetDatabases" => some(server, DATABASES),
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

/// A user without rights gets empty lists, not a refusal.
fn some(server: &dyn Api, list: List) -> Result<String> {
    match count(server, list)? {
        0 => Err(protocol(format!("the user sees no {}; has it a role that may?", list.name))),
        count => Ok(format!("{count} of them")),
    }
}
