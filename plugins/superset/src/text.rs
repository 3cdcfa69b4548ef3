//! Small conversions that several parts need. Never reads anything.

use metahost_plugin_sdk::entities::Common;
use metahost_plugin_sdk::{self as sdk, names, time};

use serde_json::Value;

use crate::answer::{Changed, Tag};

/// Tags of type 1 are people's; the others only say what something is and whose.
const GIVEN: u64 = 1;
/// How Superset's own tags begin.
const OWN: [&str; 3] = ["type:", "owner:", "favorited_by:"];

/// An entity named by its number, as OpenMetadata's own connector names it: what people wrote there stays.
pub fn common(id: u64, title: Option<&String>, paragraphs: Vec<Option<String>>) -> Common {
    let display_name = title.filter(|title| !title.is_empty()).cloned();
    Common { display_name, description: sdk::paragraphs(paragraphs), ..sdk::common(vec![id.to_string()]) }
}

/// Who changed it last and when, as custom properties.
pub fn changed(changed: &Changed) -> Vec<(String, String)> {
    // Superset leaves the colon out of a zone, which RFC 3339 does not.
    let on = changed.on.as_ref().map(|on| on.replace("+0000", "Z"));
    let on = on.and_then(|on| time::format(time::millis(&on)?));
    let by = changed.by.clone().filter(|by| !by.trim().is_empty());
    let all = [("changedBy", by), ("changedOn", on)];
    all.into_iter().filter_map(|(name, value)| Some(property(name, &value?))).collect()
}

/// A custom property.
pub fn property(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), Value::from(value).to_string())
}

/// Tags that people gave.
pub fn tags(tags: &[Tag]) -> Vec<String> {
    let given = tags.iter().filter(|tag| is_given(tag)).filter_map(|tag| tag.name.as_ref());
    given.map(|name| names::tag("SupersetTags", name)).collect()
}

/// Versions say the kind as a number, as `custom` or `TagTypes.custom`, or not at all.
fn is_given(tag: &Tag) -> bool {
    match &tag.kind {
        Value::Number(kind) => kind.as_u64() == Some(GIVEN),
        Value::String(kind) => kind.ends_with("custom"),
        _ => !tag.name.as_ref().is_some_and(|name| OWN.iter().any(|own| name.starts_with(own))),
    }
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

/// What Superset keeps in JSON texts beside a dataset, a column or a measure.
#[derive(Debug, Default)]
pub struct Extra {
    /// Who certified it, and why.
    pub certified: Option<String>,
    /// What users are warned of.
    pub warning: Option<String>,
}

impl Extra {
    /// Reads it; what is no JSON says nothing.
    pub fn read(extra: Option<&String>) -> Self {
        let extra: Value = extra.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let certification = &extra["certification"];
        Self {
            certified: certified(
                text(&certification["certified_by"]).as_ref(),
                text(&certification["details"]).as_ref(),
            ),
            warning: text(&extra["warning_markdown"]).as_ref().and_then(warning),
        }
    }

    /// The tag of what is certified.
    pub fn tags(&self) -> Vec<String> {
        self.certified.iter().map(|_| status("Certified")).collect()
    }
}

/// A warning as a paragraph.
pub fn warning(text: &String) -> Option<String> {
    (!text.trim().is_empty()).then(|| format!("Warning: {text}"))
}
