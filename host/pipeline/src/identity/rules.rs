//! What the configuration says of identity: whether it is looked for, which service's table edges go to, which names are one
//! and which are not.

use metahost_catalog::Node;
use metahost_model::ServiceKind;

use super::layer::Layer;
use super::pattern::Pattern;

/// A service of the configuration that holds tables or folders, whether or not its source has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// How near it is to the files.
    pub layer: Layer,
}

impl Expected {
    /// A service by its kind and type; none for one that holds no tables.
    pub fn new(name: &str, kind: ServiceKind, service_type: &str) -> Option<Self> {
        Layer::of(kind, service_type).map(|layer| Self { name: name.to_owned(), layer })
    }
}

/// See the module. The default looks for twins and prefers what answers queries.
#[derive(Debug, Clone, Default)]
pub struct IdentityRules {
    off: bool,
    prefer: Vec<String>,
    same: Vec<Vec<Pattern>>,
    different: Vec<Vec<Pattern>>,
    expected: Vec<Expected>,
}

impl IdentityRules {
    /// No name is another one's twin.
    pub fn off() -> Self {
        Self { off: true, ..Self::default() }
    }

    /// Edges go to the table of the first of these services that has it.
    #[must_use]
    pub fn preferring(self, prefer: Vec<String>) -> Self {
        Self { prefer, ..self }
    }

    /// These patterns are about one table each where their stars stand for the same.
    #[must_use]
    pub fn same(mut self, names: &[String]) -> Self {
        self.same.push(patterns(names));
        self
    }

    /// These patterns are never about the same table, whatever else says so.
    #[must_use]
    pub fn different(mut self, names: &[String]) -> Self {
        self.different.push(patterns(names));
        self
    }

    /// The services that may have twins.
    #[must_use]
    pub fn expecting(self, expected: Vec<Expected>) -> Self {
        Self { expected, ..self }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.off
    }

    pub(crate) fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// How early edges prefer a service.
    pub(crate) fn preference(&self, service: &str) -> usize {
        self.prefer.iter().position(|name| name == service).unwrap_or(usize::MAX)
    }

    /// The rules that speak of a name, with what their stars stand for: names with one of these in common are one.
    pub(crate) fn keys(&self, name: &[String]) -> Vec<(usize, Vec<String>)> {
        let matched = |(at, patterns): (usize, &Vec<Pattern>)| {
            patterns.iter().find_map(|pattern| pattern.stars(name)).map(|stars| (at, stars))
        };
        self.same.iter().enumerate().filter_map(matched).collect()
    }

    /// A rule as it was written.
    pub(crate) fn text(&self, rule: usize) -> String {
        let names = self.same.get(rule).map(|patterns| patterns.iter().map(Pattern::as_str).collect::<Vec<_>>());
        names.unwrap_or_default().join(" = ")
    }

    /// Whether a rule says that two names are not one.
    pub(crate) fn are_different(&self, one: &Node, other: &Node) -> bool {
        if self.different.is_empty() {
            return false;
        }
        let (one, other) = (one.fqn.split(), other.fqn.split());
        let matches = |patterns: &Vec<Pattern>, name: &[String]| -> Vec<(usize, Vec<String>)> {
            let stars = patterns.iter().enumerate().filter_map(|(at, pattern)| Some((at, pattern.stars(name)?)));
            stars.collect()
        };
        self.different.iter().any(|patterns| {
            let others = matches(patterns, &other);
            let is_told = |(at, stars): &(usize, Vec<String>)| {
                others.iter().any(|(other_at, other_stars)| at != other_at && stars == other_stars)
            };
            matches(patterns, &one).iter().any(is_told)
        })
    }
}

fn patterns(names: &[String]) -> Vec<Pattern> {
    names.iter().map(|name| Pattern::new(name)).collect()
}
