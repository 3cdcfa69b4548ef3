//! What earlier runs found in a table's files: a summary a group of partitions, with the files it covers. A group to which files
//! were added is merged with them alone; one that lost a file, or got deletes for one, is read anew.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{DataFile, Fingerprint};
use metahost_profile::Table;
use serde::{Deserialize, Serialize};

/// Partitions are kept in so many groups at most: each takes room, and one that changes is read anew.
const GROUPS: u32 = 4;

/// What is kept of a table.
#[derive(Default)]
pub(crate) struct KeptFiles {
    pub(crate) groups: BTreeMap<u32, Group>,
}

/// What is kept of a group of partitions.
#[derive(Default)]
pub(crate) struct Group {
    /// Files that were read.
    pub(crate) files: BTreeSet<String>,
    /// What was found in them.
    pub(crate) bytes: Vec<u8>,
    /// The same while it grows.
    pub(crate) table: Option<Table>,
}

/// The beginning of what is stored; the bytes of all groups follow.
#[derive(Serialize, Deserialize)]
struct Header {
    groups: BTreeMap<u32, (BTreeSet<String>, usize)>,
}

impl KeptFiles {
    /// None for what can't be read: then all files are.
    pub(crate) fn parse(stored: &[u8]) -> Option<Self> {
        let (length, rest) = stored.split_at_checked(8)?;
        let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
        let (header, mut rest) = rest.split_at_checked(length)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let mut groups = BTreeMap::new();
        for (group, (files, length)) in header.groups {
            let (bytes, after) = rest.split_at_checked(length)?;
            groups.insert(group, Group { files, bytes: bytes.to_vec(), table: None });
            rest = after;
        }
        Some(Self { groups })
    }

    /// As it is stored; empty for nothing.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let groups = self.groups.iter().map(|(group, kept)| (*group, (kept.files.clone(), kept.bytes.len())));
        let Ok(header) = serde_json::to_vec(&Header { groups: groups.collect() }) else { return Vec::new() };
        let length = (header.len() as u64).to_le_bytes();
        let bytes = self.groups.values().map(|kept| kept.bytes.as_slice());
        [length.as_slice(), &header].into_iter().chain(bytes).collect::<Vec<_>>().concat()
    }
}

/// The group of a file's partition.
pub(crate) fn group_of(file: &DataFile) -> u32 {
    if file.partition.is_empty() {
        return 0;
    }
    let values = file.partition.iter().fold(String::new(), |all, (name, value)| format!("{all}{name}={value}/"));
    hash(&values).chars().next().and_then(|digit| digit.to_digit(16)).unwrap_or_default() % GROUPS
}

/// What tells a file with its deletes from all others: data files never change, but rows of them are deleted.
pub(crate) fn file_id(file: &DataFile) -> String {
    let location = file.location.clone();
    hash(&file.deletes.iter().fold(location, |all, delete| format!("{all}\0{}\0{:?}", delete.url, delete.offset)))
}

/// Short, and the same on every machine.
fn hash(text: &str) -> String {
    Fingerprint::of(&text, &[]).map_or_else(|_| text.to_owned(), |hash| hash.as_str().chars().take(24).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back_and_what_is_cut_is_nothing() {
        let mut kept = KeptFiles::default();
        for (group, bytes) in [(0, vec![1, 2, 3]), (3, Vec::new())] {
            let files = BTreeSet::from([format!("file {group}")]);
            kept.groups.insert(group, Group { files, bytes, table: None });
        }
        let stored = kept.to_bytes();
        let read = KeptFiles::parse(&stored).unwrap();
        assert_eq!(read.groups[&0].bytes, [1, 2, 3]);
        assert!(read.groups[&3].files.contains("file 3"));
        assert!(KeptFiles::parse(&stored[..stored.len() - 1]).is_none() && KeptFiles::parse(b"what").is_none());
    }
}
