//! A guest that misbehaves on request, for the sandbox tests: one of its splits does what the configuration names,
//! the other is well-behaved and must land. Never shipped.

mod misdeeds;
mod rows;

use metahost_plugin_sdk::connector::{
    Capabilities, CredentialSlot, Descriptor, Mode, ReadRequest, Split, Summary, TestStep,
};
use metahost_plugin_sdk::entities::{Column, Common, Database, Entity, Schema, Table, TableKind};
use metahost_plugin_sdk::output::{Host, Output as _};
use metahost_plugin_sdk::{Connector, Emitter, Error, Result, parse_config, register};
use misdeeds::Misdeed;
use serde::Deserialize;

#[derive(Deserialize)]
/// Which misdeed.
pub struct Config {
    misdeed: Misdeed,
    /// The database it writes to.
    #[serde(default)]
    database: String,
}

/// The guest.
pub struct Hostile(Config);

impl Connector for Hostile {
    fn describe() -> Descriptor {
        Descriptor {
            name: "hostile".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            service_type: "CustomDatabase".to_owned(),
            service_kind: "databaseService".to_owned(),
            capabilities: Capabilities::ENTITIES | Capabilities::PROFILE,
            config_schema: include_str!("../config.schema.json").to_owned(),
            credentials: vec![CredentialSlot {
                name: "secret".to_owned(),
                description: "A secret it would like to see.".to_owned(),
                kinds: vec!["bearer".to_owned(), "basic".to_owned()],
                required: false,
            }],
            test_steps: vec![TestStep {
                name: "CheckAccess".to_owned(),
                description: "Always succeeds.".to_owned(),
                mandatory: true,
                short_circuit: true,
            }],
            documentation: "Misbehaves on request.".to_owned(),
        }
    }

    fn open(config: &str) -> Result<Self> {
        parse_config(config).map(Self)
    }

    fn test(&mut self, _step: &str) -> Result<String> {
        Ok("up to no good".to_owned())
    }

    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>> {
        let split = |id: &str, mode| Split { id: id.to_owned(), path: vec![id.to_owned()], mode, weight: None };
        Ok(modes.iter().flat_map(|mode| [split("bad", *mode), split("good", *mode)]).collect())
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
        if request.split.mode == Mode::Profile {
            return self.profile(&request.split.id);
        }
        let mut emitter = Emitter::new();
        match request.split.id.as_str() {
            "good" => emit_good(&mut emitter)?,
            "bad" => self.0.misdeed.commit(&mut emitter, &self.0.database)?,
            other => return Err(Error::Unsupported(other.to_owned())),
        }
        let lie = u64::from(matches!(self.0.misdeed, Misdeed::Lie) && request.split.id == "bad");
        Ok(Summary { emitted: emitter.finish()? + lie, skipped: 0 })
    }
}

impl Hostile {
    /// Rows of the table of a split.
    fn profile(&self, split: &str) -> Result<Summary> {
        let mut host = Host::default();
        if split == "good" {
            for piece in [rows::of(1..=3)?, rows::of(4..=5)?] {
                host.rows(&["good", "well", "behaved"].map(str::to_owned), &piece)?;
            }
        } else if let Some(piece) = self.0.misdeed.rows() {
            host.rows(&["bad", "rows", "of"].map(str::to_owned), &piece)?;
        }
        host.finish()
    }
}

fn emit_good(emitter: &mut Emitter) -> Result<()> {
    emit_table(emitter, ["good", "well", "behaved"])
}

fn emit_table(emitter: &mut Emitter, names: [&str; 3]) -> Result<()> {
    emitter.entity(Entity::Database(Database { common: common(&names[..1]) }))?;
    emitter.entity(Entity::Schema(Schema { common: common(&names[..2]) }))?;
    emitter.entity(table(&names))
}

fn common(path: &[&str]) -> Common {
    Common {
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        display_name: None,
        description: None,
        owners: Vec::new(),
        tags: Vec::new(),
        source_url: None,
        extension: Vec::new(),
    }
}

fn column(name: &str, parent: Option<u32>) -> Column {
    Column {
        name: name.to_owned(),
        parent,
        data_type: "BIGINT".to_owned(),
        display: Some("bigint".to_owned()),
        length: None,
        precision: None,
        scale: None,
        element_type: None,
        constraint: None,
        default_value: None,
        description: None,
        tags: Vec::new(),
    }
}

fn table(path: &[&str]) -> Entity {
    Entity::Table(Table {
        common: common(path),
        kind: TableKind::Regular,
        columns: vec![column("id", None)],
        keys: Vec::new(),
        partitioned_by: Vec::new(),
        definition: None,
        location: None,
        file_format: None,
        retention: None,
        row_count: None,
        size_bytes: None,
        updated_at: None,
    })
}

register!(Hostile);
