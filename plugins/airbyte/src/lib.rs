//! Airbyte: connections as pipelines, their jobs, and lineage from source to destination. Never starts or changes
//! anything in Airbyte, and never takes what could not be read for what is gone.

mod airbyte;
mod answer_config;
mod answer_job;
mod answer_public;
mod config;
mod configuration;
mod connection;
mod cursor;
mod describe;
mod ends;
mod folder;
mod images;
mod lineage;
mod mapper;
mod names;
mod pages;
mod pipeline;
mod place;
mod public;
mod read;
mod runs;
mod schedule;
mod spelling;
mod steps;

use std::cell::RefCell;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::{Host, Output};
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Connector, Result};

use config::{Config, Kind};
use configuration::Configuration;
use public::Public;
use read::Read;

/// The connector: one configured Airbyte.
pub struct Airbyte {
    config: Config,
    server: Box<dyn airbyte::Airbyte>,
}

impl Connector for Airbyte {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let server = Server::new(&config.base(), "Airbyte", config::SLOT);
        Ok(Self::over(config, Box::new(server)))
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, self.server.as_ref(), &self.config)
    }

    /// One piece: workspaces may share names, and one answer is enough for all.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let split = Split { id: "connections".to_owned(), path: Vec::new(), mode: Mode::Entities, weight: None };
        Ok(if modes.contains(&Mode::Entities) { vec![split] } else { Vec::new() })
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        self.read_into(&request, &mut host)?;
        host.finish()
    }
}

impl Airbyte {
    /// The connector over something that answers.
    fn over(config: Config, api: Box<dyn Api>) -> Self {
        let server: Box<dyn airbyte::Airbyte> = match config.api {
            Kind::Public => Box::new(Public { api, page_size: config.page_size, images: RefCell::default() }),
            Kind::Config => Box::new(Configuration::new(api, config.page_size)),
        };
        Self { config, server }
    }

    fn read_into(&self, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
        Read::new(self.server.as_ref(), &self.config, request, out)?.run()
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Airbyte);
