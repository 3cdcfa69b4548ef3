//! Iceberg's types as the contract's flat columns, at any depth. A type that is not known keeps its text and loses nothing.

use metahost_plugin_sdk::columns;
use metahost_plugin_sdk::entities::{Column, Constraint};
use serde_json::Value;

use crate::metadata::Field;

/// Appends a field and everything nested in it.
pub fn append(columns: &mut Vec<Column>, field: &Field, parent: Option<usize>) {
    let at = columns.len();
    push(columns, &field.name, parent, &field.kind);
    if let Some(column) = columns.get_mut(at) {
        column.constraint = Some(if field.required { Constraint::NotNull } else { Constraint::Null });
        column.description = field.doc.clone().filter(|doc| !doc.is_empty());
        column.default_value = field.write_default.as_ref().or(field.initial_default.as_ref()).map(plain);
    }
}

fn push(columns: &mut Vec<Column>, name: &str, parent: Option<usize>, kind: &Value) {
    let at = columns.len();
    columns.push(bare(name, parent, kind));
    match nesting(kind) {
        Some("struct") => fields(columns, at, kind),
        Some("list") => match nesting(&kind["element"]) {
            Some("struct") => fields(columns, at, &kind["element"]),
            Some(_) => push(columns, "element", Some(at), &kind["element"]),
            None => {}
        },
        Some("map") if nesting(&kind["key"]).is_some() || nesting(&kind["value"]).is_some() => {
            push(columns, "key", Some(at), &kind["key"]);
            push(columns, "value", Some(at), &kind["value"]);
        }
        _ => {}
    }
}

fn fields(columns: &mut Vec<Column>, parent: usize, kind: &Value) {
    for inner in kind["fields"].as_array().into_iter().flatten() {
        // A field without a name is none; its text stands in the display of what is around it.
        if let Ok(field) = serde_json::from_value::<Field>(inner.clone()) {
            append(columns, &field, Some(parent));
        }
    }
}

/// "struct", "list" or "map" for what nests.
fn nesting(kind: &Value) -> Option<&str> {
    kind["type"].as_str()
}

fn bare(name: &str, parent: Option<usize>, kind: &Value) -> Column {
    let (word, numbers) = parts(kind.as_str().unwrap_or_default());
    let mut column = columns::column(name, type_name(kind));
    column.parent = parent.and_then(|at| u32::try_from(at).ok());
    column.display = Some(display(kind));
    match (word, numbers.as_slice()) {
        ("decimal", [precision, scale]) => (column.precision, column.scale) = (Some(*precision), Some(*scale)),
        ("fixed", [length]) => column.length = Some(u64::from(*length)),
        ("binary", _) => column.length = Some(columns::NO_LENGTH),
        _ => {}
    }
    if nesting(kind) == Some("list") {
        column.element_type = Some(type_name(&kind["element"]).to_owned());
    }
    column
}

/// The word and the numbers of `decimal(9, 2)` or `fixed[16]`.
fn parts(text: &str) -> (&str, Vec<u32>) {
    let (word, rest) = text.split_once(['(', '[']).unwrap_or((text, ""));
    let numbers = rest.trim_end_matches([')', ']']).split(',').filter_map(|number| number.trim().parse().ok());
    (word.trim(), numbers.collect())
}

/// OpenMetadata's name for a type.
fn type_name(kind: &Value) -> &'static str {
    match nesting(kind) {
        Some("struct") => return "STRUCT",
        Some("list") => return "ARRAY",
        Some("map") => return "MAP",
        _ => {}
    }
    match parts(kind.as_str().unwrap_or_default()).0 {
        "boolean" => "BOOLEAN",
        "int" => "INT",
        "long" => "BIGINT",
        "float" => "FLOAT",
        "double" => "DOUBLE",
        "decimal" => "DECIMAL",
        "date" => "DATE",
        "time" => "TIME",
        "timestamp" | "timestamp_ns" => "TIMESTAMP",
        "timestamptz" | "timestamptz_ns" => "TIMESTAMPZ",
        "string" => "STRING",
        "uuid" => "UUID",
        "fixed" => "FIXED",
        "binary" => "VARBINARY",
        "variant" => "VARIANT",
        "geometry" => "GEOMETRY",
        "geography" => "GEOGRAPHY",
        "unknown" => "NULL",
        _ => "UNKNOWN",
    }
}

/// A type as people write it.
fn display(kind: &Value) -> String {
    let inner = |field: &Value| {
        let name = field["name"].as_str().unwrap_or_default();
        format!("{name}: {}", display(&field["type"]))
    };
    match nesting(kind) {
        Some("struct") => {
            let fields: Vec<String> = kind["fields"].as_array().into_iter().flatten().map(inner).collect();
            format!("struct<{}>", fields.join(", "))
        }
        Some("list") => format!("list<{}>", display(&kind["element"])),
        Some("map") => format!("map<{}, {}>", display(&kind["key"]), display(&kind["value"])),
        _ => plain(kind),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
