//! What a failure of the embedded database means to a person: which file, and what to do.

use std::io;
use std::path::Path;

use crate::error::{Error, ErrorKind};

/// Says what happened to the file.
pub fn explain(path: &Path, error: &redb::Error) -> Error {
    let (kind, message) = match error {
        redb::Error::DatabaseAlreadyOpen => {
            let message = "another process works with the local catalog; wait for it to end, or name another file";
            (ErrorKind::Locked, message.to_owned())
        }
        redb::Error::Io(cause) => (ErrorKind::Io, io_message(cause)),
        redb::Error::PreviousIo => (ErrorKind::Io, "the local catalog failed before, and takes no more".to_owned()),
        redb::Error::UpgradeRequired(_) | redb::Error::LockProtocolMismatch => {
            let message = format!("the local catalog was made by another version of metahost: {error}");
            (ErrorKind::Version, format!("{message}; move it away and run again: everything is written anew"))
        }
        redb::Error::Corrupted(_) | redb::Error::RepairAborted => (ErrorKind::Io, damaged(error)),
        _ => (ErrorKind::Io, format!("the local catalog can't be used: {error}")),
    };
    Error::new(kind, message).with("file", path.display().to_string())
}

fn io_message(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("the disk of the local catalog is full: {cause}; make room and run again")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("the local catalog may not be written: {cause}")
        }
        io::ErrorKind::NotFound => "there is no local catalog yet: run an asset first".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damaged(cause),
        _ => format!("the local catalog can't be read or written: {cause}"),
    }
}

fn damaged(cause: &dyn core::fmt::Display) -> String {
    format!(
        "the local catalog is damaged or no catalog at all ({cause}); move it away and run again: everything is written anew"
    )
}
