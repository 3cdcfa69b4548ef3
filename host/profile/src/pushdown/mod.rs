//! Profiles by query: one statement a table asks for all columns at once, and its one row becomes a profile. Writes SQL and
//! reads answers; never runs a statement.

mod answer;
pub(crate) mod cells;
mod column;
pub(crate) mod moment;
mod ranks;
mod statistics;
mod trino;

use std::collections::BTreeMap;

pub use answer::{CustomMetrics, Questions};
pub use statistics::statistics;
pub use trino::{columns_of_schema, sample_rows, show_stats};
pub(crate) use trino::{fact_expression, find_leaf};

/// A column as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// Its type, as the engine writes it.
    pub type_name: String,
}

/// Which part of a table is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Hundredths of it.
    pub percent: f64,
    /// Whole blocks of rows and not single ones: less is read, and what lies together stays together.
    pub is_system: bool,
}

/// A metric that the operator defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomMetric {
    /// Its name.
    pub name: String,
    /// The column that it belongs to; empty for the table.
    pub column: Vec<String>,
    /// An expression that aggregates.
    pub expression: String,
}

/// What is wanted of a table, and what is known of it already.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Different and unique values are to be counted, not estimated, however much memory that takes the engine.
    pub exact: bool,
    /// How many rows it has, as far as is known.
    pub rows: Option<u64>,
    /// How many different values columns have, as far as is known.
    pub distinct: BTreeMap<Vec<String>, f64>,
    /// Only rows for which this holds.
    pub restriction: Option<String>,
    /// Only this part of it.
    pub sample: Option<Sample>,
    /// Only these columns, if any.
    pub include: Vec<String>,
    /// And not these.
    pub exclude: Vec<String>,
    /// Metrics that the operator defined.
    pub custom: Vec<CustomMetric>,
    /// Expressions that aggregate, asked for tests.
    pub facts: Vec<String>,
}

impl Wanted {
    /// At most so many different values a column has, as far as is known.
    fn most_different(&self, column: &[String]) -> Option<f64> {
        let rows = self.rows.map(|rows| rows as f64);
        // An estimate may be old; what has half as many again is still few.
        let distinct = self.distinct.get(column).map(|distinct| distinct * 1.5);
        match (rows, distinct) {
            (Some(rows), Some(distinct)) => Some(rows.min(distinct)),
            (known, None) | (None, known) => known,
        }
    }

    fn wants(&self, column: &str) -> bool {
        let is_included = self.include.is_empty() || self.include.iter().any(|name| name == column);
        is_included && !self.exclude.iter().any(|name| name == column)
    }
}
