//! `[project]`, `[run]`, `[log]` and `[network]`: what concerns every source.

use std::path::PathBuf;

use metahost_gateway::{GatewayOptions, ProxyOptions};
use url::Url;

use crate::read::{FromToml, Invalid, Node};

/// `[project]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The project's name.
    pub name: String,
    /// Folders of plugins, relative to the file.
    pub plugins: Vec<PathBuf>,
    /// The folder of state, catalog and cache, relative to the file.
    pub state: PathBuf,
    /// The environment used when none is named.
    pub environment: String,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            name: "metahost".into(),
            plugins: vec!["plugins".into()],
            state: ".metahost".into(),
            environment: "dev".into(),
        }
    }
}

impl FromToml for Project {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("project")?;
        let default = Self::default();
        let project = Self {
            name: section.get("name").unwrap_or(default.name),
            plugins: section.get("plugins").unwrap_or(default.plugins),
            state: section.get("state").unwrap_or(default.state),
            environment: section.get("environment").unwrap_or(default.environment),
        };
        section.finish();
        Some(project)
    }
}

/// `[run]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Pieces of work under way at a time, over all sources.
    pub workers: u32,
}

impl Default for Run {
    fn default() -> Self {
        Self { workers: 4 }
    }
}

impl FromToml for Run {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("run")?;
        let run = Self { workers: section.get("workers").unwrap_or(Self::default().workers) };
        section.finish();
        Some(run)
    }
}

/// How much is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the levels everyone knows")]
pub enum LogLevel {
    Error,
    #[default]
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    const WORDS: [(&'static str, Self); 5] = [
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("info", Self::Info),
        ("debug", Self::Debug),
        ("trace", Self::Trace),
    ];

    /// The level as it is written.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, level)| *level == self).map_or("warn", |(word, _)| word)
    }
}

impl FromToml for LogLevel {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&Self::WORDS)
    }
}

/// `[log]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// How much is logged.
    pub level: LogLevel,
}

impl FromToml for Log {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("log")?;
        let log = Self { level: section.get("level").unwrap_or_default() };
        section.finish();
        Some(log)
    }
}

/// `[network]`: the way out of all requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// PEM files of certificate authorities to trust beside the system's, relative to the file.
    pub ca_files: Vec<PathBuf>,
    /// The proxy; none leaves it to `HTTPS_PROXY` and its like.
    pub proxy: Option<Url>,
    /// Hosts, domains and CIDR ranges reached without the proxy.
    pub no_proxy: Vec<String>,
}

impl Network {
    /// The gateway's settings that follow from these; paths stay as they are written.
    pub(crate) fn gateway_options(&self) -> GatewayOptions {
        GatewayOptions {
            proxy: self.proxy.as_ref().map(|url| ProxyOptions::new(url.as_str(), &self.no_proxy)),
            ca_files: self.ca_files.clone(),
            ..GatewayOptions::default()
        }
    }
}

impl FromToml for Network {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("network")?;
        let network = Self {
            ca_files: section.get("ca-files").unwrap_or_default(),
            proxy: section.get("proxy"),
            no_proxy: section.get("no-proxy").unwrap_or_default(),
        };
        section.finish();
        Some(network)
    }
}

/// An address of a server. A user name or password in it would be a secret in the file.
impl FromToml for Url {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.parsed(|text| {
            let help = "write http://host[:port]/path or https://...";
            let url = Self::parse(text).map_err(|error| Invalid::new(format!("`{}`: {error}", node.key), help))?;
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
                return Err(Invalid::new(format!("`{}` is no address of a server", node.key), help));
            }
            if url.username().is_empty() && url.password().is_none() {
                return Ok(url);
            }
            let help = "bind a credential to it, or for a proxy set HTTPS_PROXY in the environment";
            Err(Invalid::new(
                format!("`{}` carries a user name or password, which must not be in the file", node.key),
                help,
            ))
        })
    }
}
