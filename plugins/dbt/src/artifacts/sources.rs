//! sources.json v1 to v3: what `dbt source freshness` measured.

use core::ops::RangeInclusive;

use serde::Deserialize;

use super::Metadata;
use super::lenient::or_default;
use super::manifest::Freshness;
use super::parse::Artifact;

/// Results of `dbt source freshness`.
#[derive(Debug, Default, Deserialize)]
pub struct Sources {
    /// About itself.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: Metadata,
    /// One a source.
    pub results: Option<Vec<Measured>>,
}

impl Sources {
    /// When it was written.
    pub fn written(&self) -> Option<u64> {
        self.metadata.generated_at.as_deref().and_then(metahost_plugin_sdk::time::millis)
    }

    /// The result of a source.
    pub fn of(&self, id: &str) -> Option<&Measured> {
        self.results.iter().flatten().find(|result| result.unique_id == id)
    }
}

impl Artifact for Sources {
    const NAME: &'static str = "sources";
    const KNOWN: RangeInclusive<u32> = 1..=3;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn is_complete(&self) -> bool {
        self.results.is_some()
    }
}

/// How fresh a source was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Measured {
    /// The source.
    #[serde(deserialize_with = "or_default")]
    pub unique_id: String,
    /// "pass", "warn", "error", "runtime error".
    #[serde(alias = "state", deserialize_with = "or_default")]
    pub status: String,
    /// Its newest row.
    pub max_loaded_at: Option<String>,
    /// When it was measured.
    pub snapshotted_at: Option<String>,
    /// Age of its newest row.
    pub max_loaded_at_time_ago_in_s: Option<f64>,
    /// How fresh it should be.
    pub criteria: Option<Freshness>,
    /// Why it could not be measured.
    pub error: Option<String>,
}
