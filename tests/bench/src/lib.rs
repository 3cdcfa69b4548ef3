//! A guest that makes tables without a server: what building and emitting them costs in the sandbox. Never shipped.

pub mod tables;

use core::hint::black_box;

use metahost_plugin_sdk::connector::{Capabilities, Descriptor, Mode, ReadRequest, Split, Summary, TestStep};
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::{Connector, Emitter, Error, Result, parse_config};
use metahost_plugin_trino::properties::Properties;
use metahost_plugin_trino::table::{database, schema};
use serde::Deserialize;
use tables::{CATALOG, SCHEMA};

/// What to do.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Work {
    /// Build tables and drop them.
    Build,
    /// Build tables and emit them.
    Emit,
    /// Emit one table of nested columns.
    Nested,
}

/// What the host configures.
#[derive(Deserialize)]
struct Config {
    work: Work,
    #[serde(default)]
    tables: u32,
    #[serde(default)]
    columns: usize,
}

/// The guest.
pub struct Bench(Config);

impl Connector for Bench {
    fn describe() -> Descriptor {
        Descriptor {
            name: "bench".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            service_type: "Trino".to_owned(),
            service_kind: "databaseService".to_owned(),
            capabilities: Capabilities::ENTITIES,
            config_schema: include_str!("../config.schema.json").to_owned(),
            credentials: Vec::new(),
            test_steps: vec![TestStep {
                name: "CheckAccess".to_owned(),
                description: "Always succeeds.".to_owned(),
                mandatory: true,
                short_circuit: true,
            }],
            documentation: "Makes tables without a server.".to_owned(),
        }
    }

    fn open(config: &str) -> Result<Self> {
        parse_config(config).map(Self)
    }

    fn test(&mut self, _step: &str) -> Result<String> {
        Ok("nothing to reach".to_owned())
    }

    fn discover(&mut self, _modes: &[Mode]) -> Result<Vec<Split>> {
        Ok(vec![Split { id: CATALOG.to_owned(), path: vec![CATALOG.to_owned()], mode: Mode::Entities, weight: None }])
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        if request.split.id != CATALOG {
            return Err(Error::Unsupported(request.split.id));
        }
        let mut emitter = Emitter::new();
        emitter.entity(Entity::Database(database(CATALOG, None)))?;
        emitter.entity(Entity::Schema(schema(CATALOG, SCHEMA, &Properties::default())))?;
        self.work(&mut emitter)?;
        Ok(Summary { emitted: emitter.finish()?, skipped: 0 })
    }
}

impl Bench {
    fn work(&self, emitter: &mut Emitter) -> Result<()> {
        let Config { work, tables, columns } = self.0;
        match work {
            Work::Build => (0..tables).for_each(|number| drop(black_box(tables::typical(number, columns)))),
            Work::Emit => {
                (0..tables).try_for_each(|number| emitter.entity(Entity::Table(tables::typical(number, columns))))?;
            }
            Work::Nested => emitter.entity(Entity::Table(tables::nested(columns)))?,
        }
        Ok(())
    }
}

#[cfg(target_family = "wasm")]
metahost_plugin_sdk::register!(Bench);
