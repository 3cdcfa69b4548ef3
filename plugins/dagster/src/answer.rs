//! Dagster's answers as far as they are read. Never decides what becomes of them.
#![expect(clippy::struct_field_names, reason = "the names are Dagster's")]

use serde::Deserialize;

/// Where an asset is: `["marts", "fct_sales"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Key {
    pub path: Vec<String>,
}

impl Key {
    /// As Dagster's pages write it.
    pub fn text(&self) -> String {
        self.path.join("/")
    }
}

/// A list behind a union.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    pub location_entries: Vec<LocationEntry>,
}

/// A code location, or why it could not be loaded.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationEntry {
    pub name: String,
    pub load_status: String,
    pub location_or_load_error: Option<Location>,
}

/// `PythonError` has a message, `RepositoryLocation` has repositories.
#[derive(Debug, Deserialize)]
pub struct Location {
    #[serde(default)]
    pub message: Option<String>,
    #[serde(default)]
    pub repositories: Vec<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    pub name: String,
    #[serde(default)]
    pub asset_groups: Vec<Group>,
    #[serde(default)]
    pub jobs: Vec<JobName>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    pub group_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobName {
    pub name: String,
}

/// One asset.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    pub asset_key: Key,
    pub group_name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub op_names: Vec<String>,
    pub graph_name: Option<String>,
    #[serde(default)]
    pub job_names: Vec<String>,
    pub compute_kind: Option<String>,
    #[serde(default)]
    pub kinds: Vec<String>,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub owners: Vec<Owner>,
    #[serde(default)]
    pub is_executable: bool,
    #[serde(default)]
    pub dependency_keys: Vec<Key>,
    pub partition_definition: Option<Described>,
    pub automation_condition: Option<Labelled>,
    #[serde(default)]
    pub metadata_entries: Vec<Entry>,
    #[serde(default)]
    pub asset_materializations: Vec<Materialization>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// A person or a team.
#[derive(Debug, Clone, Deserialize)]
pub struct Owner {
    pub email: Option<String>,
    pub team: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Described {
    pub description: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Labelled {
    pub label: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Materialization {
    #[serde(default)]
    pub metadata_entries: Vec<Entry>,
}

/// A piece of metadata; of its many types only texts and column lineage are read.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    pub label: String,
    pub text: Option<String>,
    #[serde(default)]
    pub lineage: Vec<ColumnLineage>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnLineage {
    pub column_name: String,
    pub column_deps: Vec<ColumnDep>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnDep {
    pub asset_key: Key,
    pub column_name: String,
}

/// A job with its ops.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub solid_handles: Vec<Handle>,
}

/// One use of an op or of a nested graph.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handle {
    #[serde(rename = "handleID")]
    pub id: String,
    pub parent: Option<Parent>,
    pub solid: Solid,
}

#[derive(Debug, Deserialize)]
pub struct Parent {
    #[serde(rename = "handleID")]
    pub id: String,
}

#[derive(Debug, Deserialize)]
pub struct Solid {
    #[serde(default)]
    pub inputs: Vec<Input>,
    pub definition: Definition,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    #[serde(default)]
    pub depends_on: Vec<Output>,
}

#[derive(Debug, Deserialize)]
pub struct Output {
    pub solid: Named,
}

#[derive(Debug, Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct Definition {
    #[serde(rename = "__typename")]
    pub kind: String,
    pub description: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Schedules {
    pub results: Vec<Schedule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    pub cron_schedule: String,
    pub execution_timezone: Option<String>,
    pub pipeline_name: String,
}

#[derive(Debug, Deserialize)]
pub struct Sensors {
    pub results: Vec<Sensor>,
}

#[derive(Debug, Deserialize)]
pub struct Sensor {
    pub name: String,
    #[serde(default)]
    pub targets: Option<Vec<Target>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    pub pipeline_name: String,
}

#[derive(Debug, Deserialize)]
pub struct Runs {
    pub results: Vec<Run>,
}

/// One run. Times are seconds with a fraction.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub run_id: String,
    pub status: String,
    pub job_name: String,
    pub start_time: Option<f64>,
    pub end_time: Option<f64>,
    pub update_time: Option<f64>,
    pub repository_origin: Option<Origin>,
    #[serde(default)]
    pub step_stats: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    pub repository_name: String,
    pub repository_location_name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub step_key: String,
    pub status: Option<String>,
    pub start_time: Option<f64>,
    pub end_time: Option<f64>,
}
