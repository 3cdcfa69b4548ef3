//! Reads TOML into typed values and collects every problem with its place, not only the first. Knows no key by name.

mod node;
mod position;
mod section;
mod suggest;
mod values;

pub(crate) use node::{FromToml, Invalid, Node};
pub(crate) use section::Section;
pub(crate) use suggest::{closest, did_you_mean};
pub(crate) use values::OrZero;

use std::cell::RefCell;
#[cfg(test)]
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::error::{Error, ErrorKind, Problem, Result};
use position::position;

/// One reading of one file: where problems are gathered.
pub(crate) struct Reading<'t> {
    file: PathBuf,
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
    /// Every key that was asked for, with the kind of section: what the JSON Schema is compared with.
    #[cfg(test)]
    pub(crate) asked: RefCell<BTreeSet<(&'static str, &'static str)>>,
}

impl<'t> Reading<'t> {
    pub(crate) fn new(file: &Path, text: &'t str) -> Self {
        Self {
            file: file.to_owned(),
            text,
            problems: RefCell::default(),
            #[cfg(test)]
            asked: RefCell::default(),
        }
    }

    /// Parses the text and hands the whole of it to `read`; what it returns counts only if nothing was reported.
    pub(crate) fn whole<T>(&self, read: impl FnOnce(Node<'_>) -> Option<T>) -> Result<T> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.syntax(error);
        }
        self.result(|| {
            let value = toml::de::DeValue::Table(root.into_inner());
            read(Node::root(self, &value))
        })
    }

    /// A problem at this place.
    pub(crate) fn report(&self, span: &Range<usize>, problem: Problem) {
        let (line, column) = position(self.text, span.start);
        let problem = Problem { file: Some(self.file.clone()), line: Some(line), column: Some(column), ..problem };
        self.problems.borrow_mut().push(problem);
    }

    // A file with a mistake in its syntax is not read any further: what is left of it would mislead.
    fn result<T>(&self, read: impl FnOnce() -> Option<T>) -> Result<T> {
        let read = if self.problems.borrow().is_empty() { read() } else { None };
        let problems = self.problems.take();
        match read {
            Some(read) if problems.is_empty() => Ok(read),
            _ => Err(Error::new(problems)),
        }
    }

    fn syntax(&self, error: &toml::de::Error) {
        let span = error.span().unwrap_or(self.text.len()..self.text.len());
        let problem = if error.message() == "duplicate key" {
            let key = self.text.get(span.clone()).unwrap_or_default().trim();
            Problem::new(ErrorKind::Syntax, key, format!("`{key}` is there twice"))
                .help("keep one of the two; a table's header may appear once")
        } else {
            Problem::new(ErrorKind::Syntax, "", format!("this is not TOML: {}", error.message()))
        };
        self.report(&span, problem);
    }
}
