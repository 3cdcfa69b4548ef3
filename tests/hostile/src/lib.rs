//! A guest that misbehaves on request, for the sandbox tests: one of its splits does what the configuration names,
//! the other is well-behaved and must land. Never shipped.

mod misdeeds;

use metahost_plugin_sdk::connector::{
    Capabilities, CredentialSlot, Descriptor, Mode, ReadRequest, Split, Summary, TestStep,
};
use metahost_plugin_sdk::entities::{Column, Common, Database, Entity, Schema, Table, TableKind};
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
            capabilities: Capabilities::ENTITIES,
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

    fn discover(&mut self, _modes: &[Mode]) -> Result<Vec<Split>> {
        let split =
            |id: &str| Split { id: id.to_owned(), path: vec![id.to_owned()], mode: Mode::Entities, weight: None };
        Ok(vec![split("bad"), split("good")])
    }

    fn read(&mut self, request: ReadRequest) -> Result<Summary> {
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

fn emit_good(emitter: &mut Emitter) -> Result<()> {
    emitter.entity(Entity::Database(Database { common: common(&["good"]) }))?;
    emitter.entity(Entity::Schema(Schema { common: common(&["good", "well"]) }))?;
    emitter.entity(table(&["good", "well", "behaved"]))
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
