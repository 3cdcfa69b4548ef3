//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::{Error, Result, protocol};

use crate::artifacts::catalog::Catalog;
use crate::config::Config;
use crate::location::Location;
use crate::project::load::{Loader, manifests};
use metahost_plugin_sdk::output::Output;

/// Runs one step; the text says what was found.
pub fn run(step: &str, location: &dyn Location, config: &Config, out: &mut dyn Output) -> Result<String> {
    match step {
        "CheckArtifacts" => location.check(),
        "GetManifest" => each(location, config, out, |loader, out| {
            let manifest = loader.manifest(out)?;
            let nodes = manifest.nodes.map_or(0, |nodes| nodes.items.len());
            let version = &manifest.metadata.dbt_version;
            Ok(format!("{nodes} nodes, {} sources, dbt {version}", manifest.sources.items.len()))
        }),
        "GetCatalog" => each(location, config, out, |loader, out| {
            let catalog: Option<Catalog> = loader.optional("catalog", &config.catalog, out)?;
            let catalog = catalog.ok_or_else(|| protocol("there is no catalog: run `dbt docs generate`"))?;
            let nodes = catalog.nodes.map_or(0, |nodes| nodes.items.len());
            Ok(format!("{} relations", nodes + catalog.sources.items.len()))
        }),
        "GetRunResults" => each(location, config, out, |loader, out| match loader.results(out)?.len() {
            0 => Err(protocol("there are no results of a command that builds or tests: run `dbt build`")),
            nodes => Ok(format!("results of {nodes} nodes")),
        }),
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

/// Runs a check for each project.
fn each(
    location: &dyn Location,
    config: &Config,
    out: &mut dyn Output,
    check: impl Fn(&Loader<'_>, &mut dyn Output) -> Result<String>,
) -> Result<String> {
    let mut lines = Vec::new();
    for found in manifests(location, config)? {
        let loader = Loader { location, config, manifest: &found.name };
        lines.push(format!("{}: {}", found.name, check(&loader, out)?));
    }
    Ok(lines.join("\n"))
}
