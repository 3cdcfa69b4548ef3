//! What one owner (a source, the catalog, the secret store) may do on the network.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::origin::{Origin, OriginRule};

/// The grant under which a [`crate::Client`] works.
#[derive(Debug, Clone)]
pub struct Access {
    /// Who asks: shown in errors, and the name of its file in a cassette.
    pub owner: String,
    /// Where the owner's settings are in the configuration: `sources.trino`. Errors name settings below it.
    pub settings: String,
    /// Origins it may reach.
    pub origins: Vec<OriginRule>,
    /// Credential slots by name. All of them are bound to `origins`.
    pub credentials: BTreeMap<String, Credential>,
    /// How much, how often and how long.
    pub limits: HttpLimits,
    /// Whether a granted host name may lead to loopback and private addresses. An origin that is itself an address,
    /// or `localhost`, needs no such grant.
    pub allow_private: bool,
    /// Whether recording and replay apply. False for the catalog and the secret store: always the network, never a
    /// line in a cassette.
    pub recorded: bool,
}

impl Access {
    /// Access to nothing, with the default limits, for a source of this name.
    pub fn new(owner: impl Into<String>) -> Self {
        let owner = owner.into();
        let settings = format!("sources.{owner}");
        Self {
            owner,
            settings,
            origins: Vec::new(),
            credentials: BTreeMap::new(),
            limits: HttpLimits::default(),
            allow_private: false,
            recorded: true,
        }
    }

    pub(crate) fn check(&self, origin: &Origin) -> Result<()> {
        if self.origins.iter().any(|rule| rule.allows(origin)) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::NotGranted,
            format!("{} may not reach {origin}; add it to `{}`", self.owner, self.setting("origins")),
        )
        .with("origin", origin)
        .with("owner", &self.owner)
        .with("setting", self.setting("origins")))
    }

    /// A pace of nothing, or of less, is no pace.
    pub(crate) fn check_limits(&self) -> Result<()> {
        match self.limits.requests_per_second {
            Some(pace) if !pace.is_normal() || pace <= 0.0 => {
                let setting = self.limit_setting("requests-per-second");
                Err(Error::new(ErrorKind::Config, format!("`{setting}` must be above zero")).with("found", pace))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn setting(&self, key: &str) -> String {
        format!("{}.{key}", self.settings)
    }

    pub(crate) fn limit_setting(&self, key: &str) -> String {
        format!("{}.limits.{key}", self.settings)
    }
}

/// Limits on an owner's requests. Errors name them as the configuration does, below `limits`.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpLimits {
    /// Requests under way to one origin at a time, until the answer's head and first part are there.
    pub max_in_flight: usize,
    /// Requests a second to one origin; none is no limit.
    pub requests_per_second: Option<f64>,
    /// For one attempt with its whole answer, without the time the caller takes to read it.
    pub timeout: Duration,
    /// For the connection with its TLS handshake.
    pub connect_timeout: Duration,
    /// Between two parts of an answer.
    pub idle_timeout: Duration,
    /// Decoded bytes of one answer.
    pub max_response_bytes: u64,
    /// Requests in all; none is no limit.
    pub max_requests: Option<u64>,
    /// Repetitions of a request that is safe to repeat.
    pub retries: u32,
    /// First wait before a repetition; it doubles, and the actual wait is a random part of it.
    pub backoff: Duration,
    /// Longest wait before a repetition. A server that asks for more gets its answer handed to the caller.
    pub max_backoff: Duration,
    /// How long a server that answered before may be away, as while it is started anew.
    pub outage: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_in_flight: 16,
            requests_per_second: None,
            timeout: Duration::from_mins(2),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            max_response_bytes: 256 << 20,
            max_requests: None,
            retries: 4,
            backoff: Duration::from_millis(250),
            max_backoff: Duration::from_mins(1),
            outage: Duration::from_mins(1),
        }
    }
}
