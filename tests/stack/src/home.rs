//! Where the stack keeps its state, and the credentials that are fixed because the servers listen on loopback only.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder that holds installed servers, their data, logs and process ids: `METAHOST_STACK_DIR`, else a folder in the user's cache.
pub fn stack_dir() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("METAHOST_STACK_DIR") {
        return Ok(PathBuf::from(dir));
    }
    let home = env::var_os("HOME").context(
        "neither METAHOST_STACK_DIR nor HOME is set: set METAHOST_STACK_DIR to a folder for the servers' state",
    )?;
    Ok(Path::new(&home).join(".cache/metahost-stack"))
}

/// Access key and secret key of the S3 server.
pub fn s3_credentials() -> (&'static str, &'static str) {
    ("stack-access", "stack-secret-0123456789")
}

/// This package's folder, with the scripts and the data.
pub(crate) fn package_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `<stack>/run/<name>.<extension>`, with its folder made.
pub(crate) fn run_file(name: &str, extension: &str) -> Result<PathBuf> {
    state_file("run", name, extension)
}

/// `<stack>/log/<name>.<extension>`, with its folder made.
pub(crate) fn log_file(name: &str, extension: &str) -> Result<PathBuf> {
    state_file("log", name, extension)
}

fn state_file(folder: &str, name: &str, extension: &str) -> Result<PathBuf> {
    let dir = stack_dir()?.join(folder);
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir.join(format!("{name}.{extension}")))
}
