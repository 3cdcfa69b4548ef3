//! From bytes to an artifact: what is not JSON, is another artifact or has an unknown version gets its own clear error.
//! Never shows the content of a file in a message.

use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};
use serde::Deserialize;
use serde_json::error::Category;

use super::Metadata;

/// One of dbt's artifacts.
pub trait Artifact: for<'de> Deserialize<'de> {
    /// Its name in the schema's URL.
    const NAME: &'static str;
    /// Versions this connector was written for.
    const KNOWN: core::ops::RangeInclusive<u32>;
    /// What it says about itself.
    fn metadata(&self) -> &Metadata;
    /// Whether the keys are there without which it is of no use.
    fn is_complete(&self) -> bool;
}

/// An artifact, and what is odd about it.
pub struct Parsed<T> {
    /// The artifact.
    pub artifact: T,
    /// Something the operator should know.
    pub warning: Option<String>,
}

/// Reads an artifact of the file called `file`.
pub fn parse<T: Artifact>(file: &str, bytes: &[u8]) -> Result<Parsed<T>> {
    let artifact: T = serde_json::from_slice(bytes).map_err(|error| unreadable::<T>(file, bytes, &error))?;
    let version = Version::of(artifact.metadata());
    if let Some(version) = &version
        && version.artifact != T::NAME
    {
        let found = &version.artifact;
        return Err(fault(file, format!("{file} is a dbt {found} artifact, where a {} is expected", T::NAME)));
    }
    if !artifact.is_complete() {
        return Err(fault(file, incomplete::<T>(file, version.as_ref())));
    }
    let known = version.as_ref().is_some_and(|version| T::KNOWN.contains(&version.number));
    let warning = (!known).then(|| unknown::<T>(file, version.as_ref()));
    Ok(Parsed { artifact, warning })
}

fn fault(file: &str, message: String) -> Error {
    protocol(message).with("file", file)
}

fn unreadable<T: Artifact>(file: &str, bytes: &[u8], error: &serde_json::Error) -> Error {
    if error.classify() == Category::Data {
        let version = serde_json::from_slice::<Peek>(bytes).ok().and_then(|peek| Version::of(&peek.metadata));
        let known = unknown::<T>(file, version.as_ref());
        return fault(file, format!("{file} does not look like a dbt {}: {error}; {known}", T::NAME));
    }
    let hint = match bytes {
        [] => " (the file is empty)",
        [b'<', ..] => " (it looks like HTML or XML: a login or error page?)",
        [0x1f, 0x8b, ..] => " (it is compressed with gzip: give the plain file)",
        _ => "",
    };
    fault(file, format!("{file} is not JSON: {error}{hint}"))
        .with("line", error.line().to_string())
        .with("column", error.column().to_string())
}

fn incomplete<T: Artifact>(file: &str, version: Option<&Version>) -> String {
    let version = version.map_or_else(|| "names no version".to_owned(), |version| format!("is version {version}"));
    format!("{file} {version} and lacks what a dbt {} must have; known are {}", T::NAME, known::<T>())
}

fn unknown<T: Artifact>(file: &str, version: Option<&Version>) -> String {
    let version = version.map_or_else(|| "names no version".to_owned(), |version| format!("is version {version}"));
    format!("{file} {version}; known versions of a dbt {} are {}", T::NAME, known::<T>())
}

fn known<T: Artifact>() -> String {
    format!("v{} to v{}", T::KNOWN.start(), T::KNOWN.end())
}

#[derive(Deserialize)]
struct Peek {
    #[serde(default)]
    metadata: Metadata,
}

/// Kind and version out of a schema's URL.
struct Version {
    artifact: String,
    number: u32,
}

impl Version {
    fn of(metadata: &Metadata) -> Option<Self> {
        let mut parts = metadata.dbt_schema_version.trim_end_matches(".json").rsplit('/');
        let number = parts.next()?.strip_prefix('v')?.parse().ok()?;
        Some(Self { artifact: parts.next()?.to_owned(), number })
    }
}

impl core::fmt::Display for Version {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "v{}", self.number)
    }
}
