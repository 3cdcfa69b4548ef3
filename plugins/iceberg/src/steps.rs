//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::{Error, Result, test_step};

use crate::catalog::{Catalog, Held};
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
pub fn run(step: &str, catalog: &dyn Catalog, config: &Config) -> Result<String> {
    match step {
        "CheckAccess" => catalog.check().map(|()| format!("{} answers", config.url)),
        "GetNamespaces" => Ok(format!("{} namespaces", catalog.namespaces()?.len())),
        "GetTables" => count(catalog, Held::Tables),
        "GetViews" if !catalog.has_views() => Ok("this catalog keeps no views".to_owned()),
        "GetViews" => count(catalog, Held::Views),
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

fn count(catalog: &dyn Catalog, held: Held) -> Result<String> {
    let (mut count, mut others) = (0, 0);
    for namespace in catalog.namespaces()? {
        let listing = catalog.list(&namespace, held)?;
        (count, others) = (count + listing.listed.len(), others + listing.others);
    }
    let beside = if others > 0 { format!(", and {others} that are not Iceberg's") } else { String::new() };
    Ok(format!("{count} {}{beside}", held.name()))
}
