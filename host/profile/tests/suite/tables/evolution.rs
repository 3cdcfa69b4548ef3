//! Schemas that changed between files: columns are found by their ids, whatever they were called, wherever they stood.

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, builder,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields};
use metahost_profile::{Name, Table};
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::{column, data, found, one_thread, profiled, told, written};

fn file(columns: Vec<(&str, ArrayRef)>, ids: &[i32]) -> metahost_profile::TableFile {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    data(written(&batch.unwrap(), &WriterProperties::default(), ids), Vec::new())
}

fn decimals(values: Vec<i128>, precision: u8, scale: i8) -> ArrayRef {
    Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap())
}

#[test]
fn columns_are_renamed_moved_widened_added_and_dropped() {
    let old = file(
        vec![
            ("id", Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]))),
            ("gone", Arc::new(StringArray::from(vec!["a", "b", "c"]))),
            ("real", Arc::new(Float32Array::from(vec![0.5, f32::NAN, 2.5]))),
            ("price", decimals(vec![100, 250, -50], 9, 2)),
        ],
        &[1, 2, 3, 4],
    );
    let new = file(
        vec![
            ("gone", Arc::new(StringArray::from(vec!["new", "newer"]))),
            ("cost", decimals(vec![10_i128.pow(18), 0], 20, 2)),
            ("number", Arc::new(Int64Array::from(vec![i64::MAX, 7]))),
            ("real", Arc::new(Float64Array::from(vec![1.0, 1e10]))),
            ("count", Arc::new(Int32Array::from(vec![5, 6]))),
        ],
        // The old column of this name was dropped; this is another.
        &[6, 4, 1, 3, 5],
    );
    let mut count = column(5, "count", "int");
    count.initial_default = Some(json!(7));
    let columns = vec![
        count,
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
    let plain =
        file(vec![("b", Arc::new(Int32Array::from(vec![1, 2]))), ("a", Arc::new(Int32Array::from(vec![5, 6])))], &[]);
    let profile = profiled(vec![column(1, "a", "long"), column(2, "b", "long"), column(3, "c", "date")], &[plain]);
    assert_eq!((told(&profile, "a", Name::Sum), told(&profile, "b", Name::Sum)), ("11".to_owned(), "3".to_owned()));
    assert_eq!(told(&profile, "c", Name::NullCount), "2");
}

#[test]
fn decimals_and_moments_are_the_same_however_they_are_stored() {
    let day = 86_400_000_i64;
    let (millis, micros, nanos) = (-1_i64, -1_001_i64, -1_i64);
    let files = [
        file(vec![("t", Arc::new(TimestampMillisecondArray::from(vec![millis, day])))], &[1]),
        file(vec![("t", Arc::new(TimestampMicrosecondArray::from(vec![micros])))], &[1]),
        file(vec![("t", Arc::new(TimestampNanosecondArray::from(vec![nanos])))], &[1]),
        file(vec![("t", Arc::new(Date32Array::from(vec![1, -2])))], &[1]),
    ];
    let profile = profiled(vec![column(1, "t", "timestamp")], &files);
    assert_eq!(told(&profile, "t", Name::Min), "1969-12-30T00:00:00");
    assert_eq!(told(&profile, "t", Name::Max), "1970-01-02T00:00:00");
    // -1 ms, -1.001 ms, -1 ns rounded down to -1 µs, one day twice, minus two days.
    assert_eq!(told(&profile, "t", Name::DistinctCount), "5");
    assert_eq!(told(&profile, "t", Name::Median), "1969-12-31T23:59:59.999");
    // The same type in bytes and in whole numbers of 32, 64 bits.
    let small: ArrayRef =
        Arc::new(arrow_array::Decimal32Array::from(vec![1, -1]).with_precision_and_scale(9, 2).unwrap());
    let files = [
        file(vec![("d", decimals(vec![1, -1], 9, 2))], &[1]),
        file(vec![("d", decimals(vec![1, 10_i128.pow(17)], 18, 2))], &[1]),
        file(vec![("d", decimals(vec![1], 38, 2))], &[1]),
        file(vec![("d", small)], &[1]),
    ];
    for type_name in ["decimal(18, 2)", "decimal(38, 2)"] {
        let profile = profiled(vec![column(1, "d", type_name)], &files);
        assert_eq!(told(&profile, "d", Name::Sum), "1000000000000000.02", "{type_name}");
        assert_eq!(told(&profile, "d", Name::DistinctCount), "3");
    }
}

#[test]
fn a_type_that_can_not_become_the_tables_is_told_and_the_rest_goes_on() {
    let mut table = Table::new(vec![column(1, "a", "int"), column(2, "b", "string")], one_thread()).unwrap();
    let right =
        file(vec![("a", Arc::new(Int32Array::from(vec![1]))), ("b", Arc::new(StringArray::from(vec!["x"])))], &[1, 2]);
    table.add(&right, &()).unwrap();
    let before = table.profile("table").unwrap();
    let wrong =
        file(vec![("a", Arc::new(Int32Array::from(vec![2]))), ("b", Arc::new(Int32Array::from(vec![3])))], &[1, 2]);
    let told = table.add(&wrong, &()).unwrap_err().to_string();
    for part in ["int32", "column: b", "type: string", "data.parquet"] {
        assert!(told.contains(part), "{told}");
    }
    let scale = file(vec![("a", decimals(vec![1], 9, 2))], &[1]);
    assert!(table.add(&scale, &()).unwrap_err().to_string().contains("column: a"));
    assert_eq!(table.profile("table").unwrap(), before);
}

