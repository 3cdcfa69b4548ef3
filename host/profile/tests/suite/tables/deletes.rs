//! Deletes of every kind, by themselves and together: what is left is what a naive reader finds in the rows that are left.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float32Array, Float64Array};
use arrow_select::filter::filter_record_batch;
use bytes::Bytes;
use metahost_profile::{Deletes, ErrorKind, Name, Options, Profile, Table, TableColumn};
use parquet::file::properties::WriterProperties;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{
    LOCATION, POSITION_IDS, all_ids, by_position, by_vector, column, compare, data, iceberg, ints, leaves, longs,
    one_thread, plain, positions, profiled, rows, schema, summary, texts, told, with_default, written,
};
use crate::made::{Made, batch};
use crate::written::{named, properties};

/// Position deletes among those of other files.
fn among_others(deleted: &[u64], others: u64, properties: &WriterProperties, has_ids: bool) -> Deletes {
    let before: Vec<String> = (0..others).map(|n| format!("s3://bucket/table/{n}.parquet")).collect();
    let behind: Vec<String> = (0..others).map(|n| format!("{LOCATION}-{n}")).collect();
    let mut rows: Vec<(&str, u64)> = before.iter().map(String::as_str).zip(0..).collect();
    rows.extend(deleted.iter().map(|place| (LOCATION, *place)));
    rows.extend(behind.iter().map(|path| (path.as_str(), 1)));
    rows.sort_unstable();
    let ids: &[i32] = if has_ids { &POSITION_IDS } else { &[] };
    Deletes::Positions(named("positions.parquet", written(&positions(rows), properties, ids)))
}

/// Whatever is like a row of this file in these columns.
fn like(file: Bytes, field_ids: Vec<i32>) -> Deletes {
    Deletes::Equality { ranges: named("like.parquet", file), field_ids }
}

fn places(is_deleted: impl Iterator<Item = bool>) -> Vec<u64> {
    (0..).zip(is_deleted).filter(|(_, is_deleted)| *is_deleted).map(|(row, _)| row).collect()
}

prop_compose! {
    /// A table with three answers a row, and how its file is written.
    fn tables()(rows in 1..80_usize)(
        table in vec(iceberg(rows), 1..5), deleted in vec((prop::bool::weighted(0.3), prop::bool::weighted(0.1), prop::bool::weighted(0.1)), rows)
    ) -> (Vec<Made>, Vec<(bool, bool, bool)>) {
        (table, deleted)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn rows_that_are_deleted_by_position_are_not_there(
        (table, deleted) in tables(), properties in properties(), has_ids in any::<bool>(), others in 0..5_usize, threads in 1..3_usize
    ) {
        let by = |pick: fn(&(bool, bool, bool)) -> bool| places(deleted.iter().map(pick));
        let deletes = vec![
            among_others(&by(|row| row.0), others as u64, &properties, has_ids),
            by_vector(&by(|row| row.1)),
            among_others(&by(|row| row.2), others as u64, &properties, has_ids),
        ];
        let ids = if has_ids { all_ids() } else { Vec::new() };
        let file = data(written(&batch(&table), &properties, &ids), deletes);
        let mut found = Table::new(schema(&table), Options { threads: threads.try_into().unwrap(), ..one_thread() }).unwrap();
        found.add(&file, &()).unwrap();
        let is_left = |row: &usize| !(deleted[*row].0 || deleted[*row].1 || deleted[*row].2);
        compare(&found.profile("table").unwrap(), &table, &(0..deleted.len()).filter(is_left).collect::<Vec<_>>());
    }

    #[test]
    fn rows_that_are_like_a_deleted_one_are_not_there_nor_are_those_deleted_by_position(
        (table, picked) in tables(), properties in properties(), has_ids in any::<bool>()
    ) {
        let leaves = leaves(&table);
        // What lies in lists can't be compared; two columns at most are.
        let ids: Vec<usize> = (0..table.len()).filter(|place| !matches!(table[*place], Made::List(_) | Made::Items(_))).take(2).collect();
        prop_assume!(!ids.is_empty());
        let leaf_of = |place: usize| leaves.iter().position(|leaf| leaf.name == format!("c{place}") || leaf.name.starts_with(&format!("c{place}."))).unwrap();
        let compared: Vec<usize> = ids.iter().map(|place| leaf_of(*place)).collect();
        let batch = batch(&table);
        let picks = BooleanArray::from(picked.iter().map(|row| row.1).collect::<Vec<_>>());
        let file_ids = if has_ids { all_ids() } else { Vec::new() };
        let picked_rows = written(&filter_record_batch(&batch, &picks).unwrap(), &properties, &file_ids);
        let field_ids = compared.iter().map(|leaf| i32::try_from(leaf + 1).unwrap()).collect();
        let gone = places(picked.iter().map(|row| row.2));
        let deletes = vec![like(picked_rows, field_ids), by_position(&gone), by_vector(&gone)];
        let profile = profiled(schema(&table), &[data(written(&batch, &properties, &file_ids), deletes)]);
        // Null is like null, NaN like NaN, and zero is not like negative zero: as these are written.
        let key = |row: usize| compared.iter().map(|leaf| format!("{:?}", leaves[*leaf].cells[row])).collect::<Vec<_>>();
        let gone: Vec<_> = (0..picked.len()).filter(|row| picked[*row].1).map(key).collect();
        let left: Vec<usize> = (0..picked.len()).filter(|row| !picked[*row].2 && !gone.contains(&key(*row))).collect();
        compare(&profile, &table, &left);
    }
}

#[test]
fn all_rows_may_be_deleted_or_none() {
    let table = [
        Made::Int((0..10).map(Some).collect()),
        Made::Text((0..10).map(|n| (n % 3 > 0).then(|| format!("t{n}"))).collect()),
    ];
    let bytes = written(&batch(&table), &WriterProperties::default(), &all_ids());
    let all: Vec<u64> = (0..10).collect();
    for deletes in [by_position(&all), by_vector(&all), like(bytes.clone(), vec![1])] {
        compare(&profiled(schema(&table), &[data(bytes.clone(), vec![deletes])]), &table, &[]);
    }
    let nothing = plain([("c0", longs(Vec::<i64>::new()))], &[1]);
    for deletes in [by_position(&[]), by_vector(&[]), like(nothing, vec![1])] {
        let profile = profiled(schema(&table), &[data(bytes.clone(), vec![deletes])]);
        compare(&profile, &table, &(0..10).collect::<Vec<_>>());
    }
}

#[test]
fn deletes_of_a_great_file_are_found_in_their_row_groups() {
    let all = 0..300_000_i64;
    let deletes = by_vector(&places(all.clone().map(|row| row % 7 == 3)));
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(70_000)).build();
    let bytes = written(&rows([("k", longs(all.clone().collect::<Vec<_>>()))]), &properties, &[1]);
    let profile = profiled(vec![column(1, "k", "long")], &[data(bytes, vec![deletes])]);
    let left: Vec<i64> = all.filter(|row| row % 7 != 3).collect();
    assert_eq!(profile.row_count, left.len() as u64);
    assert_eq!(told(&profile, "k", Name::Sum), left.iter().sum::<i64>().to_string());
}

