//! Schemas that changed since a file was written: columns are found by their ids, read as what they are now.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Float32Array, Int32Array, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, types::Int64Type,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema};
use metahost_profile::{ErrorKind, Name, TableColumn};
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::{column, data, field, longs, profile, summary, table, texts, told, vector, written};
use crate::written::file;

fn with_default(column: TableColumn, default: serde_json::Value) -> TableColumn {
    TableColumn { initial_default: Some(default), ..column }
}

fn ints(values: &[i32]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

#[test]
fn columns_are_renamed_moved_dropped_added_and_promoted() {
    let old = written(vec![
        (1, "a", ints(&[1, 2])),
        (2, "gone", texts([Some("x"), Some("y")])),
        (3, "f", Arc::new(Float32Array::from(vec![0.5, 1.5]))),
        (4, "d", Arc::new(Decimal128Array::from(vec![150, 250]).with_precision_and_scale(9, 2).unwrap())),
        (5, "day", Arc::new(Date32Array::from(vec![0, 1]))),
    ]);
    // Another column has the name that the first had before, and the dropped one's name is that of a new column.
    let new = written(vec![
        (4, "d", Arc::new(Decimal128Array::from(vec![350]).with_precision_and_scale(20, 2).unwrap())),
        (1, "number", longs([Some(1 << 40)])),
        (6, "a", texts([Some("new")])),
        (7, "gone", longs([Some(7)])),
        (5, "day", Arc::new(TimestampMicrosecondArray::from(vec![2]))),
    ]);
    let columns = [
        column(6, "a", "string"),
        column(1, "number", "long"),
        column(3, "f", "double"),
        column(4, "d", "decimal(20, 2)"),
        with_default(column(7, "gone", "long"), json!(40)),
        column(5, "day", "timestamp"),
        column(8, "nowhere", "int"),
    ];
    let profile = profile(&columns, &[data(old, vec![vector(&[0])]), data(new, vec![])]);
    assert_eq!((profile.row_count, profile.column_count), (2, 7));
    assert_eq!(summary(&profile, "number"), ["2", "0", "2", "1099511627776", "1099511627778"]);
    assert_eq!(summary(&profile, "f"), ["1", "1", "1.5", "1.5", "1.5"]);
    assert_eq!(summary(&profile, "d"), ["2", "0", "2.50", "3.50", "6.00"]);
    assert_eq!(summary(&profile, "gone"), ["2", "0", "7", "40", "47"]);
    assert_eq!(summary(&profile, "a")[..2], ["1", "1"]);
    assert_eq!(summary(&profile, "day")[2..4], ["1970-01-01T00:00:00.000002", "1970-01-02T00:00:00"]);
    assert_eq!(summary(&profile, "nowhere"), ["0", "2", "-", "-", "-"]);
}

#[test]
fn decimals_are_read_however_short_they_were_written() {
    let narrow =
        written(vec![(1, "d", Arc::new(Decimal128Array::from(vec![-5]).with_precision_and_scale(4, 1).unwrap()))]);
    let wide =
        written(vec![(1, "d", Arc::new(Decimal128Array::from(vec![70]).with_precision_and_scale(30, 1).unwrap()))]);
    for type_name in ["decimal(18, 1)", "decimal(38, 1)"] {
        let files = [data(narrow.clone(), vec![]), data(wide.clone(), vec![])];
        assert_eq!(summary(&profile(&[column(1, "d", type_name)], &files), "d"), ["2", "0", "-0.5", "7.0", "6.5"]);
    }
}

#[test]
fn units_of_time_are_those_of_the_table() {
    let old = written(vec![(1, "t", Arc::new(TimestampMillisecondArray::from(vec![-1, 1])))]);
    let profile = profile(&[column(1, "t", "timestamp")], &[data(old, vec![])]);
    assert_eq!(summary(&profile, "t")[2..4], ["1969-12-31T23:59:59.999", "1970-01-01T00:00:00.001"]);
}

#[test]
fn files_without_ids_are_read_by_name() {
    let batch = RecordBatch::try_from_iter([("b", longs([Some(2)])), ("a", longs([Some(1)]))]).unwrap();
    let bytes = file(&batch, &WriterProperties::builder().build());
    let profile = profile(&[column(1, "a", "long"), column(2, "c", "long")], &[data(bytes, vec![])]);
    assert_eq!(summary(&profile, "a"), ["1", "0", "1", "1", "1"]);
    assert_eq!(summary(&profile, "c")[..2], ["0", "1"]);
}

/// Four rows: a struct of a list and a number, null in the second row.
fn nested() -> bytes::Bytes {
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1), Some(2)]),
        None,
        Some(vec![]),
        Some(vec![Some(3), None, Some(4)]),
    ]);
    let element = Arc::new(field(4, Field::new("element", DataType::Int64, true)));
    let (_, offsets, values, nulls) = list.into_parts();
    let list = ListArray::new(Arc::clone(&element), offsets, values, nulls);
    let fields = Fields::from(vec![
        field(3, Field::new("list", DataType::List(element), true)),
        field(5, Field::new("x", DataType::Int32, true)),
    ]);
    let nulls = NullBuffer::from(vec![true, false, true, true]);
    let whole = StructArray::new(fields.clone(), vec![Arc::new(list), ints(&[1, 0, 3, 4])], Some(nulls));
    let schema = Schema::new(vec![field(2, Field::new("s", DataType::Struct(fields), true))]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(whole)]).unwrap();
    file(&batch, &WriterProperties::builder().set_max_row_group_row_count(Some(3)).build())
}