/// `items` with the fields that are asked for; a null list, an empty one, one with a null element.
fn items(fields: &[&str]) -> ArrayRef {
    let all: [(&str, DataType); 3] = [
        ("a", DataType::Int32),
        ("tags", DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)))),
        ("c", DataType::Utf8),
    ];
    let kept = all.iter().filter(|(name, _)| fields.contains(name));
    let schema: Fields = kept.map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect();
    let builders: Vec<Box<dyn builder::ArrayBuilder>> = fields
        .iter()
        .map(|name| -> Box<dyn builder::ArrayBuilder> {
            match *name {
                "a" => Box::new(Int32Builder::new()),
                "tags" => Box::new(ListBuilder::new(Int64Builder::new())),
                _ => Box::new(StringBuilder::new()),
            }
        })
        .collect();
    let mut lists = ListBuilder::new(StructBuilder::new(schema, builders));
    for list in [None, Some(vec![]), Some(vec![Some(3), None]), Some(vec![Some(0), Some(1), Some(2)])] {
        for item in list.iter().flatten() {
            for (place, name) in fields.iter().enumerate() {
                let values = lists.values();
                match *name {
                    "a" => values.field_builder::<Int32Builder>(place).unwrap().append_option(*item),
                    "tags" => {
                        let tags = values.field_builder::<ListBuilder<Int64Builder>>(place).unwrap();
                        (0..item.unwrap_or(0)).for_each(|tag| tags.values().append_value(i64::from(tag)));
                        tags.append(item.is_some());
                    }
                    _ => values
                        .field_builder::<StringBuilder>(place)
                        .unwrap()
                        .append_option(item.map(|n| format!("c{n}"))),
                }
            }
            lists.values().append(item.is_some());
        }
        lists.append(list.is_some());
    }
    Arc::new(lists.finish())
}

const ITEMS: &str = r#"{"type":"list","element-id":11,"element":{"type":"struct","fields":[
    {"id":12,"name":"a","type":"long"},
    {"id":13,"name":"tags","type":{"type":"list","element-id":14,"element":"long"}},
    {"id":15,"name":"c","type":"string"}]}}"#;

#[test]
fn a_field_that_is_added_to_the_structs_of_a_list_is_null_as_often_as_there_are_structs() {
    for (fields, ids) in [(&["a"][..], &[12][..]), (&["tags"], &[14]), (&["a", "tags"], &[12, 14])] {
        let before = file(vec![("items", items(fields))], ids);
        let after = file(vec![("items", items(&["a", "tags", "c"]))], &[12, 14, 15]);
        for files in [vec![before.clone(), after.clone()], vec![after.clone(), before.clone()], vec![before.clone()]] {
            let with_c = files.len() - 1;
            let profile = profiled(vec![column(10, "items", ITEMS)], &files);
            let c = found(&profile, "items.c");
            assert!(c.is_repeated);
            // Five structs a file, one of which is null.
            let nulls = (5 + with_c).to_string();
            assert_eq!(told(&profile, "items.c", Name::NullCount), nulls, "{fields:?}");
            assert_eq!(told(&profile, "items.c", Name::ValuesCount), (4 * with_c).to_string());
        }
    }
}

#[test]
fn a_list_that_is_added_has_no_elements_where_it_was_not_there() {
    let before = file(vec![("k", Arc::new(Int32Array::from(vec![1, 2, 3])))], &[1]);
    let after = file(
        vec![("k", Arc::new(Int32Array::from(vec![1, 2, 3, 4]))), ("items", items(&["a", "tags", "c"]))],
        &[1, 12, 14, 15],
    );
    let leaves = vec![
        column(1, "k", "int"),
        column(10, "items", "list<struct<a: long>>"),
        column(12, "items.element.a", "long"),
    ];
    for columns in [vec![column(1, "k", "int"), column(10, "items", ITEMS)], leaves] {
        let name =
            columns.last().map_or("items.a", |last| if last.id == Some(12) { "items.element.a" } else { "items.a" });
        let profile = profiled(columns, &[before.clone(), after.clone()]);
        assert_eq!(profile.column_count, 2);
        assert_eq!(
            (told(&profile, name, Name::ValuesCount), told(&profile, name, Name::NullCount)),
            ("4".to_owned(), "1".to_owned())
        );
        assert!(found(&profile, name).is_repeated);
    }
}

#[test]
fn fields_of_structs_are_found_by_their_ids() {
    let number: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3]));
    let fields = Fields::from(vec![Field::new("old", DataType::Int32, true)]);
    let home: ArrayRef =
        Arc::new(StructArray::new(fields, vec![number], Some(NullBuffer::from(vec![true, false, true]))));
    let before = file(vec![("home", home)], &[2]);
    let nested = r#"{"type":"struct","fields":[{"id":3,"name":"added","type":"int","initial-default":9},
        {"id":2,"name":"new","type":"long"}]}"#;
    let profile = profiled(vec![column(1, "house", nested)], &[before]);
    assert_eq!(
        (told(&profile, "house.new", Name::Sum), told(&profile, "house.new", Name::NullCount)),
        ("4".to_owned(), "1".to_owned())
    );
    assert_eq!(told(&profile, "house.added", Name::Sum), "18", "a null struct has no default inside");
    assert_eq!(told(&profile, "house.added", Name::NullCount), "1");
}
