//! What the entities and edges of one run tell of identity, until the run is done. Keeps no entity.

use std::collections::BTreeMap;

use metahost_catalog::Node;
use metahost_model::{Edge, EdgeSource, Entity, EntityKind, Fqn};

use super::evidence::{Teller, connector, is_lake, of_entity};
use super::member::Member;
use super::rules::IdentityRules;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    members: BTreeMap<Node, Member>,
    /// What each database is connected with.
    connectors: BTreeMap<Fqn, String>,
    entities: bool,
}

impl Noticed {
    /// An entity that the run keeps.
    pub(crate) fn entity(&mut self, teller: Teller<'_>, service: &str, entity: &Entity) {
        self.entities = true;
        let fqn = entity.fqn(service);
        if let (Entity::Database(_), Some(connector)) = (entity, connector(entity)) {
            self.connectors.insert(fqn, connector.to_owned());
        } else if let Some(member) = of_entity(teller, entity) {
            self.members.insert(Node { kind: entity.kind(), fqn }, member);
        }
    }

    /// An edge by which a source says which table reads a folder of its own.
    pub(crate) fn edge(&mut self, service: &str, edge: &Edge) {
        let is_claim = edge.source == EdgeSource::ExternalTableLineage && edge.downstream.kind == EntityKind::Table;
        let folder = Node { kind: edge.upstream.kind, fqn: edge.upstream.fqn(service) };
        let Some(member) = self.members.get_mut(&folder).filter(|_| is_claim) else { return };
        let table = edge.downstream.fqn(service);
        if !member.claims.contains(&table) {
            member.claims.push(table);
            member.claims.sort();
        }
    }

    /// Whether the run brought any entity: one that only adds to others says nothing of what there is.
    pub(crate) fn has_entities(&self) -> bool {
        self.entities
    }

    /// What may be the twin of something.
    pub(crate) fn take(&mut self, rules: &IdentityRules) -> BTreeMap<Node, Member> {
        let mut members = std::mem::take(&mut self.members);
        for (node, member) in &mut members {
            member.connector = node
                .fqn
                .parent()
                .and_then(|schema| schema.parent())
                .and_then(|database| self.connectors.get(&database).cloned());
        }
        members.retain(|node, member| {
            let is_in_lake = member.connector.as_deref().is_some_and(is_lake);
            member.has_evidence() || is_in_lake || !rules.keys(&node.fqn.split()).is_empty()
        });
        members
    }
}
