//! `postgresql://host:port/database[?sslmode=...]`: where a database is and whether the way to it is encrypted. Never holds a
//! user name or a password.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::call::parse_url;
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;

/// A database's address.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) origin: Origin,
    /// The database on its server.
    pub(crate) database: String,
    /// Whether the connection is encrypted and the certificate checked.
    pub(crate) encrypted: bool,
}

impl Address {
    /// Reads one. What would be ignored is refused: an option that is not followed may be one that protects.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let url = parse_url(text)?;
        let origin = Origin::of_database(&url)?;
        let database = percent_decode_str(url.path().trim_start_matches('/')).decode_utf8_lossy().into_owned();
        if database.is_empty() || database.contains('/') {
            return Err(wrong("the address names no database; write postgresql://host:port/database"));
        }
        Ok(Self { origin, database, encrypted: encrypted(&url)? })
    }
}

fn encrypted(url: &Url) -> Result<bool> {
    let mut encrypted = true;
    for (key, value) in url.query_pairs() {
        encrypted = match (key.as_ref(), value.as_ref()) {
            ("sslmode", "verify-full") => true,
            ("sslmode", "disable") => false,
            _ => return Err(wrong("only `sslmode=verify-full` and `sslmode=disable` may follow `?` in the address")),
        };
    }
    Ok(encrypted)
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, what)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.origin, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_encrypted_unless_the_address_says_otherwise() {
        let address = Address::parse("postgresql://DB.example.org/my%20lake").unwrap();
        assert!(address.encrypted);
        assert_eq!(address.to_string(), "postgresql://db.example.org/my lake");
        assert!(!Address::parse("postgresql://127.0.0.1:15432/lake?sslmode=disable").unwrap().encrypted);
        assert!(Address::parse("postgresql://127.0.0.1/lake").unwrap().origin.is_explicit_address());
    }

    #[test]
    fn what_would_be_ignored_is_refused_and_a_password_is_not_repeated() {
        for text in [
            "https://db.example.org/lake",
            "postgresql://db.example.org/",
            "postgresql://db.example.org/a/b",
            "postgresql://db.example.org/lake?sslmode=require",
            "postgresql://db.example.org/lake?options=-c%20x",
            "postgresql://ann:hunter2@db.example.org/lake",
            "postgresql:///lake",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
