//! One value of the file with its place and its key, and the ways to say that it is wrong.

use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;

use toml::de::DeValue;

use super::position::position;
use super::{Reading, Section, did_you_mean};
use crate::error::{ErrorKind, Problem};

/// A value that can be read from the file. It reports what is wrong with it itself.
pub(crate) trait FromToml: Sized {
    /// The value, or nothing after a problem was reported.
    fn read(node: &Node<'_>) -> Option<Self>;
}

/// What is wrong with a text, and what to do.
pub(crate) struct Invalid {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// A value in the file.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) value: &'a DeValue<'a>,
    pub(crate) span: Range<usize>,
    pub(crate) key: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(reading: &'a Reading<'a>, value: &'a DeValue<'a>) -> Self {
        Self { reading, value, span: 0..0, key: String::new() }
    }

    /// The value below this one.
    pub(super) fn below(&self, key: &str, value: &'a DeValue<'a>, span: Range<usize>) -> Self {
        Self { reading: self.reading, value, span, key: join(&self.key, key) }
    }

    /// This value as a table whose keys are known. `shape` is the name of its definition in the JSON Schema.
    pub(crate) fn section(&self, shape: &'static str) -> Option<Section<'a>> {
        match self.value {
            DeValue::Table(table) => Some(Section::new(self.clone(), table, shape)),
            _ => self.wrong_type("a table"),
        }
    }

    /// This value as a table whose keys are names.
    pub(crate) fn entries(&self) -> Option<Vec<(String, Node<'a>)>> {
        let DeValue::Table(table) = self.value else { return self.wrong_type("a table") };
        let entries = table.iter().map(|(name, value)| {
            (name.get_ref().to_string(), self.below(name.get_ref(), value.get_ref(), value.span()))
        });
        Some(entries.collect())
    }

    /// This value as a list.
    pub(crate) fn items(&self) -> Option<Vec<Node<'a>>> {
        let DeValue::Array(items) = self.value else { return self.wrong_type("a list") };
        let item = |(number, item): (usize, &'a toml::Spanned<DeValue<'a>>)| {
            let key = format!("{}[{number}]", self.key);
            Node { reading: self.reading, value: item.get_ref(), span: item.span(), key }
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// The values in this one, if it holds any; reports nothing.
    pub(crate) fn children(&self) -> Vec<(String, Node<'a>)> {
        match self.value {
            DeValue::Table(_) => self.entries().unwrap_or_default(),
            DeValue::Array(_) => {
                let items = self.items().unwrap_or_default().into_iter().enumerate();
                items.map(|(number, item)| (number.to_string(), item)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The file, line and column of this value.
    pub(crate) fn place(&self) -> (PathBuf, usize, usize) {
        let (line, column) = position(self.reading.text, self.span.start);
        (self.reading.file.clone(), line, column)
    }

    /// This value if it is a text; reports nothing.
    pub(crate) fn as_text(&self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// This value as a text.
    pub(crate) fn text(&self) -> Option<&'a str> {
        self.as_text().or_else(|| self.wrong_type("a text in quotes"))
    }

    /// This value as a text that `parse` accepts.
    pub(crate) fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        let parsed = parse(self.text()?);
        parsed.map_err(|Invalid { message, help }| self.invalid(message, help)).ok()
    }

    /// This value as one of a few words.
    pub(crate) fn choice<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let found = self.text()?;
        if let Some((_, choice)) = words.iter().find(|(word, _)| *word == found) {
            return Some(*choice);
        }
        let known = words.iter().map(|(word, _)| *word);
        self.invalid(format!("`{}` can't be `{found}`", self.key), did_you_mean(found, known, "possible are"));
        None
    }

    /// Reports that the value is not what it should be.
    pub(crate) fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let found = self.found();
        let problem =
            Problem::new(ErrorKind::Invalid, &self.key, format!("`{}` must be {expected}, and is {found}", self.key));
        self.reading.report(&self.span, problem);
        None
    }

    /// Reports a value that cannot be.
    pub(crate) fn invalid(&self, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::new(ErrorKind::Invalid, &self.key, message).help(help);
        self.reading.report(&self.span, problem);
    }

    /// Reports a name that is not configured.
    pub(crate) fn unknown_name(&self, message: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::new(ErrorKind::UnknownName, &self.key, message).help(help);
        self.reading.report(&self.span, problem);
    }

    // Never the value itself: what stands in the wrong place may be a secret.
    fn found(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }
}

impl Invalid {
    pub(crate) fn new(message: impl Display, help: impl Display) -> Self {
        Self { message: message.to_string(), help: help.to_string() }
    }
}

fn join(above: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let key = if bare { key.to_owned() } else { format!("{key:?}") };
    if above.is_empty() { key } else { format!("{above}.{key}") }
}
