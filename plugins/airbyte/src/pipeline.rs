//! A connection as a pipeline whose tasks are its streams. Never decides what it is called.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::{Common, Pipeline, Task};
use metahost_plugin_sdk::names;
use serde_json::Value;

use crate::config::Config;
use crate::connection::{Connection, End, Namespace, Stream};

/// A connection, where it is, and what its pipeline is called.
pub struct Named {
    /// The pipeline's name.
    pub name: String,
    /// The id of the workspace it is in.
    pub workspace: String,
    /// What it is.
    pub connection: Connection,
}

/// Streams with the names of their tasks, each of which is used once.
pub fn tasks(connection: &Connection) -> Vec<(String, &Stream)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let name = |stream: &'_ Stream| {
        let plain = stream.task();
        let count = counts.entry(plain.clone()).or_default();
        *count += 1;
        if *count == 1 { plain } else { format!("{plain} ({count})") }
    };
    connection.streams.iter().map(name).zip(&connection.streams).collect()
}

impl Named {
    /// As OpenMetadata keeps it. An end that could not be read is called by its id.
    pub fn entity(&self, config: &Config, source: Option<&End>, destination: Option<&End>) -> Pipeline {
        let connection = &self.connection;
        let common = Common {
            path: vec![self.name.clone()],
            display_name: Some(connection.name.clone()),
            description: Some(description(connection, source, destination)),
            owners: Vec::new(),
            tags: tags(connection),
            source_url: Some(config.page(&self.workspace, &connection.id)),
            extension: images(source, destination),
        };
        let tasks = tasks(connection).into_iter().map(|(name, stream)| task(name, stream)).collect();
        Pipeline { common, tasks, schedule: connection.schedule.clone(), started_at: None }
    }
}

fn description(connection: &Connection, source: Option<&End>, destination: Option<&End>) -> String {
    let end = |end: Option<&End>, id: &str| match end {
        Some(end) if end.kind.is_empty() => end.name.clone(),
        Some(end) => format!("{} ({})", end.name, end.kind),
        None => id.to_owned(),
    };
    let namespace = match &connection.namespace {
        Namespace::Source => "as in the source".to_owned(),
        Namespace::Destination => "the destination's own".to_owned(),
        Namespace::Custom(format) => format!("`{format}`"),
    };
    let (from, to) = (end(source, &connection.source), end(destination, &connection.destination));
    let prefix = Some(&connection.prefix).filter(|prefix| !prefix.is_empty());
    let prefix = prefix.map(|prefix| format!(" Prefix: `{prefix}`.")).unwrap_or_default();
    let images = [source, destination].map(|end| end.and_then(|end| end.image.as_deref()).unwrap_or("unknown"));
    let images = Some(images).filter(|images| images.iter().any(|image| *image != "unknown"));
    let images = images.map(|[from, to]| format!("\n\nConnectors: `{from}` → `{to}`.")).unwrap_or_default();
    format!("{from} → {to}\n\nNamespace: {namespace}.{prefix}{images}")
}

/// The connectors of both ends with their versions, as far as they are known.
fn images(source: Option<&End>, destination: Option<&End>) -> Vec<(String, String)> {
    let ends = [("sourceConnector", source), ("destinationConnector", destination)];
    let image =
        |(name, end): (&str, Option<&End>)| Some((name.to_owned(), Value::from(end?.image.as_deref()?).to_string()));
    ends.into_iter().filter_map(image).collect()
}

/// What runs as it should needs no mark.
fn tags(connection: &Connection) -> Vec<String> {
    let status = Some(connection.status.as_str()).filter(|status| !matches!(*status, "active" | ""));
    let status = status.map(|status| names::tag("AirbyteStatus", status));
    status.into_iter().chain(connection.tags.iter().map(|tag| names::tag("AirbyteTags", tag))).collect()
}

fn task(name: String, stream: &Stream) -> Task {
    Task {
        name,
        kind: stream.mode.clone(),
        description: Some(facts(stream)),
        sql: None,
        after: Vec::new(),
        source_url: None,
    }
}

fn facts(stream: &Stream) -> String {
    let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut facts = Vec::new();
    if !stream.cursor.is_empty() {
        facts.push(format!("Cursor: `{}`.", stream.cursor.join(".")));
    }
    if !stream.key.is_empty() {
        facts.push(format!("Primary key: {}.", list(&stream.key)));
    }
    let all = stream.selected.is_empty();
    facts.push(if all { "Columns: all.".to_owned() } else { format!("Columns: {}.", list(&stream.selected)) });
    facts.join(" ")
}
