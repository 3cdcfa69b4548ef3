//! Redash: queries with their visualizations as charts, dashboards, and the SQL behind them. Never runs a query.

mod answer;
mod config;
mod dashboards;
mod describe;
mod kinds;
mod list;
mod queries;
mod read;
mod schedule;
mod server;
mod sql;
mod steps;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::Host;
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Connector, Result};

use config::{Config, SLOT};
use server::Redash as Strict;

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
        let server = Box::new(Strict(Server::new(&config.url, "Redash", SLOT)));
        Ok(Self { config, server })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, self.server.as_ref(), &self.config)
    }

    /// One piece: dashboards refer to the charts of queries.
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
metahost_plugin_sdk::register!(Redash);
