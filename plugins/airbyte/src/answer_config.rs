//! The configuration API's answers, as what is read of Airbyte. Never asks for more.
#![expect(clippy::struct_field_names, reason = "the names are Airbyte's")]

use metahost_plugin_sdk::Result;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer_public::top;
use crate::connection::{self, Namespace};
use crate::mapper::Mapper;
use crate::schedule;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    workspace_id: String,
    name: Option<String>,
    tombstone: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    connection_id: String,
    name: Option<String>,
    source_id: String,
    destination_id: String,
    status: Option<String>,
    schedule_type: Option<String>,
    schedule: Option<Interval>,
    schedule_data: Option<ScheduleData>,
    namespace_definition: Option<String>,
    namespace_format: Option<String>,
    prefix: Option<String>,
    sync_catalog: Catalog,
    tags: Option<Vec<Tag>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleData {
    basic_schedule: Option<Interval>,
    cron: Option<Cron>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interval {
    units: u64,
    time_unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cron {
    cron_expression: String,
    cron_time_zone: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Tag {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Catalog {
    streams: Option<Vec<Configured>>,
}

#[derive(Debug, Deserialize)]
struct Configured {
    stream: Stream,
    #[serde(default)]
    config: StreamConfig,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    name: String,
    namespace: Option<String>,
    json_schema: Option<Schema>,
}

#[derive(Debug, Deserialize)]
struct Schema {
    properties: Option<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StreamConfig {
    sync_mode: Option<String>,
    destination_sync_mode: Option<String>,
    cursor_field: Option<Vec<String>>,
    primary_key: Option<Vec<Vec<String>>>,
    selected: Option<bool>,
    field_selection_enabled: Option<bool>,
    selected_fields: Option<Vec<Field>>,
    hashed_fields: Option<Vec<Field>>,
    mappers: Option<Vec<Mapper>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    field_path: Vec<String>,
}

/// A source or a destination.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct End {
    name: String,
    #[serde(alias = "sourceName", alias = "destinationName")]
    kind: Option<String>,
    #[serde(default)]
    connection_configuration: Value,
    workspace_id: Option<String>,
    #[serde(alias = "sourceDefinitionId", alias = "destinationDefinitionId")]
    definition: Option<String>,
}

impl Workspace {
    /// Whether it was not deleted.
    pub fn is_alive(&self) -> bool {
        self.tombstone != Some(true)
    }
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
            settings: found.connection_configuration,
            workspace: found.workspace_id,
            definition: found.definition,
            image: None,
        }
    }
}

impl Connection {
    /// As it is read of Airbyte.
    pub fn read(mut self) -> Result<connection::Connection> {
        let schedule = self.schedule();
        let streams = self.sync_catalog.streams.unwrap_or_default();
        Ok(connection::Connection {
            namespace: Namespace::read(self.namespace_definition.as_deref(), self.namespace_format.as_deref())?,
            name: self.name.unwrap_or_else(|| self.connection_id.clone()),
            id: self.connection_id,
            source: self.source_id,
            destination: self.destination_id,
            status: self.status.unwrap_or_default(),
            schedule,
            prefix: self.prefix.unwrap_or_default(),
            streams: streams.into_iter().filter(Configured::is_selected).map(Configured::read).collect(),
            tags: self.tags.unwrap_or_default().into_iter().map(|tag| tag.name).collect(),
        })
    }

    /// Older servers have an interval only, and none at all for what is started by hand.
    fn schedule(&mut self) -> Option<String> {
        let (basic, cron) = self.schedule_data.take().map_or((None, None), |data| (data.basic_schedule, data.cron));
        if let Some(cron) = cron {
            return Some(schedule::cron(&cron.cron_expression, cron.cron_time_zone.as_deref()));
        }
        match basic.or(self.schedule.take()) {
            Some(interval) => Some(schedule::every(interval.units, &interval.time_unit)),
            None => self.schedule_type.take().or_else(|| Some("manual".to_owned())),
        }
    }
}

impl Configured {
    /// The catalog also lists what the source has and the connection leaves.
    fn is_selected(&self) -> bool {
        self.config.selected != Some(false)
    }

    fn read(self) -> connection::Stream {
        let config = self.config;
        let chosen = config.selected_fields.filter(|_| config.field_selection_enabled == Some(true));
        let selected = top(chosen.unwrap_or_default().into_iter().map(|field| field.field_path));
        let schema = self.stream.json_schema.and_then(|schema| schema.properties);
        let all = schema.map(|properties| properties.into_iter().map(|(name, _)| name).collect());
        let hashed = top(config.hashed_fields.unwrap_or_default().into_iter().map(|field| field.field_path));
        let hashed = hashed.into_iter().map(Mapper::hashed);
        connection::Stream {
            name: self.stream.name,
            namespace: self.stream.namespace.filter(|namespace| !namespace.is_empty()),
            mode: mode(config.sync_mode, config.destination_sync_mode),
            cursor: config.cursor_field.unwrap_or_default(),
            key: config.primary_key.unwrap_or_default().iter().map(|path| path.join(".")).collect(),
            columns: if selected.is_empty() { all } else { Some(selected.clone()) },
            selected,
            mappers: hashed.chain(config.mappers.unwrap_or_default()).collect(),
        }
    }
}

/// Both sides' modes in the public API's one word.
fn mode(source: Option<String>, destination: Option<String>) -> Option<String> {
    match (source.as_deref(), destination.as_deref()) {
        (Some("incremental"), Some("append_dedup")) => Some("incremental_deduped_history".to_owned()),
        (Some("full_refresh"), Some("overwrite_dedup")) => Some("full_refresh_overwrite_deduped".to_owned()),
        (Some(source), Some(destination)) => Some(format!("{source}_{destination}")),
        _ => source.or(destination),
    }
}
