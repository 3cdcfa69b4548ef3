//! Tells what a project holds that becomes no record, so that nothing is dropped in silence.

use std::collections::BTreeMap;

use metahost_plugin_sdk::log::Level;

use crate::config::Config;
use crate::project::{Project, is_ephemeral};
use metahost_plugin_sdk::output::Output;

/// Entries that can't be read or placed: whatever is wanted of the project, they are missing from it.
pub fn tell_unusable(project: &Project, out: &mut dyn Output) {
    for (id, reason) in project.unreadable() {
        out.skipped(&id.split('.').collect::<Vec<_>>(), &format!("the entry can't be read: {reason}"));
    }
    for (id, reason) in project.unplaced() {
        if let Some(node) = project.node(id) {
            out.skipped(&[&node.package_name, &node.name], reason);
        }
    }
}

/// Counts of kinds that have no place in a catalog by their nature: nothing is wrong with them.
pub fn tell_rest(project: &Project, config: &Config, out: &mut dyn Output) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, node) in project.nodes() {
        if !matches!(node.resource_type.as_str(), "model" | "seed" | "snapshot" | "test") {
            *counts.entry(node.resource_type.clone()).or_default() += 1;
        }
    }
    let manifest = &project.manifest;
    let models = project.nodes().filter(|(_, node)| node.resource_type == "model");
    let others = [
        ("ephemeral model", models.filter(|(_, node)| is_ephemeral(node)).count()),
        ("disabled", manifest.disabled.0),
        ("metric", if config.metrics { 0 } else { manifest.metrics.items.len() }),
        ("saved query", manifest.saved_queries.items.values().filter(|query| query.exports.is_empty()).count()),
    ];
    for exposure in manifest.exposures.items.values().filter(|exposure| exposure.kind != "dashboard") {
        *counts.entry(format!("exposure ({})", exposure.kind)).or_default() += 1;
    }
    counts.extend(others.into_iter().map(|(kind, count)| (kind.to_owned(), count)));
    let fields: Vec<_> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| (kind.as_str(), count.to_string()))
        .collect();
    if !fields.is_empty() {
        out.note(Level::Info, "what has no table of its own becomes no record", &fields);
    }
}
