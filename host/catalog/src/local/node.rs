//! What the local catalog keeps beside an entity's body, and how it names a place in the lineage graph.

use metahost_model::{ColumnNames, EntityKind, Fingerprint, Fqn, Timestamp};
use serde::{Deserialize, Serialize};

use super::tables::key;
use crate::{Known, Reference};

/// What is known of an entity without reading its body.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Given once, at creation.
    pub id: String,
    /// Of what was last written.
    pub fingerprint: Fingerprint,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Of a table.
    #[serde(default, skip_serializing_if = "ColumnNames::is_empty")]
    pub columns: ColumnNames,
}

impl From<Head> for Known {
    fn from(head: Head) -> Self {
        Self { id: head.id, fingerprint: Some(head.fingerprint), deleted: false, columns: head.columns }
    }
}

/// An entity by kind and name: the key of most tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    /// What kind it is.
    pub kind: EntityKind,
    /// Its fully qualified name.
    pub fqn: Fqn,
}

impl Node {
    /// The key it is stored under.
    pub fn key(&self) -> String {
        key(&[self.kind.as_str(), self.fqn.as_str()])
    }

    /// Reads two parts of a key.
    pub fn parse(kind: &str, fqn: &str) -> Result<Self, redb::Error> {
        let kind = kind.parse().map_err(|error| redb::Error::Corrupted(format!("an edge names {kind}: {error}")))?;
        Ok(Self { kind, fqn: Fqn::parse(fqn) })
    }
}

impl From<&Reference> for Node {
    fn from(reference: &Reference) -> Self {
        Self { kind: reference.kind, fqn: reference.fqn.clone() }
    }
}
