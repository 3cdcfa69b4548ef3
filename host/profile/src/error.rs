//! The one error of this library: what could not be profiled, where, and why.

use core::fmt;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The bytes could not be had.
    Read,
    /// The bytes are forbidden.
    Denied,
    /// The bytes are not what they claim to be.
    Format,
    /// Something that is not read.
    Unsupported,
    /// What was asked for can't be done, as a column that is not there.
    Request,
}

/// What could not be profiled, where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
}

/// What most functions of this library answer.
pub type Result<T, E = Error> = core::result::Result<T, E>;

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Vec::new() }
    }

    /// Bytes that are not what they claim to be.
    pub fn format(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Format, message.to_string())
    }

    /// What a reader hands on: bytes that could not be had, which is no fault of the format, or what it makes of them.
    fn from_within(inner: &(dyn core::error::Error + Send + Sync + 'static)) -> Self {
        inner.downcast_ref().map_or_else(|| Self::format(inner), Self::of_io)
    }

    fn of_io(error: &std::io::Error) -> Self {
        let is_forbidden = error.kind() == std::io::ErrorKind::PermissionDenied;
        Self::new(if is_forbidden { ErrorKind::Denied } else { ErrorKind::Read }, error.to_string())
    }

    /// Adds a pair such as ("column", "price").
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.context.push((key, value.into()));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same attempt may succeed later.
    pub fn may_be_retried(&self) -> bool {
        self.kind == ErrorKind::Read
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

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::of_io(&error)
    }
}

impl From<parquet::errors::ParquetError> for Error {
    fn from(error: parquet::errors::ParquetError) -> Self {
        match error {
            parquet::errors::ParquetError::External(inner) => Self::from_within(&*inner),
            other => Self::format(other),
        }
    }
}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Self {
        match error {
            arrow_schema::ArrowError::IoError(message, _) => Self::new(ErrorKind::Read, message),
            arrow_schema::ArrowError::ExternalError(inner) => Self::from_within(&*inner),
            other => Self::format(other),
        }
    }
}
