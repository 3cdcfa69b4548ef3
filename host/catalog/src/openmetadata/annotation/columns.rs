//! Merging of columns at every depth. A column is found by its names, whatever their case.

use metahost_model::{ColumnAnnotation, encode_name};
use serde_json::Value;

use super::Merge;
use super::patch::Patch;
use crate::openmetadata::body::constraint_name;

/// A column of the catalog, and where it stands.
struct Place<'c> {
    pointer: String,
    column: &'c Value,
}

impl Merge<'_> {
    pub(super) fn columns(&self, patch: &mut Patch) {
        let unsaid = |column: &ColumnAnnotation| ColumnAnnotation {
            column: column.column.clone(),
            data_type: None,
            description: None,
            tags: Vec::new(),
            glossary_terms: Vec::new(),
            constraint: None,
        };
        for new in &self.new.columns {
            let old = self.old.columns.iter().find(|old| is_same(old, new)).cloned();
            self.column(patch, new, &old.unwrap_or_else(|| unsaid(new)));
        }
        for old in &self.old.columns {
            if !self.new.columns.iter().any(|new| is_same(old, new)) {
                self.column(patch, &unsaid(old), old);
            }
        }
    }

    fn column(&self, patch: &mut Patch, new: &ColumnAnnotation, old: &ColumnAnnotation) {
        let Some(place) = self.place(&new.column) else {
            self.warnings.add("notes on columns that the catalog does not have were left out");
            return;
        };
        let mut changes = Patch::default();
        let at = |key: &str| format!("{}/{key}", place.pointer);
        let text = |key: &str| place.column.get(key).and_then(Value::as_str);
        changes.text(&at("description"), text("description"), new.description.as_deref(), old.description.as_deref());
        let (mut wanted, mut written) = (self.resolved.tag_labels(&new.tags), old.tags.clone());
        wanted.extend(self.resolved.term_labels(&new.glossary_terms));
        written.extend(old.glossary_terms.iter().cloned());
        if let Some(labels) = self.labels(place.column.get("tags"), &wanted, &written) {
            changes.set(&at("tags"), labels);
        }
        // "May be NULL" is what a source says that knows nothing better.
        let known = text("constraint").filter(|constraint| *constraint != "NULL");
        let [wanted, written] = [new.constraint, old.constraint].map(|one| one.map(constraint_name));
        if wanted.is_some() {
            changes.text(&at("constraint"), known, wanted, written);
        }
        if !changes.operations.is_empty() {
            // Columns are patched by position: if another one stands there by now, nothing may happen.
            patch.expect(&at("name"), &place.column["name"]);
            patch.append(changes);
        }
    }

    fn place(&self, path: &[String]) -> Option<Place<'_>> {
        let mut place = Place { pointer: String::new(), column: self.now };
        for (depth, part) in path.iter().enumerate() {
            let list = if depth == 0 { "columns" } else { "children" };
            let columns = place.column.get(list)?.as_array()?;
            let index = position(columns, &encode_name(part))?;
            place = Place { pointer: format!("{}/{list}/{index}", place.pointer), column: &columns[index] };
        }
        (!path.is_empty()).then_some(place)
    }
}

fn is_same(left: &ColumnAnnotation, right: &ColumnAnnotation) -> bool {
    left.column.len() == right.column.len()
        && left.column.iter().zip(&right.column).all(|(left, right)| left.eq_ignore_ascii_case(right))
}

/// The exact name first: some catalogs hold two that differ in case.
fn position(columns: &[Value], name: &str) -> Option<usize> {
    let named = |same: fn(&str, &str) -> bool| {
        columns.iter().position(|column| column["name"].as_str().is_some_and(|there| same(there, name)))
    };
    named(|left, right| left == right).or_else(|| named(str::eq_ignore_ascii_case))
}

/// A column's name as the catalog spells it.
pub fn spelled(columns: &[Value], name: &str) -> Option<String> {
    columns[position(columns, name)?]["name"].as_str().map(ToOwned::to_owned)
}

/// The column of this name.
pub fn find<'c>(columns: &'c [Value], name: &str) -> Option<&'c Value> {
    position(columns, name).map(|index| &columns[index])
}
