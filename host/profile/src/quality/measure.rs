//! Verdicts about a measure of a column: its least value, its mean, ...

use super::check::Measured;
use super::facts::{Fact, Known, estimated};
use super::number::{Bound, Number, Range};
use super::test::Seen;
use super::verdict::{Unknown, Verdict, decide};

/// The verdict.
pub fn judge(measured: Measured, range: &Range<Bound>, seen: &Seen<'_>) -> Result<Verdict, Unknown> {
    let (words, name) = measured.names();
    let known = seen.get(measured.of())?;
    let fact = Fact { column: seen.column.clone(), of: measured.of() };
    verdict(words, name, range, known, &fact)
}

/// The verdict about a number that may only be estimated.
pub fn verdict(words: &str, name: &str, range: &Range<Bound>, known: &Known, fact: &Fact) -> Result<Verdict, Unknown> {
    let told = |passed, value: Number| {
        Verdict::of(passed, format!("found the {words} {value}, expected {range}")).with(name, value)
    };
    match known {
        Known::Exact(value) => Ok(told(range.holds(*value), *value)),
        Known::Within(value, low, high) => {
            decide(range, *low, *high).map(|passed| told(passed, *value)).ok_or_else(|| estimated(fact, *value))
        }
        Known::Guess(value) => Err(estimated(fact, *value)),
        Known::Nothing => Err(Unknown(format!("there is no value that could have a {words}"))),
        Known::Text(text) => Err(Unknown(format!("the {words} is `{text}`, and no number"))),
    }
}
