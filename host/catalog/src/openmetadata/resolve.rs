//! What the names in a batch stand for: owners, tags, glossary terms, custom properties. Looked up before the batch is
//! mapped, so that mapping waits for nothing.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{Annotation, Column, Entity, EntityKind, Fqn};
use serde_json::{Map, Value, json};

use super::OpenMetadata;
use super::owners::Owner;
use super::properties::{self, Property};
use super::tags::Tag;
use super::warnings::Warnings;
use crate::error::Error;

/// The names to look up.
#[derive(Default)]
pub struct Names {
    /// Owners as sources know them.
    pub owners: BTreeSet<String>,
    /// Fully qualified tags.
    pub tags: BTreeSet<String>,
    /// Fully qualified glossary terms.
    pub terms: BTreeSet<String>,
    /// Custom properties with one of their values.
    pub properties: BTreeMap<String, Value>,
    /// Fully qualified domains.
    pub domains: BTreeSet<String>,
    /// Containers that others lie in.
    pub containers: BTreeSet<Fqn>,
}

/// What exists of them.
#[derive(Default)]
pub struct Resolved {
    owners: BTreeMap<String, Owner>,
    tags: BTreeMap<String, Tag>,
    domains: BTreeMap<String, String>,
    terms: BTreeSet<String>,
    properties: BTreeMap<String, Property>,
    containers: BTreeMap<Fqn, String>,
}

impl Names {
    /// Adds what an entity names.
    pub fn of_entity(&mut self, service: &str, entity: &Entity) {
        let common = entity.common();
        self.owners.extend(common.owners.iter().cloned());
        self.tags.extend(common.tags.iter().cloned());
        for (name, value) in &common.extension {
            self.properties.entry(name.clone()).or_insert_with(|| value.clone());
        }
        match entity {
            Entity::Table(table) => self.of_columns(&table.columns),
            Entity::Topic(topic) => self.of_columns(&topic.fields),
            Entity::Container(container) => {
                self.of_columns(&container.fields);
                let above = entity.path().parent();
                if above.depth() > 0 {
                    self.containers.insert(Fqn::new(service, &above));
                }
            }
            _ => {}
        }
    }

    /// Adds what an annotation names.
    pub fn of_annotation(&mut self, annotation: &Annotation) {
        self.owners.extend(annotation.owners.iter().cloned());
        self.tags.extend(annotation.tags.iter().cloned());
        self.terms.extend(annotation.glossary_terms.iter().cloned());
        self.domains.extend(annotation.domain.clone());
        for (name, value) in &annotation.extension {
            self.properties.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for column in &annotation.columns {
            self.tags.extend(column.tags.iter().cloned());
            self.terms.extend(column.glossary_terms.iter().cloned());
        }
    }

    fn of_columns(&mut self, columns: &[Column]) {
        for column in columns {
            self.tags.extend(column.tags.iter().cloned());
            self.of_columns(&column.children);
        }
    }
}

impl OpenMetadata {
    /// Looks up what is not known yet, and makes tags that are missing.
    pub(super) async fn resolve(&self, kind: EntityKind, names: &Names) -> Result<Resolved, Error> {
        Ok(Resolved {
            owners: self.owners.resolve(&self.server, &names.owners).await?,
            tags: self.tags.ensure(&self.server, &self.warnings, &names.tags).await?,
            terms: self.terms.existing(&self.server, &self.warnings, &names.terms).await?,
            domains: self.domains.existing(&self.server, &self.warnings, &names.domains).await?,
            properties: self.properties.declared(self, kind, &names.properties).await?,
            containers: self.containers(&names.containers).await?,
        })
    }

