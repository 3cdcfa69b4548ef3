//! What is read of Airbyte, whichever API told it. Never knows how it was asked.

use metahost_plugin_sdk::activity::Status;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde_json::Value;

use crate::mapper::Mapper;

/// A group of connections with their sources and destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Airbyte's own id.
    pub id: String,
    /// Its name, which another may have as well.
    pub name: String,
}

/// What moves data from a source to a destination.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Airbyte's own id.
    pub id: String,
    /// Its name, which another may have as well.
    pub name: String,
    /// Id of its source.
    pub source: String,
    /// Id of its destination.
    pub destination: String,
    /// Such as "active".
    pub status: String,
    /// When it runs, in words or as a cron expression.
    pub schedule: Option<String>,
    /// Where streams go.
    pub namespace: Namespace,
    /// What stands before the names of streams in the destination.
    pub prefix: String,
    /// What is moved.
    pub streams: Vec<Stream>,
    /// What people marked it with.
    pub tags: Vec<String>,
}

/// Where streams go in the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespace {
    /// Where they are in the source.
    Source,
    /// Where the destination says.
    Destination,
    /// A format that may hold the source's namespace.
    Custom(String),
}

/// One table, file or endpoint that is moved.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its name in the source.
    pub name: String,
    /// The schema or database it is in.
    pub namespace: Option<String>,
    /// Such as `incremental_append`.
    pub mode: Option<String>,
    /// The column by which new rows are known.
    pub cursor: Vec<String>,
    /// The columns that make a row one.
    pub key: Vec<String>,
    /// The columns chosen; empty for all.
    pub selected: Vec<String>,
    /// The columns that are moved, where the connection tells.
    pub columns: Option<Vec<String>>,
    /// What becomes of columns on the way.
    pub mappers: Vec<Mapper>,
}

/// Which end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Where data comes from.
    Source,
    /// Where it goes.
    Destination,
}

/// A source or destination.
#[derive(Debug, Clone)]
pub struct End {
    /// Its name in Airbyte.
    pub name: String,
    /// The connector that is used, such as "postgres" or "Postgres".
    pub kind: String,
    /// The connector's configuration, its secrets hidden by Airbyte.
    pub settings: Value,
    /// The workspace that it is in, where the API tells.
    pub workspace: Option<String>,
    /// What it is an instance of, where the API tells.
    pub definition: Option<String>,
    /// The connector's image and version, such as "airbyte/source-postgres:3.6.9", once it was asked for.
    pub image: Option<String>,
}

/// One run of a connection.
#[derive(Debug, Clone)]
pub struct Job {
    /// Airbyte's own number.
    pub id: String,
    /// How it stands.
    pub state: State,
    /// Such as "sync" or "reset".
    pub kind: String,
    /// When it started, in milliseconds.
    pub started: Option<u64>,
    /// When it ended, in milliseconds.
    pub ended: Option<u64>,
    /// When its state changed last, in milliseconds.
    pub updated: Option<u64>,
    /// Rows moved.
    pub rows: Option<u64>,
    /// Bytes moved.
    pub bytes: Option<u64>,
    /// How often it was tried.
    pub attempts: Option<usize>,
    /// Namespaces and names of the streams it moved; none for all.
    pub streams: Option<Vec<(Option<String>, String)>>,
}

/// Airbyte's states of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(String);

impl State {
    /// Any but these would be a guess.
    pub fn read(word: &str) -> Result<Self> {
        match word {
            "succeeded" | "failed" | "cancelled" | "running" | "pending" | "incomplete" => Ok(Self(word.to_owned())),
            other => Err(protocol(format!("`{other}` is no state of a job that is known"))),
        }
    }

    /// Airbyte's own word, which tells a cancelled job from one that was left out.
    pub fn word(&self) -> &str {
        &self.0
    }

    /// One that was cancelled did not fail: its work was left out. `incomplete` is tried again.
    pub fn status(&self) -> Status {
        match self.0.as_str() {
            "succeeded" => Status::Successful,
            "failed" => Status::Failed,
            "cancelled" => Status::Skipped,
            _ => Status::Pending,
        }
    }

    /// Whether nothing more happens.
    pub fn is_over(&self) -> bool {
        self.status() != Status::Pending
    }
}

impl Namespace {
    /// From the words of either API.
    pub fn read(definition: Option<&str>, format: Option<&str>) -> Result<Self> {
        match definition {
            Some("source") => Ok(Self::Source),
            Some("destination") | None => Ok(Self::Destination),
            Some("custom_format" | "customformat") => Ok(Self::Custom(format.unwrap_or_default().to_owned())),
            Some(other) => Err(unknown(other)),
        }
    }

    /// The namespace of a stream in the destination; none for the destination's own.
    pub fn of(&self, stream: Option<&str>) -> Option<String> {
        let found = match self {
            Self::Source => stream.unwrap_or_default().to_owned(),
            Self::Destination => String::new(),
            Self::Custom(format) => format.replace("${SOURCE_NAMESPACE}", stream.unwrap_or_default()),
        };
        Some(found).filter(|found| !found.trim().is_empty())
    }
}

fn unknown(definition: &str) -> Error {
    protocol(format!("`{definition}` is no definition of namespaces that is known"))
}

impl Stream {
    /// Its name with its namespace, as tasks are called.
    pub fn task(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{}", self.name),
            None => self.name.clone(),
        }
    }
}
