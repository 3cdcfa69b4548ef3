//! Avro: the header of a file holds its schema as JSON.

use metahost_plugin_sdk::columns::{NO_LENGTH, column};
use metahost_plugin_sdk::entities::{Column, Constraint};
use metahost_plugin_sdk::{Result, protocol};
use serde_json::Value;

const MAGIC: &[u8] = b"Obj\x01";

/// The columns, from the beginning of a file.
pub fn columns(head: &[u8]) -> Result<Vec<Column>> {
    let schema = schema(head)?;
    if schema["type"] != "record" {
        return Err(protocol(format!("the file holds no records but {}", plain(&schema))));
    }
    let mut columns = Vec::new();
    fields(&mut columns, &schema, None);
    Ok(columns)
}

/// The header: magic, then blocks of names and values until one of length 0.
fn schema(head: &[u8]) -> Result<Value> {
    let mut rest = head.strip_prefix(MAGIC).ok_or_else(|| protocol("this is no Avro file"))?;
    loop {
        let mut count = number(&mut rest)?;
        if count == 0 {
            return Err(protocol("the Avro header has no schema"));
        }
        if count < 0 {
            // The block's size in bytes, for those who skip it.
            number(&mut rest)?;
            count = -count;
        }
        for _ in 0..count {
            let (name, value) = (bytes(&mut rest)?, bytes(&mut rest)?);
            if name == b"avro.schema" {
                return serde_json::from_slice(value)
                    .map_err(|error| protocol(format!("the Avro schema can't be read: {error}")));
            }
        }
    }
}

/// Avro's zig-zag number of seven bits a byte.
fn number(rest: &mut &[u8]) -> Result<i64> {
    let (mut value, mut shift) = (0_u64, 0);
    loop {
        let (byte, after) = rest.split_first().ok_or_else(cut)?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(shift).ok_or_else(cut)?;
        shift += 7;
        if byte & 0x80 == 0 {
            let half = i64::try_from(value >> 1).map_err(|_| cut())?;
            return Ok(if value & 1 == 0 { half } else { -half - 1 });
        }
        if shift > 63 {
            return Err(cut());
        }
    }
}

fn bytes<'r>(rest: &mut &'r [u8]) -> Result<&'r [u8]> {
    let length = usize::try_from(number(rest)?).map_err(|_| cut())?;
    let (found, after) = rest.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(found)
}

fn cut() -> metahost_plugin_sdk::Error {
    protocol("the Avro header is cut off")
}

fn fields(columns: &mut Vec<Column>, record: &Value, parent: Option<usize>) {
    for field in record["fields"].as_array().into_iter().flatten() {
        push(columns, field["name"].as_str().unwrap_or_default(), &field["type"], field["doc"].as_str(), parent);
    }
}

fn push(columns: &mut Vec<Column>, name: &str, kind: &Value, doc: Option<&str>, parent: Option<usize>) {
    let (kind, nullable) = without_null(kind);
    let at = columns.len();
    let mut found = column(name, type_name(kind));
    found.parent = parent.and_then(|at| u32::try_from(at).ok());
    found.constraint = (!nullable).then_some(Constraint::NotNull);
    found.description = doc.map(str::to_owned);
    let number = |key: &str| kind[key].as_u64().and_then(|number| u32::try_from(number).ok());
    match found.data_type.as_str() {
        "DECIMAL" => (found.precision, found.scale) = (number("precision"), Some(number("scale").unwrap_or_default())),
        "VARBINARY" => found.length = Some(kind["size"].as_u64().unwrap_or(NO_LENGTH)),
        "ARRAY" => found.element_type = Some(type_name(without_null(&kind["items"]).0).to_owned()),
        _ => {}
    }
    columns.push(found);
    match type_name(kind) {
        "STRUCT" => fields(columns, kind, Some(at)),
        "ARRAY" => fields(columns, without_null(&kind["items"]).0, Some(at)),
        _ => {}
    }
}

/// A union with null is how Avro says that a value may be missing.
fn without_null(kind: &Value) -> (&Value, bool) {
    let Some(union) = kind.as_array() else { return (kind, kind == "null") };
    let mut others = union.iter().filter(|kind| *kind != "null");
    match (others.next(), others.next()) {
        (Some(only), None) => (only, union.len() > 1),
        _ => (kind, union.iter().any(|kind| kind == "null")),
    }
}

fn type_name(kind: &Value) -> &'static str {
    match (kind["logicalType"].as_str().unwrap_or_default(), plain(kind).as_str()) {
        ("decimal", _) => "DECIMAL",
        ("uuid", _) => "UUID",
        ("date", _) => "DATE",
        ("time-millis" | "time-micros", _) => "TIME",
        ("timestamp-millis" | "timestamp-micros" | "timestamp-nanos", _) => "TIMESTAMPZ",
        ("local-timestamp-millis" | "local-timestamp-micros", _) => "TIMESTAMP",
        (_, "boolean") => "BOOLEAN",
        (_, "int") => "INT",
        (_, "long") => "BIGINT",
        (_, "float") => "FLOAT",
        (_, "double") => "DOUBLE",
        (_, "string") => "STRING",
        (_, "bytes" | "fixed") => "VARBINARY",
        (_, "enum") => "ENUM",
        (_, "record") => "STRUCT",
        (_, "array") => "ARRAY",
        (_, "map") => "MAP",
        (_, "null") => "NULL",
        _ if kind.is_array() => "UNION",
        _ => "UNKNOWN",
    }
}

/// The word of a type: itself, or what its object says.
fn plain(kind: &Value) -> String {
    kind.as_str().or_else(|| kind["type"].as_str()).unwrap_or_default().to_owned()
}