    async fn containers(&self, names: &BTreeSet<Fqn>) -> Result<BTreeMap<Fqn, String>, Error> {
        let mut found = BTreeMap::new();
        for fqn in names {
            let id = match self.container_id(fqn) {
                Some(id) => Some(id),
                None => self.look_up(EntityKind::Container, fqn).await?.map(|known| known.id),
            };
            if let Some(id) = id {
                self.remember_container(fqn, &id);
                found.insert(fqn.clone(), id);
            }
        }
        Ok(found)
    }
}

impl Resolved {
    /// References to the owners that exist. The server takes several users or one team, not both.
    pub fn owner_refs(&self, names: &[String], warnings: &Warnings) -> Vec<Value> {
        let mut found: Vec<&Owner> = Vec::new();
        for name in names {
            match self.owners.get(name) {
                Some(owner) if !found.contains(&owner) => found.push(owner),
                Some(_) => {}
                None => warnings.add(format!("the owner `{name}` is no user or team of the catalog and was left out; add it there, then run with --full")),
            }
        }
        let has_users = found.iter().any(|owner| !owner.is_team);
        let kept = found.len();
        found.retain(|owner| owner.is_team != has_users);
        if !has_users {
            found.truncate(1);
        }
        if found.len() < kept {
            warnings.add("teams beside other owners were left out: the catalog takes several users or one team");
        }
        found.into_iter().map(Owner::reference).collect()
    }

    /// Labels of the tags that exist.
    pub fn tag_labels(&self, names: &[String]) -> Vec<Value> {
        let mut fqns: Vec<_> = names.iter().filter_map(|name| Some(&self.tags.get(name)?.fqn)).collect();
        fqns.sort();
        fqns.dedup();
        fqns.into_iter().map(|fqn| label(fqn, "Classification")).collect()
    }

    /// Labels of the glossary terms that exist.
    pub fn term_labels(&self, names: &[String]) -> Vec<Value> {
        names.iter().filter(|name| self.terms.contains(*name)).map(|name| label(name, "Glossary")).collect()
    }

    /// The custom properties that are declared, in the type they are declared with.
    pub fn extension(&self, extension: &BTreeMap<String, Value>, warnings: &Warnings) -> Map<String, Value> {
        let declared = extension.iter().filter_map(|(name, value)| {
            let property = self.properties.get(name)?;
            let value = properties::convert(property, value);
            if value.is_none() {
                let kind = &property.kind;
                warnings.add(format!("values of the custom property `{name}` that are no {kind} were left out"));
            }
            Some((name.clone(), value?))
        });
        declared.collect()
    }

    /// Whether an entity may carry only one tag of this classification.
    pub fn is_exclusive(&self, classification: &str) -> bool {
        let above = |tag: &Tag| tag.fqn.split('.').next() == Some(classification);
        self.tags.values().any(|tag| tag.is_exclusive && above(tag))
    }

    /// The id of a domain.
    pub fn domain(&self, fqn: &str) -> Option<&str> {
        self.domains.get(fqn).map(String::as_str)
    }

    /// The id of a container.
    pub fn container(&self, fqn: &Fqn) -> Option<&str> {
        self.containers.get(fqn).map(String::as_str)
    }
}

fn label(fqn: &str, source: &str) -> Value {
    json!({ "tagFQN": fqn, "source": source, "labelType": "Automated", "state": "Confirmed" })
}

#[cfg(test)]
impl Resolved {
    /// As if these tags and properties existed.
    pub fn stand_in(tags: &[&str], properties: &[(&str, &str)], owners: Vec<(&str, Owner)>) -> Self {
        let property = |(name, kind): &(&str, &str)| ((*name).to_owned(), Property { kind: (*kind).to_owned() });
        Self {
            tags: tags.iter().map(|tag| ((*tag).to_owned(), stand_in_tag(tag))).collect(),
            properties: properties.iter().map(property).collect(),
            owners: owners.into_iter().map(|(name, owner)| (name.to_owned(), owner)).collect(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
fn stand_in_tag(fqn: &str) -> Tag {
    Tag { fqn: fqn.to_owned(), is_exclusive: fqn.starts_with("Tier.") }
}
