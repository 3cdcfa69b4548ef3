//! A table's profile as bytes, to go on with later: a mark, a version, what it is of, its columns, a checksum.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;

use super::{Held, Table, TableColumn};

const MARK: &[u8; 4] = b"MHTP";
/// Rises whenever what follows it is laid out in another way, or means something else.
const VERSION: u8 = 1;
const HEAD: usize = MARK.len() + 1;
const CHECKSUM: usize = 4;

/// What a profile is of: profiles go together only where this is the same.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    leaves: Vec<FingerprintLeaf>,
    columns: Vec<String>,
    has_top: bool,
    has_patterns: bool,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct FingerprintLeaf {
    id: Option<i32>,
    path: Vec<String>,
    type_name: String,
    default: Option<String>,
}

#[derive(Deserialize)]
struct Kept {
    rows: u64,
    bytes: u64,
    columns: Vec<Held>,
}

impl Table {
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let leaves = self.schema.leaves().iter().map(|leaf| {
            let default = leaf.default.as_ref().map(|default| format!("{default:?}"));
            FingerprintLeaf { id: leaf.id, path: leaf.path.clone(), type_name: leaf.type_name.clone(), default }
        });
        Fingerprint {
            leaves: leaves.collect(),
            columns: self.options.columns.clone(),
            has_top: self.options.top.is_some(),
            has_patterns: self.options.patterns.is_some(),
        }
    }

    /// The profile as bytes. An error for exact ones, which are as large as their tables.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        if self.options.exact {
            let message = "exact profiles are not kept: they are as large as their tables";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let mut bytes = MARK.to_vec();
        bytes.push(VERSION);
        let kept = (self.fingerprint(), (self.rows, self.bytes, &self.columns));
        let mut bytes = postcard::to_extend(&kept, bytes).map_err(Error::format)?;
        let checksum = crc32fast::hash(&bytes);
        bytes.extend(checksum.to_le_bytes());
        Ok(bytes)
    }

    /// What was kept, to go on with. None if it was kept by another version, of other columns, or with other options; an error if it is
    /// broken.
    pub fn from_bytes(bytes: &[u8], columns: Vec<TableColumn>, options: Options) -> Result<Option<Self>> {
        let broken = |why: &dyn core::fmt::Display| Error::format(format!("a profile that was kept is broken: {why}"));
        if bytes.len() < HEAD + CHECKSUM || !bytes.starts_with(MARK) {
            return Err(broken(&"it is none"));
        }
        let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        if crc32fast::hash(content).to_le_bytes() != checksum {
            return Err(broken(&"its checksum is another"));
        }
        let table = Self::new(columns, options)?;
        if content[MARK.len()] != VERSION || table.options.exact {
            return Ok(None);
        }
        let (fingerprint, rest): (Fingerprint, _) =
            postcard::take_from_bytes(&content[HEAD..]).map_err(|error| broken(&error))?;
        if fingerprint != table.fingerprint() {
            return Ok(None);
        }
        let Kept { rows, bytes, columns } = postcard::from_bytes(rest).map_err(|error| broken(&error))?;
        if columns.len() != table.columns.len() {
            return Err(broken(&"it has other columns than it says"));
        }
        Ok(Some(Self { rows, bytes, columns, ..table }))
    }
}
