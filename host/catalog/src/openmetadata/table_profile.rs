//! Profiles of tables and rows to look at, in OpenMetadata's words. Never computes a metric.

use metahost_model::{ColumnProfile, Fqn, Histogram, Operation, SampleData, SampleSize, TableProfile, Timestamp};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::body::{Body, set, set_list, set_some};
use super::{OpenMetadata, mixed, parallel};
use crate::error::Error;
use crate::{Outcome, Reference, Write};

/// The metrics of a column that there is a field for.
const METRICS: &str = "valuesCount valuesPercentage validCount duplicateCount nullCount nullProportion uniqueCount \
    uniqueProportion distinctCount distinctProportion min max minLength maxLength mean sum stddev variance median \
    firstQuartile thirdQuartile interQuartileRange nonParametricSkew";

impl OpenMetadata {
    pub(super) async fn write_profiles(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut profiles = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Profile { table, profile, sample } = write else { return Err(mixed()) };
            profiles.push((table, profile, sample));
        }
        parallel::all(profiles, self.options.concurrency, |(table, profile, sample)| async move {
            // A profile of the same moment replaces the one that is there: safe to repeat.
            let body = self.profile_body(&profile);
            let answer = self.server.put(&format!("tables/{}/tableProfile", table.id), &body).await?;
            match sample {
                Some(sample) if answer.is_success() => self.put_sample(&table, &sample).await,
                _ if answer.is_success() => Ok(Outcome::Updated),
                _ => Ok(answer.outcome()),
            }
        })
        .await
    }

    async fn put_sample(&self, table: &Reference, sample: &SampleData) -> Result<Outcome, Error> {
        let answer = self.server.put(&format!("tables/{}/sampleData", table.id), &json!(sample)).await?;
        Ok(if answer.is_success() { Outcome::Updated } else { answer.outcome() })
    }

    fn profile_body(&self, profile: &TableProfile) -> Value {
        let has_categories = self.profile.has_cardinality_distribution;
        let column = |column| column_profile(column, profile.at, has_categories);
        let operation = |operation| system_profile(operation, self.profile.has_write_operation);
        let mut body = Body::new();
        set(&mut body, "tableProfile", table_profile(profile));
        set_list(&mut body, "columnProfile", profile.columns.iter().filter_map(column).collect());
        set_list(&mut body, "systemProfile", profile.operations.iter().map(operation).collect());
        Value::Object(body)
    }
}

fn table_profile(profile: &TableProfile) -> Value {
    let mut body = Body::new();
    set(&mut body, "timestamp", profile.at);
    set_count(&mut body, "rowCount", profile.rows);
    set_count(&mut body, "columnCount", profile.column_count);
    set_count(&mut body, "sizeInByte", profile.bytes);
    set_some(&mut body, "createDateTime", profile.created_at.and_then(iso).as_deref());
    match profile.sample {
        Some(SampleSize::Percentage(percent)) => set_sample(&mut body, percent.into(), "PERCENTAGE"),
        Some(SampleSize::Rows(rows)) => set_sample(&mut body, rows.into(), "ROWS"),
        None => {}
    }
    set_list(&mut body, "customMetrics", custom_metrics(&profile.custom_metrics));
    Value::Object(body)
}

fn set_sample(body: &mut Body, size: Value, kind: &str) {
    set(body, "profileSample", size);
    set(body, "profileSampleType", kind);
}

