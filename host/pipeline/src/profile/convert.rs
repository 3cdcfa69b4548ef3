//! From what the profiler found to what catalogs are told: the same metrics, numbers as JSON has them. Never rounds a whole
//! number that JSON's readers can hold.

use std::collections::BTreeMap;

use metahost_model::{
    Accuracy, CardinalityDistribution, ColumnProfile, Histogram, Measure, ProfileMethod, TableProfile,
};
use metahost_profile as found;
use serde_json::{Number, Value};

/// A profile that was computed, beside what the source's statistics told of the table.
pub(crate) fn told(known: TableProfile, found: found::Profile, method: ProfileMethod) -> TableProfile {
    TableProfile {
        method,
        rows: Some(found.row_count),
        column_count: Some(found.column_count as u64),
        bytes: known.bytes.or(found.size_in_byte),
        columns: found.columns.into_iter().map(column).collect(),
        ..known
    }
}

fn column(found: found::ColumnProfile) -> ColumnProfile {
    let name = |name: found::Name| serde_json::to_value(name).ok()?.as_str().map(str::to_owned);
    let metrics = found.metrics.into_iter().filter_map(|(key, metric)| Some((name(key)?, measure(metric))));
    ColumnProfile {
        column: found.path,
        metrics: metrics.collect(),
        histogram: found
            .histogram
            .map(|spread| Histogram { boundaries: spread.boundaries, frequencies: spread.frequencies }),
        cardinality_distribution: found.cardinality_distribution.map(|categories| CardinalityDistribution {
            categories: categories.categories,
            counts: categories.counts,
            percentages: categories.percentages,
            all_values_unique: categories.all_values_unique,
        }),
        custom_metrics: BTreeMap::new(),
    }
}

fn measure(metric: found::Metric) -> Measure {
    let accuracy = match metric.accuracy {
        found::Accuracy::Exact => Accuracy::Exact,
        found::Accuracy::Approximate { low, high } => Accuracy::Approximate { low: value(&low), high: value(&high) },
        found::Accuracy::Statistics => Accuracy::Statistics,
    };
    Measure { value: value(&metric.value), accuracy }
}

/// Whole numbers of 64 bits as they are, all else as the nearest double; words for what JSON has no number for.
fn value(found: &found::Value) -> Value {
    let text = found.to_string();
    if matches!(found, found::Value::Text(_)) {
        return Value::String(text);
    }
    let whole = text.parse::<i64>().ok().map(Number::from);
    let number = || Number::from_f64(found.number()?);
    whole.or_else(number).map_or(Value::String(text), Value::Number)
}
