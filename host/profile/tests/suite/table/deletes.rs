//! Rows that are deleted: by position, by a bitmap, by equality.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, Float64Array, Int32Array};
use metahost_profile::{Deletes, ErrorKind, TableColumn};

use super::{column, data, longs, named, positions, profile, summary, table, texts, vector, written};

fn columns() -> Vec<TableColumn> {
    vec![column(1, "id", "long"), column(2, "name", "string")]
}

/// Ten rows in three row groups: 0 to 9, the texts of which are null or one of two.
fn ten() -> bytes::Bytes {
    let names = (0..10).map(|n| [Some("a"), Some("b"), None][n % 3]);
    written(vec![(1, "id", longs((0..10).map(Some))), (2, "name", texts(names))])
}

fn equality(columns: Vec<(i32, &str, ArrayRef)>) -> Deletes {
    let field_ids = columns.iter().map(|(id, ..)| *id).collect();
    Deletes::Equality { ranges: named("equality.parquet", written(columns)), field_ids }
}

#[track_caller]
fn expect(deletes: Vec<Deletes>, rows: u64, id: [&str; 5], name: [&str; 2]) {
    let profile = profile(&columns(), &[data(ten(), deletes)]);
    assert_eq!(profile.row_count, rows);
    assert_eq!(summary(&profile, "id"), id);
    assert_eq!(summary(&profile, "name")[..2], name);
}

#[test]
fn positions_of_this_file_are_left_out() {
    let other = "s3://lake/other.parquet";
    let here = "s3://lake/data.parquet";
    let rows = [(here, 0), (here, 4), (here, 5), (here, 9), (other, 1), (other, 100)];
    let deletes = vec![Deletes::Positions(named("positions.parquet", positions(&rows)))];
    expect(deletes, 6, ["6", "0", "1", "8", "27"], ["4", "2"]);
    let none = vec![Deletes::Positions(named("positions.parquet", positions(&[(other, 1)])))];
    expect(none, 10, ["10", "0", "0", "9", "45"], ["7", "3"]);
}

#[test]
fn positions_of_a_vector_are_left_out() {
    expect(vec![vector(&[0, 1, 2, 3, 9])], 5, ["5", "0", "4", "8", "30"], ["3", "2"]);
    expect(vec![vector(&(0..10).collect::<Vec<_>>())], 0, ["0", "0", "-", "-", "-"], ["0", "0"]);
    expect(vec![vector(&[])], 10, ["10", "0", "0", "9", "45"], ["7", "3"]);
}

#[test]
fn rows_like_others_are_left_out_also_where_they_are_null() {
    let nulls = equality(vec![(2, "name", texts([None]))]);
    expect(vec![nulls], 7, ["7", "0", "0", "9", "30"], ["7", "0"]);
    // Both columns must be the same; the id is narrower here than in the table.
    let ids: ArrayRef = Arc::new(Int32Array::from(vec![0, 1, 2]));
    let both = equality(vec![(1, "id", ids), (2, "name", texts([Some("a"), Some("a"), None]))]);
    expect(vec![both], 8, ["8", "0", "1", "9", "43"], ["6", "2"]);
}

#[test]
fn deletes_of_all_kinds_go_together() {
    let here = Deletes::Positions(named("positions.parquet", positions(&[("s3://lake/data.parquet", 1)])));
    let some = equality(vec![(2, "name", texts([Some("a")]))]);
    expect(vec![here, vector(&[1, 2]), some], 4, ["4", "0", "4", "8", "24"], ["2", "2"]);
}

#[test]
fn a_column_that_the_file_does_not_have_is_null_or_its_default() {
    let mut columns = columns();
    columns.push(column(3, "added", "int"));
    let rows = |columns: &[TableColumn], value: Option<i32>| {
        let added: ArrayRef = Arc::new(Int32Array::from(vec![value]));
        profile(columns, &[data(ten(), vec![equality(vec![(3, "added", added)])])]).row_count
    };
    assert_eq!((rows(&columns, None), rows(&columns, Some(5))), (0, 10));
    columns[2].initial_default = Some(5.into());
    assert_eq!((rows(&columns, None), rows(&columns, Some(5))), (10, 0));
}

#[test]
fn a_column_that_the_table_has_no_more_is_compared_all_the_same() {
    let bytes =
        written(vec![(1, "id", longs((0..4).map(Some))), (9, "gone", texts([Some("x"), None, Some("y"), None]))]);
    let gone = equality(vec![(9, "gone", texts([Some("x"), Some("z")]))]);
    let profile = profile(&columns(), &[data(bytes, vec![gone])]);
    assert_eq!(summary(&profile, "id"), ["3", "0", "1", "3", "6"]);
}

#[test]
fn floats_are_compared_as_the_table_has_them() {
    let numbers: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 0.5, f32::NAN, -0.0, 0.0]));
    let deleted: ArrayRef = Arc::new(Float64Array::from(vec![f64::from(0.1_f32), f64::NAN, 0.0]));
    let columns = [column(1, "x", "double")];
    let bytes = written(vec![(1, "x", numbers)]);
    let profile = profile(&columns, &[data(bytes, vec![equality(vec![(1, "x", deleted)])])]);
    assert_eq!(summary(&profile, "x"), ["2", "0", "0", "0.5", "0.5"]);
}

#[test]
fn deletes_that_do_not_fit_are_told_with_both_files() {
    let gone = Deletes::Positions(named("positions.parquet", positions(&[("s3://lake/data.parquet", 10)])));
    let type_ = equality(vec![(1, "id", texts([Some("1")]))]);
    let Deletes::Equality { ranges, .. } = equality(vec![(1, "id", longs([Some(1)]))]) else { unreachable!() };
    let missing = Deletes::Equality { ranges: Arc::clone(&ranges), field_ids: vec![7] };
    let nothing = Deletes::Equality { ranges, field_ids: vec![] };
    let wrong = Deletes::Positions(named("wrong.parquet", ten()));
    let cut = Deletes::Vector { ranges: named("deletes.puffin", b"PFA1".to_vec()), offset: 4, length: 40 };
    for (deletes, expected) in [
        (gone, "row 10"),
        (type_, "delete file: equality.parquet"),
        (missing, "no column of id 7"),
        (nothing, "must compare a column"),
        (wrong, "no column file_path of position deletes; delete file: wrong.parquet"),
        (cut, "delete file: deletes.puffin"),
    ] {
        let mut table = table(&columns());
        let error = table.add(&data(ten(), vec![deletes]), &()).unwrap_err();
        let told = error.to_string();
        assert!(told.contains(expected) && told.contains("file: s3://lake/data.parquet"), "{told}");
        assert!(matches!(error.kind(), ErrorKind::Format | ErrorKind::Request), "{told}");
        assert_eq!(table.rows(), 0);
    }
}
