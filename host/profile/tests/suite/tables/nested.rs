//! Structs and lists whose fields changed between files: what was added holds as much as there is of what it was added to.

use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, Int32Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields};
use metahost_profile::{Deletes, Name, TableFile};
use parquet::file::properties::WriterProperties;

use super::{by_vector, column, data, file, found, ints, profiled, rows, summary, told, with_default, written};

/// `items` with the fields that are asked for; a null list, an empty one, one with a null element.
fn items(fields: &[&str]) -> ArrayRef {
    let all: [(&str, DataType); 3] = [
        ("a", DataType::Int32),
        ("tags", DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)))),
        ("c", DataType::Utf8),
    ];
    let kept = all.iter().filter(|(name, _)| fields.contains(name));
    let schema: Fields = kept.map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect();
    let builders: Vec<Box<dyn ArrayBuilder>> = fields
        .iter()
        .map(|name| -> Box<dyn ArrayBuilder> {
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
        let before = file([("items", items(fields))], ids);
        let after = file([("items", items(&["a", "tags", "c"]))], &[12, 14, 15]);
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
fn a_field_with_a_default_that_is_added_to_the_structs_of_a_list_has_it_in_each() {
    let columns = vec![column(12, "items.a", "int"), with_default(column(15, "items.c", "string"), "new")];
    let profile = profiled(columns, &[file([("items", items(&["a"]))], &[12])]);
    assert_eq!(summary(&profile, "items.a"), ["4", "1", "0", "3", "6"]);
    assert_eq!(summary(&profile, "items.c")[..2], ["4", "1"]);
    assert_eq!(
        (told(&profile, "items.c", Name::MinLength), told(&profile, "items.c", Name::MaxLength)),
        ("3".to_owned(), "3".to_owned())
    );
    assert!(profile.columns.iter().all(|column| column.is_repeated));
}

#[test]
fn a_list_that_is_added_has_no_elements_where_it_was_not_there() {
    let before = file([("k", ints(vec![1, 2, 3]))], &[1]);
    let after = file([("k", ints(vec![1, 2, 3, 4])), ("items", items(&["a", "tags", "c"]))], &[1, 12, 14, 15]);
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
    let fields = Fields::from(vec![Field::new("old", DataType::Int32, true)]);
    let nulls = NullBuffer::from(vec![true, false, true]);
    let home: ArrayRef = Arc::new(StructArray::new(fields, vec![ints(vec![1, 2, 3])], Some(nulls)));
    let before = file([("home", home)], &[2]);
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

/// A struct of a list and a number, null in the second of four rows, which lie in two row groups.
fn list_and_number(deletes: Vec<Deletes>) -> TableFile {
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1), Some(2)]),
        None,
        Some(vec![]),
        Some(vec![Some(3), None, Some(4)]),
    ]));
    let fields =
        Fields::from(vec![Field::new("list", list.data_type().clone(), true), Field::new("x", DataType::Int32, true)]);
    let nulls = NullBuffer::from(vec![true, false, true, true]);
    let whole: ArrayRef = Arc::new(StructArray::new(fields, vec![list, ints(vec![1, 0, 3, 4])], Some(nulls)));
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(3)).build();
    data(written(&rows([("s", whole)]), &properties, &[4, 5]), deletes)
}

#[test]
fn a_field_that_is_added_to_a_struct_has_its_default_where_the_struct_is_there_and_its_row_is_not_deleted() {
    let columns = [
        column(4, "s.list", "long"),
        with_default(column(6, "s.added", "int"), 9),
        column(7, "s.null", "string"),
        column(5, "s.renamed", "long"),
        with_default(column(9, "t.inner", "int"), 1),
    ];
    let whole = profiled(columns.to_vec(), &[list_and_number(Vec::new())]);
    assert_eq!(summary(&whole, "s.list"), ["4", "1", "1", "4", "10"]);
    assert_eq!(summary(&whole, "s.added"), ["3", "1", "9", "9", "27"]);
    assert_eq!(summary(&whole, "s.null")[..2], ["0", "4"]);
    assert_eq!(summary(&whole, "s.renamed"), ["3", "1", "1", "4", "8"]);
    // The struct itself is not there, so it is null.
    assert_eq!(summary(&whole, "t.inner")[..2], ["0", "4"]);
    let some = profiled(columns.to_vec(), &[list_and_number(vec![by_vector(&[1, 3])])]);
    assert_eq!(summary(&some, "s.list"), ["2", "0", "1", "2", "3"]);
    assert_eq!(summary(&some, "s.added"), ["2", "0", "9", "9", "18"]);
    assert_eq!(summary(&some, "s.renamed"), ["2", "0", "1", "3", "4"]);
}
