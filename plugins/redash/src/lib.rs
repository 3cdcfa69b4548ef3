//! Redash: queries with their visualizations as charts, dashboards, and the SQL behind them. Never runs a query.

mod alerts;
mod answer;
mod chart;
mod client;
mod config;
mod dashboard;
mod describe;
mod kinds;
mod lineage;
mod list;
mod parameters;
mod read;
mod references;
mod schedule;
mod sources;
mod steps;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::Host;
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Connector, Result};

use client::Client;
use config::{Config, SLOT};

/// The connector: one configured Redash.
pub struct Redash {
    config: Config,
    server: Box<dyn Api>,
}

impl Connector for Redash {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let server = Box::new(Server::new(config.base(), "Redash", SLOT));
        Ok(Self { config, server })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, &Client(self.server.as_ref()), &self.config)
    }

    /// One piece: dashboards show charts of any query, and queries read each other.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let split = Split { id: "dashboards".to_owned(), path: Vec::new(), mode: Mode::Entities, weight: None };
        Ok(if modes.contains(&Mode::Entities) { vec![split] } else { Vec::new() })
    }

    /// Everything each time: what did not change must be seen, too, lest it count as gone.
    fn read(&mut self, _: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        read::everything(&Client(self.server.as_ref()), &self.config, &mut host)?;
        host.finish()
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Redash);
