//! Why a catalog as a whole can't be used. A refused item is no error: see [`crate::Outcome`].

use core::fmt;

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing answers.
    Unreachable,
    /// The token is missing, wrong or expired, or may not do this.
    Unauthorized,
    /// A version this program does not speak.
    Version,
    /// An answer that can't be understood.
    Protocol,
    /// The catalog's file can't be read or written.
    Io,
    /// Another process works with the catalog's file.
    Locked,
    /// The service that was named does not exist.
    NoService,
}

/// A catalog that can't be used.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
    retryable: bool,
}

impl Error {
    /// An error of this kind that a retry can't mend.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Vec::new(), retryable: false }
    }

    /// Adds a pair such as ("url", "…").
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.context.push((key, value.into()));
        self
    }

    /// Marks that a later try may succeed.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a later try may succeed.
    pub fn is_retryable(&self) -> bool {
        self.retryable
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
