//! Columns that carry a tag, whichever source gave it to them.

use metahost_model::{Column, Entity, EntityKind, Fqn};

use super::merge;
use super::show::Noted;
use super::tables::{Readable, Result, Tables, get};
use crate::TaggedColumns;

impl Tables<Readable> {
    /// See [`crate::Catalog::tagged_columns`].
    pub fn tagged_columns(&self, service: &Fqn, tags: &[String]) -> Result<TaggedColumns> {
        let mut found = TaggedColumns::new();
        for head in self.heads(EntityKind::Table, Some(service.clone()))? {
            let (node, _) = head?;
            let Some(mut entity) = get::<Entity>(&self.bodies, &node.key())? else { continue };
            for Noted { annotation, .. } in self.annotations(&node)? {
                merge::annotate(&mut entity, &annotation);
            }
            let Entity::Table(table) = entity else { continue };
            let mut columns = Vec::new();
            gather(&table.columns, &[], tags, &mut columns);
            if !columns.is_empty() {
                found.insert(node.fqn, columns.into_iter().collect());
            }
        }
        Ok(found)
    }
}

fn gather(columns: &[Column], around: &[String], tags: &[String], found: &mut Vec<Vec<String>>) {
    for column in columns {
        let path = [around, std::slice::from_ref(&column.name)].concat();
        gather(&column.children, &path, tags, found);
        if column.tags.iter().any(|tag| tags.contains(tag)) {
            found.push(path);
        }
    }
}
