//! `metahost init`: a configuration to start from. Never writes over one that is there.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::exit::{Exit, Misconfigured};
use crate::output;

/// Writes it.
pub fn init(path: &Path) -> Result<Exit> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    match file {
        Ok(mut file) => file.write_all(metahost_config::starter().as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Misconfigured(format!("{} is there already; it is left as it is", path.display())).into());
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Misconfigured(format!("{} can't be written: its folder does not exist", path.display())).into());
        }
        Err(error) => Err(error),
    }
    .with_context(|| format!("{} can't be written", path.display()))?;
    output::line(format!("wrote {}; edit it, then `metahost check`", path.display()))?;
    Ok(Exit::Success)
}
