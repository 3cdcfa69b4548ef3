//! Why edges are there, or are not, as the state keeps it: one entry an edge and source, without any SQL. Decides nothing.

use std::collections::BTreeMap;

use metahost_model::Timestamp;
use metahost_store::{Change, Error, Space, Store};
use serde::{Deserialize, Serialize};

/// More edges than this are not explained.
const MOST: usize = 300_000;

/// How an edge was learnt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum How {
    /// The source says so.
    #[default]
    Told,
    /// SQL that the source handed over says so.
    Sql,
    /// Both ends are names of one table.
    Twins,
}

/// Why an edge is there, or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The asset that ran.
    pub asset: String,
    /// When that was last written down: it is only when it changes.
    pub at: Timestamp,
    /// How it was learnt.
    pub how: How,
    /// The ends as they were told, where edges go to other names of the same tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_as: Option<(String, String)>,
    /// Why it is not drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

impl Reason {
    fn is_same(&self, other: &Self) -> bool {
        (&self.asset, self.how, &self.told_as, &self.absent) == (&other.asset, other.how, &other.told_as, &other.absent)
    }
}

/// Which edge of which source: its ends with their kinds, and where it was learnt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeName {
    /// Kind and name of the upstream end.
    pub from: (String, String),
    /// Kind and name of the downstream end.
    pub to: (String, String),
    /// OpenMetadata's word for where it was learnt.
    pub learnt: String,
    /// The source in the configuration.
    pub source: String,
}

/// The reasons of one catalog.
#[derive(Debug)]
pub(crate) struct Reasons {
    catalog: String,
    /// How many more edges can be explained, once it was counted.
    room: Option<usize>,
}

impl Reasons {
    pub(crate) fn of(catalog: &str) -> Self {
        Self { catalog: format!("{catalog}\0"), room: None }
    }

    /// Writes a reason down, if it says anything new. `key` is an edge's key for its source. What can't be read or
    /// written costs an explanation and nothing else.
    pub(crate) fn note(&mut self, store: &dyn Store, key: &str, source: &str, reason: &Reason) -> Option<Change> {
        let (_, name) = key.split_once('\0')?;
        let key = format!("{}{name}\0{source}", self.catalog);
        let before = store.get(Space::Reasons, &key).ok()?;
        let before: Option<Reason> = before.and_then(|value| serde_json::from_slice(&value).ok());
        if before.as_ref().is_some_and(|before| before.is_same(reason)) || (before.is_none() && !self.has_room(store)) {
            return None;
        }
        let value = serde_json::to_vec(reason).ok()?;
        Some(Change::Put { space: Space::Reasons, key, value })
    }

    fn has_room(&mut self, store: &dyn Store) -> bool {
        let counted = || {
            let mut held = 0;
            let counting = store.scan(Space::Reasons, &self.catalog, &mut |_, _| held += 1);
            counting.map_or(0, |()| MOST.saturating_sub(held))
        };
        let room = self.room.unwrap_or_else(counted);
        self.room = Some(room.saturating_sub(1));
        room > 0
    }

    /// Everything that is known of edges.
    pub(crate) fn all(&self, store: &dyn Store) -> Result<BTreeMap<EdgeName, Reason>, Error> {
        let mut found = BTreeMap::new();
        store.scan(Space::Reasons, &self.catalog, &mut |key, value| {
            let name = key.strip_prefix(&self.catalog).and_then(EdgeName::parse);
            if let (Some(name), Ok(reason)) = (name, serde_json::from_slice(value)) {
                found.insert(name, reason);
            }
        })?;
        Ok(found)
    }
}

impl EdgeName {
    fn parse(key: &str) -> Option<Self> {
        let parts: Vec<&str> = key.split('\0').collect();
        let [from_kind, from, to_kind, to, learnt, _pipeline, source] = parts.as_slice() else { return None };
        let end = |kind: &str, fqn: &str| (kind.to_owned(), fqn.to_owned());
        let (learnt, source) = ((*learnt).to_owned(), (*source).to_owned());
        Some(Self { from: end(from_kind, from), to: end(to_kind, to), learnt, source })
    }
}
