//! Schemas that changed between files: columns are found by their ids, whatever they were called, wherever they stood.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal32Array, Decimal128Array, Float32Array, Float64Array, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray,
};
use metahost_profile::{ErrorKind, Name, Table};

use super::{LOCATION, column, file, ints, longs, one_thread, profiled, texts, told, with_default};

fn decimals(values: Vec<i128>, precision: u8, scale: i8) -> ArrayRef {
    Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap())
}

#[test]
fn columns_are_renamed_moved_widened_added_and_dropped() {
    let old = file(
        [
            ("id", ints(vec![Some(1), None, Some(3)])),
            ("gone", texts(vec!["a", "b", "c"])),
            ("real", Arc::new(Float32Array::from(vec![0.5, f32::NAN, 2.5]))),
            ("price", decimals(vec![100, 250, -50], 9, 2)),
        ],
        &[1, 2, 3, 4],
    );
    let new = file(
        [
            ("gone", texts(vec!["new", "newer"])),
            ("cost", decimals(vec![10_i128.pow(18), 0], 20, 2)),
            ("number", longs(vec![i64::MAX, 7])),
            ("real", Arc::new(Float64Array::from(vec![1.0, 1e10]))),
            ("count", ints(vec![5, 6])),
        ],
        // The old column of this name was dropped; this is another.
        &[6, 4, 1, 3, 5],
    );
    let columns = vec![
        with_default(column(5, "count", "int"), 7),
        column(4, "cost", "decimal(20, 2)"),
        column(1, "number", "long"),
        column(3, "real", "double"),
        column(6, "gone", "string"),
    ];
    let profile = profiled(columns, &[old, new]);
    assert_eq!((profile.row_count, profile.column_count), (5, 5));
    for (column, name, expected) in [
        ("number", Name::Sum, "9223372036854775818"),
        ("number", Name::NullCount, "1"),
        ("number", Name::DistinctCount, "4"),
        ("real", Name::NanCount, "1"),
        ("real", Name::Min, "0.5"),
        ("real", Name::Max, "10000000000"),
        ("cost", Name::Sum, "10000000000000003.00"),
        ("cost", Name::Min, "-0.50"),
        ("count", Name::Sum, "32"),
        ("count", Name::NullCount, "0"),
        ("count", Name::DistinctCount, "3"),
        ("gone", Name::NullCount, "3"),
        ("gone", Name::ValuesCount, "2"),
        ("gone", Name::MaxLength, "5"),
    ] {
        assert_eq!(told(&profile, column, name), expected, "{column} {name:?}");
    }
}

#[test]
fn files_without_ids_are_read_by_name() {
    let plain = file([("b", ints(vec![1, 2])), ("a", ints(vec![5, 6]))], &[]);
    let profile = profiled(vec![column(1, "a", "long"), column(2, "b", "long"), column(3, "c", "date")], &[plain]);
    assert_eq!((told(&profile, "a", Name::Sum), told(&profile, "b", Name::Sum)), ("11".to_owned(), "3".to_owned()));
    assert_eq!(told(&profile, "c", Name::NullCount), "2");
}

#[test]
fn decimals_and_moments_are_the_same_however_they_are_stored() {
    let day = 86_400_000_i64;
    let (millis, micros, nanos) = (-1_i64, -1_001_i64, -1_i64);
    let stored: [ArrayRef; 4] = [
        Arc::new(TimestampMillisecondArray::from(vec![millis, day])),
        Arc::new(TimestampMicrosecondArray::from(vec![micros])),
        Arc::new(TimestampNanosecondArray::from(vec![nanos])),
        Arc::new(Date32Array::from(vec![1, -2])),
    ];
    let profile = profiled(vec![column(1, "t", "timestamp")], &stored.map(|array| file([("t", array)], &[1])));
    assert_eq!(told(&profile, "t", Name::Min), "1969-12-30T00:00:00");
    assert_eq!(told(&profile, "t", Name::Max), "1970-01-02T00:00:00");
    // -1 ms, -1.001 ms, -1 ns rounded down to -1 µs, one day twice, minus two days.
    assert_eq!(told(&profile, "t", Name::DistinctCount), "5");
    assert_eq!(told(&profile, "t", Name::Median), "1969-12-31T23:59:59.999");
    // The same type in bytes and in whole numbers of 32, 64 bits.
    let small: ArrayRef = Arc::new(Decimal32Array::from(vec![1, -1]).with_precision_and_scale(9, 2).unwrap());
    let stored = [
        decimals(vec![1, -1], 9, 2),
        decimals(vec![1, 10_i128.pow(17)], 18, 2),
        decimals(vec![1, -3], 30, 2),
        decimals(vec![1], 38, 2),
        small,
    ];
    let files = stored.map(|array| file([("d", array)], &[1]));
    for type_name in ["decimal(18, 2)", "decimal(38, 2)"] {
        let profile = profiled(vec![column(1, "d", type_name)], &files);
        assert_eq!(told(&profile, "d", Name::Sum), "1000000000000000.00", "{type_name}");
        assert_eq!(told(&profile, "d", Name::DistinctCount), "4");
    }
}

#[test]
fn a_type_that_can_not_become_the_tables_is_told_and_the_rest_goes_on() {
    let mut table = Table::new(vec![column(1, "a", "int"), column(2, "b", "string")], one_thread()).unwrap();
    table.add(&file([("a", ints(vec![1])), ("b", texts(vec!["x"]))], &[1, 2]), &()).unwrap();
    let before = table.profile("table").unwrap();
    for (columns, found, wanted) in [
        ([("a", ints(vec![2])), ("b", ints(vec![3]))], "the file has int32", "column: b; type: string"),
        ([("a", texts(vec!["2"])), ("b", texts(vec!["y"]))], "the file has text", "column: a; type: int"),
        ([("a", decimals(vec![2], 9, 2)), ("b", texts(vec!["y"]))], "the file has decimal", "column: a; type: int"),
    ] {
        let error = table.add(&file(columns, &[1, 2]), &()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Format);
        for part in [found, wanted, LOCATION] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    assert_eq!(table.profile("table").unwrap(), before);
}
