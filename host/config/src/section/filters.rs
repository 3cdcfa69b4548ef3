//! `[sources.<name>.filters]`: OpenMetadata's filter patterns. Only reads and checks them; the pipeline applies them.

use std::collections::BTreeMap;

use crate::read::{FromToml, Invalid, Node};

/// What there are patterns for, by OpenMetadata's names (`databaseFilterPattern` and so on).
pub const FILTERED: [&str; 10] = [
    "database",
    "schema",
    "table",
    "stored-procedure",
    "pipeline",
    "dashboard",
    "chart",
    "data-model",
    "project",
    "container",
];

/// Patterns of one kind: what matches one of `includes` (or anything, if there are none) and none of `excludes` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterPattern {
    /// Regular expressions, anchored at the start, whatever the case.
    pub includes: Vec<String>,
    /// The same, for what is left out.
    pub excludes: Vec<String>,
}

/// All filters of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Patterns by what they apply to: the names in [`FILTERED`].
    pub patterns: BTreeMap<&'static str, FilterPattern>,
    /// Whether patterns apply to fully qualified names.
    pub use_fqn_for_filtering: bool,
}

impl FromToml for Filters {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("filters")?;
        let patterns = FILTERED.iter().filter_map(|name| Some((*name, section.get(name)?))).collect();
        let use_fqn_for_filtering = section.get("use-fqn-for-filtering").unwrap_or_default();
        section.finish();
        Some(Self { patterns, use_fqn_for_filtering })
    }
}

impl FromToml for FilterPattern {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("filter-pattern")?;
        let patterns =
            |patterns: Option<Vec<Pattern>>| patterns.unwrap_or_default().into_iter().map(|it| it.0).collect();
        let includes = patterns(section.get("includes"));
        let excludes = patterns(section.get("excludes"));
        section.finish();
        Some(Self { includes, excludes })
    }
}

/// A regular expression that was checked.
pub(super) struct Pattern(pub(super) String);

impl FromToml for Pattern {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.parsed(|text| match fancy_regex::Regex::new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => {
                let help = "write TOML's single quotes around patterns with backslashes: '^raw\\.'";
                Err(Invalid::new(format!("`{}` is no regular expression: {error}", node.key), help))
            }
        })
    }
}
