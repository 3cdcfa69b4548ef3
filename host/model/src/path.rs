//! Where an entity lives inside its service, unquoted. Never holds the service's own name.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// Longest name OpenMetadata takes for an entity.
const MAX_NAME: usize = 256;

/// A path from the service down: database, schema, table.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityPath(Vec<String>);

impl EntityPath {
    /// Checks the parts: at least one, none empty, none longer than a catalog takes.
    pub fn new(parts: Vec<String>) -> Result<Self, Error> {
        if parts.is_empty() {
            return Err(Error::new(ErrorKind::Name, "a path needs at least one part"));
        }
        for part in &parts {
            check_name(part).map_err(|error| error.with("path", parts.join(".")))?;
        }
        Ok(Self(parts))
    }

    /// The service itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The parts, outermost first.
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// The entity's own name.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// Where its parent lives; the root for a child of the service.
    pub fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// Whether this lives below `scope`, or is it.
    pub fn is_within(&self, scope: &Self) -> bool {
        self.0.starts_with(&scope.0)
    }

    /// How many parts.
    pub fn depth(&self) -> usize {
        self.0.len()
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let length = name.chars().count();
    if name.trim().is_empty() {
        Err(Error::new(ErrorKind::Name, "a name is empty"))
    } else if length > MAX_NAME {
        let start: String = name.chars().take(40).collect();
        let message = format!("a name has {length} characters, at most {MAX_NAME} are possible");
        Err(Error::new(ErrorKind::Name, message).with("name", format!("{start}…")))
    } else if name.contains('\0') {
        Err(Error::new(ErrorKind::Name, "a name holds a NUL character").with("name", name.escape_debug().to_string()))
    } else {
        Ok(())
    }
}

impl fmt::Display for EntityPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_no_catalog_takes() {
        for parts in [vec![], vec![""], vec!["a", " "], vec!["a\0b"], vec!["é".repeat(257).leak() as &str]] {
            let owned = parts.iter().map(|part| (*part).to_owned()).collect();
            assert_eq!(EntityPath::new(owned).unwrap_err().kind(), ErrorKind::Name, "{parts:?}");
        }
    }

    #[test]
    fn a_long_name_of_wide_characters_is_counted_in_characters() {
        assert!(EntityPath::new(vec!["é".repeat(256)]).is_ok());
    }
}
