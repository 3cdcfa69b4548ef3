//! Values that nobody may see: of columns that hold secrets or tell of people, texts are left out of what is found. How many there
//! are, how long and how they are spread stays.

use std::collections::BTreeSet;

use metahost_catalog::TaggedColumns;
use metahost_model::{Fqn, TableProfile};
use metahost_profile::{Profile, Value};

/// Which columns they are.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    /// By parts of their names, in small letters.
    names: Vec<String>,
    /// By their tags in the catalog.
    tagged: TaggedColumns,
}

impl Hidden {
    /// Columns of such names, and those that are tagged.
    pub(crate) fn new(names: &[String], tagged: TaggedColumns) -> Self {
        Self { names: names.iter().map(|name| name.to_lowercase()).collect(), tagged }
    }

    /// Everything that decides about a table.
    pub(crate) fn of(&self, table: &Fqn) -> (&[String], Option<&BTreeSet<Vec<String>>>) {
        (&self.names, self.tagged.get(table))
    }

    /// Whether a column is one, or lies in one.
    pub(crate) fn hides(&self, table: &Fqn, column: &[String]) -> bool {
        let is_named = |name: &String| self.names.iter().any(|part| name.to_lowercase().contains(part));
        let is_tagged =
            || self.tagged.get(table).is_some_and(|tagged| tagged.iter().any(|path| column.starts_with(path)));
        column.iter().any(is_named) || is_tagged()
    }

    /// Whether a column is one, lies in one, or has one in it.
    pub(crate) fn touches(&self, table: &Fqn, column: &str) -> bool {
        let has_one = |path: &Vec<String>| path.first().is_some_and(|name| name == column);
        self.hides(table, &[column.to_owned()])
            || self.tagged.get(table).is_some_and(|tagged| tagged.iter().any(has_one))
    }

    /// Leaves texts out of what was just found.
    pub(crate) fn clean(&self, table: &Fqn, profile: &mut Profile) {
        for column in profile.columns.iter_mut().filter(|column| self.hides(table, &column.path)) {
            column.metrics.retain(|_, metric| !matches!(metric.value, Value::Text(_)));
            (column.cardinality_distribution, column.top_values, column.patterns) = (None, None, None);
        }
    }

    /// Leaves them out of what the catalog is told.
    pub(crate) fn clean_told(&self, table: &Fqn, profile: &mut TableProfile) {
        for column in profile.columns.iter_mut().filter(|column| self.hides(table, &column.column)) {
            column.metrics.retain(|_, measure| !measure.value.is_string());
            column.cardinality_distribution = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_hidden_by_parts_of_their_names_and_by_their_tags() {
        let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (table, other) = (Fqn::parse("s.d.p.t"), Fqn::parse("s.d.p.u"));
        let tagged = TaggedColumns::from([(table.clone(), BTreeSet::from([path(&["who", "born"]), path(&["id"])]))]);
        let hidden = Hidden::new(&["Email".to_owned()], tagged);
        assert!(hidden.hides(&other, &path(&["user_EMAIL"])) && hidden.hides(&other, &path(&["a", "email", "b"])));
        assert!(hidden.hides(&table, &path(&["id"])) && !hidden.hides(&other, &path(&["id"])));
        assert!(hidden.hides(&table, &path(&["who", "born", "year"])) && !hidden.hides(&table, &path(&["who"])));
        assert!(hidden.touches(&table, "who") && !hidden.touches(&other, "who") && hidden.touches(&other, "email"));
    }
}
