//! Why the state can't be used.

use core::fmt;
use std::io;
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
        match error {
            redb::Error::DatabaseAlreadyOpen => Self::new(
                path,
                ErrorKind::Locked,
                "another run works on this state; wait for it to end, or give this one a `state` folder of its own",
            ),
            // What a file that was cut off, or that never was a state, looks like.
            redb::Error::Io(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                Self::damaged(path, error)
            }
            redb::Error::Io(error) => {
                Self::new(path, ErrorKind::Io, format!("the state can't be read or written: {error}{}", remedy(error)))
            }
            redb::Error::PreviousIo => {
                Self::new(path, ErrorKind::Io, "the state could not be written before; see the first error")
            }
            other => Self::damaged(path, other),
        }
    }

    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        Self::new(path, ErrorKind::Io, format!("the state's folder can't be made: {error}{}", remedy(error)))
    }

    fn damaged(path: &Path, cause: &dyn fmt::Display) -> Self {
        let remedy = "move the file away to begin anew (everything is then compared with the catalog again)";
        Self::new(path, ErrorKind::Corrupt, format!("the state can't be understood: {cause}; {remedy}"))
    }

    fn new(path: &Path, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: vec![("file", path.display().to_string())] }
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

/// What a person can do about it.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
            "; make room and run again: nothing was half-written"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; let this user write it, or set `state` to a folder that can be written"
        }
        _ => "",
    }
}
