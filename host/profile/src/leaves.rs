//! The leaves of a schema of Arrow: columns, and what lies in their structs, lists and maps.

use arrow_schema::{DataType, Field, Fields};

/// Path, whether it lies in a list or a map, and field of each leaf, in the order in which Parquet has them. Elements of lists have no
/// name of their own, as catalogs show them.
pub fn leaves(fields: &Fields) -> Vec<(Vec<String>, bool, &Field)> {
    let mut found = Vec::new();
    for field in fields {
        walk(field, &mut vec![field.name().clone()], false, &mut found);
    }
    found
}

fn walk<'a>(
    field: &'a Field,
    path: &mut Vec<String>,
    is_repeated: bool,
    found: &mut Vec<(Vec<String>, bool, &'a Field)>,
) {
    match field.data_type() {
        DataType::Struct(fields) => within(fields, path, is_repeated, found),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::ListView(element)
        | DataType::LargeListView(element)
        | DataType::FixedSizeList(element, _) => walk(element, path, true, found),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => within(fields, path, true, found),
            _ => found.push((path.clone(), is_repeated, field)),
        },
        _ => found.push((path.clone(), is_repeated, field)),
    }
}

fn within<'a>(
    fields: &'a Fields,
    path: &mut Vec<String>,
    is_repeated: bool,
    found: &mut Vec<(Vec<String>, bool, &'a Field)>,
) {
    for field in fields {
        path.push(field.name().clone());
        walk(field, path, is_repeated, found);
        path.pop();
    }
}
