//! What a run adds to what is known of identity, as changes of the state. Pure but for the reading of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use metahost_catalog::Node;
use metahost_model::Timestamp;
use metahost_store::{Change, Error, Store};

use super::canonical::Identity;
use super::kept::{Kept, KeptService};
use super::layer::Layer;
use super::member::Member;
use super::rules::IdentityRules;
use crate::report::CompleteMark;

/// So many names are known at once: a hundred thousand tables, each in three services.
const MOST: usize = 300_000;

/// What a run says.
#[derive(Debug)]
pub(crate) struct Lesson {
    /// The service it read.
    pub(crate) service: String,
    /// What it told of.
    pub(crate) told: BTreeMap<Node, Member>,
    /// Where everything was told: what is not among it is no longer there.
    pub(crate) complete: Vec<CompleteMark>,
    /// Set if the service was read to its end.
    pub(crate) read: Option<(Layer, Timestamp)>,
}

/// What is known now.
#[derive(Debug)]
pub(crate) struct Lore {
    pub(crate) identity: Identity,
    pub(crate) changes: Vec<Change>,
    /// Names for which there was no room.
    pub(crate) left_out: usize,
}

/// Adds a lesson to what the state says.
pub(crate) fn learn(lesson: Lesson, kept: &Kept, rules: Arc<IdentityRules>, store: &dyn Store) -> Result<Lore, Error> {
    let (mut members, mut services) = kept.load(store)?;
    let mut changes: Vec<Change> = Vec::new();
    members.retain(|node, _| {
        let is_gone = lesson.says_gone(node);
        changes.extend(is_gone.then(|| kept.forget_member(node)));
        !is_gone
    });
    let was_read = services.contains_key(&lesson.service);
    let mut left_out = 0;
    for (node, member) in lesson.told {
        let before = members.get(&node);
        if before.is_none() && members.len() >= MOST {
            left_out += 1;
            continue;
        }
        let same = before.filter(|before| before.is_identical(&member));
        let (since, new) = same.map_or((member.since, was_read), |before| (before.since, before.new));
        let member = Member { since, new, ..member };
        let lean = member.clone().lean();
        if before != Some(&lean) {
            changes.extend(kept.put_member(&node, &member));
            members.insert(node, lean);
        }
    }
    if let Some((layer, at)) = lesson.read {
        let service = KeptService { layer, completed: Some(at) };
        changes.extend(kept.put_service(&lesson.service, service));
        services.insert(lesson.service, service);
    }
    Ok(Lore { identity: Identity::new(rules, members, services), changes, left_out })
}

/// What the state says, with nothing new.
pub(crate) fn recall(kept: &Kept, rules: Arc<IdentityRules>, store: &dyn Store) -> Result<Identity, Error> {
    let (members, services) = kept.load(store)?;
    Ok(Identity::new(rules, members, services))
}

impl Lesson {
    fn says_gone(&self, node: &Node) -> bool {
        let mut name = node.fqn.split();
        let is_own = !name.is_empty() && name.remove(0) == self.service;
        let within = |mark: &CompleteMark| {
            let path = name.join(".");
            let rest = path.strip_prefix(&mark.scope);
            mark.kind == node.kind && rest.is_some_and(|rest| mark.scope.is_empty() || rest.starts_with('.'))
        };
        is_own && !self.told.contains_key(node) && self.complete.iter().any(within)
    }
}
