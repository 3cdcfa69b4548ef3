//! Asset checks and how they ended.

use serde::Deserialize;

use super::Entry;

/// The checks of an asset, or why they can't be told.
#[derive(Debug, Clone, Deserialize)]
pub struct Checks {
    #[serde(default)]
    pub checks: Vec<Check>,
    pub message: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Check {
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub blocking: bool,
}

/// One execution. Times are seconds with a fraction; its own is when it was planned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    pub id: String,
    pub run_id: Option<String>,
    pub status: String,
    pub timestamp: f64,
    pub partition: Option<String>,
    pub evaluation: Option<Evaluation>,
}

/// What the check itself found.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    pub timestamp: Option<f64>,
    pub severity: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub metadata_entries: Vec<Entry>,
}

impl Execution {
    /// When it ended, in seconds.
    pub fn at(&self) -> f64 {
        self.evaluation.as_ref().and_then(|found| found.timestamp).unwrap_or(self.timestamp)
    }
}
