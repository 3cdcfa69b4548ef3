//! What dbt Cloud's Administrative API v2 says, as far as it is used. Tolerant: fields may be null or missing.

use metahost_plugin_sdk::time::millis;
use serde::Deserialize;
use serde_json::Value;

use crate::artifacts::lenient::{or_default, word};

/// Commands that leave results of models and tests.
const BUILDS: [&str; 6] = ["build", "run", "test", "seed", "snapshot", "retry"];

/// A page of a list, or one thing.
#[derive(Debug, Deserialize)]
pub struct Answer<T> {
    /// What was asked for.
    pub data: T,
    /// About the list.
    #[serde(default, deserialize_with = "or_default")]
    pub extra: Extra,
}

/// About a list.
#[derive(Debug, Default, Deserialize)]
pub struct Extra {
    /// How long it is.
    #[serde(default, deserialize_with = "or_default")]
    pub pagination: Pagination,
}

/// How long a list is.
#[derive(Debug, Default, Deserialize)]
pub struct Pagination {
    /// In all.
    #[serde(default)]
    pub total_count: Option<usize>,
}

/// What runs again and again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Job {
    /// Its number.
    #[serde(deserialize_with = "word")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Its project.
    #[serde(deserialize_with = "word")]
    pub project_id: Option<String>,
    /// Its environment.
    #[serde(deserialize_with = "word")]
    pub environment_id: Option<String>,
    /// "scheduled", "ci", "merge", "other".
    #[serde(rename = "job_type")]
    pub kind: Option<String>,
    /// What starts it.
    #[serde(deserialize_with = "or_default")]
    pub triggers: Triggers,
}

/// What starts a job.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Triggers {
    /// A pull request.
    #[serde(deserialize_with = "or_default")]
    pub github_webhook: bool,
    /// A pull request elsewhere.
    #[serde(deserialize_with = "or_default")]
    pub git_provider_webhook: bool,
}

impl Job {
    /// Whether it tries pull requests out, in a schema of its own.
    pub fn is_trial(&self) -> bool {
        let by_pull_request = self.triggers.github_webhook || self.triggers.git_provider_webhook;
        self.kind.as_deref().map_or(by_pull_request, |kind| kind == "ci")
    }

    /// The folder of what all jobs of its project and environment leave.
    pub fn folder(&self) -> String {
        let or_none = |id: &Option<String>| id.clone().unwrap_or_else(|| "none".to_owned());
        format!("project-{}-environment-{}", or_none(&self.project_id), or_none(&self.environment_id))
    }
}

/// One run of a job.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Its number.
    #[serde(deserialize_with = "word")]
    pub id: Option<String>,
    /// The job.
    #[serde(deserialize_with = "word")]
    pub job_definition_id: Option<String>,
    /// When it ended, well or badly.
    pub finished_at: Option<String>,
    /// "Success", "Error", "Cancelled".
    #[serde(deserialize_with = "or_default")]
    pub status_humanized: String,
    /// Its page.
    pub href: Option<String>,
    /// The commit it ran.
    pub git_sha: Option<String>,
    /// What it did, where that was asked for.
    #[serde(rename = "run_steps", deserialize_with = "or_default")]
    pub steps: Vec<Step>,
}

impl Run {
    /// Its number, as part of a path.
    pub fn number(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    /// When it ended; none while it is under way.
    pub fn ended(&self) -> Option<u64> {
        self.finished_at.as_deref().and_then(millis)
    }
}

/// One command of a run.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Step {
    /// Its place, from 1.
    pub index: Option<u64>,
    /// ``Invoke dbt with `dbt build` ``.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
}

impl Step {
    /// Whether it leaves results of models or tests.
    pub fn builds(&self) -> bool {
        let command = self.name.split('`').nth(1).unwrap_or(&self.name);
        let mut words = command.split_whitespace();
        words.next() == Some("dbt") && words.any(|word| BUILDS.contains(&word))
    }
}

/// A list whose items are read one by one.
pub type List = Answer<Vec<Value>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_steps_that_build_leave_results() {
        let builds = |name: &str| Step { index: None, name: name.to_owned() }.builds();
        assert!(builds("Invoke dbt with `dbt --no-use-colors build --select tag:daily`") && builds("dbt seed"));
        assert!(!builds("Clone git repository") && !builds("Invoke dbt with `dbt docs generate`"));
        assert!(!builds("Invoke dbt with `dbt run-operation grant`") && !builds("Build the profile"));
    }
}
