//! Which files of a table are read: those of the wanted partitions, and of these a fair part where a sample will do. Looks at
//! what the table's metadata says of files, never into one.

use std::cmp::Reverse;

use metahost_model::{DataFile, Fingerprint};
use time::{Duration, OffsetDateTime};

use super::data::DataError;
use super::options::{Partition, ProfileRule, SampleMethod, SampleOptions};

/// The files that are wanted.
pub(crate) fn files<'f>(all: &'f [DataFile], rule: &ProfileRule) -> Result<Vec<&'f DataFile>, DataError> {
    let mut wanted = Vec::with_capacity(all.len());
    for file in all {
        if rule.partition.as_ref().map_or(Ok(true), |partition| holds(partition, file))? {
            wanted.push(file);
        }
    }
    Ok(rule.sample.map_or_else(|| wanted.clone(), |sample| some(&wanted, sample)))
}

/// Always the same ones, and at least one.
fn some<'f>(files: &[&'f DataFile], sample: SampleOptions) -> Vec<&'f DataFile> {
    let rank = |file: &DataFile| Fingerprint::of(&file.location, &[]).map(|hash| hash.as_str().to_owned()).ok();
    let mut ranked: Vec<&DataFile> = files.to_vec();
    ranked.sort_by_cached_key(|file| rank(file));
    if sample.method == SampleMethod::Newest {
        ranked.sort_by_cached_key(|file| Reverse(partition(file)));
    }
    let rows = |file: &DataFile| file.rows.unwrap_or(1);
    let all: u64 = ranked.iter().map(|file| rows(file)).sum();
    let enough = all as f64 * sample.percent(Some(all)).unwrap_or(100.0) / 100.0;
    let mut seen = 0;
    let is_wanted = |file: &&DataFile| {
        let is_first_or_more = seen == 0 || (seen as f64) < enough;
        seen += rows(file);
        is_first_or_more
    };
    ranked.into_iter().take_while(is_wanted).collect()
}

/// Its values in an order: numbers as such, and dates, which are written so that their order is that of texts.
fn partition(file: &DataFile) -> Vec<(Option<i64>, &str)> {
    file.partition.iter().map(|(_, value)| (value.parse().ok(), value.as_str())).collect()
}

fn holds(partition: &Partition, file: &DataFile) -> Result<bool, DataError> {
    let column = match partition {
        Partition::Time { column, .. } | Partition::Range { column, .. } | Partition::Values { column, .. } => column,
    };
    let Some((_, value)) = file.partition.iter().find(|(name, _)| name == column) else {
        let names: Vec<&str> = file.partition.iter().map(|(name, _)| name.as_str()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let message = format!("`partition` names the column {column}; {} is partitioned by {names}", file.location);
        return Err(DataError::failed(message));
    };
    Ok(match partition {
        Partition::Range { start, end, .. } => value.parse().is_ok_and(|number: i64| (*start..=*end).contains(&number)),
        Partition::Values { values, .. } => values.contains(value),
        Partition::Time { interval, unit, .. } => *value >= begin(*interval, unit, OffsetDateTime::now_utc()),
    })
}

/// The first moment that is wanted, as far as partitions write it: ISO dates are ordered as text.
fn begin(interval: u64, unit: &str, now: OffsetDateTime) -> String {
    let interval = i64::try_from(interval).unwrap_or(i64::MAX);
    let hours = match unit {
        "HOUR" => 1,
        "MONTH" => 24 * 31,
        "YEAR" => 24 * 366,
        _ => 24,
    };
    let begin = now.checked_sub(Duration::hours(interval.saturating_mul(hours))).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let hour = if unit == "HOUR" { format!("-{:02}", begin.hour()) } else { String::new() };
    format!("{}{hour}", begin.date())
}

#[cfg(test)]
mod tests {
    use metahost_model::SampleSize;
    use time::macros::datetime;

    use super::*;

    fn file(location: &str, day: &str) -> DataFile {
        DataFile {
            location: location.to_owned(),
            url: String::new(),
            format: "parquet".to_owned(),
            rows: Some(10),
            bytes: None,
            partition: vec![("day".to_owned(), day.to_owned())],
            deletes: Vec::new(),
        }
    }

    #[test]
    fn only_wanted_partitions_and_a_fair_part_of_them() {
        let all: Vec<DataFile> = (0..100).map(|n| file(&format!("f{n}"), if n < 50 { "a" } else { "b" })).collect();
        let values = Partition::Values { column: "day".into(), values: vec!["a".into()] };
        let rule = ProfileRule { partition: Some(values), ..ProfileRule::default() };
        assert_eq!(files(&all, &rule).unwrap().len(), 50);
        let sample = Some(SampleOptions { size: SampleSize::Percentage(10.0), method: SampleMethod::System });
        let some = ProfileRule { sample, ..rule };
        let found = files(&all, &some).unwrap();
        assert_eq!(found.len(), 5);
        assert_eq!(found, files(&all, &some).unwrap(), "the same ones each time");
        let wrong = Partition::Range { column: "hour".into(), start: 0, end: 1 };
        let rule = ProfileRule { partition: Some(wrong), ..ProfileRule::default() };
        assert!(files(&all, &rule).unwrap_err().message.contains("partitioned by day"));
    }

    #[test]
    fn the_newest_partitions_come_first_and_rows_are_enough_at_some_point() {
        let days = ["2026-11-09", "2026-11-10", "2026-11-11", "2026-11-10"];
        let all: Vec<DataFile> = days.iter().enumerate().map(|(n, day)| file(&format!("f{n}"), day)).collect();
        let chosen = |size| {
            let sample = Some(SampleOptions { size, method: SampleMethod::Newest });
            let found = files(&all, &ProfileRule { sample, ..ProfileRule::default() }).unwrap();
            found.iter().map(|file| file.partition[0].1.clone()).collect::<Vec<_>>()
        };
        assert_eq!(chosen(SampleSize::Rows(11)), ["2026-11-11", "2026-11-10"]);
        assert_eq!(chosen(SampleSize::Percentage(75.0)), ["2026-11-11", "2026-11-10", "2026-11-10"]);
        assert_eq!(chosen(SampleSize::Rows(1_000)).len(), 4);
        let numbers = [file("f0", "9"), file("f1", "10")];
        let sample = Some(SampleOptions { size: SampleSize::Rows(1), method: SampleMethod::Newest });
        let found = files(&numbers, &ProfileRule { sample, ..ProfileRule::default() }).unwrap();
        assert_eq!(found[0].partition[0].1, "10");
    }

    #[test]
    fn time_begins_where_partitions_write_it() {
        let now = datetime!(2026-11-29 05:00 UTC);
        assert_eq!(begin(7, "DAY", now), "2026-11-22");
        assert_eq!(begin(6, "HOUR", now), "2026-11-28-23");
    }
}
