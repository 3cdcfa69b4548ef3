//! The configuration as the operator writes it. Never holds a secret.

use std::collections::BTreeMap;

use metahost_plugin_sdk::s3::address_of;
use metahost_plugin_sdk::{Result, parse_config, problem};
use serde::Deserialize;

use crate::link::Rule;
use crate::manifest::Source;

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
    /// Where a bucket's inventory lies: `s3://bucket/folder/of/its/manifests/`.
    #[serde(default)]
    pub inventory: BTreeMap<String, String>,
    /// Whether tags of buckets are read.
    #[serde(default = "yes")]
    pub tags: bool,
    /// Whether tags of files that are containers of their own are read: a request for each.
    #[serde(default)]
    pub object_tags: bool,
    /// Classification that tags go to.
    #[serde(default = "classification")]
    pub tag_classification: String,
    /// Tables of all buckets, before what a bucket says itself.
    #[serde(default)]
    pub manifest: Option<Source>,
    /// Tables of buckets that have no list of their own.
    #[serde(default)]
    pub default_manifest: Option<Source>,
    /// Endings of files without columns that become containers of their own; `*` for all.
    #[serde(default)]
    pub unstructured: Vec<String>,
    /// Most such files of a bucket.
    #[serde(default = "thousand")]
    pub unstructured_limit: usize,
    /// Which folders are tables of which service.
    #[serde(default)]
    pub tables: Vec<Rule>,
    /// Where people look at the store.
    #[serde(default)]
    pub console_url: Option<String>,
}

fn yes() -> bool {
    true
}

fn samples() -> usize {
    2
}

fn thousand() -> usize {
    1_000
}

fn classification() -> String {
    "S3Tags".to_owned()
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        let config: Self = parse_config(json)?;
        for (at, rule) in config.tables.iter().enumerate() {
            rule.check().map_err(|message| problem(&format!("/tables/{at}"), message))?;
        }
        for (bucket, address) in &config.inventory {
            let message = || problem(&format!("/inventory/{bucket}"), format!("`{address}` is no s3://bucket/folder"));
            address_of(address).ok_or_else(message)?;
        }
        Ok(config)
    }

    /// Where people look at a folder of a bucket; none where nobody said.
    pub fn console(&self, bucket: &str, prefix: &str) -> Option<String> {
        let amazon = || {
            self.endpoint.contains(".amazonaws.com").then(|| format!("https://{}.console.aws.amazon.com", self.region))
        };
        let base = self.console_url.clone().or_else(amazon)?;
        let prefix = metahost_plugin_sdk::rest::encode(prefix);
        Some(format!("{}/s3/buckets/{bucket}?region={}&prefix={prefix}", base.trim_end_matches('/'), self.region))
    }
}
