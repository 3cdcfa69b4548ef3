//! What a profile says: metrics under OpenMetadata's names, each with how sure it is. Never computes anything.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::value::Value;

/// What is known of a table's columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// What was profiled: a file's or a table's name.
    pub name: String,
    /// Where the values come from.
    pub source: Source,
    /// How many rows it has.
    pub row_count: u64,
    /// How many columns it has, profiled or not; nested ones are part of theirs.
    pub column_count: usize,
    /// Its size as it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_in_byte: Option<u64>,
    /// Its columns, nested ones by their leaves.
    pub columns: Vec<ColumnProfile>,
}

/// Where values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// All rows were read.
    Rows,
    /// An engine answered a query.
    Query,
}

/// What is known of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProfile {
    /// Its names from the outermost in, with points between.
    pub name: String,
    /// Its names from the outermost in.
    pub path: Vec<String>,
    /// Its type, as people write it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What the metrics from `min` on measure.
    pub measured: Measured,
    /// Whether it lies in a list or a map: its entries are elements then, not rows.
    pub is_repeated: bool,
    /// What was found.
    pub metrics: BTreeMap<Name, Metric>,
    /// How its values, or lengths, are spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
    /// Which texts make up how much of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cardinality_distribution: Option<CardinalityDistribution>,
    /// The most frequent values, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_values: Option<Vec<TopValue>>,
    /// The most frequent patterns of texts, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patterns: Option<Vec<TopValue>>,
}

/// What metrics such as the mean measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// The values themselves.
    Value,
    /// The lengths of texts in characters, of bytes in bytes.
    Length,
    /// Nothing: values are counted only.
    Nothing,
}

/// A metric's name: OpenMetadata's, and some that it has none for. In the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are OpenMetadata's")]
pub enum Name {
    ValuesCount,
    NullCount,
    NullProportion,
    DistinctCount,
    DistinctProportion,
    UniqueCount,
    UniqueProportion,
    DuplicateCount,
    /// NaNs among the values. Nothing else measures them.
    NanCount,
    /// Infinities among the values. Extremes and quantiles know them, sum, mean, deviation and histogram don't.
    InfinityCount,
    /// Values that are true.
    TrueCount,
    /// Texts without a character.
    EmptyCount,
    Min,
    Max,
    Mean,
    Sum,
    Stddev,
    Variance,
    Median,
    FirstQuartile,
    ThirdQuartile,
    InterQuartileRange,
    NonParametricSkew,
    MinLength,
    MaxLength,
    /// The first text in the order of bytes.
    FirstText,
    /// The last text in the order of bytes.
    LastText,
}

/// A metric's value, and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metric {
    /// What was found.
    pub value: Value,
    /// How sure it is.
    #[serde(flatten)]
    pub accuracy: Accuracy,
}

/// How sure a value is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "accuracy", rename_all = "kebab-case")]
pub enum Accuracy {
    /// It is what it is. Where doubles are added, but for their rounding.
    Exact,
    /// It lies between these two with a probability of 99.7 %.
    Approximate {
        /// It is hardly less.
        low: Value,
        /// It is hardly more.
        high: Value,
    },
    /// It comes from statistics that the source keeps.
    Statistics,
}

impl Metric {
    /// A value that is what it is.
    pub fn exact(value: Value) -> Self {
        Self { value, accuracy: Accuracy::Exact }
    }
}

/// How values are spread. OpenMetadata's rule: Freedman and Diaconis, Sturges beyond 100 bins, never more than 100.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram {
    /// What OpenMetadata shows below each bin.
    pub boundaries: Vec<String>,
    /// How many values each bin has: from its edge on, up to the next without it; the last has its end as well.
    pub frequencies: Vec<u64>,
    /// Where each bin begins, and where the last ends. Dates and times are counted in their own unit from 1970 on.
    pub edges: Vec<f64>,
    /// By how many values a frequency may be off with a probability of 99.7 %; zero if they are exact.
    pub within: u64,
}

/// Which texts make up how much of a column: what has two per cent at least, and the first five in any case.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CardinalityDistribution {
    /// The texts, and "Others" at the end.
    pub categories: Vec<String>,
    /// How often each was there.
    pub counts: Vec<u64>,
    /// Hundredths of all values.
    pub percentages: Vec<f64>,
    /// Whether no text is there twice; nothing else is told then.
    pub all_values_unique: bool,
}

/// A value and how often it was there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopValue {
    /// The value; a text is cut to its first characters, and ends in "…" then.
    pub value: Value,
    /// How often.
    pub count: u64,
    /// By how much the count may be less than that; zero if it is exact.
    pub within: u64,
}
