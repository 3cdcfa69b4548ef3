//! The operator's rules over what is below `meta`: what they make of it. Never takes away what the project says itself.

use metahost_plugin_sdk::enrichment::{Annotation, ColumnAnnotation};
use metahost_plugin_sdk::{names, paragraphs};
use serde_json::{Map, Value};

use super::meta::Meta;
use super::tags::add_all;
use crate::artifacts::lenient::{Strings, text};
use crate::artifacts::manifest::Node;
use crate::config::{Config, On, Rule};

/// What rules found, each thing once.
#[derive(Debug, Default)]
pub struct Found {
    /// Owners, as they are written.
    pub owners: Vec<String>,
    tags: Vec<String>,
    terms: Vec<String>,
    domain: Option<String>,
    links: Vec<String>,
}

impl Found {
    /// What the rules for tables and query tags find in a node.
    pub fn in_node(config: &Config, node: &Node) -> Self {
        let meta = Meta::new(&node.config.meta, &node.meta, &config.meta_key);
        let query_tag = query_tag(&node.config.query_tag);
        let mut found = Self::default();
        for rule in &config.rules {
            let value = match rule.on {
                On::Tables => meta.at(&rule.key),
                On::QueryTags => query_tag.get(&rule.key),
                On::Columns => None,
            };
            found.apply(config, rule, value);
        }
        found
    }

    /// What the rules for columns find.
    fn in_column(config: &Config, meta: &Meta<'_>) -> Self {
        let mut found = Self::default();
        for rule in config.rules.iter().filter(|rule| rule.on == On::Columns) {
            found.apply(config, rule, meta.at(&rule.key));
        }
        found
    }

    fn apply(&mut self, config: &Config, rule: &Rule, value: Option<&Value>) {
        for value in value.map(|value| Strings::from(value).0).unwrap_or_default() {
            let parts = match rule.separator.as_deref().filter(|separator| !separator.is_empty()) {
                Some(separator) => value.split(separator).map(|part| part.trim().to_owned()).collect(),
                None => vec![value],
            };
            parts.iter().filter(|part| !part.is_empty()).for_each(|part| self.apply_to(config, rule, part));
        }
    }

    fn apply_to(&mut self, config: &Config, rule: &Rule, value: &str) {
        let Some(captures) = rule.pattern.find(value) else { return };
        let filled = |template: &Option<String>| {
            let template = template.as_deref()?;
            let mut text = String::new();
            captures.expand(template, &mut text);
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        // A name with a dot is fully qualified; a value with one is a single name.
        let is_qualified = rule.tag.as_ref().is_some_and(|template| template.contains('.'));
        let qualified = |tag: String| if is_qualified { tag } else { names::tag(&config.tag_classification, &tag) };
        add_all(&mut self.tags, filled(&rule.tag).map(qualified));
        add_all(&mut self.terms, filled(&rule.term));
        add_all(&mut self.owners, filled(&rule.owner));
        let link = filled(&rule.link).map(|address| format!("[{}]({address})", rule.link_text));
        add_all(&mut self.links, link);
        self.domain = self.domain.take().or_else(|| filled(&rule.domain));
    }

    /// Adds all but the owners, which are counted with the project's own.
    pub fn add_to(self, annotation: &mut Annotation) {
        add_all(&mut annotation.tags, self.tags);
        add_all(&mut annotation.glossary_terms, self.terms);
        annotation.domain = annotation.domain.take().or(self.domain);
        annotation.description = with_links(annotation.description.take(), &self.links);
    }
}

/// Adds what the rules for columns find.
pub fn add_to_column(config: &Config, meta: &Meta<'_>, column: &mut ColumnAnnotation) {
    let found = Found::in_column(config, meta);
    add_all(&mut column.tags, found.tags);
    add_all(&mut column.glossary_terms, found.terms);
    column.description = with_links(column.description.take(), &found.links);
}

fn with_links(description: Option<String>, links: &[String]) -> Option<String> {
    paragraphs([description, Some(links.join(", "))])
}

/// A query tag is a map, JSON as text, or a word, which counts as the key `tag`.
fn query_tag(value: &Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map.clone(),
        Value::Null => Map::new(),
        other => {
            let word = text(other);
            serde_json::from_str(&word).unwrap_or_else(|_| Map::from_iter([("tag".to_owned(), Value::String(word))]))
        }
    }
}
