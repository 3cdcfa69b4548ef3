//! Why a plugin could not be loaded or a call into it failed.

use core::fmt;

use metahost_model::SplitFailure;

use crate::limits::Limit;

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// plugin.toml can't be read or says something impossible.
    Manifest,
    /// No plugin of this name.
    NotFound,
    /// The component is not of this contract.
    Contract,
    /// The component imports more than its manifest asks for, or the operator did not grant what it needs.
    NotGranted,
    /// It can't be compiled.
    Compile,
    /// The configuration is not what the connector takes.
    Config,
    /// The guest crashed.
    Trap,
    /// The guest overstepped a limit.
    Limit(Limit),
    /// The source refused the credentials or the permission.
    Denied,
    /// The source is not there, too busy or too slow.
    Unavailable,
    /// The source, or the guest, said something that can't be read.
    Protocol,
    /// The connector does not do that.
    Unsupported,
    /// A statement took longer than it may.
    Budget,
    /// The run was asked to end.
    Cancelled,
}

impl ErrorKind {
    /// A short class to count by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::NotFound => "not found",
            Self::Contract => "contract",
            Self::NotGranted => "not granted",
            Self::Compile => "compile",
            Self::Config => "configuration",
            Self::Trap => "trap",
            Self::Limit(limit) => limit.name(),
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
            Self::Budget => "over budget",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A plugin that can't be loaded, or a call into it that failed.
#[derive(Debug, Clone, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<(String, String)>,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Vec::new() }
    }

    /// Adds a pair such as ("plugin", "trino").
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.push((key.into(), value.into()));
        self
    }

    /// Every text of it changed: to take secrets out that a source repeated.
    #[must_use]
    pub(crate) fn map_text(mut self, change: impl Fn(&str) -> String) -> Self {
        self.message = change(&self.message);
        for (_, value) in &mut self.context {
            *value = change(value);
        }
        self
    }

    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a later try may succeed.
    pub fn is_retryable(&self) -> bool {
        self.kind == ErrorKind::Unavailable
    }

    /// As the pipeline counts it.
    pub fn to_failure(&self) -> SplitFailure {
        SplitFailure { kind: self.kind.as_str().to_owned(), message: self.to_string() }
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
