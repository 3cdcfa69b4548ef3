//! What an entity tells of its identity: ids and places, under the names by which connectors hand them over.

use metahost_model::{ColumnNames, Common, Container, Entity, Table, TableKind, Timestamp};
use serde_json::Value;

use super::layer::Layer;
use super::location::normalised;
use super::member::Member;

/// Custom properties that hold the id of a table, as its own metadata tells it.
const UUIDS: [&str; 2] = ["icebergUuid", "tableUuid"];
/// The custom property of a database that names what it is connected with.
const CONNECTOR: &str = "connectorName";
/// Connectors whose tables lie in files that other services see, too.
const LAKES: [&str; 6] = ["iceberg", "hive", "delta_lake", "delta-lake", "hudi", "lakehouse"];

/// Who tells it, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller<'t> {
    pub(crate) source: &'t str,
    pub(crate) service_type: &'t str,
    pub(crate) layer: Layer,
    pub(crate) at: Timestamp,
}

/// What is known of an entity; none for kinds that are no tables and no folders of any.
pub(crate) fn of_entity(teller: Teller<'_>, entity: &Entity) -> Option<Member> {
    match (entity, teller.layer) {
        (Entity::Container(container), Layer::Storage) => of_container(teller, container),
        (Entity::Table(table), Layer::Catalog | Layer::Engine) => Some(of_table(teller, table, entity.column_names())),
        _ => None,
    }
}

fn of_table(teller: Teller<'_>, table: &Table, columns: ColumnNames) -> Member {
    let view = matches!(table.kind, TableKind::View | TableKind::SecureView | TableKind::MaterializedView);
    Member {
        uuid: uuid(&table.common),
        location: table.location.as_deref().and_then(normalised),
        view,
        defined: view && table.definition.is_some(),
        columns,
        ..nothing(teller)
    }
}

/// Only a folder in which a table was found: most others are just on the way to one.
fn of_container(teller: Teller<'_>, container: &Container) -> Option<Member> {
    let uuid = uuid(&container.common);
    let bucket = container.common.path.parts().first()?;
    let scheme = scheme(teller.service_type)?;
    // Prefixes are written from the bucket's root, with or without the slash that stands for it.
    let location = normalised(&format!("{scheme}://{bucket}/{}", container.prefix.trim_start_matches('/')))?;
    let is_table = uuid.is_some() || !container.fields.is_empty();
    is_table.then(|| Member {
        uuid,
        location: Some(location),
        columns: container.fields.iter().map(|field| &field.name).collect(),
        ..nothing(teller)
    })
}

/// How places in a kind of storage begin.
fn scheme(service_type: &str) -> Option<&'static str> {
    match service_type {
        "S3" => Some("s3"),
        "Gcs" => Some("gs"),
        _ => None,
    }
}

fn nothing(teller: Teller<'_>) -> Member {
    Member {
        layer: teller.layer,
        uuid: None,
        location: None,
        view: false,
        defined: false,
        connector: None,
        source: teller.source.to_owned(),
        since: teller.at,
        new: false,
        claims: Vec::new(),
        columns: ColumnNames::default(),
        shape: 0,
    }
}

fn uuid(common: &Common) -> Option<String> {
    let found = UUIDS.iter().find_map(|key| common.extension.get(*key)).and_then(Value::as_str);
    found.map(|uuid| uuid.trim().to_ascii_lowercase()).filter(|uuid| !uuid.is_empty())
}

/// What a database is connected with.
pub(crate) fn connector(entity: &Entity) -> Option<&str> {
    entity.common().extension.get(CONNECTOR).and_then(Value::as_str)
}

/// Whether tables of such a connector lie in files that other services see, too.
pub(crate) fn is_lake(connector: &str) -> bool {
    LAKES.contains(&connector)
}
