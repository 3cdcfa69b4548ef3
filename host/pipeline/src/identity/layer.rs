//! How near a service is to the files of a table: the direction in which twins are linked.

use metahost_model::ServiceKind;
use serde::{Deserialize, Serialize};

/// Catalogs of tables that lie in files: they keep no rows, engines ask them.
const LAKE_CATALOGS: [&str; 3] = ["Iceberg", "Glue", "DeltaLake"];

/// The nearer to the files, the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Layer {
    /// Folders of files.
    Storage,
    /// A catalog that says which files are a table.
    Catalog,
    /// What answers queries.
    Engine,
}

impl Layer {
    /// Of a service; none for one that holds no tables of its own.
    pub fn of(kind: ServiceKind, service_type: &str) -> Option<Self> {
        match kind {
            ServiceKind::StorageService => Some(Self::Storage),
            ServiceKind::DatabaseService if LAKE_CATALOGS.contains(&service_type) => Some(Self::Catalog),
            ServiceKind::DatabaseService if !service_type.is_empty() => Some(Self::Engine),
            _ => None,
        }
    }
}
