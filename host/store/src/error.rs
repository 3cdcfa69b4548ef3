//! Why the state can't be used.

use core::fmt;
use std::path::Path;

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Another run works on this state.
    Locked,
    /// The file can't be read or written: no room, no permission.
    Io,
    /// The file is damaged or of another version.
    Corrupt,
}

/// State that can't be used. What was committed before is still there.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
}

impl Error {
    pub(crate) fn of(path: &Path, error: &redb::Error) -> Self {
        let (kind, message) = match error {
            redb::Error::DatabaseAlreadyOpen => (
                ErrorKind::Locked,
                "another run works on this state; wait for it to end, or give this one a `state` folder of its own"
                    .to_owned(),
            ),
            redb::Error::Io(error) => (ErrorKind::Io, format!("the state can't be read or written: {error}")),
            redb::Error::PreviousIo => {
                (ErrorKind::Io, "the state could not be written before; see the first error".to_owned())
            }
            other => (
                ErrorKind::Corrupt,
                format!(
                    "the state can't be understood: {other}; move the file away to begin anew (everything is then compared with the catalog again)"
                ),
            ),
        };
        Self { kind, message, context: vec![("file", path.display().to_string())] }
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        let message = format!("the state's folder can't be made: {error}");
        Self { kind: ErrorKind::Io, message, context: vec![("file", path.display().to_string())] }
    }

    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a later try may succeed.
    pub fn is_retryable(&self) -> bool {
        self.kind == ErrorKind::Locked
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (key, value) in &self.context {
            write!(f, "; {key}: {value}")?;
        }
        Ok(())
    }
}
