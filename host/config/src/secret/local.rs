//! Secrets in the environment and in files.

use std::io;
use std::path::{Path, PathBuf};

use metahost_gateway::Secret;

use super::Unavailable;

/// Looks up a variable of the environment.
pub(super) type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where secrets on this machine are.
pub(super) struct Local {
    /// Where relative paths start.
    pub(super) folder: PathBuf,
    pub(super) environment: Box<Environment>,
}

impl Local {
    pub(super) fn env(&self, name: &str) -> Result<Secret, Unavailable> {
        let help = format!("set it before the start: {name}=... metahost ...");
        match (self.environment)(name) {
            Some(value) if value.is_empty() => Err(Unavailable::new(format!("the variable {name} is empty"), help)),
            Some(value) => Ok(Secret::new(value)),
            None => Err(Unavailable::new(format!("the variable {name} is not set"), help)),
        }
    }

    pub(super) fn file(&self, path: &str) -> Result<Secret, Unavailable> {
        let path = self.folder.join(path);
        let shown = path.display();
        let bytes = std::fs::read(&path).map_err(|error| cannot_read(&path, &error))?;
        warn_if_open(&path);
        let text = String::from_utf8(bytes)
            .map_err(|_| Unavailable::new(format!("the file {shown} is not text"), "save the secret as UTF-8"))?;
        // Editors and `echo` end a file with a newline that is no part of the secret.
        let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
        if text.is_empty() {
            return Err(Unavailable::new(format!("the file {shown} is empty"), "write the secret into it"));
        }
        Ok(Secret::new(text))
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Unavailable {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            let help = "write the secret into it; a relative path starts at the folder of metahost.toml";
            Unavailable::new(format!("there is no file {shown}"), help)
        }
        io::ErrorKind::PermissionDenied => {
            let help = "let the user who runs metahost read it";
            Unavailable::new(format!("the file {shown} may not be read"), help)
        }
        _ => Unavailable::new(format!("the file {shown} can't be read: {error}"), "check the path"),
    }
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::MetadataExt;
    // What an orchestrator mounts for the container alone is often open to all of it.
    let mounted = ["/run/secrets", "/var/run/secrets"].iter().any(|folder| path.starts_with(folder));
    let open = std::fs::metadata(path).is_ok_and(|file| file.mode() & 0o004 != 0);
    if open && !mounted {
        tracing::warn!(file = %path.display(), "every user of this machine can read this secret; chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}
