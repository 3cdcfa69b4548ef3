//! `cassette.json`: which format the folder has, and when it was recorded.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

const FORMAT: u32 = 1;
const NAME: &str = "cassette.json";
const KEPT_IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The contents of `cassette.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Milliseconds since 1970-01-01 UTC.
    pub(super) recorded_at: i64,
    recorded_by: String,
}

impl Manifest {
    /// Starts a folder. One that holds a recording already is left alone.
    pub(super) fn create(folder: &Path, recorded_by: &str) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|cause| broken("the folder cannot be made", folder).caused_by(cause))?;
        let path = folder.join(NAME);
        let mut file = File::create_new(&path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Error::new(ErrorKind::Config, "the folder holds a recording already; remove it or name another")
                    .with("folder", folder.display())
            }
            _ => broken("cannot be written", &path).caused_by(cause),
        })?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let recorded_at = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        let manifest = Self { format: FORMAT, recorded_at, recorded_by: recorded_by.to_owned() };
        let mut text = serde_json::to_vec_pretty(&manifest)
            .map_err(|cause| broken("cannot be written", &path).caused_by(cause))?;
        text.push(b'\n');
        file.write_all(&text).map_err(|cause| broken("cannot be written", &path).caused_by(cause))?;
        Ok(manifest)
    }

    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let text = fs::read(&path).map_err(|cause| broken("the folder holds no recording", &path).caused_by(cause))?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|cause| broken("is not a cassette's manifest", &path).caused_by(cause))?;
        if manifest.format == FORMAT {
            return Ok(manifest);
        }
        Err(broken("the cassette has another format; record it again", &path)
            .with("found", manifest.format)
            .with("known", FORMAT))
    }
}

/// The file of an owner, whatever characters its name has.
pub(super) fn tape_path(folder: &Path, owner: &str) -> PathBuf {
    folder.join(format!("{}.jsonl", utf8_percent_encode(owner, KEPT_IN_NAMES)))
}

/// The same, compressed.
pub(super) fn compressed(path: &Path) -> PathBuf {
    path.with_extension("jsonl.zst")
}

/// An error about a file of a cassette.
pub(super) fn broken(what: &str, path: &Path) -> Error {
    Error::new(ErrorKind::Cassette, what).with("file", path.display())
}
