//! The configuration as the operator writes it, and its JSON Schema. Never holds a secret.

mod rules;

use std::collections::BTreeMap;

use metahost_plugin_sdk::{Result, parse_config, problem};
use serde::Deserialize;

pub use rules::{On, Pattern, Rule};

/// The JSON Schema that the host checks the configuration against.
pub const SCHEMA: &str = include_str!("config.schema.json");

/// Where the artifacts are and how they are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the configuration")]
pub struct Config {
    /// A folder that the operator granted.
    pub folder: Option<String>,
    /// An HTTP base.
    pub url: Option<String>,
    /// An S3 prefix.
    pub s3: Option<S3>,
    /// Jobs of dbt Cloud.
    pub cloud: Option<Cloud>,
    /// Glob of manifests; each is one project.
    pub manifest: String,
    /// Glob of the catalog, from the manifest's folder.
    pub catalog: Globs,
    /// Globs of run results, from the manifest's folder.
    pub run_results: Globs,
    /// Glob of source freshness, from the manifest's folder.
    pub sources: Globs,
    /// Read only so many of the newest run results.
    pub max_runs: Option<usize>,
    /// From dbt's database to the catalog's.
    pub database_mapping: BTreeMap<String, String>,
    /// Database of relations that dbt names without one.
    pub default_database: Option<String>,
    /// Case of names that dbt's catalog does not tell.
    pub case: Case,
    /// Classification that dbt's tags go to.
    pub tag_classification: String,
    /// What stands before each of them.
    pub tag_prefix: String,
    /// Classification for who may refer to a model; empty for none.
    pub access_classification: String,
    /// Whether dbt's own facts about a model become custom properties.
    pub properties: bool,
    /// Whether the semantic layer's metrics become entities.
    pub metrics: bool,
    /// Key below `meta` that speaks to OpenMetadata.
    pub meta_key: String,
    /// What keys of `meta` and of query tags become.
    pub rules: Vec<Rule>,
    /// The part of an owner's name that the catalog knows.
    pub owner_pattern: Option<Pattern>,
    /// Whether the rows that tables were built with become profiles.
    pub row_counts: bool,
    /// Whether tests are read.
    pub include_tests: bool,
    /// Whether a test that only warns counts as failed.
    pub warnings_are_failures: bool,
    /// Whether sources are annotated and their freshness read.
    pub include_sources: bool,
    /// Whether the warehouse's owner counts where neither meta nor group names one.
    pub catalog_owners: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            folder: None,
            url: None,
            s3: None,
            cloud: None,
            manifest: "manifest.json".to_owned(),
            catalog: Globs::of(&["catalog.json"]),
            run_results: Globs::of(&["run_results.json", "runs/*/run_results.json"]),
            sources: Globs::of(&["sources.json"]),
            max_runs: None,
            database_mapping: BTreeMap::new(),
            default_database: None,
            case: Case::AsIs,
            tag_classification: "dbtTags".to_owned(),
            tag_prefix: String::new(),
            access_classification: "dbtAccess".to_owned(),
            properties: true,
            metrics: false,
            meta_key: "openmetadata".to_owned(),
            rules: Vec::new(),
            owner_pattern: None,
            row_counts: false,
            include_tests: true,
            warnings_are_failures: false,
            include_sources: true,
            catalog_owners: true,
        }
    }
}

impl Config {
    /// Reads the host's JSON.
    pub fn parse(json: &str) -> Result<Self> {
        let mut config: Self = parse_config(json)?;
        let places = [config.folder.is_some(), config.url.is_some(), config.s3.is_some(), config.cloud.is_some()];
        if places.into_iter().filter(|is_given| *is_given).count() > 1 {
            return Err(problem("", "give one of `folder`, `url`, `s3` and `cloud`, the place the artifacts are in"));
        }
        config.rules.iter().enumerate().try_for_each(|(at, rule)| rule.check(at))?;
        if config.cloud.is_some() {
            // Its files have names of the connector's own making.
            "*/manifest.json".clone_into(&mut config.manifest);
        }
        Ok(config)
    }

    /// Owners as the catalog knows them.
    pub fn owners(&self, written: Vec<String>) -> Vec<String> {
        match &self.owner_pattern {
            Some(pattern) => written.iter().map(|owner| pattern.extract(owner)).collect(),
            None => written,
        }
    }
}

/// Artifacts in S3 or a store that speaks its language.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct S3 {
    /// `s3://bucket/prefix`.
    pub uri: String,
    /// Another store than Amazon's.
    pub endpoint: Option<String>,
    /// Region of Amazon's endpoint.
    #[serde(default = "region")]
    pub region: String,
    /// Bucket in the path instead of the host name; the default where an endpoint is given.
    pub path_style: Option<bool>,
}

/// Jobs of dbt Cloud.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cloud {
    /// The account's access URL.
    pub url: String,
    /// The account.
    pub account: Id,
    /// Only these jobs.
    #[serde(default)]
    pub jobs: Vec<Id>,
    /// Only jobs of these projects.
    #[serde(default)]
    pub projects: Vec<Id>,
    /// Only jobs of this environment.
    #[serde(default)]
    pub environment: Option<Id>,
}

/// A number of dbt Cloud's, written as a number or as text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "NumberOrText")]
pub struct Id(pub String);

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(u64),
    Text(String),
}

impl From<NumberOrText> for Id {
    fn from(value: NumberOrText) -> Self {
        Self(match value {
            NumberOrText::Number(number) => number.to_string(),
            NumberOrText::Text(text) => text,
        })
    }
}

fn region() -> String {
    "us-east-1".to_owned()
}

/// One glob or many; none for an artifact that is not wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany")]
pub struct Globs(pub Vec<String>);

impl Globs {
    fn of(globs: &[&str]) -> Self {
        Self(globs.iter().map(|&glob| glob.to_owned()).collect())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Globs {
    fn from(value: OneOrMany) -> Self {
        Self(match value {
            OneOrMany::One(glob) if glob.is_empty() => Vec::new(),
            OneOrMany::One(glob) => vec![glob],
            OneOrMany::Many(globs) => globs,
        })
    }
}

/// What happens to names that dbt's catalog does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// As dbt has them.
    AsIs,
    /// All lower, as Trino and `PostgreSQL` store them.
    Lower,
    /// All upper, as Snowflake and Oracle store them.
    Upper,
}

impl Case {
    /// A name in this case.
    pub fn apply(self, name: &str) -> String {
        match self {
            Self::AsIs => name.to_owned(),
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
        }
    }
}
