//! JSON: records line by line, or one array of them. Of a document that is longer than what was read nothing can be told.

use metahost_plugin_sdk::columns::column;
use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::{Result, protocol};
use serde_json::{Map, Value};

/// Records looked at.
const RECORDS: usize = 200;

/// The columns, from the beginning of a file, of which at most `limit` bytes were read.
pub fn columns(head: &[u8], limit: u64) -> Result<Vec<Column>> {
    let mut merged = Map::new();
    records(head, limit)?.into_iter().for_each(|record| merge(&mut merged, record));
    let mut columns = Vec::new();
    for (name, value) in &merged {
        push(&mut columns, name, value, None);
    }
    Ok(columns)
}

fn records(head: &[u8], limit: u64) -> Result<Vec<Map<String, Value>>> {
    let object = |value: Value| if let Value::Object(object) = value { Some(object) } else { None };
    if let Ok(whole) = serde_json::from_slice::<Value>(head) {
        let items = if let Value::Array(items) = whole { items } else { vec![whole] };
        return Ok(items.into_iter().take(RECORDS).filter_map(object).collect());
    }
    let stream = serde_json::Deserializer::from_slice(head).into_iter::<Value>();
    let found: Vec<_> = stream.take(RECORDS).map_while(core::result::Result::ok).filter_map(object).collect();
    match found.is_empty() {
        false => Ok(found),
        true if head.len() as u64 >= limit => {
            Err(protocol("the file is one document, too long to be read for its columns"))
        }
        true => Err(protocol("this is no JSON")),
    }
}

fn merge(into: &mut Map<String, Value>, record: Map<String, Value>) {
    for (name, value) in record {
        match (into.get_mut(&name), value) {
            (None | Some(Value::Null), value) => _ = into.insert(name, value),
            (Some(Value::Object(known)), Value::Object(more)) => merge(known, more),
            (Some(known @ Value::Number(_)), Value::Number(more)) if more.is_f64() => *known = Value::Number(more),
            _ => {}
        }
    }
}

fn push(columns: &mut Vec<Column>, name: &str, value: &Value, parent: Option<usize>) {
    let at = columns.len();
    let mut found = column(name, kind(value));
    found.parent = parent.and_then(|at| u32::try_from(at).ok());
    let first = value.as_array().and_then(|items| items.first());
    if value.is_array() {
        found.element_type = Some(first.map_or("UNKNOWN", kind).to_owned());
    }
    columns.push(found);
    for (name, inner) in value.as_object().or_else(|| first?.as_object()).into_iter().flatten() {
        push(columns, name, inner, Some(at));
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "BOOLEAN",
        Value::Number(number) if number.is_f64() => "DOUBLE",
        Value::Number(_) => "BIGINT",
        Value::String(_) => "STRING",
        Value::Array(_) => "ARRAY",
        Value::Object(_) => "STRUCT",
    }
}
