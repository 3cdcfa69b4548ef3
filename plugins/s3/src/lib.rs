//! S3 and what speaks like it: buckets, and the tables of files in them. Reads listings, headers and footers, never a whole
//! file.

mod ahead;
mod answer;
mod config;
mod container;
mod describe;
mod detect;
mod emit;
mod folder;
mod inventory;
mod link;
mod manifest;
mod partition;
mod ranges;
mod read;
mod rows;
mod schema;
mod steps;
mod store;
mod stream;
mod table;

use metahost_plugin_sdk::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use metahost_plugin_sdk::output::Host;
use metahost_plugin_sdk::{Connector, Error, Result};

use config::Config;
use store::{Http, Store};

/// The connector: one configured store.
pub struct S3 {
    config: Config,
    store: Box<dyn Store>,
}

impl Connector for S3 {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn open(config: &str) -> Result<Self> {
        let config = Config::parse(config)?;
        let store = Box::new(Http::open(&config)?);
        Ok(Self { config, store })
    }

    fn test(&mut self, step: &str) -> Result<String> {
        steps::run(step, self.store.as_ref(), &self.config)
    }

    /// One piece a bucket.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        if !modes.contains(&Mode::Entities) {
            return Ok(Vec::new());
        }
        let split =
            |bucket: String| Split { id: bucket.clone(), path: vec![bucket], mode: Mode::Entities, weight: None };
        Ok(read::buckets(self.store.as_ref(), &self.config)?.into_iter().map(split).collect())
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        let [bucket] = request.split.path.as_slice() else {
            return Err(Error::Unsupported(format!("the split `{}`", request.split.id)));
        };
        let mut host = Host::default();
        read::bucket(self.store.as_ref(), &self.config, bucket, &mut host)?;
        host.finish()
    }
}

#[cfg(test)]
mod tests;

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(S3);
