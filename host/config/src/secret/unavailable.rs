//! Why a secret cannot be had: one message and one thing to do for each cause. Never the value.

use super::SecretRef;
use crate::error::{Error, ErrorKind, Problem};

/// Why a secret cannot be had, before it is said for which reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unavailable {
    message: String,
    help: String,
    retryable: bool,
}

impl Unavailable {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), retryable: false }
    }

    /// It may be there later without anyone changing the configuration.
    pub(super) fn for_now(self) -> Self {
        Self { retryable: true, ..self }
    }

    /// What it was needed for: the message then starts with it.
    pub(super) fn while_doing(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    pub(super) fn of(self, reference: &SecretRef) -> Error {
        let Self { message, help, retryable } = self;
        let reference = reference.to_string();
        let message = format!("the secret `{reference}` is unavailable: {message}");
        Error::from(Problem::new(ErrorKind::SecretUnavailable, reference, message).help(help)).retryable(retryable)
    }
}
