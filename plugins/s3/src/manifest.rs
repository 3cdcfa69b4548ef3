//! Where an operator has written down which folders of a bucket are tables: OpenMetadata's `openmetadata.json`, its global
//! manifest, and its default one. Never lists keys.

use glob::{MatchOptions, Pattern};
use metahost_plugin_sdk::s3::address_of;
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde::Deserialize;

use crate::config::Config;
use crate::detect::{self, Place};
use crate::store::{Piece, Store};

/// Its key in a bucket.
pub const KEY: &str = "openmetadata.json";
/// What the global one is called in a folder.
const GLOBAL: &str = "openmetadata_storage_manifest.json";
/// A manifest is a page of text, not a file of data.
const LONGEST: u64 = 1 << 20;
/// Folders that a glob never means, as OpenMetadata has it.
const USUALLY_EXCLUDED: [&str; 5] = ["_delta_log", "_temporary", "_spark_metadata", ".tmp", "_SUCCESS"];
const GLOB: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// A manifest, or where it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Source {
    /// In the configuration.
    Inline(Manifest),
    /// `s3://…`, `https://…`, or its JSON.
    Text(String),
}

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    /// Its tables.
    #[serde(default)]
    pub entries: Vec<Told>,
}

/// One table as it is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    #[serde(default)]
    container_name: Option<String>,
    data_path: String,
    #[serde(default)]
    structure_format: Option<String>,
    #[serde(default)]
    unstructured_formats: Option<Vec<String>>,
    #[serde(default)]
    unstructured_data: Option<bool>,
    #[serde(default)]
    depth: Option<usize>,
    #[serde(default)]
    separator: Option<String>,
    #[serde(default)]
    auto_partition_detection: Option<bool>,
    #[serde(default)]
    partition_columns: Option<Vec<Partition>>,
    #[serde(default)]
    exclude_paths: Option<Vec<String>>,
    #[serde(default)]
    exclude_patterns: Option<Vec<String>>,
}

/// A partition column.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// Its name.
    pub name: String,
    /// In OpenMetadata's words.
    #[serde(default)]
    pub data_type: Option<String>,
    /// What it holds.
    #[serde(default)]
    pub description: Option<String>,
}

/// One table, ready to be compared with keys.
#[derive(Debug)]
pub struct Entry {
    told: Told,
    format: Option<String>,
    glob: Option<Pattern>,
    excluded: Vec<Pattern>,
}

/// What is written down for a bucket; none where nobody wrote. One that can't be read ends the bucket: what it lists would be
/// taken for gone.
pub fn entries(store: &dyn Store, config: &Config, bucket: &str) -> Result<Option<Vec<Entry>>> {
    let of_bucket = |manifest: Manifest| {
        let is_here = |entry: &Told| entry.container_name.as_deref() == Some(bucket);
        Some(manifest.entries.into_iter().filter(is_here).collect::<Vec<_>>()).filter(|entries| !entries.is_empty())
    };
    let global = config.manifest.as_ref().map(|source| load(store, source)).transpose()?.and_then(of_bucket);
    let told = match global {
        Some(entries) => Some(entries),
        None => match store.piece(bucket, KEY, Piece::First(LONGEST))? {
            Some(body) => Some(parse(KEY, &body).with("bucket", bucket)?.entries),
            None => config.default_manifest.as_ref().map(|source| load(store, source)).transpose()?.and_then(of_bucket),
        },
    };
    told.map(|told| told.into_iter().map(Entry::new).collect()).transpose()
}

/// A manifest from where the configuration says.
pub fn load(store: &dyn Store, source: &Source) -> Result<Manifest> {
    let text = match source {
        Source::Inline(manifest) => return Ok(manifest.clone()),
        Source::Text(text) => text,
    };
    let body = match address_of(text) {
        _ if text.trim_start().starts_with('{') => Some(text.clone().into_bytes()),
        Some((bucket, key)) if key.is_empty() || key.ends_with('/') => {
            store.piece(bucket, &format!("{key}{GLOBAL}"), Piece::First(LONGEST))?
        }
        Some((bucket, key)) => store.piece(bucket, key, Piece::First(LONGEST))?,
        None => store.fetch(text)?,
    };
    parse(GLOBAL, &body.ok_or_else(|| protocol(format!("there is no manifest at {text}")))?)
}

