//! Numbers and moments that parameters limit values by. Whole numbers are compared with all their digits.

use core::cmp::Ordering;
use core::fmt;

use arrow_schema::TimeUnit;
use num_traits::ToPrimitive as _;

use crate::kind::Kind;
use crate::pushdown::moment;

/// A number, with all its digits where it is a whole one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    whole: Option<i128>,
    value: f64,
}

impl Number {
    /// None for what is no number.
    pub fn parse(text: &str) -> Option<Self> {
        let value: f64 = text.trim().parse().ok()?;
        let plain = text.trim().split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0'));
        let whole = plain.map_or(text.trim(), |(whole, _)| whole).parse().ok();
        (!value.is_nan()).then_some(Self { whole, value })
    }

    /// A count.
    pub fn count(count: u64) -> Self {
        Self { whole: Some(count.into()), value: count as f64 }
    }

    /// A double.
    pub fn real(value: f64) -> Self {
        Self { whole: None, value }
    }

    /// The nearest double.
    pub fn value(self) -> f64 {
        self.value
    }

    /// As a count, if it is one.
    pub fn as_count(self) -> Option<u64> {
        let is_whole = self.value.fract() == 0.0 && self.value.abs() < 2_f64.powi(53);
        match self.whole {
            Some(whole) => whole.to_u64(),
            None => is_whole.then_some(self.value)?.to_u64(),
        }
    }

    /// Which of two is less.
    pub fn order(self, other: Self) -> Ordering {
        match (self.whole, other.whole) {
            (Some(one), Some(two)) => one.cmp(&two),
            // Both zeros are one number.
            _ => (self.value + 0.0).total_cmp(&(other.value + 0.0)),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole {
            Some(whole) => write!(f, "{whole}"),
            None => write!(f, "{}", self.value),
        }
    }
}

/// A number as a parameter gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// As it was written.
    pub text: String,
    /// What it is.
    pub number: Number,
}

impl Bound {
    /// None for what is no number.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self { text: text.trim().to_owned(), number: Number::parse(text)? })
    }
}

/// What values are limited by: a number, or a moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// A number; of a column of dates or times it counts seconds from 1970 on, or milliseconds with 13 digits and more.
    Number(Bound),
    /// A date, or a date and a time in UTC: microseconds from 1970 on.
    Moment(i64),
}

impl Limit {
    /// None for what is neither.
    pub fn parse(text: &str) -> Option<Self> {
        Bound::parse(text).map(Self::Number).or_else(|| micros(text).map(Self::Moment))
    }

    /// Microseconds from 1970 on.
    pub fn micros(&self) -> Option<i64> {
        match self {
            Self::Moment(micros) => Some(*micros),
            // OpenMetadata's rule: so long a number can only be of milliseconds.
            Self::Number(bound) => {
                let scale = if bound.text.len() < 13 { 1e6 } else { 1e3 };
                (bound.number.value() * scale).to_i64()
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(bound) => f.write_str(&bound.text),
            Self::Moment(micros) => write!(f, "{}", Kind::Timestamp(TimeUnit::Microsecond, None).value(*micros)),
        }
    }
}

/// A date, or a moment in UTC, in microseconds from 1970 on.
pub fn micros(text: &str) -> Option<i64> {
    let text = text.trim();
    let plain = text.strip_suffix('Z').unwrap_or(text);
    moment::parse(&Kind::Timestamp(TimeUnit::Microsecond, None), plain)
        .or_else(|| moment::parse(&Kind::Date, plain)?.checked_mul(86_400_000_000))
}

/// What lies between two limits, both included; none is no limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Range<T> {
    /// The least.
    pub min: Option<T>,
    /// The greatest.
    pub max: Option<T>,
}

impl Range<Bound> {
    /// Whether it holds a number.
    pub fn holds(&self, number: Number) -> bool {
        let above = self.min.as_ref().is_none_or(|min| number.order(min.number).is_ge());
        above && self.max.as_ref().is_none_or(|max| number.order(max.number).is_le())
    }
}

impl<T: fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "{min} or more"),
            (None, Some(max)) => write!(f, "{max} or less"),
            (None, None) => f.write_str("anything"),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(one: &str, two: &str) -> Ordering {
        Number::parse(one).unwrap().order(Number::parse(two).unwrap())
    }

    #[test]
    fn whole_numbers_keep_all_their_digits() {
        assert_eq!(order("9007199254740993", "9007199254740992"), Ordering::Greater);
        assert_eq!(order("2.0", "2"), Ordering::Equal);
        assert_eq!(order("-0", "0"), Ordering::Equal);
        assert_eq!(order("-0.0", "0.5"), Ordering::Less);
        assert_eq!(order("1e3", "1000"), Ordering::Equal);
        assert_eq!([Number::parse("NaN"), Number::parse("many")], [None, None]);
        assert_eq!(Number::parse("3.0").unwrap().as_count(), Some(3));
        assert_eq!(Number::parse("-3").unwrap().as_count(), None);
    }

    #[test]
    fn moments_are_counted_as_openmetadata_does() {
        let told = |text| Limit::parse(text).and_then(|limit| limit.micros());
        assert_eq!(told("1700000000"), Some(1_700_000_000_000_000));
        assert_eq!(told("1700000000000"), Some(1_700_000_000_000_000));
        assert_eq!(told("2023-11-14T22:13:20Z"), Some(1_700_000_000_000_000));
        assert_eq!(told("1970-01-02"), Some(86_400_000_000));
        assert_eq!(told("yesterday"), None);
    }
}
