//! `run_results.json` v1 to v6, and the newest result of each node out of many files.

use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Metadata;
use super::lenient::or_default;
use super::parse::Artifact;
use metahost_plugin_sdk::time::millis;

/// Commands whose results say nothing about data: `dbt docs generate` overwrites the results of a build.
const BUILDS_NOTHING: [&str; 11] =
    ["compile", "generate", "docs", "parse", "list", "ls", "show", "debug", "deps", "freshness", "run-operation"];

/// Results of one command.
#[derive(Debug, Default, Deserialize)]
pub struct RunResults {
    /// About itself.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: Metadata,
    /// One a node.
    pub results: Option<Vec<RunResult>>,
    /// How dbt was called.
    #[serde(default, deserialize_with = "or_default")]
    pub args: Args,
}

impl RunResults {
    /// The command, if it is one that builds and tests nothing.
    pub fn idle_command(&self) -> Option<&str> {
        self.args.which.as_deref().filter(|which| BUILDS_NOTHING.contains(which))
    }
}

impl Artifact for RunResults {
    const NAME: &'static str = "run-results";
    const KNOWN: RangeInclusive<u32> = 1..=6;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn is_complete(&self) -> bool {
        self.results.is_some()
    }
}

/// How dbt was called.
#[derive(Debug, Default, Deserialize)]
pub struct Args {
    /// The command.
    #[serde(default)]
    pub which: Option<String>,
}

/// Result of one node.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RunResult {
    /// The node.
    #[serde(deserialize_with = "or_default")]
    pub unique_id: String,
    /// "success", "error", "skipped", "pass", "fail", "warn", "no-op", "partial success".
    #[serde(deserialize_with = "or_default")]
    pub status: String,
    /// What dbt said.
    pub message: Option<String>,
    /// Rows a test found.
    pub failures: Option<i64>,
    /// Seconds.
    pub execution_time: Option<f64>,
    /// Steps with their times.
    #[serde(deserialize_with = "or_default")]
    pub timing: Vec<Timing>,
    /// The warehouse's answer.
    #[serde(deserialize_with = "or_default")]
    pub adapter_response: Answer,
}

/// What the warehouse answered. Some adapters put the whole statement in, which is not kept.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    /// Rows written; a number, a text, or -1 for "not known".
    #[serde(default)]
    pub rows_affected: Value,
}

/// A step of a node.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Timing {
    /// "compile" or "execute".
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Its start.
    pub started_at: Option<String>,
    /// Its end.
    pub completed_at: Option<String>,
}

/// The result that counts for a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// dbt's word, in lower case.
    pub status: String,
    /// What dbt said.
    pub message: Option<String>,
    /// Rows a test found.
    pub failures: Option<u64>,
    /// Rows written, where the warehouse says so.
    pub rows: Option<u64>,
    /// Seconds.
    pub execution_time: Option<f64>,
    /// When it started.
    pub started_at: Option<u64>,
    /// When it ended.
    pub ended_at: Option<u64>,
    /// When it ended, else when its file was written.
    pub at: u64,
}

/// The newest result of each node.
#[derive(Debug, Default)]
pub struct Newest(BTreeMap<String, Outcome>);

impl Newest {
    /// Adds the results of a command; of two of the same time the later added counts.
    pub fn add(&mut self, run: RunResults) {
        let written = run.metadata.generated_at.as_deref().and_then(millis).unwrap_or(0);
        for result in run.results.unwrap_or_default() {
            let id = result.unique_id.clone();
            let outcome = Outcome::of(result, written);
            if self.0.get(&id).is_none_or(|known| known.at <= outcome.at) {
                self.0.insert(id, outcome);
            }
        }
    }

    /// The result of a node.
    pub fn of(&self, id: &str) -> Option<&Outcome> {
        self.0.get(id)
    }

    /// How many nodes have one.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Outcome {
    fn of(result: RunResult, written: u64) -> Self {
        let step = result.timing.iter().find(|step| step.name == "execute").or_else(|| result.timing.last());
        let started_at = step.and_then(|step| step.started_at.as_deref()).and_then(millis);
        let ended_at = step.and_then(|step| step.completed_at.as_deref()).and_then(millis);
        Self {
            status: result.status.to_lowercase(),
            message: result.message.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            failures: result.failures.and_then(|count| u64::try_from(count).ok()),
            rows: rows(&result.adapter_response.rows_affected),
            execution_time: result.execution_time,
            started_at,
            ended_at,
            at: ended_at.unwrap_or(written),
        }
    }
}

fn rows(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
