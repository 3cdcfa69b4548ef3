//! The one error of this crate. It names what was found and what to do, and never carries a secret.

use std::fmt;
use std::time::Duration;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The origin or its address is not among those granted.
    NotGranted,
    /// The request itself cannot be sent as it is.
    InvalidRequest,
    /// The request names a credential slot that was not configured.
    UnknownCredential,
    /// The server that issues tokens, or the signer, refused the credential.
    CredentialRefused,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The answer is larger than allowed.
    TooLarge,
    /// A redirect that cannot be followed.
    Redirect,
    /// A limit on the number of requests was reached.
    Limit,
    /// The answer cannot be decoded.
    InvalidResponse,
    /// Replaying: this request was not recorded.
    NotInCassette,
    /// The cassette cannot be read or written.
    Cassette,
    /// The TLS handshake failed.
    Tls,
    /// The gateway was set up wrongly.
    Config,
    /// A file could not be read or written.
    Io,
}

/// A failed request or a gateway that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
    retryable: bool,
    retry_after: Option<Duration>,
    unsent: bool,
    #[source]
    source: Option<Source>,
}

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of this kind. Unreachable and timed-out requests may be retried, all others not.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let retryable = matches!(kind, ErrorKind::Unreachable | ErrorKind::Timeout);
        Self {
            kind,
            message: message.into(),
            context: Vec::new(),
            retryable,
            retry_after: None,
            unsent: false,
            source: None,
        }
    }

    /// Adds a key and its value for machines and for the end of the message.
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.context.push((key, value.to_string()));
        self
    }

    /// Keeps what caused it. The caller has made sure that it holds no secret.
    pub fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says when the other side wants to be asked again.
    pub fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Says whether asking again can help.
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// Says that no connection was made, so that nothing reached the server.
    #[must_use]
    pub(crate) fn unsent(mut self) -> Self {
        self.unsent = true;
        self
    }

    /// Whether nothing reached the server.
    pub(crate) fn is_unsent(&self) -> bool {
        self.unsent
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message without its context.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Ordered keys and values, for machines.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.context
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// How long the server asked to wait, where it said so.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (index, (key, value)) in self.context.iter().enumerate() {
            write!(f, "{}{key}: {value}", if index == 0 { " (" } else { ", " })?;
        }
        if self.context.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}
