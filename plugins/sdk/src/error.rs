//! Building the contract's errors in one line. Never decides about retries: the host does.

pub use crate::bindings::metahost::source::types::Error;
use crate::types::{Failure, Retryable};

/// What connector code returns.
pub type Result<T> = core::result::Result<T, Error>;

/// The source said something that can't be read.
pub fn protocol(message: impl Into<String>) -> Error {
    Error::Protocol(Failure { message: message.into(), context: Vec::new() })
}

/// The source can't be used now.
pub fn unavailable(message: impl Into<String>) -> Error {
    let failure = Failure { message: message.into(), context: Vec::new() };
    Error::Unavailable(Retryable { failure, after_ms: None })
}

/// Adds context to an error on its way up.
pub trait ErrorExt {
    /// Appends a pair such as ("table", "a.b"); cases without context stay as they are.
    #[must_use]
    fn with(self, key: &str, value: impl Into<String>) -> Self;
}

impl ErrorExt for Error {
    fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        match &mut self {
            Self::Denied(failure) | Self::Protocol(failure) => {
                failure.context.push((key.to_owned(), value.into()));
            }
            Self::Unavailable(retryable) => {
                retryable.failure.context.push((key.to_owned(), value.into()));
            }
            Self::Config(_) | Self::Unsupported(_) | Self::Cancelled => {}
        }
        self
    }
}

impl<T> ErrorExt for Result<T> {
    fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.map_err(|error| error.with(key, value))
    }
}
