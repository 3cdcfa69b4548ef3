//! Rules that the operator writes for what projects keep below `meta`, and patterns over values. Never reads a manifest.

use core::fmt;

use metahost_plugin_sdk::{Result, problem};
use regex_lite::{Captures, Regex};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// From a key of `meta`, or of the query tag, to tags, terms, owners, a domain and links.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// The key, its levels joined by dots.
    pub key: String,
    /// Whose key it is.
    #[serde(default)]
    pub on: On,
    /// What the value must begin with.
    #[serde(default, rename = "match")]
    pub pattern: Pattern,
    /// What parts several values in one text.
    pub separator: Option<String>,
    /// A tag.
    pub tag: Option<String>,
    /// A fully qualified glossary term.
    pub term: Option<String>,
    /// An owner.
    pub owner: Option<String>,
    /// A fully qualified domain.
    pub domain: Option<String>,
    /// The address of a page about it.
    pub link: Option<String>,
    /// What the link is called.
    #[serde(default = "documentation")]
    pub link_text: String,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// `meta` of models, seeds, snapshots and sources.
    #[default]
    Tables,
    /// `meta` of columns.
    Columns,
    /// `query_tag` of models.
    QueryTags,
}

fn documentation() -> String {
    "Documentation".to_owned()
}

impl Rule {
    /// Refuses what can have no effect.
    pub fn check(&self, at: usize) -> Result<()> {
        let pointer = format!("/rules/{at}");
        if [&self.tag, &self.term, &self.owner, &self.domain, &self.link].into_iter().all(Option::is_none) {
            return Err(problem(&pointer, "give one or more of `tag`, `term`, `owner`, `domain` and `link`"));
        }
        if self.on == On::Columns && (self.owner.is_some() || self.domain.is_some()) {
            return Err(problem(
                &pointer,
                "a column has neither owner nor domain: only `tag`, `term` and `link` apply",
            ));
        }
        Ok(())
    }
}

/// A regular expression that holds from the beginning of a value on.
#[derive(Clone)]
pub struct Pattern(Regex);

impl Pattern {
    fn new(text: &str) -> core::result::Result<Self, regex_lite::Error> {
        Regex::new(&format!("^(?s:{text})")).map(Self)
    }

    /// What it finds in a value.
    pub fn find<'v>(&self, value: &'v str) -> Option<Captures<'v>> {
        self.0.captures(value)
    }

    /// The group `owner`, else the first one, else all that was found; the value itself where it does not hold.
    pub fn extract(&self, value: &str) -> String {
        let part = |found: &Captures<'_>| {
            let part = found.name("owner").or_else(|| found.get(1)).or_else(|| found.get(0));
            part.map(|part| part.as_str().to_owned())
        };
        self.find(value)
            .and_then(|found| part(&found))
            .filter(|part| !part.is_empty())
            .unwrap_or_else(|| value.to_owned())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_str().fmt(f)
    }
}

impl Default for Pattern {
    #[expect(clippy::expect_used, reason = "the text is fixed, and a test builds it")]
    fn default() -> Self {
        Self::new(".*").expect("any text")
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(|error| D::Error::custom(format!("`{text}` is no regular expression: {error}")))
    }
}
