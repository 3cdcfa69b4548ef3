//! The configuration as the operator writes it. Never holds a secret.

use metahost_plugin_sdk::{Result, parse_config};
use serde::Deserialize;

/// The slot of the keys.
pub const SLOT: &str = "s3";

/// Where the store is and what of it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Its address.
    pub endpoint: String,
    /// The region that signs.
    pub region: String,
    /// Buckets in the path of addresses.
    #[serde(default = "yes")]
    pub path_style: bool,
    /// Buckets to read; empty for all.
    #[serde(default)]
    pub buckets: Vec<String>,
    /// Files of a table whose header is read.
    #[serde(default = "samples")]
    pub samples: usize,
}

fn yes() -> bool {
    true
}

fn samples() -> usize {
    2
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        parse_config(json)
    }
}
