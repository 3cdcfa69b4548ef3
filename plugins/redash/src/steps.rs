//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};

use crate::config::Config;
use crate::list::{DASHBOARDS, QUERIES, count};

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("CheckAccess", "Redash answers and takes the key.", true),
        test_step("GetQueries", "The key's user sees queries.", true),
        test_step("GetDashboards", "The key's user sees dashboards.", false),
        test_step("GetDataSources", "The key's user sees data sources, for the dialect of queries.", false),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, server: &dyn Api, config: &Config) -> Result<String> {
    match step {
        "CheckAccess" => {
            let session = server.get("/api/session")?;
            let version = session["client_config"]["version"].as_str().unwrap_or("of an unknown version");
            let user = session["user"]["email"].as_str().unwrap_or("a user without an address");
            Ok(format!("Redash {version} at {} knows {user}", config.url))
        }
        "GetQueries" => some(server, QUERIES),
        "GetDashboards" => some(server, DASHBOARDS),
        "GetDataSources" => {
            let sources = server.get("/api/data_sources")?;
            Ok(format!("{} data sources", sources.as_array().map_or(0, Vec::len)))
        }
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

fn some(server: &dyn Api, list: &str) -> Result<String> {
    match count(server, list)? {
        0 => Err(protocol(format!("the key's user sees no {list}; is it in a group that may?"))),
        count => Ok(format!("{count} {list}")),
    }
}
