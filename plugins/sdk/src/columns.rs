//! Columns with nothing but a name and a type, to be filled. Never knows a source's types.

use crate::entities::Column;

/// OpenMetadata refuses character and binary types without a length: 1 is what its own connectors write.
pub const NO_LENGTH: u64 = 1;

/// A column at the top.
pub fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        parent: None,
        data_type: data_type.to_owned(),
        display: None,
        length: None,
        precision: None,
        scale: None,
        element_type: None,
        constraint: None,
        default_value: None,
        description: None,
        tags: Vec::new(),
    }
}
