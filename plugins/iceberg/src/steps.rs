//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Error, Result, test_step};

use crate::catalog::Catalog;
use crate::config::Config;

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("CheckAccess", "The catalog answers and takes the credential.", true),
        test_step("GetNamespaces", "Namespaces can be listed.", true),
        test_step("GetTables", "The tables of a namespace can be listed.", false),
        test_step("GetViews", "The views of a namespace can be listed.", false),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, server: &dyn Api, config: &Config) -> Result<String> {
    let catalog = Catalog::open(server, config)?;
    let count = |kind: &str| -> Result<String> {
        let mut count = 0;
        for namespace in catalog.namespaces()? {
            count += catalog.names(&namespace, kind)?.len();
        }
        Ok(format!("{count} {kind}"))
    };
    match step {
        "CheckAccess" => Ok(format!("{} answers", config.url)),
        "GetNamespaces" => Ok(format!("{} namespaces", catalog.namespaces()?.len())),
        "GetTables" => count("tables"),
        "GetViews" if !catalog.has_views() => Ok("this catalog keeps no views".to_owned()),
        "GetViews" => count("views"),
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}
