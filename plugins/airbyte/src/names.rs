//! What all connections are called, learned before the first is emitted. Never holds more of a connection than its id and
//! its name, and never gives two connections one name.

use std::collections::BTreeMap;

use metahost_plugin_sdk::names::LONGEST;
use serde_json::Value;

use crate::airbyte::label;
use crate::connection::Workspace;

/// Where both APIs tell a connection's id.
const ID: &str = "connectionId";

/// Connections by id and by name.
#[derive(Default)]
pub struct Names {
    /// Whether each was taken.
    ids: BTreeMap<String, bool>,
    /// How often each name is used.
    counts: BTreeMap<String, usize>,
    /// Rows, those without an id among them.
    rows: usize,
}

impl Names {
    /// Learns the connection of a listing's row. One that two workspaces list is of the first.
    pub fn learn(&mut self, workspace: &Workspace, row: &Value) {
        self.rows += 1;
        let Some(id) = id(row) else { return };
        if self.ids.insert(id.to_owned(), false).is_none() {
            *self.counts.entry(plain(workspace, &label(row, ID))).or_default() += 1;
        }
    }

    /// Takes a row of a later listing; none for one that is taken or was not there at first.
    pub fn take(&mut self, row: &Value) -> Taken {
        match id(row).map(|id| self.ids.get_mut(id)) {
            Some(Some(true)) => Taken::Again,
            Some(None) => Taken::New,
            Some(Some(taken)) => {
                *taken = true;
                Taken::Now
            }
            None => Taken::Now,
        }
    }

    /// What a connection's pipeline is called. Those of one workspace and name, and those of too long a name, are told
    /// apart by their ids.
    pub fn of(&self, workspace: &Workspace, id: &str, name: &str) -> String {
        let plain = plain(workspace, name);
        let alone = self.counts.get(&plain) == Some(&1) && plain.chars().count() <= LONGEST;
        if alone { plain } else { with_id(&plain, id) }
    }

    /// Whether a connection is there.
    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no row was seen at all.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// How many were taken.
    pub fn taken(&self) -> usize {
        self.ids.values().filter(|taken| **taken).count()
    }
}

/// What a row of a later listing is.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// One to be read.
    Now,
    /// One that was taken before.
    Again,
    /// One that was not there at first.
    New,
}

fn id(row: &Value) -> Option<&str> {
    row.get(ID)?.as_str()
}

fn plain(workspace: &Workspace, name: &str) -> String {
    format!("{}/{name}", workspace.name)
}

fn with_id(name: &str, id: &str) -> String {
    let room = LONGEST.saturating_sub(id.chars().count() + 3);
    format!("{} ({id})", name.chars().take(room).collect::<String>())
}
