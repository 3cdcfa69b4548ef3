//! A view from its metadata: the columns and the text of its current version.

use metahost_plugin_sdk::entities::{Column, Table as Entity, TableKind};
use metahost_plugin_sdk::{Result, protocol};

use crate::config::Config;
use crate::metadata::{Representation, View, ViewVersion};
use crate::table::{columns, described};

/// Dialects in the order of preference.
const DIALECTS: [&str; 2] = ["trino", "spark"];

/// As OpenMetadata keeps it. What a view requires of a column nobody enforces.
pub fn entity(config: &Config, path: Vec<String>, view: &View) -> Result<Entity> {
    let version = view.versions.iter().find(|version| version.version_id == view.current_version_id);
    let version = version.ok_or_else(|| protocol("the view's metadata lacks its current version"))?;
    let schema = view.schemas.iter().find(|schema| Some(schema.id) == version.schema_id);
    let schema = schema.ok_or_else(|| protocol("the view's metadata lacks the schema of its current version"))?;
    Ok(Entity {
        common: described(config, path, |key| view.properties.get(key).cloned()),
        kind: TableKind::View,
        columns: columns(schema).into_iter().map(|column| Column { constraint: None, ..column }).collect(),
        keys: Vec::new(),
        partitioned_by: Vec::new(),
        definition: text(version),
        location: view.location.clone(),
        file_format: None,
        retention: None,
        row_count: None,
        size_bytes: None,
        updated_at: None,
    })
}

fn text(version: &ViewVersion) -> Option<String> {
    let all = &version.representations;
    let of = |dialect: &&str| all.iter().find(|text| text.dialect.as_deref() == Some(*dialect));
    let chosen: Option<&Representation> = DIALECTS.iter().find_map(of).or_else(|| all.first());
    chosen?.sql.clone()
}
