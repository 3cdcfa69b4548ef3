//! What is kept of a column while its values go by, one implementation a type. Knows no format and no profile.

mod moments;
mod ordered;
mod texts;

use std::sync::Arc;

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

pub use ordered::Ordered;
pub use texts::{Beginning, Texts};

use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::options::Options;
use crate::scalar::{Real, Widest};
use crate::sketch::{Budget, Counted, Keyed};

/// Everything that is kept of one column, or of a part of it.
#[derive(Serialize, Deserialize)]
pub struct Column {
    /// How many entries are null.
    pub nulls: u64,
    /// How many values are NaN; they count as values and are not measured.
    pub nans: u64,
    /// What is kept of the others.
    pub values: Values,
}

/// What is kept of a column's values.
#[derive(Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one a column, never moved while values are added")]
pub enum Values {
    /// Whole numbers of 64 bits and what is stored as such: dates, times, short decimals, booleans.
    Whole(Ordered<i64>),
    /// Wider ones.
    Wide(Ordered<i128>),
    /// The widest.
    Widest(Ordered<Widest>),
    /// Doubles.
    Real(Ordered<Real>),
    /// Texts and bytes.
    Texts(Texts),
    /// Only their number.
    Number(u64),
}

/// What is kept only if somebody wants it, since it costs time.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The most frequent values.
    pub frequent: bool,
    /// The patterns of texts.
    pub patterns: bool,
    /// Exact answers, and what they may take.
    pub exact: Option<Arc<Budget>>,
}

impl Wanted {
    /// What somebody who gave these options wants.
    pub fn by(options: &Options) -> Self {
        let exact = options.exact.then(|| Budget::new(options.exact_memory));
        Self { frequent: options.top.is_some(), patterns: options.patterns.is_some(), exact }
    }

    fn of_lengths(&self) -> Self {
        Self { exact: self.exact.clone(), ..Self::default() }
    }

    fn of_patterns(&self) -> Self {
        Self { frequent: true, exact: self.exact.clone(), ..Self::default() }
    }

    fn counted<T: Keyed>(&self) -> Result<Counted<T>> {
        match &self.exact {
            Some(budget) => Counted::exact(budget),
            None if self.frequent => Counted::with_frequent(),
            None => Counted::new(),
        }
    }
}

/// How wide a column's whole numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 64 bits.
    Whole,
    /// 128 bits.
    Wide,
    /// 256 bits.
    Widest,
}

impl Width {
    /// How wide the numbers of a type of Arrow are.
    pub fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::UInt64 | DataType::Decimal128(..) => Self::Wide,
            DataType::Decimal256(..) => Self::Widest,
            DataType::Dictionary(_, values) => Self::of(values),
            _ => Self::Whole,
        }
    }
}

impl Column {
    /// Nothing yet.
    pub fn new(kind: &Kind, width: Width, wanted: &Wanted) -> Result<Self> {
        let values = match (kind, width) {
            (Kind::Float, _) => Values::Real(Ordered::new(wanted)?),
            (Kind::Text, _) => Values::Texts(Texts::of_characters(wanted)?),
            (Kind::Binary | Kind::Uuid, _) => Values::Texts(Texts::of_bytes(wanted)?),
            (Kind::Uncounted, _) => Values::Number(0),
            (_, Width::Whole) => Values::Whole(Ordered::new(wanted)?),
            (_, Width::Wide) => Values::Wide(Ordered::new(wanted)?),
            (_, Width::Widest) => Values::Widest(Ordered::new(wanted)?),
        };
        Ok(Self { nulls: 0, nans: 0, values })
    }

    /// An error once exact answers want more memory than they may take.
    pub fn check(&self) -> Result<()> {
        match &self.values {
            Values::Whole(values) => values.check(),
            Values::Wide(values) => values.check(),
            Values::Widest(values) => values.check(),
            Values::Real(values) => values.check(),
            Values::Texts(texts) => texts.check(),
            Values::Number(_) => Ok(()),
        }
    }

    /// Adds what another part of the same column has seen.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        self.nulls += other.nulls;
        self.nans += other.nans;
        match (&mut self.values, &other.values) {
            (Values::Whole(mine), Values::Whole(theirs)) => mine.merge(theirs),
            (Values::Wide(mine), Values::Wide(theirs)) => mine.merge(theirs),
            (Values::Widest(mine), Values::Widest(theirs)) => mine.merge(theirs),
            (Values::Real(mine), Values::Real(theirs)) => mine.merge(theirs),
            (Values::Texts(mine), Values::Texts(theirs)) => mine.merge(theirs),
            (Values::Number(mine), Values::Number(theirs)) => {
                *mine += theirs;
                Ok(())
            }
            _ => Err(Error::format("parts of one column have different types")),
        }
    }
}
