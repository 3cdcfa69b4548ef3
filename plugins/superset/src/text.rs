//! Small conversions that several parts need. Never reads anything.

use metahost_plugin_sdk::entities::Common;
use metahost_plugin_sdk::names;

use crate::answer::Tag;

/// Tags of type 1 are people's; the others only say what something is and whose.
const GIVEN: u64 = 1;

/// An entity named by its number, as OpenMetadata's own connector names it: what people wrote there stays.
pub fn common(id: u64, title: Option<&String>, paragraphs: Vec<Option<String>>) -> Common {
    let paragraphs: Vec<String> = paragraphs.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    Common {
        path: vec![id.to_string()],
        display_name: title.filter(|title| !title.is_empty()).cloned(),
        description: (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n")),
        owners: Vec::new(),
        tags: Vec::new(),
        source_url: None,
        extension: Vec::new(),
    }
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
