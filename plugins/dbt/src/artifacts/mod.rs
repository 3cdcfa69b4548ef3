//! dbt's JSON artifacts as Rust, as far as they are used. Tolerant by design: unknown keys are ignored, missing ones
//! have defaults, and a node that can't be read does not take the others with it. Never reads a file.

pub mod catalog;
pub mod lenient;
pub mod manifest;
pub mod parse;
pub mod run_results;
pub mod semantic;
pub mod sources;

use serde::Deserialize;

use lenient::or_default;

/// What every artifact says about itself.
#[derive(Debug, Default, Deserialize)]
pub struct Metadata {
    /// URL of its schema, <https://schemas.getdbt.com/dbt/manifest/v12.json>.
    #[serde(default, deserialize_with = "or_default")]
    pub dbt_schema_version: String,
    /// Version of dbt that wrote it.
    #[serde(default, deserialize_with = "or_default")]
    pub dbt_version: String,
    /// When it was written.
    #[serde(default)]
    pub generated_at: Option<String>,
    /// dbt's name of the warehouse: "trino".
    #[serde(default)]
    pub adapter_type: Option<String>,
}
