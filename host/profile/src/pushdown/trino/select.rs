//! The expressions that a column is asked by, and the statement they stand in. Every function is one of Trino's own; where it
//! only estimates, the answer is told with bounds.

use num_traits::ToPrimitive as _;

use crate::kind::Kind;
use crate::pushdown::Wanted;

use super::path;
use super::types::Leaf;

/// So many different values come back each with its count: all metrics follow from them, exactly.
const FEW: f64 = 1_000.0;
/// An estimate may be wrong: of more than so many, none come back.
const NEVER_MORE: u32 = 4_000;
/// So many different values the engine counts one by one to tell those that are there once.
const SAMPLED: f64 = 4_096.0;
/// Digits of sums that can't overflow, however many rows there are.
const SAFE_DIGITS: u32 = 26;

/// What a cell of the answer tells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// How many values there are.
    Values,
    /// Each value with its count, if they are few.
    Counts,
    /// How many different values, counted.
    Different,
    /// How many different values, estimated.
    Distinct,
    /// How many values are there once only: all of them, or those of one in 2^n values.
    Alone(u32),
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The sum.
    Sum,
    /// The variance of the whole population.
    Variance,
    /// Values that are neither infinite nor NaN.
    Finite,
    /// NaNs.
    Nans,
    /// Values that are true.
    True,
    /// Texts without a character.
    Empty,
    /// The values at each hundredth.
    Ranks,
    /// A metric of the operator's, by its place.
    Custom(usize),
    /// What a test asks for.
    Fact,
}

/// One expression of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Its place among the leaves; none for what is asked of the table.
    pub leaf: Option<usize>,
    /// What it tells.
    pub what: What,
    /// How it is written.
    pub expression: String,
}

/// Whether a column's values come back one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Few {
    /// They do.
    Listed,
    /// They are counted one by one, and stay there.
    Counted,
    /// One in 2^n of them is.
    Sampled(u32),
    /// Nobody knows how many there are.
    Unknown,
}

impl Few {
    fn of(leaf: &Leaf, wanted: &Wanted) -> Self {
        match wanted.most_different(&leaf.path) {
            Some(most) if most <= FEW => Self::Listed,
            Some(most) if most <= SAMPLED => Self::Counted,
            _ if wanted.exact => Self::Counted,
            Some(most) => (most / SAMPLED).log2().ceil().to_u32().map_or(Self::Unknown, Self::Sampled),
            None => Self::Unknown,
        }
    }
}

/// The statement with these expressions.
pub fn statement(table: &[String], asks: &[Ask], wanted: &Wanted) -> String {
    let items: Vec<&str> = asks.iter().map(|ask| ask.expression.as_str()).collect();
    let sample = wanted.sample.map(|sample| {
        let method = if sample.is_system { "SYSTEM" } else { "BERNOULLI" };
        format!(" TABLESAMPLE {method} ({})", sample.percent)
    });
    let filter = wanted.restriction.as_ref().map(|restriction| format!(" WHERE {restriction}"));
    format!(
        "SELECT {} FROM {}{}{}",
        items.join(", "),
        path(table),
        sample.unwrap_or_default(),
        filter.unwrap_or_default()
    )
}

