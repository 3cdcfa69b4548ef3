//! Columns with the fields below them. Adds what the server insists on and the source does not know.

use metahost_model::{Column, Constraint, encode_name};
use serde_json::Value;

use super::{Body, Context, set, set_list, set_some};

/// Types that the server takes only with a length.
const SIZED: [&str; 4] = ["CHAR", "VARCHAR", "BINARY", "VARBINARY"];

/// The length that stands for "any".
const ANY_LENGTH: u64 = 1;

/// The columns of a table, numbered.
pub fn columns(context: &Context<'_>, columns: &[Column]) -> Vec<Value> {
    let numbered = columns.iter().zip(1u32..).map(|(column, position)| {
        let mut body = one(context, column);
        set(&mut body, "ordinalPosition", position);
        Value::Object(body)
    });
    numbered.collect()
}

fn one(context: &Context<'_>, column: &Column) -> Body {
    let mut body = Body::new();
    let data_type = known_type(context, &column.data_type);
    set(&mut body, "name", encode_name(&column.name));
    set(&mut body, "dataType", data_type);
    set_some(&mut body, "dataTypeDisplay", column.data_type_display.as_deref());
    set_some(&mut body, "description", column.description.as_deref());
    if SIZED.contains(&data_type) {
        set(&mut body, "dataLength", column.data_length.unwrap_or(ANY_LENGTH));
    } else if let Some(length) = column.data_length {
        set(&mut body, "dataLength", length);
    }
    for (key, value) in [("precision", column.precision), ("scale", column.scale)] {
        if let Some(value) = value {
            set(&mut body, key, value);
        }
    }
    if data_type == "ARRAY" {
        let elements = column.array_data_type.as_deref().unwrap_or("UNKNOWN");
        set(&mut body, "arrayDataType", known_type(context, elements));
    }
    set_some(&mut body, "constraint", column.constraint.map(constraint_name));
    set_list(&mut body, "tags", context.resolved.tag_labels(&column.tags));
    let children = column.children.iter().map(|child| Value::Object(one(context, child))).collect();
    set_list(&mut body, "children", children);
    if data_type == "STRUCT" {
        // Without fields it is still a struct, and the server wants to be told.
        body.entry("children").or_insert_with(|| Value::Array(Vec::new()));
    }
    body
}

fn known_type<'t>(context: &Context<'_>, name: &'t str) -> &'t str {
    if context.profile.has_data_type(name) {
        return name;
    }
    context.left_out("the column type", name, "UNKNOWN was written");
    "UNKNOWN"
}

/// The server's name for a constraint of a column.
pub const fn constraint_name(constraint: Constraint) -> &'static str {
    match constraint {
        Constraint::Null => "NULL",
        Constraint::NotNull => "NOT_NULL",
        Constraint::Unique => "UNIQUE",
        Constraint::PrimaryKey => "PRIMARY_KEY",
    }
}
