//! dbt artifacts: models, tests, lineage and documentation of warehouse tables.
//! Owns no table: it annotates those of another source, so it never says that a listing is complete.

mod annotate;
mod artifacts;
mod checks;
mod config;
mod describe;
mod leftovers;
mod lineage;
mod location;
mod metrics;
mod project;
mod row_counts;
mod steps;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::{Host, Output};
use metahost_plugin_sdk::{Connector, Error, Result};

use config::Config;
use location::Location;
use project::changes;
use project::load::{Loader, manifests, not_empty};

/// The connector: one configured place of artifacts.
pub struct Dbt {
    config: Config,
    location: Box<dyn Location>,
}

impl Connector for Dbt {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let location = location::open(&config)?;
        Ok(Self { config, location })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, self.location.as_ref(), &self.config, &mut Host::default())
    }

    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let mut splits = Vec::new();
        for manifest in manifests(self.location.as_ref(), &self.config)? {
            for mode in [Mode::Entities, Mode::Lineage].into_iter().filter(|mode| modes.contains(mode)) {
                let id = format!("{}:{}", label(mode)?, manifest.name);
                splits.push(Split { id, path: Vec::new(), mode, weight: manifest.size });
            }
        }
        Ok(splits)
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mode = request.split.mode;
        let prefix = format!("{}:", label(mode)?);
        let manifest = request.split.id.strip_prefix(&prefix);
        let manifest = manifest.ok_or_else(|| Error::Unsupported(format!("the split `{}`", request.split.id)))?;
        self.location.since(request.window.since);
        let mut host = Host::default();
        read(self.location.as_ref(), &self.config, manifest, mode, request.cursor.as_deref(), &mut host)?;
        host.finish()
    }
}

/// Emits what one project says.
fn read(
    location: &dyn Location,
    config: &Config,
    manifest: &str,
    mode: Mode,
    cursor: Option<&[u8]>,
    out: &mut dyn Output,
) -> Result<()> {
    let entities = mode == Mode::Entities;
    let project = Loader { location, config, manifest }.load(entities, out)?;
    not_empty(&project, manifest)?;
    leftovers::tell_unusable(&project, out);
    if !entities {
        return lineage::emit(&project, config, out);
    }
    leftovers::tell_rest(&project, config, out);
    annotate::emit(&project, config, out)?;
    if config.row_counts {
        row_counts::emit(&project, out)?;
    }
    if config.metrics {
        metrics::emit(&project, config, out)?;
    }
    if config.include_tests {
        checks::emit(&project, config, out)?;
    }
    changes::tell(&project, cursor, out)
}

/// How a split of this mode is called.
fn label(mode: Mode) -> Result<&'static str> {
    match mode {
        Mode::Entities => Ok("entities"),
        Mode::Lineage => Ok("lineage"),
        Mode::Usage | Mode::Profile => Err(Error::Unsupported("usage and profile of dbt artifacts".to_owned())),
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Dbt);
