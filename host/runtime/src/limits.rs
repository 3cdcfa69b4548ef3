//! What a guest may use, and the accounting that ends it when it oversteps. Every limit names its setting.

use core::fmt;
use core::time::Duration;

use wasmtime::ResourceLimiter;

/// How long one tick of the engine's clock is: the grain of the CPU limit.
pub(crate) const TICK: Duration = Duration::from_millis(TICK_MS);
const TICK_MS: u64 = 10;

/// What each piece of work may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory.
    pub memory_mib: u64,
    /// CPU time between two host calls.
    pub cpu_ms: u64,
    /// Time for a whole split.
    pub wall_s: u64,
    /// Calls into the host.
    pub host_calls: u64,
    /// HTTP requests.
    pub requests: u64,
    /// Bytes of records emitted.
    pub emitted_mib: u64,
    /// Lines logged.
    pub log_lines: u64,
    /// Bytes of one HTTP answer read at once.
    pub response_mib: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 256,
            cpu_ms: 10_000,
            wall_s: 3_600,
            host_calls: 10_000_000,
            requests: 1_000_000,
            emitted_mib: 16_384,
            log_lines: 10_000,
            response_mib: 256,
        }
    }
}

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case is named as the field of Limits")]
pub enum Limit {
    Memory,
    Cpu,
    Wall,
    HostCalls,
    Requests,
    Emitted,
    LogLines,
}

impl Limit {
    /// A short class to count by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory limit",
            Self::Cpu => "cpu limit",
            Self::Wall => "wall limit",
            Self::HostCalls => "host call limit",
            Self::Requests => "request limit",
            Self::Emitted => "emitted bytes limit",
            Self::LogLines => "log line limit",
        }
    }

    /// The key that sets it, below `[sources.<name>.limits]`.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Memory => "memory-mib",
            Self::Cpu => "cpu-ms",
            Self::Wall => "wall-s",
            Self::HostCalls => "host-calls",
            Self::Requests => "requests",
            Self::Emitted => "emitted-mib",
            Self::LogLines => "log-lines",
        }
    }
}

/// A guest took more than it may. Travels as the trap's cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) limit: Limit,
    pub(crate) allowed: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, allowed } = self;
        write!(f, "the plugin exceeded its {} ({} = {allowed})", limit.name(), limit.setting())
    }
}

impl core::error::Error for Exceeded {}

/// What a guest has used so far.
#[derive(Debug)]
pub(crate) struct Usage {
    limits: Limits,
    ticks: u64,
    host_calls: u64,
    requests: u64,
    emitted_bytes: u64,
    log_lines: u64,
}

impl Usage {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ticks: 0, host_calls: 0, requests: 0, emitted_bytes: 0, log_lines: 0 }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A tick passed while the guest computed.
    pub(crate) fn tick(&mut self) -> Result<(), Exceeded> {
        self.ticks += 1;
        let allowed = self.limits.cpu_ms;
        let used = self.ticks.saturating_mul(TICK_MS);
        check(Limit::Cpu, used, allowed, allowed)
    }

    /// The guest called the host: its CPU time starts anew.
    pub(crate) fn host_call(&mut self) -> Result<(), Exceeded> {
        self.ticks = 0;
        self.host_calls += 1;
        check(Limit::HostCalls, self.host_calls, self.limits.host_calls, self.limits.host_calls)
    }

    pub(crate) fn request(&mut self) -> Result<(), Exceeded> {
        self.requests += 1;
        check(Limit::Requests, self.requests, self.limits.requests, self.limits.requests)
    }

    pub(crate) fn log_line(&mut self) -> Result<(), Exceeded> {
        self.log_lines += 1;
        check(Limit::LogLines, self.log_lines, self.limits.log_lines, self.limits.log_lines)
    }

    pub(crate) fn emitted(&mut self, bytes: u64) -> Result<(), Exceeded> {
        self.emitted_bytes += bytes;
        let allowed = self.limits.emitted_mib;
        check(Limit::Emitted, self.emitted_bytes, allowed.saturating_mul(1 << 20), allowed)
    }
}

fn check(limit: Limit, used: u64, most: u64, allowed: u64) -> Result<(), Exceeded> {
    if used <= most { Ok(()) } else { Err(Exceeded { limit, allowed }) }
}

impl ResourceLimiter for Usage {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = self.limits.memory_mib;
        check(Limit::Memory, desired as u64, allowed.saturating_mul(1 << 20), allowed)?;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // A table's entry is a pointer; tables share the memory limit.
        let allowed = self.limits.memory_mib;
        check(Limit::Memory, (desired * 8) as u64, allowed.saturating_mul(1 << 20), allowed)?;
        Ok(true)
    }
}
