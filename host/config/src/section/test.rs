//! `[[sources.<name>.tests]]`: tests of tables. Checks names, and that parameters are those of the definition; what their
//! values mean is checked by whoever runs them.

use std::collections::BTreeSet;

use metahost_model::{Fqn, TEST_DEFINITIONS, TestDefinition, TestSubject};
use serde_json::Value;

use crate::read::{FromToml, Node, Section, did_you_mean};

/// A test of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The table's names below its service, outermost first.
    pub table: Vec<String>,
    /// The column's names, outermost first; empty for the table itself.
    pub column: Vec<String>,
    /// OpenMetadata's test definition.
    pub definition: &'static str,
    /// Its name, unique for its table or column.
    pub name: String,
    /// What it is for, in Markdown.
    pub description: Option<String>,
    /// What its definition is given, as OpenMetadata keeps it: lists are JSON.
    pub parameters: Vec<(String, String)>,
    /// Where it stands, for messages: `sources.warehouse.tests[0]`.
    pub place: String,
}

/// All tests of a source.
pub(crate) struct Tests(pub(crate) Vec<Test>);

impl FromToml for Tests {
    fn read(node: &Node<'_>) -> Option<Self> {
        let items = node.items()?;
        let read: Vec<Option<Test>> = items.iter().map(Test::read).collect();
        let mut names = BTreeSet::new();
        for (test, node) in read.iter().zip(&items) {
            let Some(test) = test else { continue };
            if !names.insert((&test.table, &test.column, &test.name)) {
                let message = format!("`{}` is the second test `{}` of {}", node.key, test.name, test.table.join("."));
                node.invalid(message, "give each a `name` of its own");
            }
        }
        read.into_iter().collect::<Option<_>>().map(Self)
    }
}

impl FromToml for Test {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("test")?;
        let table = table(&mut section);
        let column = section.get::<String>("column").map(|column| names(&column)).unwrap_or_default();
        let definition = definition(&mut section);
        let name = section.get::<String>("name");
        let description = section.get("description");
        let given = section.node_of("parameters");
        let parameters = match (&given, definition) {
            (Some(given), Some(definition)) => parameters(given, definition),
            (Some(_), None) => None,
            (None, _) => Some(Vec::new()),
        };
        if let (Some(definition), Some(parameters)) = (definition, &parameters) {
            check(node, definition, &column, parameters);
        }
        section.finish();
        let definition = definition?;
        Some(Self {
            table: table?,
            column,
            definition: definition.name,
            name: name.unwrap_or_else(|| definition.name.to_owned()),
            description,
            parameters: parameters?,
            place: node.key.clone(),
        })
    }
}

fn names(text: &str) -> Vec<String> {
    Fqn::parse(text).split()
}

fn table(section: &mut Section<'_>) -> Option<Vec<String>> {
    let Some(node) = section.node_of("table") else { return section.missing("table") };
    let found = names(node.text()?);
    if found.len() == 3 && found.iter().all(|name| !name.trim().is_empty()) {
        return Some(found);
    }
    let help = "write database, schema and table with points between, as \"lake.silver.orders\"; a name with a point \
                goes in double quotes";
    node.invalid(format!("`{}` does not name a table", node.key), help);
    None
}

fn definition(section: &mut Section<'_>) -> Option<&'static TestDefinition> {
    let Some(node) = section.node_of("test") else { return section.missing("test") };
    let found = node.text()?;
    let definition = TestDefinition::named(found);
    if definition.is_none() {
        let known = TEST_DEFINITIONS.iter().map(|definition| definition.name);
        let message = format!("`{}` is `{found}`, and there is no such test definition", node.key);
        node.invalid(message, did_you_mean(found, known, "there are"));
    }
    definition
}

fn parameters(node: &Node<'_>, definition: &'static TestDefinition) -> Option<Vec<(String, String)>> {
    let mut read = Vec::new();
    let mut is_good = true;
    for (name, node) in node.entries()? {
        if definition.parameter(&name).is_none() {
            let known = definition.parameters.iter().map(|parameter| parameter.name);
            let help = match definition.parameters {
                [] => "leave it out: it takes no parameters".to_owned(),
                _ => did_you_mean(&name, known, "there are"),
            };
            node.invalid(format!("`{}` is no parameter of {}", node.key, definition.name), help);
            is_good = false;
        } else if let Some(value) = value(&name, &node) {
            read.push((name, value));
        } else {
            is_good = false;
        }
    }
    is_good.then_some(read)
}

/// As OpenMetadata keeps it.
fn value(name: &str, node: &Node<'_>) -> Option<String> {
    Some(match Value::read(node)? {
        Value::String(text) => text,
        // The one list that OpenMetadata keeps without brackets.
        Value::Array(items) if name == "columnNames" => {
            let names: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            let Some(names) = names else { return node.wrong_type("a list of texts") };
            names.join(",")
        }
        Value::Object(_) => return node.wrong_type("a text, a number, true, false, or a list of them"),
        other => other.to_string(),
    })
}

fn check(node: &Node<'_>, definition: &'static TestDefinition, column: &[String], given: &[(String, String)]) {
    match definition.subject {
        TestSubject::Column if column.is_empty() => {
            let message = format!("`{}` lacks `column`: {} is about a column", node.key, definition.name);
            node.invalid(message, "add `column = ...`");
        }
        TestSubject::Table if !column.is_empty() => {
            let message = format!("`{}` has a `column`, and {} is about a table", node.key, definition.name);
            node.invalid(message, "leave `column` out");
        }
        _ => {}
    }
    let is_missing = |name: &str| !given.iter().any(|(given, _)| given == name);
    for parameter in definition.parameters.iter().filter(|known| known.is_required && is_missing(known.name)) {
        let message = format!("`{}` lacks the parameter `{}` of {}", node.key, parameter.name, definition.name);
        node.invalid(message, format!("add `parameters = {{ {} = ... }}`", parameter.name));
    }
}
