//! Small conversions that several parts need. Never reads anything.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::Common;
use metahost_plugin_sdk::{self as sdk, names};

use crate::answer::{Asset, Owner, Tag};

/// Letters of a text that Dagster may make as long as it likes, such as all keys of a partitioning.
const LONGEST: usize = 300;

/// An entity's common part with nothing but a name, a place to look, and a description.
pub fn common(name: &str, description: Option<&String>, page: String) -> Common {
    Common { description: present(description), source_url: Some(page), ..sdk::common(vec![name.to_owned()]) }
}

/// A text that says something.
pub fn present(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// The beginning of a text that may be long.
pub fn short(text: &str) -> String {
    let text = text.trim();
    let cut = text.char_indices().nth(LONGEST).map(|(at, _)| format!("{} …", &text[..at]));
    cut.unwrap_or_else(|| text.to_owned())
}

/// Mail addresses of people, names of teams.
pub fn owners<'a>(owners: impl IntoIterator<Item = &'a Owner>) -> Vec<String> {
    let names = owners.into_iter().filter_map(|owner| owner.email.clone().or_else(|| owner.team.clone()));
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Tags and kinds of assets, each in a classification of its own.
pub fn tags<'a>(assets: impl IntoIterator<Item = &'a Asset>) -> Vec<String> {
    let mut all = BTreeSet::new();
    for asset in assets {
        all.extend(kinds(asset).into_iter().map(|kind| names::tag("DagsterKinds", &kind)));
        all.extend(pairs(&asset.tags));
    }
    all.into_iter().collect()
}

/// Tags that people gave; Dagster's own speak of kinds, runs and owners, which have places of their own.
pub fn pairs(tags: &[Tag]) -> impl Iterator<Item = String> {
    tags.iter().filter(|tag| !tag.key.starts_with("dagster/")).map(|tag| {
        let name = if tag.value.is_empty() { tag.key.clone() } else { format!("{}={}", tag.key, tag.value) };
        names::tag("DagsterTags", &name)
    })
}

/// What an asset is made with. Older servers know one kind only.
pub fn kinds(asset: &Asset) -> Vec<String> {
    if asset.kinds.is_empty() { asset.compute_kind.clone().into_iter().collect() } else { asset.kinds.clone() }
}

/// Milliseconds from Dagster's seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time before 1970 is no time of a run")]
pub fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0) as u64
}
