//! What one source knows about an entity that another source owns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::activity::Status;
use crate::column::Constraint;
use crate::entity::TableKey;
use crate::kind::EntityKind;
use crate::lineage::Endpoint;
use crate::path::EntityPath;

/// How a model was last built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelRun {
    /// How it ended.
    pub status: Status,
    /// The tool's own word for it.
    pub status_text: String,
    /// When it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Rows written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// What the tool said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The model that a table is built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataModel {
    /// "model", "seed", "snapshot", "source".
    pub resource_type: String,
    /// The project the model belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// File of the model in its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The model's text as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_sql: Option<String>,
    /// The SQL that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiled_sql: Option<String>,
    /// Tables it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<EntityPath>,
    /// When the artifact that says so was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated_at: Option<Timestamp>,
    /// How it was last built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<ModelRun>,
}

/// What is known about one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnAnnotation {
    /// The column by its names from the outermost in.
    pub column: Vec<String>,
    /// The type as the tool knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Fully qualified tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Fully qualified glossary terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glossary_terms: Vec<String>,
    /// What is promised about its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Constraint>,
}

/// What is known about an entity; the entity is never created for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    /// The service of the entity; none for the source's own or the one it adds to, "*" for whichever has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What kind the entity is.
    pub kind: EntityKind,
    /// Which entity.
    pub path: EntityPath,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Owners as the source knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Fully qualified tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Fully qualified glossary terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glossary_terms: Vec<String>,
    /// Fully qualified domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Custom properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extension: BTreeMap<String, Value>,
    /// Columns something is known of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnAnnotation>,
    /// Keys that the tool promises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<TableKey>,
    /// The model it is built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_model: Option<DataModel>,
}

impl Annotation {
    /// Where the entity is.
    pub fn target(&self) -> Endpoint {
        Endpoint { service: self.service.clone(), kind: self.kind, path: self.path.clone() }
    }
}
