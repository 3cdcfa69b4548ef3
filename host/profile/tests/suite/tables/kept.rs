//! Profiles that are kept as bytes and merged: the same as one pass over all rows.

use metahost_profile::{ErrorKind, Options, Table, TableColumn};
use proptest::prelude::*;

use super::{all_ids, column, compare, data, iceberg, one_thread, schema, written};
use crate::made::{Made, batch, made};
use crate::written::properties;

fn tables_in_parts() -> impl Strategy<Value = (Vec<Made>, Vec<usize>)> {
    (1..80_usize).prop_flat_map(|rows| (iceberg(rows), proptest::collection::vec(0..=rows, 0..4)))
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
        compare(&profile, &table, whole.num_rows());
        // As text, in which a NaN is what it is.
        prop_assert_eq!(format!("{:?}", kept.profile("table").unwrap()), format!("{profile:?}"));
        prop_assert_eq!(format!("{:?}", merged.profile("table").unwrap()), format!("{profile:?}"));
        // Counters of frequent values lie in the order in which they came.
        prop_assert!(top || kept.to_bytes().unwrap() == added.to_bytes().unwrap());
    }

    #[test]
    fn bytes_that_changed_are_an_error(made in made(20), place in any::<prop::sample::Index>(), bits in 1..=255_u8) {
        prop_assume!(!matches!(made, Made::Unsigned(_) | Made::Widest(..)));
        let table = [made];
        let mut kept = Table::new(schema(&table), one_thread()).unwrap();
        kept.add(&data(written(&batch(&table), &parquet::file::properties::WriterProperties::default(), &all_ids()), Vec::new()), &()).unwrap();
        let mut bytes = kept.to_bytes().unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= bits;
        prop_assert!(Table::from_bytes(&bytes, schema(&table), one_thread()).is_err());
        prop_assert!(Table::from_bytes(&bytes[..place], schema(&table), one_thread()).is_err());
    }
}

/// More different values than are kept: a table that was kept goes on as if it had not been.
fn many(from: i64) -> metahost_profile::TableFile {
    let rows = 60_000;
    let table = [
        Made::Int((from..from + rows).map(|n| Some(n * 7919 % 50_021)).collect()),
        Made::Text((from..from + rows).map(|n| Some(format!("text {}", n * 31 % 40_009))).collect()),
        Made::Real((from..from + rows).map(|n| Some((n * 17 % 30_011) as f64 / 8.0)).collect()),
        Made::Decimal((from..from + rows).map(|n| Some(i128::from(n) * 10_i128.pow(20))).collect(), 3),
    ];
    data(written(&batch(&table), &parquet::file::properties::WriterProperties::default(), &all_ids()), Vec::new())
}

fn many_columns() -> Vec<TableColumn> {
    let types = ["long", "string", "double", "decimal(38, 3)"];
    (1..).zip(types).map(|(id, name)| column(id, &format!("c{}", id - 1), name)).collect()
}

#[test]
fn estimates_do_not_depend_on_whether_a_table_was_kept() {
    let options = || Options { top: Some(5), patterns: Some(5), ..one_thread() };
    let mut added = Table::new(many_columns(), options()).unwrap();
    let mut kept = Table::new(many_columns(), options()).unwrap();
    let mut merged = Table::new(many_columns(), options()).unwrap();
    for file in [many(0), many(60_000), many(90_000)] {
        added.add(&file, &()).unwrap();
        kept.add(&file, &()).unwrap();
        kept = Table::from_bytes(&kept.to_bytes().unwrap(), many_columns(), options()).unwrap().unwrap();
        let mut one = Table::new(many_columns(), options()).unwrap();
        one.add(&file, &()).unwrap();
        merged.merge(&one).unwrap();
    }
    let profile = added.profile("table").unwrap();
    // Which of many values are counted as frequent may differ; everything else is the same.
    for other in [kept.profile("table").unwrap(), merged.profile("table").unwrap()] {
        for (one, other) in profile.columns.iter().zip(&other.columns) {
            assert_eq!((&one.metrics, &one.histogram), (&other.metrics, &other.histogram), "{}", one.name);
        }
    }
    let size = kept.to_bytes().unwrap().len();
    assert!(size < 2_000_000, "four columns take {size} bytes");
}

#[test]
fn what_was_kept_of_another_table_is_not_taken() {
    let of = |columns: Vec<TableColumn>, options: Options| Table::new(columns, options).unwrap();
    let one = || vec![column(1, "a", "int")];
    let bytes = of(one(), one_thread()).to_bytes().unwrap();
    let mut with_default = column(1, "a", "int");
    with_default.initial_default = Some(1.into());
    for other in [
        vec![column(1, "a", "long")],
        vec![column(2, "a", "int")],
        vec![column(1, "b", "int")],
        vec![with_default],
        vec![],
    ] {
        assert!(Table::from_bytes(&bytes, other.clone(), one_thread()).unwrap().is_none());
        let mut table = of(one(), one_thread());
        let error = table.merge(&of(other, one_thread())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
    }
    let top = || Options { top: Some(3), ..one_thread() };
    assert!(Table::from_bytes(&bytes, one(), top()).unwrap().is_none());
    assert!(Table::from_bytes(&bytes, one(), one_thread()).unwrap().is_some());
    assert!(Table::from_bytes(&bytes, vec![column(1, "a", "decimal(x)")], one_thread()).is_err());
}

/// Whoever changes how profiles are kept must raise the version: older ones would be read as something else.
#[test]
fn the_bytes_of_this_version_stay_as_they_are() {
    let mut table = Table::new(many_columns(), Options { top: Some(3), ..one_thread() }).unwrap();
    table.add(&many(0), &()).unwrap();
    let bytes = table.to_bytes().unwrap();
    assert_eq!((&bytes[..5], crc32fast::hash(&bytes)), (&b"MHTP\x01"[..], KEPT));
}

const KEPT: u32 = 558_161_692;

#[test]
fn exact_tables_are_exact_and_are_not_kept() {
    let options = Options { exact: true, ..one_thread() };
    let mut table = Table::new(many_columns(), options).unwrap();
    for file in [many(0), many(60_000)] {
        table.add(&file, &()).unwrap();
    }
    let profile = table.profile("table").unwrap();
    let told = |column: usize, name| profile.columns[column].metrics[&name].clone();
    for (column, distinct) in [(0, "50021"), (1, "40009"), (2, "30011"), (3, "120000")] {
        let found = told(column, metahost_profile::Name::DistinctCount);
        assert_eq!((found.value.to_string().as_str(), found.accuracy), (distinct, metahost_profile::Accuracy::Exact));
        assert_eq!(told(column, metahost_profile::Name::Median).accuracy, metahost_profile::Accuracy::Exact);
    }
    assert_eq!(table.to_bytes().unwrap_err().kind(), ErrorKind::Request);
}

#[test]
fn exact_answers_say_when_they_need_more_memory_than_they_may_take() {
    let options = Options { exact: true, exact_memory: 1 << 20, ..one_thread() };
    let mut table = Table::new(many_columns(), options).unwrap();
    let error = table.add(&many(0), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("1 MiB") && error.to_string().contains("column: c"), "{error}");
    assert_eq!(table.rows(), 0);
}
