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
mod lineage;
mod mapper;
mod pages;
mod pipeline;
mod place;
mod public;
mod runs;
mod schedule;
mod spelling;
mod steps;

use std::cell::RefCell;
use std::collections::BTreeSet;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::output::{Host, Output, or_skip};
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Connector, Result};

use airbyte::{Items, nothing};
use config::{Config, Kind};
use configuration::Configuration;
use connection::{Connection, Side};
use cursor::Cursor;
use ends::Ends;
use lineage::Lineage;
use pipeline::Named;
use public::Public;

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

    /// Pipelines first, then what refers to them.
    fn read_into(&self, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
        let server = self.server.as_ref();
        let mut cursor = Cursor::read(request)?;
        let (all, listed) = self.connections(out)?;
        let mut ends = Ends::new(self.config.versions);
        for of in &all {
            self.pipeline(of, &mut ends, out)?;
        }
        if listed && ends.whole() {
            out.complete(&[], "pipeline", Some(all.len() as u64))?;
        }
        let mut lineage = Lineage::new(server, &self.config, &ends);
        all.iter().try_for_each(|of| lineage.emit(of, out))?;
        for (done, of) in all.iter().enumerate() {
            runs::emit(server, &self.config, of, request, &mut cursor, out)?;
            out.progress("jobs of connections", done as u64 + 1, Some(all.len() as u64));
        }
        if listed {
            let ids: BTreeSet<&str> = all.iter().map(|of| of.connection.id.as_str()).collect();
            cursor.keep(|id| ids.contains(id));
        }
        out.checkpoint(&cursor.bytes()?)
    }

    /// All connections with their names, and whether every one could be read.
    fn connections(&self, out: &mut dyn Output) -> Result<(Vec<Named>, bool)> {
        let (mut all, mut ids, mut whole) = (Vec::new(), BTreeSet::new(), true);
        let workspaces = each(self.server.workspaces(&self.config.workspaces)?, "workspace", &mut whole, out)?;
        for workspace in &workspaces {
            let listed = or_skip(out, &["workspace", &workspace.name], self.server.connections(workspace))?;
            whole &= listed.is_some();
            let found = each(listed.unwrap_or_default(), &workspace.name, &mut whole, out)?;
            let new = found.into_iter().filter(|connection| ids.insert(connection.id.clone()));
            all.extend(new.map(|connection| (workspace.clone(), connection)));
        }
        match (all.is_empty() && whole, workspaces.is_empty()) {
            (true, true) => Err(nothing("no workspace")),
            (true, false) => Err(nothing("no connection in any workspace")),
            (false, _) => Ok((pipeline::named(all), whole)),
        }
    }

    fn pipeline(&self, of: &Named, ends: &mut Ends, out: &mut dyn Output) -> Result<()> {
        let Connection { source, destination, .. } = &of.connection;
        ends.learn(self.server.as_ref(), Side::Source, source, out)?;
        ends.learn(self.server.as_ref(), Side::Destination, destination, out)?;
        let (source, destination) = (ends.get(Side::Source, source), ends.get(Side::Destination, destination));
        out.entity(Entity::Pipeline(of.entity(&self.config, source, destination)))
    }
}

/// The items that could be read; the others are named and left out.
fn each<T>(items: Items<T>, above: &str, whole: &mut bool, out: &mut dyn Output) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for (name, item) in items {
        let item = or_skip(out, &[above, &name], item)?;
        *whole &= item.is_some();
        found.extend(item);
    }
    Ok(found)
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Airbyte);
