//! Dagster: asset groups, jobs or assets as pipelines, their runs and lineage. Never asks for the whole graph at once,
//! and never takes code that could not be loaded for code that is gone.

mod answer;
mod assets;
mod config;
mod describe;
mod graphql;
mod jobs;
mod lineage;
mod queries;
mod runs;
mod schedule;
mod steps;
mod text;
mod workspace;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::output::{Host, Output, or_skip};
use metahost_plugin_sdk::{Connector, Result};

use config::Config;
use graphql::{Ask, Server};
use schedule::Triggers;
use workspace::Code;

/// The connector: one configured Dagster.
pub struct Dagster {
    config: Config,
    server: Box<dyn Ask>,
}

impl Connector for Dagster {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let server = Box::new(Server::new(&config));
        Ok(Self { config, server })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, self.server.as_ref(), &self.config)
    }

    /// One piece: pipelines of one location refer to assets of another.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let split = Split { id: "pipelines".to_owned(), path: Vec::new(), mode: Mode::Entities, weight: None };
        Ok(if modes.contains(&Mode::Entities) { vec![split] } else { Vec::new() })
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        self.read_into(&request, &mut host)?;
        host.finish()
    }
}

impl Dagster {
    /// Pipelines first, then what refers to them.
    fn read_into(&self, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
        let found = workspace::code(self.server.as_ref(), out)?;
        let mut reading = Reading { pipelines: 0, whole: found.whole, groups: Vec::new() };
        for code in &found.code {
            let triggers = Triggers::read(self.server.as_ref(), code)?;
            match self.config.mode {
                config::Mode::Job => self.jobs(code, &triggers, &mut reading, out)?,
                config::Mode::AssetGroup | config::Mode::Asset => self.groups(code, &triggers, &mut reading, out)?,
            }
        }
        if reading.whole {
            out.complete(&[], "pipeline", Some(reading.pipelines))?;
        }
        lineage::emit(&self.config.tables, &reading.groups, out)?;
        runs::emit(self.server.as_ref(), &self.config, &found.code, &reading.groups, request, out)
    }

    fn groups(&self, code: &Code, triggers: &Triggers, reading: &mut Reading, out: &mut dyn Output) -> Result<()> {
        for name in code.groups(&self.config) {
            let read = assets::read(self.server.as_ref(), &self.config, code, name);
            for group in reading.or_skip(read, &[&code.location, name], out)?.unwrap_or_default() {
                out.entity(Entity::Pipeline(group.entity(&self.config, code, triggers)))?;
                reading.pipelines += 1;
                reading.groups.push(group);
            }
        }
        Ok(())
    }

    fn jobs(&self, code: &Code, triggers: &Triggers, reading: &mut Reading, out: &mut dyn Output) -> Result<()> {
        for job in &code.jobs {
            let read = jobs::read(self.server.as_ref(), &self.config, code, triggers, job);
            if let Some(pipeline) = reading.or_skip(read, &[&code.location, job], out)? {
                out.entity(Entity::Pipeline(pipeline))?;
                reading.pipelines += 1;
            }
        }
        Ok(())
    }
}

/// How far a read came.
struct Reading {
    pipelines: u64,
    whole: bool,
    groups: Vec<assets::Group>,
}

impl Reading {
    /// One item that Dagster can't tell is named and left out; a server that is gone or refuses ends the read.
    fn or_skip<T>(&mut self, read: Result<T>, path: &[&str], out: &mut dyn Output) -> Result<Option<T>> {
        let found = or_skip(out, path, read)?;
        self.whole &= found.is_some();
        Ok(found)
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Dagster);
