//! One process at a time works on a server: a lock on a file, which the system drops when the process ends however it ends.

use std::fs::{File, OpenOptions};

use anyhow::{Context, Result};

use crate::home;

/// Holds the lock until dropped.
pub(crate) struct Lock {
    _file: File,
}

/// Waits until no other process holds the lock of that name.
pub(crate) fn acquire(name: &str) -> Result<Lock> {
    let path = home::run_file(name, "lock")?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("cannot open the lock file {}", path.display()))?;
    file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(Lock { _file: file })
}
