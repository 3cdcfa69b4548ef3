//! Trino and Starburst: catalogs, schemas, tables, views, columns, query history.
//! Never holds a secret or a clock: the host signs requests, the server tells the time.

mod answer;
#[cfg(test)]
mod bad_input;
mod catalogs;
pub mod client;
pub mod columns;
pub mod config;
mod cursor;
mod describe;
mod execute;
mod galaxy;
pub mod history;
#[cfg(test)]
mod live;
pub mod properties;
pub mod relations;
mod scan;
pub mod schema;
mod spool;
mod sql;
mod statistics;
mod steps;
pub mod table;
#[cfg(test)]
mod testing;
pub mod transport;
pub mod types;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::{Host, Output};
use metahost_plugin_sdk::rest::Server;
use metahost_plugin_sdk::sql::{Rows, Statement};
use metahost_plugin_sdk::{Connector, Error, Result, SqlConnector};

use client::Client;
use config::Config;
use galaxy::Galaxy;

/// The connector.
pub struct Trino {
    config: Config,
    client: Client,
    galaxy: Option<Galaxy>,
}

impl Trino {
    /// A connector that reaches the server by another way than the host's HTTP.
    pub fn over(config: &str, transport: Box<dyn transport::Transport>) -> Result<Self> {
        let config = config::parse(config)?;
        let client = Client::new(&config, transport);
        let api = |url: &str| Box::new(Server::new(url, "Starburst Galaxy", galaxy::SLOT));
        let galaxy = config.galaxy.as_ref().map(|there| Galaxy::new(api(&there.url), there.clone()));
        Ok(Self { config, client, galaxy })
    }

    /// The work there is.
    pub fn splits(&self, modes: &[Mode], out: &mut dyn Output) -> Result<Vec<Split>> {
        let mut splits = Vec::new();
        for mode in modes {
            match mode {
                Mode::Entities => splits.extend(catalogs::splits(&self.client, &self.config, out)?),
                Mode::Lineage | Mode::Usage => splits.extend(history::splits(&self.client, &self.config, *mode)?),
                Mode::Profile => splits.extend(statistics::splits(&self.client, &self.config, out)?),
            }
        }
        Ok(splits)
    }

    /// Emits one split.
    pub fn read_into(&self, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
        let path: Vec<&str> = request.split.path.iter().map(String::as_str).collect();
        match (request.split.mode, &path[..]) {
            (Mode::Entities, [catalog]) => {
                let known = self.galaxy.as_ref().map(|galaxy| galaxy.of_catalog(catalog, out)).transpose()?;
                catalogs::read(&self.client, &self.config, catalog, known.unwrap_or_default(), out)
            }
            (Mode::Entities, [catalog, schema]) => {
                let known = self.galaxy.as_ref().map(|galaxy| galaxy.of_schema(catalog, schema, out)).transpose()?;
                schema::read(&self.client, &self.config, (catalog, schema), known, &request.window, out)
            }
            (Mode::Profile, [catalog, schema]) => statistics::read(&self.client, (catalog, schema), out),
            (Mode::Lineage | Mode::Usage, []) => history::read(&self.client, &self.config, request, out),
            _ => Err(Error::Unsupported(format!("the split `{}`", request.split.id))),
        }
    }
}

impl Connector for Trino {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        Self::over(config, Box::new(transport::Host))
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(self, step)
    }

    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        self.splits(modes, &mut Host::default())
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mut out = Host::default();
        self.read_into(&request, &mut out)?;
        out.finish()
    }
}

impl SqlConnector for Trino {
    fn dialect() -> &'static str {
        "trino"
    }

    fn execute(&mut self, statement: Statement) -> Result<Rows> {
        execute::execute(&self.client, &statement)
    }
}

#[cfg(all(target_family = "wasm", feature = "component"))]
metahost_plugin_sdk::register!(Trino, sql);
