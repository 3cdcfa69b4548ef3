//! The contract's errors as the host's.

use crate::bindings::metahost::source::types as wit;
use crate::error::{Error, ErrorKind};

/// What a guest said went wrong.
pub(crate) fn failed(error: wit::Error) -> Error {
    match error {
        wit::Error::Config(problems) => {
            let list: Vec<String> = problems
                .into_iter()
                .map(|problem| format!("{} {}", problem.pointer, problem.message).trim().to_owned())
                .collect();
            Error::new(ErrorKind::Config, format!("the connector refuses its configuration: {}", list.join("; ")))
        }
        wit::Error::Denied(failure) => of(ErrorKind::Denied, failure),
        wit::Error::Unavailable(retryable) => of(ErrorKind::Unavailable, retryable.failure),
        wit::Error::Protocol(failure) => of(ErrorKind::Protocol, failure),
        wit::Error::Unsupported(what) => {
            Error::new(ErrorKind::Unsupported, format!("the connector does not do this: {what}"))
        }
        wit::Error::Cancelled => crate::instance::cancelled(),
    }
}

fn of(kind: ErrorKind, failure: wit::Failure) -> Error {
    failure.context.into_iter().fold(Error::new(kind, failure.message), |error, (key, value)| error.with(key, value))
}
