//! Small conversions that several parts need. Never reads anything.

use metahost_plugin_sdk::entities::Common;
use metahost_plugin_sdk::{self as sdk, names};

use crate::answer::Tag;

/// Tags of type 1 are people's; the others only say what something is and whose.
const GIVEN: u64 = 1;

/// An entity named by its number, as OpenMetadata's own connector names it: what people wrote there stays.
pub fn common(id: u64, title: Option<&String>, paragraphs: Vec<Option<String>>) -> Common {
    let display_name = title.filter(|title| !title.is_empty()).cloned();
    Common { display_name, description: sdk::paragraphs(paragraphs), ..sdk::common(vec![id.to_string()]) }
}

/// Tags that people gave.
pub fn tags(tags: &[Tag]) -> Vec<String> {
    let given = tags.iter().filter(|tag| tag.kind == Some(GIVEN)).filter_map(|tag| tag.name.as_ref());
    given.map(|name| names::tag("SupersetTags", name)).collect()
}

/// A tag of Superset's own.
pub fn status(name: &str) -> String {
    names::tag("SupersetStatus", name)
}

/// Who certified it, and why.
pub fn certified(by: Option<&String>, details: Option<&String>) -> Option<String> {
    let by = by.filter(|by| !by.is_empty())?;
    let details = details.filter(|details| !details.is_empty());
    Some(details.map_or_else(|| format!("Certified by {by}."), |details| format!("Certified by {by}: {details}.")))
}
