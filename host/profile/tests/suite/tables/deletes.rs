//! Deletes of every kind, by themselves and together: what is left is what a naive reader finds in the rows that are left.

use std::sync::Arc;

use arrow_array::BooleanArray;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_select::filter::filter_record_batch;
use bytes::Bytes;
use metahost_profile::{Deletes, Table, TableFile};
use parquet::file::properties::WriterProperties;
use proptest::collection::vec;
use proptest::prelude::*;
use roaring::RoaringTreemap;

use super::{
    LOCATION, all_ids, column, compare, data, iceberg, kept, leaves, one_thread, profiled, puffin, ranges, schema,
    told, written,
};
use crate::made::{Made, batch};
use crate::written::properties;

/// Position deletes among those of other files.
fn positions(deleted: &[u64], others: usize, properties: &WriterProperties, has_ids: bool) -> Deletes {
    let other = |n: usize| (format!("s3://bucket/table/{n}.parquet"), i64::try_from(n).unwrap());
    let mut rows: Vec<(String, i64)> = (0..others).map(other).collect();
    rows.extend(deleted.iter().map(|row| (LOCATION.to_owned(), i64::try_from(*row).unwrap())));
    rows.extend((0..others).map(|n| (format!("{LOCATION}-{n}"), 1)));
    rows.sort();
    let columns: [(&str, ArrayRef); 2] = [
        ("file_path", Arc::new(rows.iter().map(|(path, _)| Some(path)).collect::<StringArray>())),
        ("pos", Arc::new(rows.iter().map(|(_, position)| Some(*position)).collect::<Int64Array>())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let ids: &[i32] = if has_ids { &[2_147_483_546, 2_147_483_545] } else { &[] };
    Deletes::Positions(ranges("positions.parquet", written(&batch, properties, ids)))
}

fn vector(deleted: &[u64]) -> Deletes {
    let (file, offset, length) = puffin(&deleted.iter().copied().collect());
    Deletes::Vector { ranges: ranges("vector.puffin", file), offset, length }
}

fn places(is_deleted: &[bool]) -> Vec<u64> {
    (0..).zip(is_deleted).filter(|(_, is_deleted)| **is_deleted).map(|(row, _)| row).collect()
}

prop_compose! {
    /// A table with three answers a row, and how its file is written.
    fn tables()(rows in 1..80_usize)(
        table in iceberg(rows), deleted in vec((prop::bool::weighted(0.3), prop::bool::weighted(0.1), prop::bool::weighted(0.1)), rows)
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
        let by = |pick: fn(&(bool, bool, bool)) -> bool| places(&deleted.iter().map(pick).collect::<Vec<_>>());
        let deletes = vec![
            positions(&by(|row| row.0), others, &properties, has_ids),
            vector(&by(|row| row.1)),
            positions(&by(|row| row.2), others, &properties, has_ids),
        ];
        let ids = if has_ids { all_ids() } else { Vec::new() };
        let file = data(written(&batch(&table), &properties, &ids), deletes);
        let mut found = Table::new(schema(&table), metahost_profile::Options { threads: threads.try_into().unwrap(), ..one_thread() }).unwrap();
        found.add(&file, &()).unwrap();
        let keep: Vec<bool> = deleted.iter().map(|row| !(row.0 || row.1 || row.2)).collect();
        let rest: Vec<Made> = table.iter().map(|made| kept(made, &keep)).collect();
        compare(&found.profile("table").unwrap(), &rest, keep.iter().filter(|keep| **keep).count());
    }

    #[test]
    fn rows_that_are_like_a_deleted_one_are_not_there(
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
        let like = written(&filter_record_batch(&batch, &picks).unwrap(), &properties, &file_ids);
        let field_ids = compared.iter().map(|leaf| i32::try_from(leaf + 1).unwrap()).collect();
        let deletes = vec![Deletes::Equality { ranges: ranges("like.parquet", like), field_ids }];
        let profile = profiled(schema(&table), &[data(written(&batch, &properties, &file_ids), deletes)]);
        // Null is like null, NaN like NaN, and zero is not like negative zero: as these are written.
        let key = |row: usize| compared.iter().map(|leaf| format!("{:?}", leaves[*leaf].cells[row])).collect::<Vec<_>>();
        let gone: Vec<_> = (0..picked.len()).filter(|row| picked[*row].1).map(key).collect();
        let keep: Vec<bool> = (0..picked.len()).map(|row| !gone.contains(&key(row))).collect();
        let rest: Vec<Made> = table.iter().map(|made| kept(made, &keep)).collect();
        compare(&profile, &rest, keep.iter().filter(|keep| **keep).count());
    }
}

fn longs(values: impl IntoIterator<Item = i64>) -> Bytes {
    let array: ArrayRef = Arc::new(values.into_iter().map(Some).collect::<Int64Array>());
    written(&RecordBatch::try_from_iter([("k", array)]).unwrap(), &WriterProperties::default(), &[1])
}

#[test]
fn deletes_of_a_great_file_are_found_in_their_row_groups() {
    let rows = 300_000_i64;
    let gone: RoaringTreemap = (0..rows.cast_unsigned()).filter(|row| row % 7 == 3).collect();
    let (puffin, offset, length) = puffin(&gone);
    let deletes = vec![Deletes::Vector { ranges: ranges("vector.puffin", puffin), offset, length }];
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(70_000)).build();
    let array: ArrayRef = Arc::new((0..rows).map(Some).collect::<Int64Array>());
    let bytes = written(&RecordBatch::try_from_iter([("k", array)]).unwrap(), &properties, &[1]);
    let profile = profiled(vec![column(1, "k", "long")], &[data(bytes, deletes)]);
    let left: Vec<i64> = (0..rows).filter(|row| row % 7 != 3).collect();
    assert_eq!(profile.row_count, left.len() as u64);
    assert_eq!(told(&profile, "k", metahost_profile::Name::Sum), left.iter().sum::<i64>().to_string());
}

#[test]
fn equality_deletes_know_columns_that_were_dropped_and_types_that_grew() {
    use metahost_profile::Name;
    // The delete file has 32 bits where data and table have 64, and a column that the table has no more.
    let narrow: [(&str, ArrayRef); 2] = [
        ("k", Arc::new(arrow_array::Int32Array::from(vec![1, 2]))),
        ("gone", Arc::new(StringArray::from(vec![Some("x"), None]))),
    ];
    let like = written(
        &RecordBatch::try_from_iter_with_nullable(narrow.map(|(name, array)| (name, array, true))).unwrap(),
        &WriterProperties::default(),
        &[1, 9],
    );
    let wide: [(&str, ArrayRef); 2] = [
        ("k", Arc::new(Int64Array::from(vec![1, 1, 2, 2]))),
        ("gone", Arc::new(StringArray::from(vec![Some("x"), Some("y"), Some("x"), None]))),
    ];
    let bytes = written(
        &RecordBatch::try_from_iter_with_nullable(wide.map(|(name, array)| (name, array, true))).unwrap(),
        &WriterProperties::default(),
        &[1, 9],
    );
    let deletes =
        |ids: Vec<i32>| vec![Deletes::Equality { ranges: ranges("like.parquet", like.clone()), field_ids: ids }];
    let profile = profiled(vec![column(1, "k", "long")], &[data(bytes.clone(), deletes(vec![1, 9]))]);
    assert_eq!((profile.row_count, told(&profile, "k", Name::Sum)), (2, "3".to_owned()));
    let profile = profiled(vec![column(1, "k", "long")], &[data(bytes, deletes(vec![9]))]);
    assert_eq!((profile.row_count, told(&profile, "k", Name::Sum)), (1, "1".to_owned()));
    // A file without the column has its default in each row.
    let mut with_default = column(9, "gone", "string");
    with_default.initial_default = Some("x".into());
    let columns = vec![column(1, "k", "long"), with_default];
    let profile = profiled(columns, &[data(longs([1, 2, 3]), deletes(vec![1, 9]))]);
    assert_eq!((profile.row_count, told(&profile, "gone", Name::ValuesCount)), (2, "2".to_owned()));
}

#[test]
fn deletes_that_were_meant_for_another_file_are_told() {
    let mut table = Table::new(vec![column(1, "k", "long")], one_thread()).unwrap();
    let file = |deletes: Vec<Deletes>| -> TableFile { data(longs([1, 2, 3]), deletes) };
    let told = table.add(&file(vec![vector(&[3])]), &()).unwrap_err().to_string();
    assert!(told.contains("row 3") && told.contains("3 rows") && told.contains(LOCATION), "{told}");
    let none = Deletes::Equality { ranges: ranges("like.parquet", longs([1])), field_ids: Vec::new() };
    let told = table.add(&file(vec![none]), &()).unwrap_err().to_string();
    assert!(told.contains("delete file: like.parquet"), "{told}");
    let missing = Deletes::Equality { ranges: ranges("like.parquet", longs([1])), field_ids: vec![7] };
    let told = table.add(&file(vec![missing]), &()).unwrap_err().to_string();
    assert!(told.contains("id 7") && told.contains("delete file: like.parquet"), "{told}");
    let wrong = Deletes::Positions(ranges("positions.parquet", longs([1])));
    let told = table.add(&file(vec![wrong]), &()).unwrap_err().to_string();
    assert!(told.contains("file_path") && told.contains("delete file: positions.parquet"), "{told}");
    assert_eq!(table.rows(), 0);
    table.add(&file(vec![vector(&[0])]), &()).unwrap();
    assert_eq!(table.rows(), 2);
}
