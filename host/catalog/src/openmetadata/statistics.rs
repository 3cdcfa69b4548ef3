//! What a source says of a table's rows, as OpenMetadata's profiles. Never computes a number from data.

use metahost_model::{ColumnStat, Fqn, Operation, TableStat, Timestamp};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::body::{Body, set, set_list, set_some};
use super::{OpenMetadata, mixed, parallel};
use crate::clock::now;
use crate::error::Error;
use crate::{Outcome, Write};

impl OpenMetadata {
    pub(super) async fn write_stats(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut profiles = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Stats { table, stats } = write else { return Err(mixed()) };
            profiles.push((table, stats));
        }
        parallel::all(profiles, self.options.concurrency, |(table, stats)| async move {
            let at = stats.taken_at.unwrap_or_else(now);
            let body = profile_body(&stats, at, self.profile.has_write_operation);
            // A profile of the same moment replaces the one that is there: safe to repeat.
            let answer = self.server.put(&format!("tables/{}/tableProfile", table.id), &body).await?;
            Ok(if answer.is_success() { Outcome::Updated } else { answer.outcome() })
        })
        .await
    }
}

fn profile_body(stats: &TableStat, at: Timestamp, has_write: bool) -> Value {
    let columns = stats.columns.iter().filter_map(|column| column_profile(column, stats.rows, at));
    let operations = stats.operations.iter().map(|operation| system_profile(operation, has_write));
    let mut body = Body::new();
    set(&mut body, "tableProfile", table_profile(stats, at));
    set_list(&mut body, "columnProfile", columns.collect());
    set_list(&mut body, "systemProfile", operations.collect());
    Value::Object(body)
}

fn table_profile(stats: &TableStat, at: Timestamp) -> Value {
    let mut body = Body::new();
    set(&mut body, "timestamp", at);
    set_count(&mut body, "rowCount", stats.rows);
    set_count(&mut body, "sizeInByte", stats.bytes);
    set_some(&mut body, "createDateTime", stats.created_at.and_then(iso).as_deref());
    Value::Object(body)
}

/// A column's name as it stands behind its table's in a fully qualified one.
fn below_table(column: &[String]) -> String {
    let (first, rest) = column.split_first().map_or(("", [].as_slice()), |(first, rest)| (first.as_str(), rest));
    rest.iter().fold(Fqn::of_service(first), |fqn, part| fqn.child(part)).to_string()
}

/// None for a column of which nothing is known.
fn column_profile(column: &ColumnStat, rows: Option<u64>, at: Timestamp) -> Option<Value> {
    let values = column.values.or_else(|| rows?.checked_sub(column.nulls?));
    let all = values.zip(column.nulls).map(|(values, nulls)| values + nulls).or(rows);
    let mut body = Body::new();
    set_count(&mut body, "valuesCount", values);
    set_count(&mut body, "nullCount", column.nulls);
    set_share(&mut body, "nullProportion", column.nulls.map(|nulls| nulls as f64), all);
    if let Some(distinct) = column.distinct {
        set(&mut body, "distinctCount", distinct);
    }
    set_share(&mut body, "distinctProportion", column.distinct, values);
    for (key, bound) in [("min", &column.lower), ("max", &column.upper)] {
        if let Some(bound) = bound {
            set(&mut body, key, bound_value(bound));
        }
    }
    if body.is_empty() {
        return None;
    }
    set(&mut body, "name", below_table(&column.column));
    set(&mut body, "timestamp", at);
    Some(Value::Object(body))
}

fn system_profile(operation: &Operation, has_write: bool) -> Value {
    // What replaces rows is the nearest to an update where the word is missing.
    let kind = if operation.kind == "WRITE" && !has_write { "UPDATE" } else { operation.kind.as_str() };
    let mut body = Body::new();
    set(&mut body, "timestamp", operation.at);
    set(&mut body, "operation", kind);
    set_count(&mut body, "rowsAffected", operation.rows);
    Value::Object(body)
}

fn set_count(body: &mut Body, key: &str, count: Option<u64>) {
    if let Some(count) = count {
        set(body, key, count);
    }
}

fn set_share(body: &mut Body, key: &str, part: Option<f64>, whole: Option<u64>) {
    if let (Some(part), Some(whole)) = (part, whole.filter(|whole| *whole > 0)) {
        set(body, key, (part / whole as f64).min(1.0));
    }
}

/// A number as a number, so that the server can draw it; NaN and infinity have none in JSON.
fn bound_value(text: &str) -> Value {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    text.parse::<i64>().map(Value::from).ok().or_else(|| number.map(Value::from)).unwrap_or_else(|| json!(text))
}

fn iso(at: Timestamp) -> Option<String> {
    let nanos = i128::from(at) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn shares_follow_from_counts_and_bounds_are_numbers_where_they_are() {
        let known = column(&json!({ "nulls": 5, "distinct": 3.0, "lower": "-1.5", "upper": "NaN" }));
        assert_eq!(
            column_profile(&known, Some(20), 7),
            Some(json!({
                "name": "a.b", "timestamp": 7, "valuesCount": 15, "nullCount": 5, "nullProportion": 0.25,
                "distinctCount": 3.0, "distinctProportion": 0.2, "min": -1.5, "max": "NaN",
            }))
        );
        assert_eq!(column_profile(&column(&json!({})), None, 7), None);
        let empty = column_profile(&column(&json!({ "nulls": 0 })), Some(0), 7).unwrap();
        assert_eq!(empty.get("nullProportion"), None, "nothing has no shares");
    }

    #[test]
    fn a_replacement_is_an_update_where_there_is_no_word_for_it() {
        let operation = Operation { kind: "WRITE".into(), at: 1, rows: Some(2) };
        assert_eq!(system_profile(&operation, false)["operation"], "UPDATE");
        assert_eq!(
            system_profile(&operation, true),
            json!({ "timestamp": 1, "operation": "WRITE", "rowsAffected": 2 })
        );
    }

    #[test]
    fn the_time_a_table_was_made_is_told_as_a_date() {
        let stats = TableStat {
            rows: Some(1),
            bytes: None,
            snapshot: None,
            taken_at: None,
            created_at: Some(1_000),
            columns: Vec::new(),
            operations: Vec::new(),
        };
        let body = json!({ "timestamp": 9, "rowCount": 1, "createDateTime": "1970-01-01T00:00:01Z" });
        assert_eq!(profile_body(&stats, 9, true), json!({ "tableProfile": body }));
    }
}
