//! Remembers that a running server was filled with the data as it is now, so that a second `up` has nothing to do.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

use crate::home;
use crate::process::Process;
use crate::server::Server;

/// Whether that process was prepared and loaded from the files as they are.
pub(crate) fn is_current(server: Server, process: Process) -> Result<bool> {
    let written = fs::read_to_string(home::run_file(server.name(), "loaded")?);
    Ok(written.is_ok_and(|text| stamp(server, process).is_ok_and(|stamp| stamp == text)))
}

/// Records that it was.
pub(crate) fn write(server: Server, process: Process) -> Result<()> {
    let path = home::run_file(server.name(), "loaded")?;
    fs::write(&path, stamp(server, process)?).with_context(|| format!("cannot write {}", path.display()))
}

fn stamp(server: Server, process: Process) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in server.inputs() {
        hash_tree(Path::new(input), &mut hasher)?;
    }
    Ok(format!("{} {:016x}", process.identity(), hasher.finish()))
}

/// Paths are hashed as they are inside the package: two checkouts with the same files agree.
fn hash_tree(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    let full = home::package_dir().join(path);
    if full.is_dir() {
        let entries = fs::read_dir(&full).with_context(|| format!("cannot list {}", full.display()))?;
        let mut names: Vec<OsString> =
            entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>()?;
        names.sort();
        return names.iter().try_for_each(|name| hash_tree(&path.join(name), hasher));
    }
    path.hash(hasher);
    fs::read(&full).with_context(|| format!("cannot read {}", full.display()))?.hash(hasher);
    Ok(())
}
