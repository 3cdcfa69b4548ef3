//! `[sources.<name>.grants]`: what a plugin may use beyond the network. Nothing is granted that is not written here.

use std::path::PathBuf;

use crate::read::{FromToml, Node};

/// What is granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Folders, read-only.
    pub folders: Vec<GrantedFolder>,
    /// The wall clock.
    pub clock: bool,
}

/// A folder the guest may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedFolder {
    /// Where it is, relative to the file.
    pub host: PathBuf,
    /// Where the guest sees it.
    pub guest: String,
}

impl FromToml for Grants {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("grants")?;
        let grants = Self {
            folders: section.get("folders").unwrap_or_default(),
            clock: section.get("clock").unwrap_or_default(),
        };
        section.finish();
        Some(grants)
    }
}

impl FromToml for GrantedFolder {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("folder")?;
        let host = section.require("host");
        let guest = section.require("guest");
        section.finish();
        let (host, guest): (PathBuf, String) = (host?, guest?);
        if !guest.starts_with('/') {
            node.invalid(format!("`{}.guest` is not an absolute path", node.key), "write guest = \"/artifacts\"");
            return None;
        }
        Some(Self { host, guest })
    }
}