#[test]
fn what_was_added_to_a_struct_has_its_default_where_the_struct_is_there() {
    let columns = [
        column(4, "s.list", "long"),
        with_default(column(6, "s.added", "int"), json!(9)),
        column(7, "s.null", "string"),
        column(5, "s.renamed", "long"),
        with_default(column(9, "t.inner", "int"), json!(1)),
    ];
    let whole = profile(&columns, &[data(nested(), vec![])]);
    assert_eq!(summary(&whole, "s.list"), ["4", "1", "1", "4", "10"]);
    assert_eq!(summary(&whole, "s.added"), ["3", "1", "9", "9", "27"]);
    assert_eq!(summary(&whole, "s.null")[..2], ["0", "4"]);
    assert_eq!(summary(&whole, "s.renamed"), ["3", "1", "1", "4", "8"]);
    // The struct itself is not there, so it is null.
    assert_eq!(summary(&whole, "t.inner")[..2], ["0", "4"]);
    let some = profile(&columns, &[data(nested(), vec![vector(&[1, 3])])]);
    assert_eq!(summary(&some, "s.list"), ["2", "0", "1", "2", "3"]);
    assert_eq!(summary(&some, "s.added"), ["2", "0", "9", "9", "18"]);
    assert_eq!(summary(&some, "s.renamed"), ["2", "0", "1", "3", "4"]);
}

#[test]
fn what_was_added_to_the_elements_of_a_list_is_there_for_each_element() {
    let fields = Fields::from(vec![field(3, Field::new("x", DataType::Int32, true))]);
    let nulls = NullBuffer::from(vec![true, false, true]);
    let elements = StructArray::new(fields.clone(), vec![ints(&[1, 0, 3])], Some(nulls));
    let element = Arc::new(field(2, Field::new("element", DataType::Struct(fields), true)));
    let list = ListArray::new(Arc::clone(&element), OffsetBuffer::from_lengths([2, 0, 1]), Arc::new(elements), None);
    let bytes = written(vec![(1, "items", Arc::new(list))]);
    let columns = [column(3, "items.x", "int"), with_default(column(4, "items.y", "string"), json!("new"))];
    let profile = profile(&columns, &[data(bytes, vec![])]);
    assert_eq!(summary(&profile, "items.x"), ["2", "1", "1", "3", "4"]);
    assert_eq!(summary(&profile, "items.y")[..2], ["2", "1"]);
    assert_eq!(told(&profile, "items.y", Name::MinLength).as_deref(), Some("3"));
    assert!(profile.columns.iter().all(|column| column.is_repeated));
}

#[test]
fn a_type_that_is_no_promotion_is_an_error() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let mut table = table(&[column(1, "a", "int")]);
    let error = table.add(&data(written(vec![(1, "a", text)]), vec![]), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Format);
    let told = error.to_string();
    for part in ["the file has text", "column: a", "type: int", "file: s3://lake/data.parquet"] {
        assert!(told.contains(part), "{told}");
    }
}
