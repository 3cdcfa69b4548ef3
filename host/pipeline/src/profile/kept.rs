//! What is remembered of a table's profile: what it was told for, so that nothing is read twice. Never decides.

use metahost_model::{Fingerprint, TableProfile, Timestamp};
use serde::{Deserialize, Serialize};

/// What is remembered of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    /// When it was last tried.
    pub(crate) tried_at: Timestamp,
    /// What was wanted.
    #[serde(default)]
    pub(crate) wanted: Option<Fingerprint>,
    /// What was found.
    #[serde(default)]
    pub(crate) profile: Option<TableProfile>,
}

impl Kept {
    /// What was found of this very snapshot, if the same was wanted.
    pub(crate) fn of_snapshot(&self, snapshot: Option<&str>, wanted: &Fingerprint) -> Option<&TableProfile> {
        let is_same = |profile: &&TableProfile| snapshot.is_some() && profile.snapshot.as_deref() == snapshot;
        self.profile.as_ref().filter(is_same).filter(|_| self.wanted.as_ref() == Some(wanted))
    }
}
