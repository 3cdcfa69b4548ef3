//! What is known about a relation's columns: the warehouse's names and types, the project's words and promises.

use metahost_plugin_sdk::enrichment::ColumnAnnotation;
use metahost_plugin_sdk::entities::Constraint;

use super::keys::promise;
use super::meta::Meta;
use super::rules;
use super::tags::{add, tags};
use crate::artifacts::catalog::Relation;
use crate::artifacts::manifest::{Column, Node};
use crate::config::Config;
use crate::project::naming::Naming;

/// Finds columns under the names people give them.
#[derive(Clone, Copy)]
pub struct Columns<'a> {
    /// How names are written.
    pub naming: &'a Naming,
    /// The relation as the warehouse has it.
    pub warehouse: Option<&'a Relation>,
}

impl Columns<'_> {
    /// A column by its names from the outermost in: `address.city` is a field, unless the warehouse has such a column.
    pub fn path(&self, name: &str) -> Vec<String> {
        if let Some(known) = self.known(name) {
            return vec![known];
        }
        let mut parts = name.split('.');
        let outer = parts.next().unwrap_or_default();
        let outer = self.known(outer).unwrap_or_else(|| self.naming.column(outer));
        core::iter::once(outer).chain(parts.map(|part| self.naming.column(part))).collect()
    }

    /// The warehouse's spelling of a top-level column; `BigQuery` lists fields beside the columns they are in.
    fn known(&self, name: &str) -> Option<String> {
        let nested = |column: &str| {
            let outer = column.split_once('.').map(|(outer, _)| outer);
            outer.is_some_and(|outer| self.warehouse.is_some_and(|relation| relation.column(outer).is_some()))
        };
        let column = self.warehouse?.column(name)?;
        (!nested(&column.name)).then(|| column.name.clone())
    }
}

/// Columns in the warehouse's order, then those that only the project knows.
pub fn columns(config: &Config, node: &Node, names: Columns<'_>) -> Vec<ColumnAnnotation> {
    let mut all: Vec<_> = names
        .warehouse
        .map(Relation::columns)
        .unwrap_or_default()
        .into_iter()
        .map(|column| {
            let blank = blank(names.path(&column.name));
            ColumnAnnotation { data_type: column.data_type.clone(), ..blank }
        })
        .collect();
    for (key, column) in &node.columns.0 {
        let name = if column.name.is_empty() { key } else { &column.name };
        let path = names.path(name);
        let at = all.iter().position(|known| known.column == path).unwrap_or_else(|| {
            all.push(blank(path));
            all.len() - 1
        });
        describe(config, node, column, &mut all[at]);
    }
    all
}

fn blank(column: Vec<String>) -> ColumnAnnotation {
    let (tags, glossary_terms) = (Vec::new(), Vec::new());
    ColumnAnnotation { column, data_type: None, description: None, tags, glossary_terms, constraint: None }
}

fn describe(config: &Config, node: &Node, column: &Column, known: &mut ColumnAnnotation) {
    let meta = Meta::new(&column.config.meta, &column.meta, &config.meta_key);
    known.data_type = known.data_type.take().or_else(|| column.data_type.clone());
    known.description = description(&column.description);
    known.tags = tags(config, &column.tags, &column.config.tags);
    for tag in meta.strings(&["tags"]) {
        add(&mut known.tags, tag);
    }
    known.glossary_terms = meta.strings(&["glossary", "glossaryTerms", "glossary_terms"]);
    known.constraint = promise(node, column);
    rules::add_to_column(config, &meta, known);
}

/// Text that says something.
pub fn description(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The stronger of two promises about a column.
pub fn stronger(a: Option<Constraint>, b: Option<Constraint>) -> Option<Constraint> {
    if rank(b) > rank(a) { b } else { a }
}

fn rank(constraint: Option<Constraint>) -> u8 {
    match constraint {
        None => 0,
        Some(Constraint::Null) => 1,
        Some(Constraint::NotNull) => 2,
        Some(Constraint::Unique) => 3,
        Some(Constraint::PrimaryKey) => 4,
    }
}
