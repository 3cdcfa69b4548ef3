//! What is known of one name: a folder, or a table or view of a service. Never says which others are the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use metahost_model::{ColumnNames, Fqn, Timestamp};
use serde::{Deserialize, Serialize};

use super::layer::Layer;

/// A name with what tells whether another one is the same table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    /// How near it is to the files.
    pub(crate) layer: Layer,
    /// The id that the table's own metadata carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uuid: Option<String>,
    /// Where its files lie, in one spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    /// Whether it is a view.
    #[serde(default)]
    pub(crate) view: bool,
    /// Whether the source tells the SQL it is made of.
    #[serde(default)]
    pub(crate) defined: bool,
    /// What the database is connected with, where its source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connector: Option<String>,
    /// The source that told of it.
    pub(crate) source: String,
    /// When it was first seen with this id and in this place.
    pub(crate) since: Timestamp,
    /// Whether its service had been read before without it: then others, read meanwhile, can't have had it either.
    #[serde(default)]
    pub(crate) new: bool,
    /// Tables of which a rule of its source says that they read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) claims: Vec<Fqn>,
    /// The columns that a link carries on.
    #[serde(default, skip_serializing_if = "ColumnNames::is_empty")]
    pub(crate) columns: ColumnNames,
    /// A hash of the columns, which stands for them where many members are held.
    #[serde(skip)]
    pub(crate) shape: u64,
}

impl Member {
    /// From when on others can have it; zero for what may always have been there.
    pub(crate) fn appeared(&self) -> Timestamp {
        if self.new { self.since } else { 0 }
    }

    /// Whether both are the same thing in the same place.
    pub(crate) fn is_identical(&self, other: &Self) -> bool {
        (&self.uuid, &self.location, self.view) == (&other.uuid, &other.location, other.view)
    }

    /// Whether anything but its name tells what it is.
    pub(crate) fn has_evidence(&self) -> bool {
        self.uuid.is_some() || self.location.is_some()
    }

    /// The same without its columns: a hundred thousand are held at once.
    pub(crate) fn lean(self) -> Self {
        // Another hash in another version of the program costs one more write of each link, and nothing else.
        let mut hasher = DefaultHasher::new();
        self.columns.iter().for_each(|column| column.hash(&mut hasher));
        Self { columns: ColumnNames::default(), shape: hasher.finish(), connector: None, ..self }
    }
}
