//! Profiles that are kept as bytes and merged: the same as one pass over all rows. Exact ones, which are not kept.

use std::ops::Range;

use metahost_profile::{Accuracy, ErrorKind, Name, Options, Table, TableColumn, TableFile};
use parquet::file::properties::WriterProperties;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{all_ids, column, compare, data, iceberg, one_thread, schema, with_default, written};
use crate::made::{Made, batch};
use crate::written::properties;

fn tables_in_parts() -> impl Strategy<Value = (Vec<Made>, Vec<usize>)> {
    (1..80_usize).prop_flat_map(|rows| (vec(iceberg(rows), 1..5), vec(0..=rows, 0..4)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn files_added_merged_and_kept_are_as_one_pass((table, mut cuts) in tables_in_parts(), properties in properties(), top in any::<bool>()) {
        let options = || Options { top: top.then_some(3), patterns: top.then_some(3), ..one_thread() };
        let whole = batch(&table);
        cuts.extend([0, whole.num_rows()]);
        cuts.sort_unstable();
        let parts: Vec<_> = cuts.windows(2).map(|pair| whole.slice(pair[0], pair[1] - pair[0])).collect();
        let files: Vec<_> = parts.iter().map(|part| data(written(part, &properties, &all_ids()), Vec::new())).collect();
        let mut added = Table::new(schema(&table), options()).unwrap();
        let mut kept = Table::new(schema(&table), options()).unwrap();
        let mut merged = Table::new(schema(&table), options()).unwrap();
        for file in &files {
            added.add(file, &()).unwrap();
            let bytes = kept.to_bytes().unwrap();
            kept = Table::from_bytes(&bytes, schema(&table), options()).unwrap().unwrap();
            kept.add(file, &()).unwrap();
            let mut one = Table::new(schema(&table), options()).unwrap();
            one.add(file, &()).unwrap();
            merged.merge(&one).unwrap();
        }
        let profile = added.profile("table").unwrap();
        compare(&profile, &table, &(0..whole.num_rows()).collect::<Vec<_>>());
        // As text, in which a NaN is what it is.
        prop_assert_eq!(format!("{:?}", kept.profile("table").unwrap()), format!("{profile:?}"));
        prop_assert_eq!(format!("{:?}", merged.profile("table").unwrap()), format!("{profile:?}"));
        // Counters of frequent values lie in the order in which they came.
        prop_assert!(top || kept.to_bytes().unwrap() == added.to_bytes().unwrap());
    }

    #[test]
    fn bytes_that_changed_or_were_cut_off_are_an_error_wherever_it_was(made in iceberg(20), bits in 1..=255_u8) {
        let table = [made];
        let mut kept = Table::new(schema(&table), one_thread()).unwrap();
        kept.add(&data(written(&batch(&table), &WriterProperties::default(), &all_ids()), Vec::new()), &()).unwrap();
        let mut bytes = kept.to_bytes().unwrap();
        for place in 0..bytes.len() {
            bytes[place] ^= bits;
            for broken in [&bytes[..], &bytes[..place]] {
                let read = Table::from_bytes(broken, schema(&table), one_thread());
                prop_assert_eq!(read.map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::Format), "byte {}", place);
            }
            bytes[place] ^= bits;
        }
    }
}

/// More different values than are kept.
fn many(rows: Range<i64>) -> Vec<Made> {
    vec![
        Made::Int(rows.clone().map(|n| Some(n * 7919 % 50_021)).collect()),
        Made::Text(rows.clone().map(|n| Some(format!("text {}", n * 31 % 40_009))).collect()),
        Made::Real(rows.clone().map(|n| Some((n * 17 % 30_011) as f64 / 8.0)).collect()),
        Made::Decimal(rows.map(|n| Some(i128::from(n) * 10_i128.pow(20))).collect(), 3),
    ]
}

fn many_columns() -> Vec<TableColumn> {
    let types = ["long", "string", "double", "decimal(38, 3)"];
    (1..).zip(types).map(|(id, name)| column(id, &format!("c{}", id - 1), name)).collect()
}

/// Those at the beginning with a dictionary, others without.
fn file(rows: Range<i64>) -> TableFile {
    let properties = WriterProperties::builder().set_dictionary_enabled(rows.start == 0).build();
    data(written(&batch(&many(rows)), &properties, &all_ids()), Vec::new())
}

#[test]
fn estimates_depend_neither_on_whether_a_table_was_kept_nor_on_threads_and_hold_the_truth() {
    let files = [file(0..60_000), file(60_000..60_005), file(60_005..120_000), file(90_000..150_000)];
    for number in [None, Some(5)] {
        let options = || Options { top: number, patterns: number, ..one_thread() };
        let empty = || Table::new(many_columns(), options()).unwrap();
        let (mut added, mut kept, mut merged) = (empty(), empty(), empty());
        let mut parallel = Table::new(many_columns(), Options { threads: 3.try_into().unwrap(), ..options() }).unwrap();
        for file in &files {
            added.add(file, &()).unwrap();
            parallel.add(file, &()).unwrap();
            kept.add(file, &()).unwrap();
            let bytes = kept.to_bytes().unwrap();
            kept = Table::from_bytes(&bytes, many_columns(), options()).unwrap().unwrap();
            assert_eq!(kept.to_bytes().unwrap(), bytes);
            let mut one = empty();
            one.add(file, &()).unwrap();
            merged.merge(&one).unwrap();
        }
        let profile = added.profile("table").unwrap();
        assert_eq!(kept.profile("table").unwrap(), profile);
        assert_eq!(parallel.profile("table").unwrap(), profile);
        // Which of many values are counted as frequent may differ; everything else is the same.
        for (one, other) in profile.columns.iter().zip(&merged.profile("table").unwrap().columns) {
            assert_eq!((&one.metrics, &one.histogram), (&other.metrics, &other.histogram), "{}", one.name);
        }
        for (column, distinct) in profile.columns.iter().zip([50_021.0, 40_009.0, 30_011.0, 150_000.0]) {
            let Accuracy::Approximate { low, high } = &column.metrics[&Name::DistinctCount].accuracy else {
                panic!("{column:?}")
            };
            assert!((low.number().unwrap()..=high.number().unwrap()).contains(&distinct), "{column:?}");
        }
        let size = kept.to_bytes().unwrap().len();
        assert!(size < 2_000_000, "four columns take {size} bytes");
    }
}

#[test]
fn what_was_kept_of_another_table_or_with_other_options_is_not_taken() {
    let of = |columns: Vec<TableColumn>, options: Options| Table::new(columns, options).unwrap();
    let one = || vec![column(1, "a", "int")];
    let bytes = of(one(), one_thread()).to_bytes().unwrap();
    for other in [
        vec![column(1, "a", "long")],
        vec![column(2, "a", "int")],
        vec![column(1, "b", "int")],
        vec![with_default(column(1, "a", "int"), 1)],
        vec![],
    ] {
        assert!(Table::from_bytes(&bytes, other.clone(), one_thread()).unwrap().is_none());
        let mut table = of(one(), one_thread());
        let error = table.merge(&of(other, one_thread())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
    }
    for (options, is_taken) in [
        (one_thread(), true),
        (Options { threads: 7.try_into().unwrap(), ..one_thread() }, true),
        (Options { top: Some(3), ..one_thread() }, false),
        (Options { patterns: Some(3), ..one_thread() }, false),
        (Options { exact: true, ..one_thread() }, false),
        (Options { columns: vec!["a".to_owned()], ..one_thread() }, false),
    ] {
        let taken = Table::from_bytes(&bytes, one(), options.clone()).unwrap();
        assert_eq!(taken.is_some(), is_taken, "{options:?}");
    }
    assert!(Table::from_bytes(&bytes, vec![column(1, "a", "decimal(x)")], one_thread()).is_err());
}

/// Whoever changes how profiles are kept must raise the version: older ones would be read as something else.
#[test]
fn the_bytes_of_this_version_stay_as_they_are() {
    let mut table = Table::new(many_columns(), Options { top: Some(3), ..one_thread() }).unwrap();
    table.add(&file(0..60_000), &()).unwrap();
    let bytes = table.to_bytes().unwrap();
    assert_eq!((&bytes[..5], crc32fast::hash(&bytes)), (&b"MHTP\x01"[..], KEPT));
}

const KEPT: u32 = 558_161_692;

#[test]
fn exact_tables_are_exact_and_are_not_kept() {
    let options = Options { exact: true, top: Some(3), ..one_thread() };
    let mut table = Table::new(many_columns(), options).unwrap();
    // Some values are there once, some in both files.
    for file in [file(0..40_000), file(40_000..60_000)] {
        table.add(&file, &()).unwrap();
    }
    compare(&table.profile("table").unwrap(), &many(0..60_000), &(0..60_000).collect::<Vec<_>>());
    let error = table.to_bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("exact profiles are not kept"), "{error}");
}

#[test]
fn exact_answers_say_when_they_need_more_memory_than_they_may_take_and_give_it_back() {
    let options = Options { exact: true, exact_memory: 1 << 20, ..one_thread() };
    let mut table = Table::new(many_columns(), options).unwrap();
    table.add(&file(0..3), &()).unwrap();
    let error = table.add(&file(0..60_000), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("1 MiB") && error.to_string().contains("column: c"), "{error}");
    assert_eq!(table.rows(), 3);
    table.add(&file(3..6), &()).unwrap();
    compare(&table.profile("table").unwrap(), &many(0..6), &(0..6).collect::<Vec<_>>());
}
