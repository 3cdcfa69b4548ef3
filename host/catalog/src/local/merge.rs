//! An entity with what other sources know about it, as a person sees it. Never overwrites what its own source says.

use metahost_model::{Annotation, Column, ColumnAnnotation, Common, Constraint, Entity};

/// Adds what an annotation knows to the entity.
pub fn annotate(entity: &mut Entity, annotation: &Annotation) {
    fill_common(common_mut(entity), annotation);
    if let Entity::Table(table) = entity {
        for noted in &annotation.columns {
            if let Some(column) = find_column(&mut table.columns, &noted.column) {
                fill_column(column, noted);
            }
        }
        for key in &annotation.keys {
            if !table.keys.contains(key) {
                table.keys.push(key.clone());
            }
        }
    }
}

fn common_mut(entity: &mut Entity) -> &mut Common {
    match entity {
        Entity::Database(common) | Entity::DatabaseSchema(common) => common,
        Entity::Table(table) => &mut table.common,
        Entity::StoredProcedure(routine) => &mut routine.common,
        Entity::Topic(topic) => &mut topic.common,
        Entity::Pipeline(pipeline) => &mut pipeline.common,
        Entity::Dashboard(dashboard) => &mut dashboard.common,
        Entity::Chart(chart) => &mut chart.common,
        Entity::DashboardDataModel(model) => &mut model.common,
        Entity::Container(container) => &mut container.common,
        Entity::Other(other) => &mut other.common,
    }
}

fn fill_common(common: &mut Common, annotation: &Annotation) {
    fill(&mut common.display_name, annotation.display_name.as_ref());
    fill(&mut common.description, annotation.description.as_ref());
    union(&mut common.owners, &annotation.owners);
    union(&mut common.tags, &annotation.tags);
    for (name, value) in &annotation.extension {
        common.extension.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

fn fill_column(column: &mut Column, noted: &ColumnAnnotation) {
    fill(&mut column.description, noted.description.as_ref());
    union(&mut column.tags, &noted.tags);
    // "may be NULL" is what a source says that knows nothing better.
    if matches!(column.constraint, None | Some(Constraint::Null)) && noted.constraint.is_some() {
        column.constraint = noted.constraint;
    }
}

fn find_column<'c>(columns: &'c mut [Column], path: &[String]) -> Option<&'c mut Column> {
    let (first, rest) = path.split_first()?;
    let column = columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(first))?;
    if rest.is_empty() { Some(column) } else { find_column(&mut column.children, rest) }
}

fn fill(field: &mut Option<String>, value: Option<&String>) {
    if field.as_ref().is_none_or(String::is_empty) {
        *field = value.cloned();
    }
}

fn union(list: &mut Vec<String>, more: &[String]) {
    for value in more {
        if !list.contains(value) {
            list.push(value.clone());
        }
    }
}
