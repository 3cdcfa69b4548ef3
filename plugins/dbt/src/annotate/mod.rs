//! What a project knows about the warehouse's tables, one annotation a table. Never creates a table.

mod columns;
mod keys;
mod merge;
mod meta;
mod model;
mod properties;
mod rules;
mod tags;

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::enrichment::Annotation;
use metahost_plugin_sdk::log::Level;

pub use columns::{Columns, description};
pub use meta::{Meta, owners};
pub use tags::tags;

use crate::artifacts::manifest::Node;
use crate::config::Config;
use crate::project::Project;
use metahost_plugin_sdk::output::Output;
use rules::Found;

/// Emits one annotation a table, by path.
pub fn emit(project: &Project, config: &Config, out: &mut dyn Output) -> Result<()> {
    let mut tables: BTreeMap<&Vec<String>, Vec<&str>> = BTreeMap::new();
    for (id, path) in project.relations() {
        tables.entry(path).or_default().push(id);
    }
    for ids in tables.into_values() {
        if let Some(annotation) = table(project, config, ids, out) {
            out.annotation(annotation)?;
        }
    }
    Ok(())
}

/// One table out of all nodes that stand for it: what dbt builds first, then what it only reads.
fn table(project: &Project, config: &Config, mut ids: Vec<&str>, out: &mut dyn Output) -> Option<Annotation> {
    ids.sort_by_key(|id| (id.starts_with("source."), *id));
    let wanted = |node: &&Node| config.include_sources || node.resource_type != "source";
    let nodes = ids.into_iter().filter_map(|id| Some((id, project.node(id).filter(wanted)?)));
    nodes.map(|(id, node)| annotation(project, config, id, node, out)).reduce(|mut known, other| {
        merge::merge(&mut known, other);
        known
    })
}

fn annotation(project: &Project, config: &Config, id: &str, node: &Node, out: &mut dyn Output) -> Annotation {
    let names = Columns { naming: project.naming(), warehouse: project.warehouse(id) };
    let (keys, unclear) = keys::keys(project, node, names);
    let mut found = Found::in_node(config, node);
    let path = project.relation(id).cloned().unwrap_or_default();
    for reason in unclear {
        out.note(Level::Warn, &reason, &[("table", path.join("."))]);
    }
    let mut annotation = Annotation {
        service: None,
        entity_type: "table".to_owned(),
        path,
        display_name: None,
        description: description(&node.description),
        owners: config.owners(owners_of(project, config, id, node, core::mem::take(&mut found.owners))),
        tags: tags(config, &node.tags, &node.config.tags),
        glossary_terms: Vec::new(),
        domain: None,
        extension: Vec::new(),
        columns: columns::columns(config, node, names),
        keys,
        data_model: Some(model::data_model(project, id, node)),
    };
    Meta::new(&node.config.meta, &node.meta, &config.meta_key).apply(&mut annotation);
    found.add_to(&mut annotation);
    properties::apply(project, config, id, node, &mut annotation);
    annotation
}

/// Owners: of `meta`, by its words or by rules, else of the group, else the warehouse's.
fn owners_of(project: &Project, config: &Config, id: &str, node: &Node, by_rules: Vec<String>) -> Vec<String> {
    let mut own = Meta::new(&node.config.meta, &node.meta, &config.meta_key).owners();
    tags::add_all(&mut own, by_rules);
    if !own.is_empty() {
        return own;
    }
    let group = group_owners(project, node);
    if !group.is_empty() {
        return group;
    }
    let role = project.warehouse(id).and_then(|relation| relation.metadata.owner.clone());
    role.filter(|role| config.catalog_owners && !role.trim().is_empty()).into_iter().collect()
}

/// Owners of the group that a node belongs to.
pub fn group_owners(project: &Project, node: &Node) -> Vec<String> {
    let name = node.group.as_deref().or(node.config.group.as_deref());
    name.map(|name| owners_of_group(project, name, &node.package_name)).unwrap_or_default()
}

/// Owners of a group: of the package's own, else of whichever has that name.
pub fn owners_of_group(project: &Project, name: &str, package: &str) -> Vec<String> {
    let mut groups = project.manifest.groups.items.values().filter(|group| group.name == name);
    let same_package = groups.clone().find(|group| group.package_name == package);
    same_package.or_else(|| groups.next()).map(|group| owners(&group.owner)).unwrap_or_default()
}
