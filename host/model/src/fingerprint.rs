//! Whether something changed since it was last written: a hash of what would be written.

use core::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Raised when the mapping to catalogs changes so that the same record gives another body: everything is then
/// written once more.
const GENERATION: &str = "1";

/// A hash of a record, as catalogs keep it in `sourceHash`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Hashes a record. `salt` holds what else decides about the body, such as the ids an edge refers to.
    pub fn of(record: &impl Serialize, salt: &[&str]) -> Result<Self, serde_json::Error> {
        let mut hasher = Sha256::new();
        hasher.update(GENERATION);
        for part in salt {
            hasher.update([0]);
            hasher.update(part);
        }
        hasher.update([0]);
        hasher.update(serde_json::to_vec(record)?);
        let digest = hasher.finalize();
        let half: [u8; 16] = core::array::from_fn(|index| digest[index]);
        Ok(Self(format!("{:032x}", u128::from_be_bytes(half))))
    }

    /// Takes a hash that a catalog or the state kept.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
