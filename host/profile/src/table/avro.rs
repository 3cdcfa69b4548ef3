//! The field ids that Iceberg writes into the schema of an Avro file.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::error::{Error, Result};

/// The id of each leaf that has one, by its names from the outermost in.
pub fn ids(schema: Option<&[u8]>) -> Result<HashMap<Vec<String>, i32>> {
    let missing = || Error::format("the file has no schema");
    let schema: Json = serde_json::from_slice(schema.ok_or_else(missing)?)
        .map_err(|error| Error::format(format!("the file's schema can't be read: {error}")))?;
    let mut found = HashMap::new();
    walk(&schema, None, &mut Vec::new(), &mut found);
    Ok(found)
}

fn walk(schema: &Json, id: Option<&Json>, path: &mut Vec<String>, found: &mut HashMap<Vec<String>, i32>) {
    // A union is a type that may be null, or several that are not read.
    if let Some(types) = schema.as_array() {
        let is_there = |one: &&Json| one.as_str() != Some("null");
        return types.iter().filter(is_there).for_each(|one| walk(one, id, path, found));
    }
    match schema["type"].as_str() {
        Some("record") => {
            for field in schema["fields"].as_array().into_iter().flatten() {
                path.push(field["name"].as_str().unwrap_or_default().to_owned());
                walk(&field["type"], field.get("field-id"), path, found);
                path.pop();
            }
        }
        // Maps whose keys are no texts are written as arrays of records of a key and a value, which have ids themselves.
        Some("array") => walk(&schema["items"], schema.get("element-id"), path, found),
        Some("map") => {
            for (name, id, inner) in [("key", "key-id", &Json::Null), ("value", "value-id", &schema["values"])] {
                path.push(name.to_owned());
                walk(inner, schema.get(id), path, found);
                path.pop();
            }
        }
        _ => {
            let id = id.and_then(Json::as_i64).and_then(|id| i32::try_from(id).ok());
            found.extend(id.map(|id| (path.clone(), id)));
        }
    }
}
