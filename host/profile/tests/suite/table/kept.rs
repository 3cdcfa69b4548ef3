//! Profiles that are kept as bytes, and exact ones.

use metahost_profile::{Accuracy, ErrorKind, Name, Options, Profile, Table, TableColumn, TableFile};
use serde_json::json;

use super::{column, data, longs, table, texts, written};
use crate::written::file;
use arrow_array::RecordBatch;
use parquet::file::properties::WriterProperties;

fn columns() -> Vec<TableColumn> {
    vec![column(1, "id", "long"), column(2, "name", "string")]
}

fn small(from: i64) -> TableFile {
    data(
        written(vec![(1, "id", longs((from..from + 3).map(Some))), (2, "name", texts([None, Some("a"), Some("b")]))]),
        vec![],
    )
}

/// Many different values, more than are kept.
fn great(from: i64, rows: i64) -> TableFile {
    let names: Vec<String> = (from..from + rows).map(|n| format!("name {}", n % 50_000)).collect();
    let batch = RecordBatch::try_from_iter([
        ("id", longs((from..from + rows).map(|n| Some(n * 7919 % 1_000_003)))),
        ("name", texts(names.iter().map(|name| Some(name.as_str())))),
    ]);
    data(file(&batch.unwrap(), &WriterProperties::builder().set_dictionary_enabled(from % 2 == 0).build()), vec![])
}

fn of(files: &[TableFile], options: &Options, is_kept: bool) -> Profile {
    let mut table = Table::new(columns(), options.clone()).unwrap();
    for file in files {
        table.add(file, &()).unwrap();
        if is_kept {
            let bytes = table.to_bytes().unwrap();
            table = Table::from_bytes(&bytes, columns(), options.clone()).unwrap().unwrap();
            assert_eq!(table.to_bytes().unwrap(), bytes);
        }
    }
    table.profile("table").unwrap()
}

#[test]
fn what_was_kept_goes_on_as_if_it_had_not_been_also_where_values_are_estimated() {
    let files = [great(0, 40_000), small(5), great(40_001, 60_000), great(100_002, 30_000)];
    for options in [Options::default(), Options { top: Some(5), patterns: Some(5), ..Options::default() }] {
        let profile = of(&files, &options, false);
        assert_eq!(of(&files, &options, true), profile);
        let one = Options { threads: 1.try_into().unwrap(), ..options };
        assert_eq!(of(&files, &one, false), profile);
        let distinct = &profile.columns[0].metrics[&Name::DistinctCount];
        let Accuracy::Approximate { low, high } = &distinct.accuracy else { panic!("{distinct:?}") };
        assert!((low.number().unwrap()..=high.number().unwrap()).contains(&130_002.0), "{distinct:?}");
    }
}

#[test]
fn kept_profiles_are_small() {
    let mut table = table(&columns());
    table.add(&great(0, 200_000), &()).unwrap();
    let bytes = table.to_bytes().unwrap().len();
    assert!(bytes < 1_000_000, "{bytes}");
}

#[test]
fn profiles_of_other_columns_or_options_are_not_gone_on_with() {
    let mut whole = table(&columns());
    whole.add(&small(0), &()).unwrap();
    let bytes = whole.to_bytes().unwrap();
    let is_taken = |columns: Vec<TableColumn>, options: Options| {
        let found = Table::from_bytes(&bytes, columns, options).unwrap();
        found.map(|table| table.rows())
    };
    assert_eq!(is_taken(columns(), Options { threads: 7.try_into().unwrap(), ..Options::default() }), Some(3));
    for change in [
        |column: &mut TableColumn| column.type_name = "double".to_owned(),
        |column: &mut TableColumn| column.path = vec!["other".to_owned()],
        |column: &mut TableColumn| column.id = Some(7),
        |column: &mut TableColumn| column.initial_default = Some(json!(1)),
    ] {
        let mut columns = columns();
        change(&mut columns[0]);
        assert_eq!(is_taken(columns.clone(), Options::default()), None);
        assert_eq!(whole.merge(&table(&columns)).unwrap_err().kind(), ErrorKind::Request);
    }
    for options in [
        Options { top: Some(1), ..Options::default() },
        Options { patterns: Some(1), ..Options::default() },
        Options { exact: true, ..Options::default() },
        Options { columns: vec!["id".to_owned()], ..Options::default() },
    ] {
        assert_eq!(is_taken(columns(), options), None);
    }
}

#[test]
fn bytes_that_are_broken_are_an_error() {
    let mut table = table(&columns());
    table.add(&small(0), &()).unwrap();
    let bytes = table.to_bytes().unwrap();
    let read = |bytes: &[u8]| Table::from_bytes(bytes, columns(), Options::default()).map(|table| table.is_some());
    for place in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[place] ^= 0x11;
        for broken in [&broken[..], &bytes[..place]] {
            assert_eq!(read(broken).map_err(|error| error.kind()), Err(ErrorKind::Format), "byte {place}");
        }
    }
}

#[test]
fn exact_answers_are_exact_or_an_error() {
    let files = [great(0, 40_000), great(40_001, 60_000), great(100_002, 30_000)];
    let exact = Options { exact: true, top: Some(2), ..Options::default() };
    let profile = of(&files, &exact, false);
    let numbers: Vec<i64> = [0..40_000, 40_001..100_001, 100_002..130_002_i64]
        .into_iter()
        .flatten()
        .map(|n| n * 7919 % 1_000_003)
        .collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let value = |column: usize, name| {
        let metric = &profile.columns[column].metrics[&name];
        assert_eq!(metric.accuracy, Accuracy::Exact, "{name:?}");
        metric.value.number().unwrap()
    };
    assert_eq!(value(0, Name::DistinctCount), 130_000.0);
    assert_eq!(value(0, Name::UniqueCount), 130_000.0);
    assert_eq!(value(0, Name::Median), (sorted[64_999] + sorted[65_000]) as f64 / 2.0);
    assert_eq!(value(1, Name::DistinctCount), 50_000.0);
    // Of those whose name is "name 40000", the first lies between two files.
    assert_eq!(value(1, Name::UniqueCount), 1.0);

    let little = Options { exact_memory: 2 << 20, ..exact.clone() };
    let mut bounded = Table::new(columns(), little).unwrap();
    bounded.add(&small(0), &()).unwrap();
    let error = bounded.add(&files[0], &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("more than the 2 MiB"), "{error}");
    // What did not fit was given back.
    assert_eq!(bounded.rows(), 3);
    bounded.add(&small(10), &()).unwrap();
    assert_eq!(bounded.profile("table").unwrap().row_count, 6);
    let kept = Table::new(columns(), exact).unwrap().to_bytes().unwrap_err();
    assert!(kept.to_string().contains("exact profiles are not kept"), "{kept}");
}
