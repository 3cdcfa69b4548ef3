//! From bytes to an artifact: what is not JSON, is another artifact or has an unknown version gets its own clear error.
//! Never shows the content of a file in a message, and never holds a file: the largest are read piece by piece.

use std::io::{self, BufReader, Read};

use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol, unavailable};
use serde::Deserialize;
use serde_json::error::Category;

use super::Metadata;

/// Bytes read at once.
const PIECE: usize = 256 * 1024;
/// Bytes of a file's beginning that tell what it is; dbt writes the version first.
const BEGINNING: usize = 4 * 1024;

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
pub fn parse<T: Artifact>(file: &str, source: impl Read) -> Result<Parsed<T>> {
    let mut source = Source { source, beginning: Vec::new() };
    let artifact = serde_json::from_reader(BufReader::with_capacity(PIECE, &mut source));
    let artifact: T = artifact.map_err(|error| unreadable::<T>(file, &source.beginning, error))?;
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

/// A file whose beginning is kept for messages.
struct Source<R> {
    source: R,
    beginning: Vec<u8>,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        let missing = BEGINNING.saturating_sub(self.beginning.len());
        self.beginning.extend(into.iter().take(count.min(missing)));
        Ok(count)
    }
}

fn unreadable<T: Artifact>(file: &str, beginning: &[u8], error: serde_json::Error) -> Error {
    match error.classify() {
        Category::Io => return interrupted(file, error.into()),
        Category::Data => {
            let known = unknown::<T>(file, Version::near(beginning).as_ref());
            return fault(file, format!("{file} does not look like a dbt {}: {error}; {known}", T::NAME));
        }
        Category::Syntax | Category::Eof => {}
    }
    let hint = match beginning {
        [] => " (the file is empty)",
        [b'<', ..] => " (it looks like HTML or XML: a login or error page?)",
        [0x1f, 0x8b, ..] => " (it is compressed with gzip: give the plain file)",
        _ => "",
    };
    fault(file, format!("{file} is not JSON: {error}{hint}"))
        .with("line", error.line().to_string())
        .with("column", error.column().to_string())
}

/// The host's own error, or the system's.
fn interrupted(file: &str, error: io::Error) -> Error {
    let error = error.downcast::<Error>();
    error.unwrap_or_else(|error| unavailable(format!("{file} can't be read: {error}"))).with("file", file)
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

/// Kind and version out of a schema's URL.
struct Version {
    artifact: String,
    number: u32,
}

impl Version {
    fn of(metadata: &Metadata) -> Option<Self> {
        Self::in_url(&metadata.dbt_schema_version)
    }

    /// The one that is written near the beginning of a file.
    fn near(beginning: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(beginning);
        let (_, rest) = text.split_once("\"dbt_schema_version\"")?;
        Self::in_url(rest.split('"').nth(1)?)
    }

    fn in_url(url: &str) -> Option<Self> {
        let mut parts = url.trim_end_matches(".json").rsplit('/');
        let number = parts.next()?.strip_prefix('v')?.parse().ok()?;
        Some(Self { artifact: parts.next()?.to_owned(), number })
    }
}

impl core::fmt::Display for Version {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "v{}", self.number)
    }
}
