//! The parameters of a test, read one by one; an error names the parameter, what was found and what it should be.

use metahost_model::TestDefinition;

use super::list;
use super::number::{Bound, Limit, Range};
use crate::error::{Error, ErrorKind, Result};

/// The parameters of a test.
pub struct Parameters<'a> {
    definition: &'static TestDefinition,
    given: &'a [(String, String)],
}

impl<'a> Parameters<'a> {
    /// Checks that they are those of the definition, and that none is missing.
    pub fn new(definition: &'static TestDefinition, given: &'a [(String, String)]) -> Result<Self> {
        let parameters = Self { definition, given };
        for (name, value) in given {
            // An empty one is none: the pages of OpenMetadata write them.
            if definition.parameter(name).is_none() && !value.trim().is_empty() {
                return Err(parameters.unknown(name));
            }
        }
        let missing = definition.parameters.iter().filter(|known| known.is_required);
        match missing.map(|known| known.name).find(|name| parameters.text(name).is_none()) {
            Some(name) => Err(parameters.error(format!("lacks the parameter `{name}`"))),
            None => Ok(parameters),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> = self.definition.parameters.iter().map(|parameter| parameter.name).collect();
        let known =
            if known.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", known.join(", ")) };
        self.error(format!("has no parameter `{name}`; {known}"))
    }

    /// What is wrong with the test.
    pub fn error(&self, what: impl core::fmt::Display) -> Error {
        Error::new(ErrorKind::Request, format!("{} {what}", self.definition.name))
    }

    fn wrong(&self, name: &str, found: &str, expected: &str) -> Error {
        self.error(format!("needs {expected} as `{name}`, and `{found}` is none"))
    }

    /// What is given, if anything is.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        let given = self.given.iter().find(|(given, _)| given == name)?;
        (!given.1.trim().is_empty()).then_some(given.1.as_str())
    }

    /// A parameter that is there, because it was checked to be.
    pub fn required(&self, name: &str) -> Result<&'a str> {
        self.text(name).ok_or_else(|| self.error(format!("lacks the parameter `{name}`")))
    }

    fn read<T>(&self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        self.text(name).map(|text| parse(text).ok_or_else(|| self.wrong(name, text, expected))).transpose()
    }

    fn range<T>(
        &self,
        names: (&str, &str),
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
        is_in_order: impl Fn(&T, &T) -> bool,
    ) -> Result<Range<T>> {
        let (min, max) = (self.read(names.0, expected, &parse)?, self.read(names.1, expected, &parse)?);
        match (&min, &max) {
            (None, None) => Err(self.error(format!("needs `{}`, `{}`, or both", names.0, names.1))),
            (Some(min), Some(max)) if !is_in_order(min, max) => {
                Err(self.error(format!("has a `{}` that is greater than its `{}`", names.0, names.1)))
            }
            _ => Ok(Range { min, max }),
        }
    }

    /// Two numbers, of which one may be left out.
    pub fn numbers(&self, min: &str, max: &str) -> Result<Range<Bound>> {
        self.range((min, max), "a number", Bound::parse, |min, max| min.number.order(max.number).is_le())
    }

    /// Two counts, of which one may be left out.
    pub fn counts(&self, min: &str, max: &str) -> Result<Range<Bound>> {
        let whole = |text: &str| Bound::parse(text).filter(|bound| bound.number.as_count().is_some());
        self.range((min, max), "a whole number that is not negative", whole, |min, max| {
            min.number.order(max.number).is_le()
        })
    }

    /// Two numbers or moments, of which one may be left out.
    pub fn limits(&self, min: &str, max: &str) -> Result<Range<Limit>> {
        let expected = "a number, or a date such as 2026-01-31 with or without a time";
        self.range((min, max), expected, Limit::parse, |min, max| match (min, max) {
            (Limit::Number(min), Limit::Number(max)) => min.number.order(max.number).is_le(),
            _ => min.micros() <= max.micros(),
        })
    }

    /// A count.
    pub fn count(&self, name: &str) -> Result<u64> {
        let count = |text: &str| Bound::parse(text)?.number.as_count();
        self.required(name)?;
        let found = self.read(name, "a whole number that is not negative", count)?;
        found.ok_or_else(|| self.error(format!("lacks the parameter `{name}`")))
    }

    /// A number; zero if none is given.
    pub fn number_or_zero(&self, name: &str) -> Result<Bound> {
        let zero = || Bound::parse("0").ok_or_else(|| self.error("has no zero"));
        self.read(name, "a number", Bound::parse)?.map_or_else(zero, Ok)
    }

    /// Whether it is set.
    pub fn flag(&self, name: &str) -> Result<bool> {
        let flag = |text: &str| text.trim().to_lowercase().parse().ok();
        self.read(name, "true or false", flag).map(Option::unwrap_or_default)
    }

    /// A list; empty if none is given.
    pub fn list(&self, name: &str) -> Result<Vec<String>> {
        let expected = "a list such as [\"a\", \"b\"]";
        let found = self.read(name, expected, list::items)?.unwrap_or_default();
        if found.is_empty() && self.text(name).is_some() {
            return Err(self.error(format!("has an empty list as `{name}`")));
        }
        Ok(found)
    }

    /// One of some words, whatever their case; the first if none is given.
    pub fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T> {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let one_of = format!("one of {}", known.join(", "));
        let find =
            |text: &str| words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim())).map(|(_, what)| *what);
        let first = || words.first().map(|(_, what)| *what).ok_or_else(|| self.error("has no words"));
        self.read(name, &one_of, find)?.map_or_else(first, Ok)
    }
}
