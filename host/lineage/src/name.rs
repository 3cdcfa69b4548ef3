//! Names of tables and of files, as a statement means them. Never asks a catalog whether they exist.

use core::fmt;

use serde::{Serialize, Serializer};

/// A table, a view or a place where files lie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    parts: Vec<String>,
    location: bool,
}

/// What tools append to the name of a table while they build it or put the old one aside.
const BUILD_SUFFIXES: [&str; 5] = ["__dbt_tmp", "__dbt_temp", "__dbt_new_data", "__dbt_backup", "__dbt_intermediate"];

impl TableName {
    /// A table by its parts, the outermost first: database, schema, name.
    pub fn new(parts: Vec<String>) -> Self {
        Self { parts, location: false }
    }

    /// A table by its dotted name without quotes.
    pub fn dotted(text: &str) -> Self {
        Self::new(text.split('.').map(str::to_owned).collect())
    }

    /// Files at an address, as in `COPY t FROM 's3://bucket/key'`. What an address holds of passwords and signatures is
    /// left out.
    pub fn location(address: impl Into<String>) -> Self {
        Self { parts: vec![public(&address.into())], location: true }
    }

    /// Its parts, the outermost first.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Whether it is an address of files, not a table.
    pub fn is_location(&self) -> bool {
        self.location
    }

    /// The innermost part.
    pub fn name(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }

    /// Whether one of the two names may mean the other: the shorter is the end of the longer, whatever the case.
    pub fn may_be(&self, other: &Self) -> bool {
        let shared = self.parts.len().min(other.parts.len());
        let same = |(one, two): (&String, &String)| one.to_lowercase() == two.to_lowercase();
        self.location == other.location
            && shared > 0
            && self.parts.iter().rev().zip(other.parts.iter().rev()).take(shared).all(same)
    }

    /// The name of the finished table where this is one that a tool only builds with (`orders__dbt_tmp` → `orders`).
    #[must_use]
    pub fn finished(&self) -> Self {
        let mut finished = self.clone();
        if let Some(last) = finished.parts.last_mut() {
            let suffix = BUILD_SUFFIXES.iter().find_map(|suffix| last.find(suffix).filter(|at| *at > 0));
            if let Some(at) = suffix {
                last.truncate(at);
            }
        }
        finished
    }

    /// To compare: a name in lower case. Addresses tell case apart, and none is the name of a table.
    pub(crate) fn key(&self) -> String {
        if self.location { format!("\u{0}{self}") } else { self.to_string().to_lowercase() }
    }
}

impl Serialize for TableName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.parts.join("."))
    }
}

/// An address without a password before its host and without parameters, which may sign it.
fn public(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = match rest.split_once('?') {
        Some((path, parameters)) if parameters.contains('=') => path,
        _ => rest,
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match host.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => host,
        _ => host,
    };
    format!("{scheme}://{host}{path}")
}
