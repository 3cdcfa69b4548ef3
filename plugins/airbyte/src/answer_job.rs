//! Jobs as either API tells them, as what is read of Airbyte. Never asks for more.

use metahost_plugin_sdk::{Result, time};
use serde::Deserialize;
use serde_json::Value;

use crate::connection::{self, State};

/// As the public API tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicJob {
    job_id: Value,
    status: String,
    job_type: Option<String>,
    start_time: Option<String>,
    last_updated_at: Option<String>,
    bytes_synced: Option<u64>,
    rows_synced: Option<u64>,
}

impl PublicJob {
    /// As it is read of Airbyte.
    pub fn read(self) -> Result<connection::Job> {
        let state = State::read(&self.status)?;
        let started = self.start_time.as_deref().and_then(time::millis);
        let updated = self.last_updated_at.as_deref().and_then(time::millis);
        Ok(connection::Job {
            id: self.job_id.as_str().map_or_else(|| self.job_id.to_string(), str::to_owned),
            kind: self.job_type.unwrap_or_default(),
            started,
            ended: updated.filter(|_| state.is_over()),
            updated: updated.or(started),
            rows: self.rows_synced,
            bytes: self.bytes_synced,
            attempts: None,
            streams: None,
            state,
        })
    }
}

/// A job with its attempts.
#[derive(Debug, Deserialize)]
pub struct JobWithAttempts {
    job: Job,
    attempts: Option<Vec<Attempt>>,
}

/// Times are in seconds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: u64,
    status: String,
    config_type: Option<String>,
    created_at: Option<u64>,
    started_at: Option<u64>,
    updated_at: Option<u64>,
    aggregated_stats: Option<Stats>,
    enabled_streams: Option<Vec<Descriptor>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    records_emitted: Option<u64>,
    bytes_emitted: Option<u64>,
    records_committed: Option<u64>,
    bytes_committed: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Descriptor {
    name: String,
    namespace: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    ended_at: Option<u64>,
    bytes_synced: Option<u64>,
    records_synced: Option<u64>,
}

impl JobWithAttempts {
    /// As it is read of Airbyte.
    pub fn read(self) -> Result<connection::Job> {
        let (job, attempts) = (self.job, self.attempts);
        let state = State::read(&job.status)?;
        let ended = attempts.iter().flatten().filter_map(|attempt| attempt.ended_at).max();
        let last = attempts.as_ref().and_then(|attempts| attempts.last());
        let moved = job.aggregated_stats.as_ref();
        let rows = moved.and_then(|moved| moved.records_committed.or(moved.records_emitted));
        let bytes = moved.and_then(|moved| moved.bytes_committed.or(moved.bytes_emitted));
        let streams = job.enabled_streams.filter(|streams| !streams.is_empty());
        Ok(connection::Job {
            id: job.id.to_string(),
            kind: job.config_type.unwrap_or_default(),
            started: job.started_at.or(job.created_at).map(millis),
            ended: ended.or(job.updated_at).filter(|_| state.is_over()).map(millis),
            updated: job.updated_at.or(job.created_at).map(millis),
            rows: rows.or_else(|| last.and_then(|last| last.records_synced)),
            bytes: bytes.or_else(|| last.and_then(|last| last.bytes_synced)),
            attempts: attempts.as_ref().map(Vec::len),
            streams: streams.map(|streams| streams.into_iter().map(Descriptor::pair).collect()),
            state,
        })
    }
}

impl Descriptor {
    fn pair(self) -> (Option<String>, String) {
        (self.namespace.filter(|namespace| !namespace.is_empty()), self.name)
    }
}

fn millis(seconds: u64) -> u64 {
    seconds.saturating_mul(1_000)
}
