//! Columns as a tree, made from the flat list of the contract. Never guesses: a list that is no tree is an error.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// Deepest nesting that is taken: far beyond any real table, and shallow enough to walk without care.
pub const MAX_DEPTH: usize = 64;

/// What the source guarantees about one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are OpenMetadata's constraints")]
pub enum Constraint {
    Null,
    NotNull,
    Unique,
    PrimaryKey,
}

/// A column with the fields below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Its own name, without the parents'.
    pub name: String,
    /// OpenMetadata's type name.
    pub data_type: String,
    /// The type as the source prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type_display: Option<String>,
    /// Length of a character or binary type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_length: Option<u64>,
    /// Digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<u32>,
    /// Digits after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    /// Type of an array's elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub array_data_type: Option<String>,
    /// What the source guarantees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Constraint>,
    /// The default expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Fully qualified tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Fields of a struct, or of an array's or map's elements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Column>,
}

/// A column as the contract carries it.
#[derive(Debug, Clone, Default)]
pub struct FlatColumn {
    /// Index of the column it is a field of.
    pub parent: Option<u32>,
    /// The column, without children.
    pub column: Column,
}

/// Builds the tree. Parents must stand before their children.
pub fn nest(flat: Vec<FlatColumn>) -> Result<Vec<Column>, Error> {
    let depths = depths(&flat)?;
    let mut open: Vec<Option<FlatColumn>> = flat.into_iter().map(Some).collect();
    let mut roots = Vec::new();
    // Backwards, so that every column has all its children when it is moved into its parent.
    for index in (0..open.len()).rev() {
        let Some(mut flat) = open[index].take() else { continue };
        flat.column.children.reverse();
        match flat.parent.and_then(|parent| open[parent as usize].as_mut()) {
            Some(parent) => parent.column.children.push(flat.column),
            None => roots.push(flat.column),
        }
    }
    roots.reverse();
    debug_assert_eq!(depths.len(), open.len());
    Ok(roots)
}

fn depths(flat: &[FlatColumn]) -> Result<Vec<usize>, Error> {
    let mut depths: Vec<usize> = Vec::with_capacity(flat.len());
    for (index, FlatColumn { parent, column }) in flat.iter().enumerate() {
        let wrong = |message: String| Error::new(ErrorKind::Columns, message).with("column", column.name.clone());
        if column.name.is_empty() {
            return Err(wrong(format!("column {index} has no name")));
        }
        let depth = match parent {
            None => 1,
            Some(parent) => match depths.get(*parent as usize) {
                Some(depth) => depth + 1,
                None => {
                    return Err(wrong(format!(
                        "column {index} names column {parent} as its parent, which does not stand before it"
                    )));
                }
            },
        };
        if depth > MAX_DEPTH {
            return Err(wrong(format!("column {index} is nested deeper than {MAX_DEPTH}")));
        }
        depths.push(depth);
    }
    Ok(depths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flat(name: &str, parent: Option<u32>) -> FlatColumn {
        FlatColumn { parent, column: Column { name: name.into(), ..Column::default() } }
    }

    fn names(columns: &[Column]) -> String {
        let all: Vec<_> =
            columns.iter().map(|column| format!("{}({})", column.name, names(&column.children))).collect();
        all.join(",")
    }

    #[test]
    fn order_survives_at_every_level() {
        let list = vec![flat("a", None), flat("b", Some(0)), flat("c", None), flat("d", Some(0)), flat("e", Some(1))];
        assert_eq!(names(&nest(list).unwrap()), "a(b(e()),d()),c()");
    }

    #[test]
    fn a_parent_that_does_not_stand_before_is_named() {
        let error = nest(vec![flat("a", Some(0))]).unwrap_err();
        assert!(error.to_string().contains("names column 0 as its parent"), "{error}");
        assert!(nest(vec![flat("a", None), flat("b", Some(9))]).is_err());
    }

    #[test]
    fn bottomless_nesting_is_refused() {
        let list = (0..100).map(|i: u32| flat("x", i.checked_sub(1))).collect();
        assert!(nest(list).unwrap_err().to_string().contains("deeper than 64"));
    }

    fn count(columns: &[Column]) -> usize {
        columns.iter().map(|column| 1 + count(&column.children)).sum()
    }

    proptest! {
        #[test]
        fn no_column_is_lost(parents in proptest::collection::vec(0u32..40, 0..60)) {
            let list: Vec<_> = parents.iter().enumerate()
                .map(|(i, p)| flat("x", (i % 3 != 0 && (*p as usize) < i).then_some(*p))).collect();
            let total = list.len();
            if let Ok(tree) = nest(list) { prop_assert_eq!(count(&tree), total); }
        }
    }
}