#[test]
fn equality_deletes_know_columns_that_were_dropped_and_types_that_grew() {
    // The delete file has 32 bits where data and table have 64, and a column that the table has no more.
    let narrow = plain([("k", ints(vec![1, 2])), ("gone", texts(vec![Some("x"), None]))], &[1, 9]);
    let bytes =
        plain([("k", longs(vec![1, 1, 2, 2])), ("gone", texts(vec![Some("x"), Some("y"), Some("x"), None]))], &[1, 9]);
    let deletes = |ids: Vec<i32>| vec![like(narrow.clone(), ids)];
    let sum = |profile: &Profile| (profile.row_count, told(profile, "k", Name::Sum));
    let profile = profiled(vec![column(1, "k", "long")], &[data(bytes.clone(), deletes(vec![1, 9]))]);
    assert_eq!(sum(&profile), (2, "3".to_owned()));
    let profile = profiled(vec![column(1, "k", "long")], &[data(bytes, deletes(vec![9]))]);
    assert_eq!(sum(&profile), (1, "1".to_owned()));
    // A file without the column has null in each row, or its default.
    let of = |gone: TableColumn| {
        let without = plain([("k", longs(vec![1, 2, 3]))], &[1]);
        profiled(vec![column(1, "k", "long"), gone], &[data(without, deletes(vec![1, 9]))])
    };
    let profile = of(column(9, "gone", "string"));
    assert_eq!((sum(&profile), told(&profile, "gone", Name::NullCount)), ((2, "4".to_owned()), "2".to_owned()));
    let profile = of(with_default(column(9, "gone", "string"), "x"));
    assert_eq!((sum(&profile), told(&profile, "gone", Name::ValuesCount)), ((2, "5".to_owned()), "2".to_owned()));
}

#[test]
fn floats_are_compared_as_the_table_has_them() {
    let numbers: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 0.5, f32::NAN, -0.0, 0.0]));
    let deleted: ArrayRef = Arc::new(Float64Array::from(vec![f64::from(0.1_f32), f64::NAN, 0.0]));
    let file = data(plain([("x", numbers)], &[1]), vec![like(plain([("x", deleted)], &[1]), vec![1])]);
    assert_eq!(summary(&profiled(vec![column(1, "x", "double")], &[file]), "x"), ["2", "0", "0", "0.5", "0.5"]);
}

#[test]
fn deletes_that_were_meant_for_another_file_are_told() {
    let mut table = Table::new(vec![column(1, "k", "long")], one_thread()).unwrap();
    let three = || plain([("k", longs(vec![1, 2, 3]))], &[1]);
    for (deletes, expected) in [
        (by_vector(&[3]), "row 3, counted from 0; it has 3 rows"),
        (by_position(&[7]), "row 7, counted from 0; it has 3 rows"),
        (like(three(), vec![]), "must compare a column; delete file: like.parquet"),
        (like(three(), vec![7]), "id 7, by which rows are deleted; delete file: like.parquet"),
        (
            like(plain([("k", texts(vec!["1"]))], &[1]), vec![1]),
            "another type than the table's; delete file: like.parquet",
        ),
        (
            Deletes::Positions(named("positions.parquet", three())),
            "file_path of position deletes; delete file: positions.parquet",
        ),
    ] {
        let error = table.add(&data(three(), vec![deletes]), &()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Format | ErrorKind::Request), "{error}");
        let told = error.to_string();
        assert!(told.contains(expected) && told.contains(&format!("file: {LOCATION}")), "{told}");
        assert_eq!(table.rows(), 0);
    }
    table.add(&data(three(), vec![by_vector(&[0])]), &()).unwrap();
    assert_eq!(table.rows(), 2);
}
