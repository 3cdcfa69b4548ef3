//! Two nodes for one table, such as a seed that is also declared as a source: one annotation. Never drops a word that
//! only one of them has.

use metahost_plugin_sdk::enrichment::{Annotation, ColumnAnnotation};

use super::columns::stronger;
use super::tags::add_all;

/// Fills what `known` leaves open from `other`.
pub fn merge(known: &mut Annotation, other: Annotation) {
    fill(&mut known.display_name, other.display_name);
    fill(&mut known.description, other.description);
    fill(&mut known.domain, other.domain);
    fill(&mut known.data_model, other.data_model);
    if known.owners.is_empty() {
        known.owners = other.owners;
    }
    add_all(&mut known.tags, other.tags);
    add_all(&mut known.glossary_terms, other.glossary_terms);
    for (name, value) in other.extension {
        if !known.extension.iter().any(|(there, _)| *there == name) {
            known.extension.push((name, value));
        }
    }
    for column in other.columns {
        match known.columns.iter_mut().find(|there| there.column == column.column) {
            Some(there) => merge_column(there, column),
            None => known.columns.push(column),
        }
    }
    known.keys.extend(other.keys);
}

fn merge_column(known: &mut ColumnAnnotation, other: ColumnAnnotation) {
    fill(&mut known.data_type, other.data_type);
    fill(&mut known.description, other.description);
    add_all(&mut known.tags, other.tags);
    add_all(&mut known.glossary_terms, other.glossary_terms);
    known.constraint = stronger(known.constraint, other.constraint);
}

fn fill<T>(known: &mut Option<T>, other: Option<T>) {
    if known.is_none() {
        *known = other;
    }
}
