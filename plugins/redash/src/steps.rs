//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::rest::parse;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};

use crate::answer::DataSource;
use crate::client::Client;
use crate::config::Config;
use crate::list::{DASHBOARDS, QUERIES};
use crate::sources;

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
pub fn run(step: &str, client: &Client, config: &Config) -> Result<String> {
    match step {
        "CheckAccess" => {
            let session = client.session()?;
            let version = session.client_config.version.unwrap_or_else(|| "of an unknown version".to_owned());
            let user = session.user.email.unwrap_or_else(|| "a user without an address".to_owned());
            Ok(format!("Redash {version} at {} knows {user}", config.base()))
        }
        "GetQueries" => some(client, QUERIES),
        "GetDashboards" => some(client, DASHBOARDS),
        "GetDataSources" => data_sources(client, config),
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

fn some(client: &Client, list: &str) -> Result<String> {
    match client.page(list, 1, 1)?.map_or(0, |page| page.count) {
        0 => Err(protocol(format!("the key's user sees no {list}; is it in a group that may?"))),
        count => Ok(format!("{count} {list}")),
    }
}

fn data_sources(client: &Client, config: &Config) -> Result<String> {
    let all: Vec<DataSource> = parse("the list of data sources", client.get(sources::PATH)?)?;
    let names: Vec<&str> = all.iter().map(|source| source.name.as_str()).collect();
    let found = format!("{} data sources: {}", names.len(), names.join(", "));
    match config.unknown(&all).next() {
        Some(name) => Err(protocol(format!(
            "`data-sources` names `{name}`, which is neither name nor type of a data source; there are {found}"
        ))),
        None => Ok(found),
    }
}
