//! Queries that people saved, and those that SQL Lab ran. Never runs one, and never counts one that is still running.

mod ran;
mod saved;

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(test)]
pub use ran::path as ran_path;
pub use ran::read as ran;
#[cfg(test)]
pub use saved::path as saved_path;
pub use saved::read as saved;

/// Up to which change everything was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    changed_on: String,
}

impl Position {
    fn read(cursor: Option<&[u8]>) -> Result<Option<Self>> {
        let read = cursor.map(serde_json::from_slice).transpose();
        read.map_err(|error| protocol(format!("the checkpoint is not one of this connector: {error}")))
    }

    fn keep(changed_on: &str, out: &mut dyn Output) -> Result<()> {
        let position = Self { changed_on: changed_on.to_owned() };
        let bytes = serde_json::to_vec(&position);
        out.checkpoint(&bytes.map_err(|error| protocol(format!("the checkpoint can't be written: {error}")))?)
    }
}

/// A page of a list.
struct Page {
    rows: Vec<Value>,
    /// How many rows the list has on all pages.
    count: u64,
}

/// One page; none, said by name, where this user may not see the list or this version has none.
fn page(server: &dyn Api, path: &str, list: &str, out: &mut dyn Output) -> Result<Option<Page>> {
    match server.get(path) {
        Ok(mut answer) => match (answer["result"].take(), answer["count"].as_u64()) {
            (Value::Array(rows), Some(count)) => Ok(Some(Page { rows, count })),
            (Value::Array(_), None) => Err(protocol(format!("the list {list} does not tell how many rows it has"))),
            _ => Err(protocol(format!("the list {list} has no rows; is this Superset?"))),
        },
        Err(Error::Denied(_)) => {
            out.skipped(&[list], "this user may not list it; a role with `can read` on it may");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
