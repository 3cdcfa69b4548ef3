//! What earlier runs counted of an edge or a query, as the state keeps it.

use metahost_model::{ColumnEdge, Executions};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// How often it ran, when and by whom.
    pub(crate) executions: Executions,
    /// Of an edge of a log: columns that any of its queries moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) columns: Vec<ColumnEdge>,
}
