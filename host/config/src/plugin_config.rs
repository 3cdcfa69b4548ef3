//! Holds a source's `config` against its plugin's JSON Schema, with the places in the file. Never repeats a value: it
//! may be a secret in the wrong place.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Problem, Result};
use crate::read::{Node, did_you_mean};
use crate::section::Source;

/// Where each value of a configuration is, by JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    file: PathBuf,
    at: BTreeMap<String, (usize, usize)>,
}

impl Places {
    pub(crate) fn of(node: &Node<'_>) -> Self {
        let mut at = BTreeMap::new();
        gather(node, "", &mut at);
        Self { file: node.place().0, at }
    }

    /// The place of a value, or of the nearest around it.
    fn find(&self, pointer: &str) -> (usize, usize) {
        match (self.at.get(pointer), pointer.rsplit_once('/')) {
            (Some(place), _) => *place,
            (None, Some((around, _))) => self.find(around),
            (None, None) => (1, 1),
        }
    }
}

fn gather(node: &Node<'_>, pointer: &str, at: &mut BTreeMap<String, (usize, usize)>) {
    let (_, line, column) = node.place();
    at.insert(pointer.to_owned(), (line, column));
    for (name, child) in node.children() {
        gather(&child, &below(pointer, &name), at);
    }
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

impl Source {
    /// Holds `config` against the plugin's JSON Schema. A schema that is none is the plugin's fault, and said so.
    pub fn check_config(&self, schema: &Value) -> Result<()> {
        let validator = jsonschema::validator_for(schema).map_err(|error| {
            let message =
                format!("the plugin `{}` describes its configuration with a broken JSON Schema: {error}", self.plugin);
            Problem::new(ErrorKind::Invalid, self.key(""), message).help("report it to the plugin's author")
        })?;
        let problems: Vec<_> =
            validator.iter_errors(&self.config).flat_map(|error| self.problems(&error, schema)).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::new(problems)) }
    }

    fn problems(&self, error: &ValidationError<'_>, schema: &Value) -> Vec<Problem> {
        let pointer = error.instance_path().as_str();
        let key = self.key(pointer);
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = known_keys(schema, error.schema_path().as_str());
                unexpected.iter().map(|name| self.unknown(pointer, name, &known)).collect()
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let problem = Problem::new(ErrorKind::MissingKey, &key, format!("`{key}` lacks `{name}`"));
                vec![self.at(pointer, problem).help(format!("add `{name} = ...`"))]
            }
            _ => {
                let message = format!("`{key}`: {}", error.masked_with("the value"));
                vec![self.at(pointer, Problem::new(ErrorKind::Invalid, key, message)).help(self.see_plugin())]
            }
        }
    }

    fn unknown(&self, pointer: &str, name: &str, known: &[&str]) -> Problem {
        let key = self.key(pointer);
        let help = if known.is_empty() {
            self.see_plugin()
        } else {
            did_you_mean(name, known.iter().copied(), "known keys are")
        };
        let problem = Problem::new(ErrorKind::UnknownKey, &key, format!("unknown key `{name}` in `{key}`"));
        self.at(&below(pointer, name), problem).help(help)
    }

    fn at(&self, pointer: &str, problem: Problem) -> Problem {
        let (line, column) = self.config_places.find(pointer);
        Problem { line: Some(line), column: Some(column), ..problem.in_file(&self.config_places.file) }
    }

    fn key(&self, pointer: &str) -> String {
        format!("sources.{}.config{}", self.name, pointer.replace('/', ".").replace("~1", "/").replace("~0", "~"))
    }

    fn see_plugin(&self) -> String {
        format!("`metahost plugins show {}` lists what it takes", self.plugin)
    }
}

/// The keys the schema knows at the place whose `additionalProperties` refused one.
fn known_keys<'s>(schema: &'s Value, refused_by: &str) -> Vec<&'s str> {
    let around = refused_by.rsplit_once('/').map_or("", |(around, _)| around);
    let properties = schema.pointer(&format!("{around}/properties")).and_then(Value::as_object);
    properties.map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use crate::Config;

    #[test]
    fn what_the_plugin_does_not_take_is_reported_with_its_place_and_without_the_value() {
        let text = "[sources.trino]\nplugin = \"trino\"\n[sources.trino.config]\nurll = \"http://a\"\nport = \"hunter2\"\n\
            history = { tabel = 1 }\nkind = \"hunter2\"\n";
        let schema = json!({
            "type": "object",
            "required": ["url"],
            "additionalProperties": false,
            "properties": {
                "url": { "type": "string" },
                "port": { "type": "integer" },
                "kind": { "enum": ["a", "b"] },
                "history": { "type": "object", "additionalProperties": false, "properties": { "table": {} } }
            }
        });
        let config = Config::parse(text, Path::new("metahost.toml")).unwrap();
        let error = config.source("trino").unwrap().check_config(&schema).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        insta::assert_snapshot!(error);
    }

    #[test]
    fn a_configuration_the_plugin_takes_is_fine_even_if_there_is_none() {
        let config = Config::parse("[sources.a]\nplugin = \"a\"\n", Path::new("metahost.toml")).unwrap();
        config.source("a").unwrap().check_config(&json!({ "type": "object" })).unwrap();
        let error = config.source("a").unwrap().check_config(&json!({ "required": ["url"] })).unwrap_err();
        assert!(error.to_string().starts_with("metahost.toml:1:1: `sources.a.config` lacks `url`"), "{error}");
    }
}