fn parse(name: &str, body: &[u8]) -> Result<Manifest> {
    serde_json::from_slice(body).map_err(|error| {
        let page =
            if body.starts_with(b"<") { "; it is a page of HTML or XML: is `endpoint` an S3 store?" } else { "" };
        protocol(format!("{name} is not as OpenMetadata writes it: {error}{page}"))
    })
}

/// OpenMetadata also knows `csv.gz` and `parquet.snappy`; how a file is packed is told by its own ending.
fn plain_format(told: &str) -> String {
    let named = detect::format(&format!("x.{told}")).map(|(format, _)| format.to_owned());
    named.unwrap_or_else(|| told.split('.').next().unwrap_or_default().to_ascii_lowercase())
}

impl Entry {
    fn new(told: Told) -> Result<Self> {
        let pattern = |text: &str| {
            Pattern::new(&text.replace('[', "[[]"))
                .map_err(|error| protocol(format!("`{text}` in a manifest is no pattern: {error}")))
        };
        let is_glob = told.data_path.contains(['*', '?']);
        let glob = is_glob.then(|| pattern(told.data_path.trim_matches('/'))).transpose()?;
        let excluded = told.exclude_patterns.iter().flatten().map(|text| pattern(text)).collect::<Result<_>>()?;
        let format = told.structure_format.as_deref().map(plain_format);
        Ok(Self { told, format, glob, excluded })
    }

    /// Where an object belongs, if this entry means it.
    pub fn place<'k>(&self, key: &'k str) -> Option<Place<'k>> {
        let is_meant = match &self.glob {
            Some(glob) => glob.matches_with(key, GLOB),
            None => self.holds(key),
        };
        if !is_meant || self.excludes(key) {
            return None;
        }
        if self.is_unstructured(key) {
            return Some(Place::File);
        }
        if self.told.unstructured_formats.is_some() && self.told.structure_format.is_none() {
            return None;
        }
        let folds = self.told.auto_partition_detection != Some(false);
        let root = if self.glob.is_some() { detect::root(key, folds)? } else { self.below(key, folds)? };
        Some(if self.told.partition_columns.is_some() { root.without_partitions() } else { root })
    }

    fn holds(&self, key: &str) -> bool {
        let folder = self.path();
        folder.is_empty() || key == folder || key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    fn excludes(&self, key: &str) -> bool {
        let usual: &[&str] = if self.glob.is_some() { &USUALLY_EXCLUDED } else { &[] };
        let is_named = |part: &str| match &self.told.exclude_paths {
            Some(paths) => paths.iter().any(|path| path.trim_matches('/') == part),
            None => usual.contains(&part),
        };
        key.split('/').any(is_named) || self.excluded.iter().any(|pattern| pattern.matches_with(key, GLOB))
    }

    fn is_unstructured(&self, key: &str) -> bool {
        self.told.unstructured_data == Some(true) || detect::has_ending(key, self.told.unstructured_formats.as_deref())
    }

    /// The folder that is written down, or one that lies `depth` below it.
    fn below<'k>(&self, key: &'k str, folds: bool) -> Option<Place<'k>> {
        let levels = self.told.depth.unwrap_or_default();
        let start = self.path().len();
        if key.len() == start {
            return (levels == 0).then(|| Place::folder(key));
        }
        let from = if start == 0 { 0 } else { start + 1 };
        let mut slashes = key.get(from..)?.match_indices('/').map(|(at, _)| from + at);
        let end = if levels == 0 { start } else { slashes.nth(levels - 1)? };
        Some(detect::inside(key, end, folds))
    }

    /// The folder or file, without `/` at its ends, or the pattern of its files.
    pub fn path(&self) -> &str {
        self.told.data_path.trim_matches('/')
    }

    /// The format that its files are said to have.
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// What parts the values of a CSV.
    pub fn separator(&self) -> Option<u8> {
        self.told.separator.as_ref()?.bytes().next()
    }

    /// Columns that folders are named by, as they are written down.
    pub fn partitions(&self) -> &[Partition] {
        self.told.partition_columns.as_deref().unwrap_or_default()
    }
}