/// What a column is asked.
pub fn asks(place: usize, leaf: &Leaf, wanted: &Wanted) -> Vec<Ask> {
    let column = leaf.expression.as_str();
    let mut asks = Asks { place, found: Vec::new() };
    asks.add(What::Values, format!("count({column})"));
    if leaf.kind == Kind::Uncounted {
        return asks.found;
    }
    if leaf.kind == Kind::Boolean {
        asks.add(What::True, format!("count_if({column})"));
        return asks.found;
    }
    asks.add_different(leaf, Few::of(leaf, wanted));
    match &leaf.kind {
        Kind::Text | Kind::Binary => {
            let text = if leaf.kind == Kind::Text { format!("CAST({column} AS varchar)") } else { column.to_owned() };
            let length = format!("length({text})");
            asks.add(What::Empty, format!("count_if({length} = 0)"));
            asks.add_measures(&length, &format!("sum({length})"), "");
        }
        Kind::Integer => asks.add_measures(column, &format!("sum(CAST({column} AS decimal(38, 0)))"), ""),
        Kind::Decimal(scale) if leaf.digits <= SAFE_DIGITS => {
            asks.add_measures(column, &format!("sum(CAST({column} AS decimal(38, {scale})))"), "");
        }
        Kind::Decimal(_) => asks.add_measures(column, &format!("sum(CAST({column} AS double))"), ""),
        Kind::Float => {
            asks.add(What::Nans, format!("count_if(is_nan({column}))"));
            asks.add(What::Finite, format!("count_if(is_finite({column}))"));
            let finite = format!(" FILTER (WHERE is_finite({column}))");
            asks.add_measures(column, &format!("sum(CAST({column} AS double)){finite}"), &finite);
        }
        Kind::Uuid => {}
        _ => asks.add_extremes(column, ""),
    }
    asks.found
}

struct Asks {
    place: usize,
    found: Vec<Ask>,
}

impl Asks {
    fn add(&mut self, what: What, expression: String) {
        self.found.push(Ask { leaf: Some(self.place), what, expression });
    }

    fn add_extremes(&mut self, value: &str, filter: &str) {
        self.add(What::Min, format!("min({value}){filter}"));
        self.add(What::Max, format!("max({value}){filter}"));
    }

    /// Extremes, moments and ranks.
    fn add_measures(&mut self, value: &str, sum: &str, finite: &str) {
        // NaN is no extreme, infinities are.
        let ordered = if finite.is_empty() { String::new() } else { format!(" FILTER (WHERE NOT is_nan({value}))") };
        self.add_extremes(value, &ordered);
        self.add(What::Sum, sum.to_owned());
        self.add(What::Variance, format!("var_pop(CAST({value} AS double)){finite}"));
        self.add(What::Ranks, format!("approx_percentile(CAST({value} AS double), {}){finite}", hundredths()));
    }

    fn add_different(&mut self, leaf: &Leaf, few: Few) {
        let column = leaf.expression.as_str();
        let counted = format!("histogram({column})");
        let alone = |counted: &str| format!("cardinality(map_filter({counted}, (value, times) -> times = 1))");
        match few {
            Few::Listed => {
                let listed = format!("IF(cardinality({counted}) <= {NEVER_MORE}, {counted})");
                self.add(What::Counts, listed);
                self.add(What::Different, format!("cardinality({counted})"));
                self.add(What::Alone(0), alone(&counted));
            }
            Few::Counted => {
                self.add(What::Different, format!("cardinality({counted})"));
                self.add(What::Alone(0), alone(&counted));
            }
            Few::Sampled(shift) => {
                self.add(What::Distinct, format!("approx_distinct({column})"));
                let some = format!("{counted} FILTER (WHERE {})", is_sampled(leaf, shift));
                self.add(What::Alone(shift), alone(&some));
            }
            Few::Unknown => self.add(What::Distinct, format!("approx_distinct({column})")),
        }
    }
}

/// The same values in every run: those whose hash ends in so many zeros.
fn is_sampled(leaf: &Leaf, shift: u32) -> String {
    let column = &leaf.expression;
    let bytes = if leaf.kind == Kind::Binary { column.clone() } else { format!("to_utf8(CAST({column} AS varchar))") };
    format!("bitwise_and(from_big_endian_64(xxhash64({bytes})), {}) = 0", (1_u64 << shift) - 1)
}

fn hundredths() -> String {
    let all: Vec<String> = (0..=100).map(|hundredth| format!("{}e0", f64::from(hundredth) / 100.0)).collect();
    format!("ARRAY[{}]", all.join(","))
}
