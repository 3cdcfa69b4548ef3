//! When two names, and two edges, count as the same: quotes, case and what is left out before a name make no difference.

use std::collections::BTreeSet;

use serde_json::Value;

/// The name of a table or a column, without quotes, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// From a column of a table, which may be unknown, to a column of what is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    target: Option<Name>,
    table: Option<Name>,
    column: Option<Name>,
}

/// What can be compared leniently.
pub trait Likeness {
    /// Whether two that differ may mean the same.
    fn may_be(&self, other: &Self) -> bool;
}

impl Name {
    fn new(text: &str) -> Self {
        let bare = text.to_lowercase().replace(['"', '`', '[', ']'], "").replace("<default>.", "");
        Self(bare.trim_matches('.').to_owned())
    }

    fn of(value: &Value) -> Option<Self> {
        value.as_str().map(Self::new)
    }
}

impl Likeness for Name {
    /// One is the end of the other: `a.b.t` may be `b.t`.
    fn may_be(&self, other: &Self) -> bool {
        self.0.rsplit('.').zip(other.0.rsplit('.')).all(|(one, two)| one == two)
    }
}

impl Likeness for Edge {
    fn may_be(&self, other: &Self) -> bool {
        let tables = match (&self.table, &other.table) {
            (Some(one), Some(two)) => one.may_be(two),
            // A table that is not known may be any.
            _ => true,
        };
        tables && self.target == other.target && self.column == other.column
    }
}

/// The names in a list.
pub fn names(list: &Value) -> BTreeSet<Name> {
    list.as_array().into_iter().flatten().filter_map(Name::of).collect()
}

/// The edges of columns with their sources.
pub fn edges(columns: &[Value]) -> BTreeSet<Edge> {
    let of = |column: &Value| {
        let target = Name::of(&column["target_col"]);
        let edge = move |source: &Value| Edge {
            target: target.clone(),
            table: Name::of(&source[0]),
            column: Name::of(&source[1]),
        };
        column["src"].as_array().into_iter().flatten().map(edge).collect::<Vec<_>>()
    };
    columns.iter().flat_map(of).collect()
}
