//! How a test ended, in words for people and values for the catalog.

use std::fmt;

use metahost_model::Outcome;

use super::number::{Bound, Number, Range};

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How.
    pub outcome: Outcome,
    /// What was found.
    pub message: String,
    /// Values under OpenMetadata's names.
    pub values: Vec<(String, String)>,
    /// Rows that failed, where that is known.
    pub failed_rows: Option<u64>,
}

/// Why a test can't be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown(pub String);

impl Verdict {
    /// One that was decided.
    pub(super) fn of(passed: bool, message: impl Into<String>) -> Self {
        let outcome = if passed { Outcome::Success } else { Outcome::Failed };
        Self { outcome, message: message.into(), values: Vec::new(), failed_rows: None }
    }

    /// One that could not be decided, and why.
    pub fn aborted(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Aborted, message: message.into(), values: Vec::new(), failed_rows: None }
    }

    /// With a value.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// With the rows that failed.
    #[must_use]
    pub(super) fn failing(mut self, rows: u64) -> Self {
        self.failed_rows = Some(rows);
        self
    }
}

impl From<Unknown> for Verdict {
    fn from(unknown: Unknown) -> Self {
        Self::aborted(unknown.0)
    }
}

/// Whether a number that lies somewhere between two lies in a range; none if that depends.
pub fn decide(range: &Range<Bound>, low: Number, high: Number) -> Option<bool> {
    let is_above = |number: Number| range.max.as_ref().is_some_and(|max| number.order(max.number).is_gt());
    let is_below = |number: Number| range.min.as_ref().is_some_and(|min| number.order(min.number).is_lt());
    match (range.holds(low), range.holds(high)) {
        (true, true) => Some(true),
        _ if is_above(low) || is_below(high) => Some(false),
        _ => None,
    }
}

/// A count with its thousands apart.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut told = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// "3 nulls", "1 null".
pub fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!(
            [grouped(0), grouped(999), grouped(15_000), grouped(1_234_567)],
            ["0", "999", "15,000", "1,234,567"]
        );
        assert_eq!([counted(1, "null"), counted(0, "null")], ["1 null", "0 nulls"]);
    }

    #[test]
    fn an_estimate_decides_only_if_both_of_its_ends_say_the_same() {
        let range = Range { min: Bound::parse("10"), max: Bound::parse("20") };
        let decided = |low, high| decide(&range, Number::real(low), Number::real(high));
        assert_eq!(decided(10.0, 20.0), Some(true));
        assert_eq!([decided(1.0, 9.9), decided(20.1, 99.0)], [Some(false); 2]);
        assert_eq!([decided(9.0, 11.0), decided(19.0, 21.0), decided(1.0, 99.0)], [None; 3]);
    }
}
