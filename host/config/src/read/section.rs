//! A table with known keys: whatever else is in it is a mistake, with a suggestion.

use std::ops::Range;

use toml::de::DeTable;

use super::{FromToml, Node, did_you_mean};
use crate::error::{ErrorKind, Problem};

/// A table being read. `finish` reports the keys nobody asked for.
pub(crate) struct Section<'a> {
    node: Node<'a>,
    table: &'a DeTable<'a>,
    #[cfg(test)]
    shape: &'static str,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    #[cfg_attr(
        not(test),
        expect(unused_variables, reason = "only the comparison with the JSON Schema needs the shape")
    )]
    pub(super) fn new(node: Node<'a>, table: &'a DeTable<'a>, shape: &'static str) -> Self {
        Self {
            node,
            table,
            #[cfg(test)]
            shape,
            asked: Vec::new(),
        }
    }

    /// Where the table is.
    pub(crate) fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// The value of a key, if it is there.
    pub(crate) fn node_of(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.asked.push(key);
        #[cfg(test)]
        self.node.reading.asked.borrow_mut().insert((self.shape, key));
        let value = self.table.get(key)?;
        Some(self.node.below(key, value.get_ref(), value.span()))
    }

    /// A key that may be left out.
    pub(crate) fn get<T: FromToml>(&mut self, key: &'static str) -> Option<T> {
        T::read(&self.node_of(key)?)
    }

    /// A key that must be there.
    pub(crate) fn require<T: FromToml>(&mut self, key: &'static str) -> Option<T> {
        match self.node_of(key) {
            Some(node) => T::read(&node),
            None => self.missing(key),
        }
    }

    /// Reports a key that must be there and is not.
    pub(crate) fn missing<T>(&self, key: &str) -> Option<T> {
        let problem = Problem::new(ErrorKind::MissingKey, &self.node.key, format!("{} lacks `{key}`", self.title()));
        self.node.reading.report(&self.node.span, problem.help(format!("add `{key} = ...`")));
        None
    }

    /// Reports every key that was not asked for.
    pub(crate) fn finish(self) {
        for key in self.table.keys() {
            if !self.asked.contains(&key.get_ref().as_ref()) {
                self.unknown(key.get_ref(), &key.span());
            }
        }
    }

    fn unknown(&self, key: &str, span: &Range<usize>) {
        let help = did_you_mean(key, self.asked.iter().copied(), "known keys are");
        let message = format!("unknown key `{key}` in {}", self.title());
        let problem = Problem::new(ErrorKind::UnknownKey, &self.node.key, message).help(help);
        self.node.reading.report(span, problem);
    }

    fn title(&self) -> String {
        if self.node.key.is_empty() { "the file".into() } else { format!("`{}`", self.node.key) }
    }
}
