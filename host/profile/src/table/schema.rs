//! The leaves of a table's schema: what each is called, is and defaults to. Reads Iceberg's types, nested ones as its metadata writes them.

use std::collections::BTreeSet;

use arrow_schema::TimeUnit;
use serde_json::Value as Json;

use crate::accumulate::Width;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::options::Options;

use super::TableColumn;
use super::default::Default;

/// So many digits fit into 64 bits.
const SHORT_DECIMAL: u8 = 18;

/// A leaf of a table's schema.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Its field id.
    pub id: Option<i32>,
    /// Its names from the outermost in.
    pub path: Vec<String>,
    /// Its type, as metadata writes it.
    pub type_name: String,
    /// What its values are.
    pub kind: Kind,
    /// How wide its numbers are.
    pub width: Width,
    /// What it holds where files do not have it.
    pub default: Option<Default>,
    /// Whether the schema itself says that it lies in a list or a map.
    pub is_repeated: bool,
}

/// The leaves of a table's schema.
#[derive(Debug, Clone)]
pub struct Schema {
    leaves: Vec<Leaf>,
    columns: usize,
}

impl Schema {
    /// From columns, whose nested types are taken apart.
    pub fn new(columns: Vec<TableColumn>) -> Result<Self> {
        let tops: BTreeSet<&String> = columns.iter().filter_map(|column| column.path.first()).collect();
        let count = tops.len();
        let mut leaves: Vec<Leaf> = Vec::new();
        for column in columns {
            let named = |error: Error| error.with("column", column.path.join("."));
            let mut found = Vec::new();
            expand(&column, false, &mut found).map_err(named)?;
            for leaf in found {
                // What is told as a leaf of its own may also be part of a nested type that is told.
                match leaves.iter_mut().find(|other| other.path == leaf.path) {
                    Some(other) => other.is_repeated |= leaf.is_repeated,
                    None => leaves.push(leaf),
                }
            }
        }
        Ok(Self { leaves, columns: count })
    }

    /// All leaves.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Those that somebody wants to know of.
    pub fn wanted<'a>(&'a self, options: &'a Options) -> impl Iterator<Item = &'a Leaf> {
        self.leaves.iter().filter(|leaf| options.wants(&leaf.path))
    }

    /// How many columns the table has; nested ones are part of theirs.
    pub fn column_count(&self) -> usize {
        self.columns
    }
}

/// The leaves of a column. A nested type that is not written as metadata does has none.
fn expand(column: &TableColumn, is_repeated: bool, found: &mut Vec<Leaf>) -> Result<()> {
    let name = column.type_name.trim();
    if name.starts_with('{') {
        let nested: Json = serde_json::from_str(name).map_err(|error| unreadable(name, error))?;
        return walk(&nested, column, is_repeated, found);
    }
    if ["struct", "list", "map"].iter().any(|nested| name.starts_with(nested)) {
        return Ok(());
    }
    let (kind, width) = measured(name)?;
    let default = column.initial_default.as_ref().filter(|default| !default.is_null());
    found.push(Leaf {
        id: column.id,
        path: column.path.clone(),
        type_name: column.type_name.clone(),
        default: default.map(|default| Default::read(default, &kind)).transpose()?,
        kind,
        width,
        is_repeated,
    });
    Ok(())
}

fn walk(nested: &Json, column: &TableColumn, is_repeated: bool, found: &mut Vec<Leaf>) -> Result<()> {
    let inner = |id: &Json, name: Option<&str>, type_: &Json, default: Option<Json>| TableColumn {
        id: id.as_i64().and_then(|id| i32::try_from(id).ok()),
        path: column.path.iter().cloned().chain(name.map(str::to_owned)).collect(),
        type_name: type_.as_str().map_or_else(|| type_.to_string(), str::to_owned),
        initial_default: default,
    };
    match nested["type"].as_str() {
        Some("struct") => nested["fields"].as_array().into_iter().flatten().try_for_each(|field| {
            let default = field.get("initial-default").cloned();
            expand(&inner(&field["id"], field["name"].as_str(), &field["type"], default), is_repeated, found)
        }),
        Some("list") => expand(&inner(&nested["element-id"], None, &nested["element"], None), true, found),
        Some("map") => {
            expand(&inner(&nested["key-id"], Some("key"), &nested["key"], None), true, found)?;
            expand(&inner(&nested["value-id"], Some("value"), &nested["value"], None), true, found)
        }
        _ => Err(unreadable(&nested.to_string(), "it is no struct, list or map")),
    }
}

