//! What a run says of itself in its report, summed for tests.

use serde_json::Value;

/// A count summed over all assets, or over one kind of record; a count by reason is summed over its reasons.
pub fn sum(report: &Value, kind: Option<&str>, count: &str) -> u64 {
    let assets = report["assets"].as_array().into_iter().flatten();
    let rows = assets.flat_map(|asset| asset["ledger"].as_object().into_iter().flatten());
    let wanted = rows.filter(|(name, _)| kind.is_none_or(|kind| kind == name.as_str()));
    wanted
        .map(|(_, row)| match &row[count] {
            Value::Object(reasons) => reasons.values().filter_map(Value::as_u64).sum(),
            number => number.as_u64().unwrap_or_default(),
        })
        .sum()
}
