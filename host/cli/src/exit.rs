//! Exit codes, and how errors are shown. One code a kind of outcome, so that schedulers can tell them apart.

use std::process::ExitCode;

use metahost_pipeline::{DataError, DataErrorKind};
use metahost_runtime::{Error as RuntimeError, ErrorKind as RuntimeKind};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything was done; after a run: everything was written or unchanged.
    Success = 0,
    /// Something unexpected.
    Failure = 1,
    // 2 is clap's: the command line is wrong.
    /// The configuration is wrong, or a plugin does not fit it.
    Configuration = 3,
    /// The catalog rejected records, or items could not be read; the rest was written.
    Rejected = 4,
    /// A source, or a part of it, could not be read.
    SourceFailed = 5,
    /// The catalog can't be used.
    CatalogFailed = 6,
    /// The state is used by another run, or can't be written.
    StateFailed = 7,
    /// A test of `metahost test` failed.
    TestFailed = 8,
    /// Ended by Ctrl-C.
    Cancelled = 130,
}

/// The list for `--help`.
pub const HELP: &str = "\
Exit codes:
  0    everything was written, or was unchanged
  1    something unexpected
  2    the command line is wrong
  3    the configuration is wrong, or a plugin does not fit it
  4    the catalog rejected records, or items could not be read; the rest was written
  5    a source, or a part of it, could not be read
  6    the catalog can't be used
  7    the state is used by another run, or can't be written
  8    a test failed, in `metahost test` only
  130  ended by Ctrl-C";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Prints an error with its causes and answers its code.
#[expect(clippy::print_stderr, reason = "this is where the binary tells what went wrong")]
pub fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    of(error).into()
}

/// The code for an error, by the innermost cause that has one.
pub fn of(error: &anyhow::Error) -> Exit {
    error.chain().filter_map(code).last().unwrap_or(Exit::Failure)
}

fn code(cause: &(dyn core::error::Error + 'static)) -> Option<Exit> {
    if cause.is::<metahost_config::Error>() || cause.is::<Misconfigured>() {
        Some(Exit::Configuration)
    } else if cause.is::<metahost_catalog::Error>() {
        Some(Exit::CatalogFailed)
    } else if let Some(error) = cause.downcast_ref::<metahost_profile::Error>() {
        Some(if error.kind() == metahost_profile::ErrorKind::Request {
            Exit::Configuration
        } else {
            Exit::SourceFailed
        })
    } else if let Some(error) = cause.downcast_ref::<DataError>() {
        Some(if error.kind == DataErrorKind::Cancelled { Exit::Cancelled } else { Exit::SourceFailed })
    } else if cause.is::<metahost_store::Error>() {
        Some(Exit::StateFailed)
    } else {
        cause.downcast_ref::<RuntimeError>().map(|error| plugin(error.kind()))
    }
}

fn plugin(kind: RuntimeKind) -> Exit {
    match kind {
        RuntimeKind::Manifest
        | RuntimeKind::NotFound
        | RuntimeKind::Contract
        | RuntimeKind::NotGranted
        | RuntimeKind::Compile
        | RuntimeKind::Config => Exit::Configuration,
        RuntimeKind::Cancelled => Exit::Cancelled,
        _ => Exit::SourceFailed,
    }
}

/// Something that only the configuration or the command line can mend.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misconfigured(pub String);