/// What the values of a type are. Types that are not known are only counted.
fn measured(name: &str) -> Result<(Kind, Width)> {
    let zone = || Some("UTC".to_owned());
    let kind = match name {
        "boolean" => Kind::Boolean,
        "int" | "long" => Kind::Integer,
        "float" | "double" => Kind::Float,
        "date" => Kind::Date,
        "time" => Kind::Time(TimeUnit::Microsecond),
        "timestamp" => Kind::Timestamp(TimeUnit::Microsecond, None),
        "timestamptz" => Kind::Timestamp(TimeUnit::Microsecond, zone()),
        "timestamp_ns" => Kind::Timestamp(TimeUnit::Nanosecond, None),
        "timestamptz_ns" => Kind::Timestamp(TimeUnit::Nanosecond, zone()),
        "string" => Kind::Text,
        "uuid" => Kind::Uuid,
        "binary" => Kind::Binary,
        _ if name.starts_with("fixed") => Kind::Binary,
        _ if name.starts_with("decimal") => return decimal(name),
        _ => Kind::Uncounted,
    };
    Ok((kind, Width::Whole))
}

fn decimal(name: &str) -> Result<(Kind, Width)> {
    let digits = name.trim_start_matches("decimal").trim().trim_start_matches('(').trim_end_matches(')');
    let parts: Vec<Option<u8>> = digits.split(',').map(|part| part.trim().parse().ok()).collect();
    match parts[..] {
        [Some(precision), Some(scale)] if precision <= 38 && scale <= 38 => {
            let width = if precision <= SHORT_DECIMAL { Width::Whole } else { Width::Wide };
            Ok((Kind::Decimal(i8::try_from(scale).unwrap_or(0)), width))
        }
        _ => Err(unreadable(name, "it must be as decimal(9, 2), with 38 digits at most")),
    }
}

fn unreadable(name: &str, why: impl core::fmt::Display) -> Error {
    Error::new(ErrorKind::Request, format!("the type {name} can't be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(path: &str, type_name: &str) -> TableColumn {
        let path = path.split('.').map(str::to_owned).collect();
        TableColumn { id: Some(1), path, type_name: type_name.to_owned(), initial_default: None }
    }

    #[test]
    fn nested_types_are_taken_apart() {
        let nested = r#"{"type":"list","element-id":5,"element":{"type":"struct","fields":[
            {"id":6,"name":"a","type":"int","required":true},
            {"id":7,"name":"m","type":{"type":"map","key-id":8,"key":"string","value-id":9,"value":"decimal(20, 3)"}}]}}"#;
        let columns =
            vec![column("id", "long"), column("items", nested), column("items.a", "int"), column("s", "struct<a:int>")];
        let schema = Schema::new(columns).unwrap_or_else(|error| unreachable!("{error}"));
        let found: Vec<_> =
            schema.leaves().iter().map(|leaf| (leaf.path.join("."), leaf.id, leaf.is_repeated)).collect();
        let expected = [("id", 1, false), ("items.a", 6, true), ("items.m.key", 8, true), ("items.m.value", 9, true)];
        assert_eq!(found, expected.map(|(path, id, repeated)| (path.to_owned(), Some(id), repeated)));
        assert_eq!((schema.column_count(), schema.leaves()[3].width), (3, Width::Wide));
    }

    #[test]
    fn types_that_can_not_be_read_are_told() {
        for (name, expected) in
            [("decimal(a)", "decimal(9, 2)"), ("{", "can't be read"), ("{\"type\":\"x\"}", "no struct")]
        {
            let told = Schema::new(vec![column("c", name)]).map(|_| ()).map_err(|error| error.to_string());
            assert!(told.as_ref().is_err_and(|told| told.contains(expected) && told.contains("column: c")), "{told:?}");
        }
    }
}
