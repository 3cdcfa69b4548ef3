//! What people write below `meta`: owners, and the keys that speak to OpenMetadata. Never fails on an odd value.

use metahost_plugin_sdk::enrichment::Annotation;
use serde_json::{Map, Value};

use super::tags::add;
use crate::artifacts::lenient::{Strings, text};

/// `meta` of a node or column, from both places that dbt has for it.
pub struct Meta<'a> {
    config: &'a Map<String, Value>,
    plain: &'a Map<String, Value>,
    key: &'a str,
}

impl<'a> Meta<'a> {
    /// `config` is the newer place and wins.
    pub fn new(config: &'a Map<String, Value>, plain: &'a Map<String, Value>, key: &'a str) -> Self {
        Self { config, plain, key }
    }

    /// A key of `meta`.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.config.get(key).or_else(|| self.plain.get(key)).filter(|value| !value.is_null())
    }

    /// A key by its levels, joined by dots; one that has dots itself goes before.
    pub fn at(&self, key: &str) -> Option<&'a Value> {
        let deeper = || {
            let (first, rest) = key.split_once('.')?;
            rest.split('.').try_fold(self.get(first)?, |value, level| value.get(level))
        };
        self.get(key).or_else(deeper).filter(|value| !value.is_null())
    }

    /// A key of the part that speaks to OpenMetadata.
    pub fn ours(&self, keys: &[&str]) -> Option<&'a Value> {
        let ours = self.get(self.key)?.as_object()?;
        keys.iter().find_map(|key| ours.get(*key)).filter(|value| !value.is_null())
    }

    /// Values of such a key.
    pub fn strings(&self, keys: &[&str]) -> Vec<String> {
        self.ours(keys).map(|value| Strings::from(value).0).unwrap_or_default()
    }

    /// Owners it names, ours first.
    pub fn owners(&self) -> Vec<String> {
        let ours = self.ours(&["owners", "owner"]).map(owners).unwrap_or_default();
        if ours.is_empty() { self.get("owner").map(owners).unwrap_or_default() } else { ours }
    }

    /// Writes tier, tags, terms, domain, names and custom properties into an annotation.
    pub fn apply(&self, annotation: &mut Annotation) {
        let tier = self.ours(&["tier"]).map(|tier| tier_tag(&text(tier)));
        for tag in tier.into_iter().chain(self.strings(&["tags"])) {
            add(&mut annotation.tags, tag);
        }
        annotation.glossary_terms = self.strings(&["glossary", "glossaryTerms", "glossary_terms"]);
        annotation.domain = self.strings(&["domain"]).into_iter().next();
        annotation.display_name = self.ours(&["displayName", "display_name"]).map(text);
        let custom = self.ours(&["customProperties", "custom_properties"]).and_then(Value::as_object);
        let custom = custom.into_iter().flatten().map(|(name, value)| (name.clone(), value.to_string()));
        annotation.extension = custom.collect();
    }
}

fn tier_tag(tier: &str) -> String {
    if tier.contains('.') { tier.to_owned() } else { format!("Tier.{tier}") }
}

/// Owners as people write them: a name, an e-mail, a list, or a map with `email` or `name`.
pub fn owners(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(owners).collect(),
        Value::Object(owner) => {
            let named = ["email", "name"].into_iter().find_map(|key| owner.get(key));
            named.map(owners).unwrap_or_default()
        }
        other => Strings::from(other).0.into_iter().filter(|owner| !owner.trim().is_empty()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn owners_are_read_in_every_form() {
        let config = map(r#"{"owner":["alice",{"name":"Bob","email":"bob@example.org"}],"openmetadata":{}}"#);
        let empty = Map::new();
        assert_eq!(Meta::new(&config, &empty, "openmetadata").owners(), ["alice", "bob@example.org"]);
        let ours = map(r#"{"owner":"alice","openmetadata":{"owner":"data team"}}"#);
        assert_eq!(Meta::new(&empty, &ours, "openmetadata").owners(), ["data team"]);
        assert_eq!(owners(&Value::Null), [""; 0]);
    }
}
