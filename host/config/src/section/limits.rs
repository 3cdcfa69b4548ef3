//! `[sources.<name>.limits]`: what a source's work may use. What is not set stays at the host's default.

use std::time::Duration;

use metahost_gateway::HttpLimits;

use crate::read::{FromToml, Node, OrZero};

/// Limits as set; none is the plugin's wish or the host's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Linear memory of the guest, in MiB.
    pub memory_mib: Option<u64>,
    /// CPU time between two host calls, in milliseconds.
    pub cpu_ms: Option<u64>,
    /// Time for one split, in seconds.
    pub wall_s: Option<u64>,
    /// Calls into the host.
    pub host_calls: Option<u64>,
    /// HTTP requests.
    pub requests: Option<u64>,
    /// One answer, in MiB.
    pub response_mib: Option<u64>,
    /// Records emitted, in MiB.
    pub emitted_mib: Option<u64>,
    /// Lines logged.
    pub log_lines: Option<u64>,
    /// Splits of the source read at a time; none is as many as there are workers.
    pub splits: Option<u32>,
    /// Requests a second to one origin.
    pub requests_per_second: Option<f64>,
    /// Requests under way to one origin at a time.
    pub in_flight: Option<u32>,
    /// Time for one HTTP request, in seconds.
    pub timeout_s: Option<u64>,
    /// Repetitions of a request that is safe to repeat.
    pub retries: Option<u32>,
    /// Time for which a server that answered before may be away, in seconds.
    pub outage_s: Option<u32>,
}

impl Limits {
    /// The gateway's limits with what is set here.
    pub fn http(&self) -> HttpLimits {
        let default = HttpLimits::default();
        HttpLimits {
            max_in_flight: self.in_flight.map_or(default.max_in_flight, |count| count as usize),
            requests_per_second: self.requests_per_second.or(default.requests_per_second),
            timeout: self.timeout_s.map_or(default.timeout, Duration::from_secs),
            max_response_bytes: self.response_mib.map_or(default.max_response_bytes, |mib| mib.saturating_mul(1 << 20)),
            max_requests: self.requests.or(default.max_requests),
            retries: self.retries.unwrap_or(default.retries),
            outage: self.outage_s.map_or(default.outage, |seconds| Duration::from_secs(seconds.into())),
            ..default
        }
    }
}

impl FromToml for Limits {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("limits")?;
        let limits = Self {
            memory_mib: section.get("memory-mib"),
            cpu_ms: section.get("cpu-ms"),
            wall_s: section.get("wall-s"),
            host_calls: section.get("host-calls"),
            requests: section.get("requests"),
            response_mib: section.get("response-mib"),
            emitted_mib: section.get("emitted-mib"),
            log_lines: section.get("log-lines"),
            splits: section.get("splits"),
            requests_per_second: section.get("requests-per-second"),
            in_flight: section.get("in-flight"),
            timeout_s: section.get("timeout-s"),
            retries: section.get::<OrZero>("retries").map(|count| count.0),
            outage_s: section.get::<OrZero>("outage-s").map(|seconds| seconds.0),
        };
        section.finish();
        Some(limits)
    }
}
