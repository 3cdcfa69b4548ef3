//! Runs with their steps.

use serde::Deserialize;
use serde_json::Value;

use super::Tag;

/// A page of runs, each read by itself.
#[derive(Debug, Deserialize)]
pub struct Runs {
    pub results: Vec<Value>,
}

/// One run. Times are seconds with a fraction.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    #[serde(rename = "runId")]
    pub id: String,
    pub status: String,
    pub job_name: String,
    pub creation_time: Option<f64>,
    pub start_time: Option<f64>,
    pub end_time: Option<f64>,
    pub update_time: Option<f64>,
    pub repository_origin: Option<Origin>,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub step_stats: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    pub repository_name: String,
    pub repository_location_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    #[serde(rename = "stepKey")]
    pub key: String,
    pub status: Option<String>,
    pub start_time: Option<f64>,
    pub end_time: Option<f64>,
}
