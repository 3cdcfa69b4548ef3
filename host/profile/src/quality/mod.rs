//! Data-quality tests: OpenMetadata's definitions with their parameters checked, what must be known of a table to decide
//! them, and the verdict. Pure: writes expressions and reads answers, never runs anything. Never guesses: what is not known
//! well enough aborts a test, with the reason.

mod check;
mod facts;
mod list;
mod measure;
mod median;
mod number;
mod parameters;
mod questions;
mod table;
mod test;
#[cfg(test)]
mod tests;
mod values;
mod verdict;

pub use facts::Facts;
pub use questions::FactQuestions;
pub use test::{OwnStatement, Test};
pub use verdict::Verdict;

pub(crate) use facts::Of;
pub(crate) use number::{Bound, Limit, Range};
