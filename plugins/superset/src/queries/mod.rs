//! Queries that people saved, and those that SQL Lab ran. Never runs one, and never counts one that is still running.

mod history;
mod ran;
mod saved;

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[cfg(test)]
pub use history::path as ran_path;
pub use ran::read as ran;
#[cfg(test)]
pub use saved::path as saved_path;
pub use saved::read as saved;

/// Where the last run ended; nowhere before the first.
fn position<T: DeserializeOwned + Default>(cursor: Option<&[u8]>) -> Result<T> {
    let read = cursor.map_or_else(|| Ok(T::default()), serde_json::from_slice);
    read.map_err(|error| {
        protocol(format!("the checkpoint is not one of this connector ({error}); `metahost run --full` reads anew"))
    })
}

fn keep(position: &impl Serialize, out: &mut dyn Output) -> Result<()> {
    let bytes = serde_json::to_vec(position);
    out.checkpoint(&bytes.map_err(|error| protocol(format!("the checkpoint can't be written: {error}")))?)
}

/// A page of a list.
struct Page {
    rows: Vec<Value>,
    /// Rows of all pages, as Superset counts them.
    count: u64,
}

/// One page of a list; none, said by name, where this user may not see the list.
fn page(server: &dyn Api, path: &str, list: &str, out: &mut dyn Output) -> Result<Option<Page>> {
    match server.get(path) {
        Ok(mut answer) => match (answer["result"].take(), answer["count"].as_u64()) {
            (Value::Array(rows), Some(count)) => Ok(Some(Page { rows, count })),
            _ => Err(protocol(format!("the list {list} has no rows or no count; is this Superset?"))),
        },
        Err(Error::Denied(_)) => {
            out.skipped(&[list], "this user may not list it; a role with `can read` on it may");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What a row is called, here and in the report: its number, else all of it.
fn id(row: &Value) -> String {
    row.get("id").filter(|id| !id.is_null()).unwrap_or(row).to_string()
}
