//! The kinds of entity, and which must exist before which. Never knows how a catalog stores them.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// A kind of entity, by OpenMetadata's entity type. The order is the order of writing: parents first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are OpenMetadata's entity types")]
pub enum EntityKind {
    Database,
    DatabaseSchema,
    Container,
    Topic,
    Table,
    StoredProcedure,
    Pipeline,
    Chart,
    DashboardDataModel,
    Dashboard,
    Other,
}

impl EntityKind {
    /// Every kind, parents first.
    pub const ALL: [Self; 11] = [
        Self::Database,
        Self::DatabaseSchema,
        Self::Container,
        Self::Topic,
        Self::Table,
        Self::StoredProcedure,
        Self::Pipeline,
        Self::Chart,
        Self::DashboardDataModel,
        Self::Dashboard,
        Self::Other,
    ];

    /// OpenMetadata's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::DatabaseSchema => "databaseSchema",
            Self::Container => "container",
            Self::Topic => "topic",
            Self::Table => "table",
            Self::StoredProcedure => "storedProcedure",
            Self::Pipeline => "pipeline",
            Self::Chart => "chart",
            Self::DashboardDataModel => "dashboardDataModel",
            Self::Dashboard => "dashboard",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntityKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            let message = format!("`{text}` is no entity type; known are {}", names.join(", "));
            Error::new(ErrorKind::Value, message)
        })
    }
}
