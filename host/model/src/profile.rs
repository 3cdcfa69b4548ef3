//! What is known of the rows of a table at one moment, wherever it was learnt. Never computes anything but shares.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::statistics::{ColumnStat, Operation, TableStat};

/// Where a profile comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProfileMethod {
    /// What the source keeps anyway: nothing was read for it.
    Statistics,
    /// One query that the source answered.
    Query,
    /// The files of the table.
    Files,
    /// Rows that a plugin handed over.
    Rows,
}

impl fmt::Display for ProfileMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Statistics => "statistics",
            Self::Query => "query",
            Self::Files => "reading files",
            Self::Rows => "rows",
        })
    }
}

/// How sure a metric is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "accuracy")]
pub enum Accuracy {
    /// It is what it is.
    Exact,
    /// It lies between these two, as far as its method can promise.
    Approximate {
        /// It is hardly less.
        low: Value,
        /// It is hardly more.
        high: Value,
    },
    /// It is what the source keeps, however it came to that.
    Statistics,
}

/// A metric's value, and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// A number or text.
    pub value: Value,
    /// How sure it is.
    #[serde(flatten)]
    pub accuracy: Accuracy,
}

/// How values are spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// What is shown below each bin.
    pub boundaries: Vec<String>,
    /// How many values each bin has.
    pub frequencies: Vec<u64>,
}

/// Which values make up how much of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CardinalityDistribution {
    /// The values, and "Others".
    pub categories: Vec<String>,
    /// How often each is there.
    pub counts: Vec<u64>,
    /// Hundredths of all values.
    pub percentages: Vec<f64>,
    /// Whether no value is there twice.
    pub all_values_unique: bool,
}

/// What is known of one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProfile {
    /// The column by its names from the outermost in.
    pub column: Vec<String>,
    /// Metrics under OpenMetadata's names, and some that it has none for.
    pub metrics: BTreeMap<String, Measure>,
    /// How its values, or their lengths, are spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
    /// Which values make up how much of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cardinality_distribution: Option<CardinalityDistribution>,
    /// Metrics that the operator defined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_metrics: BTreeMap<String, f64>,
}

/// The part of a table that was read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SampleSize {
    /// Hundredths of its rows.
    Percentage(f64),
    /// So many rows.
    Rows(u64),
}

/// What is known of a table's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableProfile {
    /// The moment it is told for.
    pub at: Timestamp,
    /// Where it comes from.
    pub method: ProfileMethod,
    /// The snapshot it holds for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// How many rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// How many columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column_count: Option<u64>,
    /// Bytes stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// When the table was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The part that was read; none for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleSize>,
    /// Its columns.
    pub columns: Vec<ColumnProfile>,
    /// Its changes, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
    /// Metrics that the operator defined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_metrics: BTreeMap<String, f64>,
}

/// Rows of a table to look at. What may not be seen is masked already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleData {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with a value a column as text; none for NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

impl TableProfile {
    /// What a source keeps of a table's rows, told for the moment it was taken at, or for `now`.
    pub fn of(stats: TableStat, now: Timestamp) -> Self {
        let columns = stats.columns.iter().filter_map(|column| ColumnProfile::of(column, stats.rows));
        Self {
            at: stats.taken_at.unwrap_or(now),
            method: ProfileMethod::Statistics,
            rows: stats.rows,
            column_count: None,
            bytes: stats.bytes,
            created_at: stats.created_at,
            sample: None,
            columns: columns.collect(),
            snapshot: stats.snapshot,
            operations: stats.operations,
            custom_metrics: BTreeMap::new(),
        }
    }
}

impl ColumnProfile {
    /// None for a column of which nothing is known.
    fn of(stat: &ColumnStat, rows: Option<u64>) -> Option<Self> {
        let values = stat.values.or_else(|| rows?.checked_sub(stat.nulls?));
        let all = values.zip(stat.nulls).map(|(values, nulls)| values + nulls).or(rows);
        let nulls = stat.nulls.map(|nulls| nulls as f64);
        let known = [
            ("valuesCount", values.map(Value::from)),
            ("nullCount", stat.nulls.map(Value::from)),
            ("nullProportion", share(nulls, all)),
            ("nanCount", stat.nans.map(Value::from)),
            ("distinctCount", stat.distinct.map(Value::from)),
            ("distinctProportion", share(stat.distinct, values)),
            ("min", stat.lower.as_deref().map(bound)),
            ("max", stat.upper.as_deref().map(bound)),
        ];
        let accuracy = if stat.exact { Accuracy::Exact } else { Accuracy::Statistics };
        let measure = |value| Measure { value, accuracy: accuracy.clone() };
        let metrics: BTreeMap<String, Measure> =
            known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), measure(value?)))).collect();
        let profile = Self { column: stat.column.clone(), metrics, ..Self::default() };
        (!profile.metrics.is_empty()).then_some(profile)
    }
}

fn share(part: Option<f64>, whole: Option<u64>) -> Option<Value> {
    let (part, whole) = (part?, whole.filter(|whole| *whole > 0)?);
    Some((part / whole as f64).min(1.0).into())
}

/// A number as a number, so that it can be drawn; NaN and infinity have none in JSON.
fn bound(text: &str) -> Value {
    let number = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from);
    text.parse::<i64>().map(Value::from).ok().or_else(number).unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(value: &Value) -> ColumnStat {
        let mut all = json!({
            "column": ["a", "b"], "values": null, "nulls": null, "nans": null, "distinct": null, "lower": null,
            "upper": null, "bytes": null, "exact": true,
        });
        for (key, value) in value.as_object().unwrap() {
            all[key] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    fn values(known: &Value, rows: u64) -> Option<Value> {
        let profile = ColumnProfile::of(&column(known), Some(rows))?;
        Some(profile.metrics.into_iter().map(|(name, measure)| (name, measure.value)).collect())
    }

    #[test]
    fn shares_follow_from_counts_and_bounds_are_numbers_where_they_are() {
        assert_eq!(
            values(&json!({ "nulls": 5, "distinct": 3.0, "lower": "-1.5", "upper": "NaN" }), 20),
            Some(json!({
                "valuesCount": 15, "nullCount": 5, "nullProportion": 0.25, "distinctCount": 3.0,
                "distinctProportion": 0.2, "min": -1.5, "max": "NaN",
            }))
        );
        assert_eq!(values(&json!({}), 20), None);
        assert_eq!(values(&json!({ "nulls": 0 }), 0).unwrap().get("nullProportion"), None, "nothing has no shares");
    }
}
