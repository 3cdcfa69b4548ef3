//! One asset with all that is asked of it.

use serde::Deserialize;

use super::{Checks, Entry, Key, Tag};

/// One asset.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    #[serde(rename = "assetKey")]
    pub key: Key,
    pub description: Option<String>,
    #[serde(default)]
    pub op_names: Vec<String>,
    pub graph_name: Option<String>,
    pub op_version: Option<String>,
    #[serde(default)]
    pub job_names: Vec<String>,
    pub compute_kind: Option<String>,
    #[serde(default)]
    pub kinds: Vec<String>,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub owners: Vec<Owner>,
    pub is_executable: Option<bool>,
    pub is_observable: Option<bool>,
    #[serde(default)]
    pub dependency_keys: Vec<Key>,
    pub partition_definition: Option<Partitions>,
    pub automation_condition: Option<Condition>,
    pub auto_materialize_policy: Option<AutoMaterialize>,
    pub freshness_policy: Option<Lag>,
    pub freshness_info: Option<Late>,
    pub internal_freshness_policy: Option<Freshness>,
    pub freshness_status_info: Option<FreshnessStatus>,
    pub storage_address: Option<StorageAddress>,
    #[serde(default)]
    pub metadata_entries: Vec<Entry>,
    #[serde(default, rename = "assetMaterializations")]
    pub materializations: Vec<Materialization>,
    #[serde(default, rename = "assetObservations")]
    pub observations: Vec<Materialization>,
    #[serde(rename = "assetChecksOrError")]
    pub checks: Option<Checks>,
}

impl Asset {
    /// What the definition says, then what the newest materialization and the newest observation say.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        let told = self.materializations.iter().chain(&self.observations);
        self.metadata_entries.iter().chain(told.flat_map(|told| &told.metadata_entries))
    }

    /// The first entry with this label.
    pub fn entry(&self, label: &str) -> Option<&Entry> {
        self.entries().find(|entry| entry.label == label)
    }

    /// When it was last made, in milliseconds.
    pub fn made_at(&self) -> Option<u64> {
        self.materializations.first()?.at()
    }
}

/// A person or a team.
#[derive(Debug, Clone, Deserialize)]
pub struct Owner {
    pub email: Option<String>,
    pub team: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Partitions {
    pub description: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    pub label: Option<String>,
    #[serde(default)]
    pub expanded_label: Vec<String>,
}

/// What came before automation conditions: `EAGER` or `LAZY`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoMaterialize {
    pub policy_type: String,
}

/// The first kind of freshness policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lag {
    pub maximum_lag_minutes: f64,
    pub cron_schedule: Option<String>,
    pub cron_schedule_timezone: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Late {
    pub current_minutes_late: Option<f64>,
}

/// The second kind: by a window of time, or by a deadline.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    pub fail_window_seconds: Option<u64>,
    pub warn_window_seconds: Option<u64>,
    pub deadline_cron: Option<String>,
    pub lower_bound_delta_seconds: Option<u64>,
    pub timezone: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreshnessStatus {
    pub freshness_status: String,
    pub freshness_status_metadata: Option<FreshnessMeta>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreshnessMeta {
    pub last_materialized_timestamp: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageAddress {
    pub table_name: String,
}

/// That an asset was made, or looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Materialization {
    pub timestamp: Option<String>,
    #[serde(default)]
    pub metadata_entries: Vec<Entry>,
}

impl Materialization {
    /// When, in milliseconds.
    pub fn at(&self) -> Option<u64> {
        self.timestamp.as_ref()?.parse().ok()
    }
}
