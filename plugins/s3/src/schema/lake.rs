//! Schemas of Iceberg and Delta: both are JSON, alike but for some names. Never reads a table's files.

use metahost_plugin_sdk::columns::{NO_LENGTH, column};
use metahost_plugin_sdk::entities::{Column, Constraint};
use serde_json::Value;

/// Types nested deeper are left out.
const DEEPEST: usize = 64;

/// Whose words a schema is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A timestamp has no zone.
    Iceberg,
    /// A timestamp has one.
    Delta,
}

/// The columns of a schema: an object with `fields`.
pub fn columns(schema: &Value, dialect: Dialect) -> Vec<Column> {
    let mut columns = Vec::new();
    fields(&mut columns, schema, dialect, None, 0);
    columns
}

fn fields(columns: &mut Vec<Column>, record: &Value, dialect: Dialect, parent: Option<usize>, depth: usize) {
    for field in record["fields"].as_array().into_iter().flatten().filter(|_| depth < DEEPEST) {
        let is_required = field["required"] == true || field["nullable"] == false;
        let text = field["doc"].as_str().or_else(|| field["metadata"]["comment"].as_str());
        let at = columns.len();
        push(columns, field["name"].as_str().unwrap_or_default(), &field["type"], dialect, parent, depth);
        if let Some(column) = columns.get_mut(at) {
            column.constraint = is_required.then_some(Constraint::NotNull);
            column.description = text.map(str::to_owned);
        }
    }
}

fn push(columns: &mut Vec<Column>, name: &str, kind: &Value, dialect: Dialect, parent: Option<usize>, depth: usize) {
    let mut found = column(name, type_name(kind, dialect));
    found.parent = parent.and_then(|at| u32::try_from(at).ok());
    found.display = kind.as_str().map(str::to_owned);
    let numbers: Vec<u64> = kind.as_str().into_iter().flat_map(numbers).collect();
    let number = |at: usize| numbers.get(at).and_then(|number| u32::try_from(*number).ok());
    let element = either(kind, "element", "elementType");
    match found.data_type.as_str() {
        "DECIMAL" => (found.precision, found.scale) = (number(0), number(1)),
        "VARBINARY" => found.length = Some(numbers.first().copied().unwrap_or(NO_LENGTH)),
        "ARRAY" => found.element_type = Some(type_name(element, dialect).to_owned()),
        _ => {}
    }
    let at = columns.len();
    columns.push(found);
    match type_name(kind, dialect) {
        "STRUCT" => fields(columns, kind, dialect, Some(at), depth + 1),
        "ARRAY" => fields(columns, element, dialect, Some(at), depth + 1),
        "MAP" if depth < DEEPEST => {
            push(columns, "key", either(kind, "key", "keyType"), dialect, Some(at), depth + 1);
            push(columns, "value", either(kind, "value", "valueType"), dialect, Some(at), depth + 1);
        }
        _ => {}
    }
}

fn either<'k>(kind: &'k Value, iceberg: &str, delta: &str) -> &'k Value {
    kind.get(iceberg).unwrap_or(&kind[delta])
}

/// The numbers in `decimal(10,2)` and `fixed[16]`.
fn numbers(kind: &str) -> impl Iterator<Item = u64> + '_ {
    kind.split(|it: char| !it.is_ascii_digit()).skip(1).filter_map(|number| number.parse().ok())
}

fn type_name(kind: &Value, dialect: Dialect) -> &'static str {
    let word = kind.as_str().or_else(|| kind["type"].as_str()).unwrap_or_default();
    match word.split(['(', '[']).next().unwrap_or_default().trim() {
        "boolean" => "BOOLEAN",
        "byte" => "TINYINT",
        "short" => "SMALLINT",
        "int" | "integer" => "INT",
        "long" => "BIGINT",
        "float" => "FLOAT",
        "double" => "DOUBLE",
        "decimal" => "DECIMAL",
        "date" => "DATE",
        "time" => "TIME",
        "timestamp" if dialect == Dialect::Iceberg => "TIMESTAMP",
        "timestamp" | "timestamptz" | "timestamptz_ns" => "TIMESTAMPZ",
        "timestamp_ns" | "timestamp_ntz" => "TIMESTAMP",
        "string" => "STRING",
        "uuid" => "UUID",
        "fixed" | "binary" => "VARBINARY",
        "variant" => "VARIANT",
        "geometry" => "GEOMETRY",
        "geography" => "GEOGRAPHY",
        "struct" => "STRUCT",
        "list" | "array" => "ARRAY",
        "map" => "MAP",
        _ => "UNKNOWN",
    }
}
