//! Dagster: asset groups, jobs or assets as pipelines, their runs, checks and lineage. Never asks for the whole graph at
//! once, and never takes code that could not be loaded for code that is gone.

mod answer;
mod assets;
mod checks;
mod config;
mod describe;
mod executions;
mod freshness;
mod graphql;
mod group;
mod jobs;
mod lineage;
mod makers;
mod optional;
mod queries;
mod reading;
mod runs;
mod schedule;
mod steps;
mod tables;
mod task;
mod text;
mod workspace;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::Host;
use metahost_plugin_sdk::rest;
use metahost_plugin_sdk::{Connector, Result};

use config::{Config, SLOT};
use graphql::Server;
use reading::Reading;

/// The connector: one configured Dagster.
pub struct Dagster {
    config: Config,
    server: Server,
}

impl Connector for Dagster {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let server = Server::new(Box::new(rest::Server::new(config.base(), "Dagster", SLOT)));
        Ok(Self { config, server })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, &self.server, &self.config, &mut Host::default())
    }

    /// One piece: pipelines of one location refer to assets of another.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let split = Split { id: "pipelines".to_owned(), path: Vec::new(), mode: Mode::Entities, weight: None };
        Ok(if modes.contains(&Mode::Entities) { vec![split] } else { Vec::new() })
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        Reading::new(&self.server, &self.config, &mut host).run(&request)?;
        host.finish()
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Dagster);
