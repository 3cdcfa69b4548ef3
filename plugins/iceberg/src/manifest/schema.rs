//! The leaves of a schema, by their ids: what files keep values of, and profiles measure.

use metahost_plugin_sdk::statistics::FileColumn;
use serde_json::Value;

use crate::metadata::{Field, Schema};

/// A leaf.
#[derive(Debug, Clone)]
pub struct Leaf {
    pub id: i64,
    pub column: FileColumn,
    /// Whether it lies in a list or a map, where files count elements and not rows.
    pub is_repeated: bool,
}

/// All of them, in the order of the schema. Elements of lists have no name of their own.
pub fn leaves(schema: &Schema) -> Vec<Leaf> {
    let mut found = Vec::new();
    for field in &schema.fields {
        add(field, &mut Vec::new(), false, &mut found);
    }
    found
}

fn add(field: &Field, above: &mut Vec<String>, is_repeated: bool, found: &mut Vec<Leaf>) {
    above.push(field.name.clone());
    within(field.id, &field.kind, field.initial_default.as_ref(), above, is_repeated, found);
    above.pop();
}

fn within(
    id: i64,
    kind: &Value,
    default: Option<&Value>,
    path: &mut Vec<String>,
    is_repeated: bool,
    found: &mut Vec<Leaf>,
) {
    let id_of = |key: &str| kind[key].as_i64().unwrap_or_default();
    match kind["type"].as_str() {
        Some("struct") => {
            for inner in kind["fields"].as_array().into_iter().flatten() {
                if let Ok(inner) = serde_json::from_value::<Field>(inner.clone()) {
                    add(&inner, path, is_repeated, found);
                }
            }
        }
        Some("list") => within(id_of("element-id"), &kind["element"], None, path, true, found),
        Some("map") => {
            for (name, key) in [("key", "key-id"), ("value", "value-id")] {
                path.push(name.to_owned());
                within(id_of(key), &kind[name], None, path, true, found);
                path.pop();
            }
        }
        _ => {
            let column = FileColumn {
                id: i32::try_from(id).ok().filter(|id| *id != 0),
                column: path.clone(),
                kind: kind.as_str().map_or_else(|| kind.to_string(), str::to_owned),
                initial_default: default.map(Value::to_string),
            };
            found.push(Leaf { id, column, is_repeated });
        }
    }
}
