//! Where a secret is: `env:NAME`, `file:PATH` or `vault:mount/path#field`. Never the secret itself.

use std::fmt;
use std::str::FromStr;

use crate::read::{FromToml, Invalid, Node};

/// How a reference is written; part of every message about a wrong one.
const FORMS: &str = "write env:NAME, file:PATH or vault:mount/path#field";

/// A reference to a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretRef {
    /// A variable of the environment.
    Env(String),
    /// A file; a relative path starts at the folder of metahost.toml.
    File(String),
    /// A field of a secret in Vault's (or OpenBao's) KV engine.
    Vault {
        /// The engine's mount. With a mount of several parts, the first of them: Vault itself is asked for the rest.
        mount: String,
        /// The secret's path below the mount.
        path: String,
        /// The field in the secret.
        field: String,
    },
}

/// A text that is no reference. Says how to write one and never repeats the text, which may be the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {FORMS}")]
pub struct BadReference {
    message: String,
}

impl FromStr for SecretRef {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<Self, BadReference> {
        match text.split_once(':') {
            Some(("env", name)) => env(name),
            Some(("file", "")) => Err(bad("`file:` names no file")),
            Some(("file", path)) => Ok(Self::File(path.to_owned())),
            Some(("vault", place)) => vault(place),
            _ => Err(bad("this is no reference to a secret, and a secret must not be in the file itself")),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Vault { mount, path, field } => write!(f, "vault:{mount}/{path}#{field}"),
        }
    }
}

impl FromToml for SecretRef {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.parsed(|text| {
            text.parse().map_err(|BadReference { message }| Invalid::new(format!("`{}`: {message}", node.key), FORMS))
        })
    }
}

/// A text that may stand in the file or be referred to: a user name, a client's identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextOrRef {
    /// The text itself.
    Text(String),
    /// Where the text is.
    Ref(SecretRef),
}

impl FromToml for TextOrRef {
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        let refers = ["env:", "file:", "vault:"].iter().any(|scheme| text.starts_with(scheme));
        if refers { SecretRef::read(node).map(Self::Ref) } else { Some(Self::Text(text.to_owned())) }
    }
}

fn env(name: &str) -> Result<SecretRef, BadReference> {
    if name.is_empty() || name.contains(['=', '\0', ' ']) {
        return Err(bad("`env:` must be followed by the name of a variable"));
    }
    Ok(SecretRef::Env(name.to_owned()))
}

fn vault(place: &str) -> Result<SecretRef, BadReference> {
    let Some((place, field)) = place.split_once('#').filter(|(_, field)| !field.is_empty()) else {
        return Err(bad("the `vault:` reference names no field; it follows a `#`"));
    };
    let (mount, path) = place.trim_matches('/').split_once('/').unwrap_or_default();
    let strange = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains(['?', '%']);
    if mount.is_empty() || place.trim_matches('/').split('/').any(strange) {
        return Err(bad("the `vault:` reference needs a mount and a path, with a `/` between them"));
    }
    Ok(SecretRef::Vault { mount: mount.into(), path: path.into(), field: field.into() })
}

fn bad(message: &str) -> BadReference {
    BadReference { message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::SecretRef;

    #[test]
    fn a_reference_prints_as_it_is_written() {
        for text in ["env:OM_TOKEN", "file:/run/secrets/token", "vault:secret-data/dagster/openmetadata#jwt_token"] {
            assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_reference_is_refused_without_repeating_it() {
        let wrong = [
            "hunter2",
            "eyJhbGciOiJSUzI1NiJ9.hunter2",
            "env:",
            "env:A=hunter2",
            "file:",
            "vault:kv#hunter2",
            "vault:kv/hunter2",
            "vault:kv/hunter2#",
            "vault:kv/../hunter2#x",
            "http://user:hunter2@host",
        ];
        for text in wrong {
            let error = text.parse::<SecretRef>().unwrap_err().to_string();
            assert!(error.contains("write env:NAME, file:PATH or vault:mount/path#field"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
