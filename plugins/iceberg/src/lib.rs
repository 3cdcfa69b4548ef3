//! Iceberg's catalogs: namespaces, tables and views as their metadata files tell them. Never opens a data file.

mod catalog;
mod config;
mod describe;
mod evolution;
mod manifest;
mod metadata;
mod partition;
mod read;
mod statistics;
mod steps;
mod table;
mod types;
mod view;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::{Host, Output};
use metahost_plugin_sdk::{Connector, Error, Result};

use catalog::Servers;
use config::Config;
use read::Reader;

/// The connector: one configured catalog.
pub struct Iceberg {
    config: Config,
    servers: Servers,
}

impl Connector for Iceberg {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let servers = Servers::of(&config);
        Ok(Self { config, servers })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, catalog::open(&self.servers, &self.config)?.as_ref(), &self.config)
    }

    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let offered = [Mode::Entities, Mode::Profile];
        let wanted: Vec<Mode> = offered.into_iter().filter(|mode| modes.contains(mode)).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        Reader::open(&self.servers, &self.config)?.splits(&wanted)
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        self.read_into(&request, &mut host)?;
        host.finish()
    }
}

impl Iceberg {
    fn read_into(&self, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
        let reader = Reader::open(&self.servers, &self.config)?;
        match (request.split.mode, request.split.path.as_slice()) {
            (Mode::Entities, [_]) => reader.namespaces(out),
            (Mode::Entities, [_, _]) => reader.namespace(&read::levels(&request.split.id)?, out),
            (Mode::Profile, [_, _]) => reader.profiles(&read::levels(&request.split.id)?, out),
            _ => Err(Error::Unsupported(format!("the split `{}`", request.split.id))),
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Iceberg);
