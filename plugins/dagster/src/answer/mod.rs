//! Dagster's answers as far as they are read, by subject. Never decides what becomes of them.

mod asset;
mod check;
mod code;
mod entry;
mod job;
mod run;

use serde::Deserialize;

pub use asset::{Asset, Freshness, Lag, Materialization, Owner};
pub use check::{Check, Checks, Execution};
pub use code::{Schedule, Schedules, Sensors, Workspace};
pub use entry::{ColumnLineage, Entry, SchemaColumn};
pub use job::{Handle, Job};
pub use run::{Run, Runs, Step};

/// Where an asset is: `["marts", "fct_sales"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
pub struct Key {
    pub path: Vec<String>,
}

impl Key {
    /// As Dagster's pages write it.
    pub fn text(&self) -> String {
        self.path.join("/")
    }
}

/// A tag of anything.
#[derive(Debug, Clone, Deserialize)]
pub struct Tag {
    pub key: String,
    #[serde(default)]
    pub value: String,
}

/// The value of the first tag with this key.
pub fn tag<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
}