fn custom_metrics(metrics: &std::collections::BTreeMap<String, f64>) -> Vec<Value> {
    metrics.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// A column's name as it stands behind its table's in a fully qualified one.
fn below_table(column: &[String]) -> String {
    let (first, rest) = column.split_first().map_or(("", [].as_slice()), |(first, rest)| (first.as_str(), rest));
    rest.iter().fold(Fqn::of_service(first), |fqn, part| fqn.child(part)).to_string()
}

/// None for a column of which nothing is known that there is a field for.
fn column_profile(profile: &ColumnProfile, at: Timestamp, has_categories: bool) -> Option<Value> {
    let mut body = Body::new();
    for name in METRICS.split_whitespace() {
        // Of dates and times there are extremes; a field for their quartiles takes numbers only.
        let is_told = |value: &Value| value.is_number() || matches!(name, "min" | "max");
        if let Some(value) = profile.metrics.get(name).map(|measure| &measure.value).filter(|value| is_told(value)) {
            set(&mut body, name, value.clone());
        }
    }
    if let Some(histogram) = &profile.histogram {
        set(&mut body, "histogram", histogram_body(histogram));
    }
    if let Some(categories) = profile.cardinality_distribution.as_ref().filter(|_| has_categories) {
        set(&mut body, "cardinalityDistribution", json!(categories));
    }
    set_list(&mut body, "customMetrics", custom_metrics(&profile.custom_metrics));
    if body.is_empty() {
        return None;
    }
    set(&mut body, "name", below_table(&profile.column));
    set(&mut body, "timestamp", at);
    Some(Value::Object(body))
}

fn histogram_body(histogram: &Histogram) -> Value {
    json!({ "boundaries": histogram.boundaries, "frequencies": histogram.frequencies })
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

fn iso(at: Timestamp) -> Option<String> {
    let nanos = i128::from(at) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use metahost_model::TableStat;

    use super::*;

    fn of(profile: &Value) -> ColumnProfile {
        serde_json::from_value(profile.clone()).unwrap()
    }

    #[test]
    fn metrics_without_a_field_stay_here_and_nested_columns_have_quoted_names() {
        let known = of(&json!({
            "column": ["a", "b.c"],
            "metrics": {
                "mean": { "value": 2.5, "accuracy": "exact" },
                "nanCount": { "value": 1, "accuracy": "exact" },
            },
            "histogram": { "boundaries": ["1 and up"], "frequencies": [3] },
            "cardinalityDistribution": { "categories": ["x"], "counts": [3], "percentages": [100.0], "allValuesUnique": false },
        }));
        let told = column_profile(&known, 7, false);
        let expected = json!({
            "name": "a.\"b.c\"", "timestamp": 7, "mean": 2.5,
            "histogram": { "boundaries": ["1 and up"], "frequencies": [3] },
        });
        assert_eq!(told, Some(expected));
        let later = column_profile(&known, 7, true).unwrap();
        assert_eq!(later["cardinalityDistribution"]["categories"], json!(["x"]), "1.10 and later have a field");
        let unknown = of(&json!({ "column": ["a"], "metrics": { "nanCount": { "value": 1, "accuracy": "exact" } } }));
        assert_eq!(column_profile(&unknown, 7, true), None);
    }

    #[test]
    fn moments_have_extremes_and_no_quartiles() {
        let moment = json!({ "value": "2026-11-29T05:00:00", "accuracy": "exact" });
        let known = of(&json!({ "column": ["at"], "metrics": { "min": moment, "max": moment, "median": moment } }));
        let told = column_profile(&known, 7, true);
        let expected =
            json!({ "name": "at", "timestamp": 7, "min": "2026-11-29T05:00:00", "max": "2026-11-29T05:00:00" });
        assert_eq!(told, Some(expected));
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
        let stats = TableStat { rows: Some(1), created_at: Some(1_000), ..TableStat::default() };
        let body = json!({ "timestamp": 9, "rowCount": 1, "createDateTime": "1970-01-01T00:00:01Z" });
        assert_eq!(table_profile(&TableProfile::of(stats, 9)), body);
    }

    #[test]
    fn the_part_that_was_read_is_told() {
        let mut profile = TableProfile::of(TableStat::default(), 9);
        profile.sample = Some(SampleSize::Percentage(10.0));
        assert_eq!(table_profile(&profile)["profileSampleType"], "PERCENTAGE");
    }
}
