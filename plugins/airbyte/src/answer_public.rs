//! The public API's answers, as what is read of Airbyte. Never asks for more.
#![expect(clippy::struct_field_names, reason = "the names are Airbyte's")]

use metahost_plugin_sdk::Result;
use serde::Deserialize;
use serde_json::Value;

use crate::connection::{self, Namespace};
use crate::mapper::Mapper;
use crate::schedule;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    workspace_id: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    connection_id: String,
    name: Option<String>,
    source_id: String,
    destination_id: String,
    status: Option<String>,
    schedule: Option<Schedule>,
    namespace_definition: Option<String>,
    namespace_format: Option<String>,
    prefix: Option<String>,
    configurations: Configurations,
    tags: Option<Vec<Tag>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    schedule_type: Option<String>,
    cron_expression: Option<String>,
    basic_timing: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Configurations {
    streams: Option<Vec<Stream>>,
}

#[derive(Debug, Deserialize)]
struct Tag {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    name: String,
    namespace: Option<String>,
    sync_mode: Option<String>,
    cursor_field: Option<Vec<String>>,
    primary_key: Option<Vec<Vec<String>>>,
    selected_fields: Option<Vec<Field>>,
    mappers: Option<Vec<Mapper>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    field_path: Vec<String>,
}

/// A source or a destination.
#[derive(Debug, Deserialize)]
pub struct End {
    name: String,
    #[serde(alias = "sourceType", alias = "destinationType")]
    kind: Option<String>,
    #[serde(default)]
    configuration: Value,
    #[serde(rename = "workspaceId")]
    workspace: Option<String>,
    #[serde(rename = "definitionId")]
    definition: Option<String>,
}

/// A stream of a source.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    stream_name: String,
    #[serde(alias = "streamnamespace")]
    stream_namespace: Option<String>,
    property_fields: Option<Vec<Vec<String>>>,
}

impl From<Workspace> for connection::Workspace {
    fn from(found: Workspace) -> Self {
        Self { name: found.name.unwrap_or_else(|| found.workspace_id.clone()), id: found.workspace_id }
    }
}

impl From<End> for connection::End {
    fn from(found: End) -> Self {
        Self {
            name: found.name,
            kind: found.kind.unwrap_or_default(),
            settings: found.configuration,
            workspace: found.workspace,
            definition: found.definition,
            image: None,
        }
    }
}

impl Connection {
    /// As it is read of Airbyte.
    pub fn read(self) -> Result<connection::Connection> {
        let streams = self.configurations.streams.unwrap_or_default();
        Ok(connection::Connection {
            namespace: Namespace::read(self.namespace_definition.as_deref(), self.namespace_format.as_deref())?,
            name: self.name.unwrap_or_else(|| self.connection_id.clone()),
            id: self.connection_id,
            source: self.source_id,
            destination: self.destination_id,
            status: self.status.unwrap_or_default(),
            schedule: self.schedule.and_then(Schedule::text),
            prefix: self.prefix.unwrap_or_default(),
            streams: streams.into_iter().map(Stream::read).collect(),
            tags: self.tags.unwrap_or_default().into_iter().map(|tag| tag.name).collect(),
        })
    }
}

impl Schedule {
    fn text(self) -> Option<String> {
        match (self.cron_expression, self.basic_timing) {
            (Some(cron), _) => Some(schedule::cron_with_zone(&cron)),
            (None, Some(timing)) => Some(schedule::every_in_words(&timing)),
            (None, None) => self.schedule_type,
        }
    }
}

impl Stream {
    /// Only a choice of columns is told here.
    fn read(self) -> connection::Stream {
        let selected = top(self.selected_fields.unwrap_or_default().into_iter().map(|field| field.field_path));
        connection::Stream {
            name: self.name,
            namespace: self.namespace.filter(|namespace| !namespace.is_empty()),
            mode: self.sync_mode,
            cursor: self.cursor_field.unwrap_or_default(),
            key: self.primary_key.unwrap_or_default().iter().map(|path| path.join(".")).collect(),
            columns: Some(selected.clone()).filter(|columns| !columns.is_empty()),
            selected,
            mappers: self.mappers.unwrap_or_default(),
        }
    }
}

impl Properties {
    /// The stream's namespace and name, and its columns.
    pub fn columns(self) -> ((Option<String>, String), Vec<String>) {
        let namespace = self.stream_namespace.filter(|namespace| !namespace.is_empty());
        ((namespace, self.stream_name), top(self.property_fields.unwrap_or_default().into_iter()))
    }
}

/// The outermost names of paths, each once.
pub fn top(paths: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in paths.filter_map(|path| path.into_iter().next()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
