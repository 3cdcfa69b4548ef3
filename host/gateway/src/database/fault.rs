//! Turns what a database refuses, and what breaks on the way to it, into this crate's error. What the database says may repeat a
//! secret, and is shown without.

use std::error::Error as StdError;

use tokio_postgres::error::DbError;

use crate::error::{Error, ErrorKind};
use crate::fault::{Place, error, find, timed_out, tls_failed};
use crate::redact::Redactor;

/// A statement that brought no rows.
pub(super) fn from_database(cause: tokio_postgres::Error, redactor: &Redactor, place: &Place) -> Error {
    if let Some(refused) = cause.as_db_error() {
        return refused_by(refused, redactor, place);
    }
    if let Some(tls) = find::<rustls::Error>(&cause) {
        return tls_failed(tls, place);
    }
    let said = cause.source().map(ToString::to_string).unwrap_or_default();
    if said.contains("does not support TLS") {
        let what = "the server takes no encrypted connection; `?sslmode=disable` in the address does without";
        return error(ErrorKind::Tls, what, place);
    }
    let (kind, what) = if cause.is_closed() || find::<std::io::Error>(&cause).is_some() {
        (ErrorKind::Unreachable, "the connection to the database broke; is this PostgreSQL?")
    } else if cause.to_string().starts_with("authentication") {
        (ErrorKind::CredentialRefused, "the login that the database wants is not possible with a user and a password")
    } else {
        (ErrorKind::InvalidResponse, "the server does not speak as PostgreSQL does")
    };
    error(kind, what, place).caused_by(cause)
}

/// By its SQLSTATE: the first two characters are a class.
fn refused_by(refused: &DbError, redactor: &Redactor, place: &Place) -> Error {
    let (code, said) = (refused.code().code(), redactor.text(refused.message()));
    let (kind, what) = match (code.get(..2).unwrap_or_default(), code) {
        ("28", _) => (ErrorKind::CredentialRefused, "the database refuses the credential"),
        (_, "42501") => (ErrorKind::CredentialRefused, "the database denies it to this user"),
        (_, "57014") => return timed_out(place, true),
        (_, "57P03") => {
            return error(ErrorKind::Unreachable, &format!("the database is not ready: {said}"), place).unsent();
        }
        ("08" | "53" | "57" | "58", _) => (ErrorKind::Unreachable, "the database can't answer now"),
        ("3D", _) => (ErrorKind::InvalidRequest, "there is no such database"),
        _ => (ErrorKind::InvalidRequest, "the database refuses the statement"),
    };
    error(kind, &format!("{what}: {said}"), place).with("sqlstate", code)
}
