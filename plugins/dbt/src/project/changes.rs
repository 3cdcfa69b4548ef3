//! Which models have another text than in the run before, by dbt's own checksums. Only told: what is written is decided by
//! the host, from the records.

use std::collections::BTreeMap;

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Result, protocol};

use super::Project;

/// Digits that are kept of a checksum.
const DIGITS: usize = 16;

/// Tells how many are new, changed and gone since the cursor was kept, and keeps the next one.
pub fn tell(project: &Project, cursor: Option<&[u8]>, out: &mut dyn Output) -> Result<()> {
    let now = checksums(project);
    if let Some(before) = cursor.and_then(|cursor| serde_json::from_slice::<BTreeMap<String, String>>(cursor).ok()) {
        let new = now.keys().filter(|id| !before.contains_key(**id)).count();
        let gone = before.keys().filter(|id| !now.contains_key(id.as_str())).count();
        let differs = |(id, sum): &(&&str, &&str)| before.get(**id).is_some_and(|before| before.as_str() != **sum);
        let changed: Vec<&str> = now.iter().filter(differs).map(|(id, _)| *id).collect();
        let counts = [("changed", changed.len()), ("new", new), ("gone", gone), ("all", now.len())];
        let mut fields: Vec<_> = counts.into_iter().map(|(name, count)| (name, count.to_string())).collect();
        fields.extend(changed.first().map(|first| ("first", (*first).to_owned())));
        out.note(Level::Info, "models, seeds and snapshots since the last run", &fields);
    }
    let cursor = serde_json::to_vec(&now).map_err(|error| protocol(format!("the checksums can't be kept: {error}")))?;
    out.checkpoint(&cursor)
}

fn checksums(project: &Project) -> BTreeMap<&str, &str> {
    let built =
        project.nodes().filter(|(_, node)| matches!(node.resource_type.as_str(), "model" | "seed" | "snapshot"));
    let sums = built.map(|(id, node)| (id, node.checksum.checksum.as_str()));
    sums.map(|(id, sum)| (id, sum.get(..DIGITS).unwrap_or(sum))).collect()
}
