//! Code locations, and what starts their jobs.

use serde::Deserialize;

/// Every code location there is.
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
pub struct JobName {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct Schedules {
    pub results: Vec<Schedule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    #[serde(rename = "cronSchedule")]
    pub cron: String,
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
    pub targets: Option<Vec<Target>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    pub pipeline_name: String,
}
