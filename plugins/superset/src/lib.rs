//! Superset: datasets as data models, charts and dashboards, and the tables they read. Never takes what the user may not
//! see for what is not there.

mod answer;
mod charts;
mod config;
mod dashboards;
mod databases;
mod datasets;
mod describe;
mod expressions;
mod jinja;
mod list;
mod people;
mod place;
mod read;
mod steps;
mod text;
mod types;
mod virtual_sql;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::Host;
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Connector, Result};

use config::{Config, SLOT};

/// The connector: one configured Superset.
pub struct Superset {
    config: Config,
    server: Box<dyn Api>,
}

impl Connector for Superset {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let server = Box::new(Server::new(&config.url, "Superset", SLOT));
        Ok(Self { config, server })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, self.server.as_ref(), &self.config)
    }

    /// One piece: dashboards refer to charts, and charts to datasets.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let split = Split { id: "dashboards".to_owned(), path: Vec::new(), mode: Mode::Entities, weight: None };
        Ok(if modes.contains(&Mode::Entities) { vec![split] } else { Vec::new() })
    }

    fn read(&mut self, _: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        read::everything(self.server.as_ref(), &self.config, &mut host)?;
        host.finish()
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Superset);
