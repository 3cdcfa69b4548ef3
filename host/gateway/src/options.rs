//! How a gateway is set up: proxies, certificate authorities, cassette.

use std::env;
use std::fmt;
use std::path::PathBuf;

use crate::secret::Secret;

/// Settings of a [`crate::Gateway`].
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// The proxy; none reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` from the environment.
    pub proxy: Option<ProxyOptions>,
    /// PEM files with certificate authorities to trust beside the system's.
    pub ca_files: Vec<PathBuf>,
    /// Whether to record or replay.
    pub cassette: CassetteMode,
    /// Whether a finished recording is compressed (`<owner>.jsonl.zst`).
    pub compress_cassette: bool,
    /// What servers see as `User-Agent`.
    pub user_agent: String,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            proxy: None,
            ca_files: Vec::new(),
            cassette: CassetteMode::Off,
            compress_cassette: false,
            user_agent: concat!("metahost/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Whether exchanges go to the network, are recorded, or come from a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CassetteMode {
    /// The network, nothing kept.
    #[default]
    Off,
    /// The network, and every exchange kept in this new folder, without secrets.
    Record(PathBuf),
    /// The recording in this folder, and never the network.
    Replay(PathBuf),
}

/// Which proxy serves which scheme.
#[derive(Clone, Default)]
pub struct ProxyOptions {
    pub(crate) http: Option<Secret>,
    pub(crate) https: Option<Secret>,
    pub(crate) no_proxy: String,
}

impl ProxyOptions {
    /// One proxy for all: `http://[user:password@]host:port`, except for the hosts, domains and CIDR ranges in `no_proxy`.
    pub fn new<S: AsRef<str>>(url: &str, no_proxy: &[S]) -> Self {
        let url = Secret::new(url);
        let no_proxy = no_proxy.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",");
        Self { http: Some(url.clone()), https: Some(url), no_proxy }
    }

    /// No proxy, whatever the environment says.
    pub fn none() -> Self {
        Self::default()
    }

    /// The usual environment variables, lower case first.
    pub fn from_environment() -> Self {
        let all = variable("ALL_PROXY");
        Self {
            http: variable("HTTP_PROXY").or_else(|| all.clone()).map(Secret::new),
            https: variable("HTTPS_PROXY").or(all).map(Secret::new),
            no_proxy: variable("NO_PROXY").unwrap_or_default(),
        }
    }
}

// A proxy's URL may hold a password.
impl fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

fn variable(name: &str) -> Option<String> {
    [name.to_lowercase(), name.to_owned()]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.trim().is_empty())
}
