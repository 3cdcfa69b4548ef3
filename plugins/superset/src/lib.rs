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
mod queries;
mod read;
mod rules;
mod steps;
mod text;
mod types;
mod virtual_sql;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::{Host, Output};
use metahost_plugin_sdk::rest::{Api, Server};
use metahost_plugin_sdk::{Connector, Result, protocol};

use config::{Config, SLOT};

const DASHBOARDS: &str = "dashboards";
const SAVED: &str = "usage:saved-queries";
const RAN: &str = "usage:sql-lab";
const MOVED: &str = "lineage:sql-lab";
const SPLITS: [(&str, Mode); 4] =
    [(DASHBOARDS, Mode::Entities), (SAVED, Mode::Usage), (RAN, Mode::Usage), (MOVED, Mode::Lineage)];

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

    /// One piece for dashboards, as these refer to charts, and charts to datasets; queries by themselves.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let wanted = SPLITS.iter().filter(|(_, mode)| modes.contains(mode));
        let split =
            |(id, mode): &(&str, Mode)| Split { id: (*id).to_owned(), path: Vec::new(), mode: *mode, weight: None };
        Ok(wanted.map(split).collect())
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let mut host = Host::default();
        read_into(self.server.as_ref(), &self.config, &request, &mut host)?;
        host.finish()
    }
}

fn read_into(server: &dyn Api, config: &Config, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
    match request.split.id.as_str() {
        DASHBOARDS => read::everything(server, config, out),
        SAVED => queries::saved(server, config, request, out),
        RAN | MOVED => queries::ran(server, config, request, out),
        other => Err(protocol(format!("`{other}` is no split of this connector"))),
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Superset);
