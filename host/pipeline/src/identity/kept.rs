//! What was learnt of identity, in the state: one entry a name, so that sources that run on different days still meet.
//! Decides nothing.

use std::collections::BTreeMap;

use metahost_catalog::Node;
use metahost_model::{Edge, Service, Timestamp};
use metahost_store::{Change, Error, Space, Store};
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::member::Member;

/// What is kept of a service that holds tables or folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptService {
    /// How near it is to the files.
    pub(crate) layer: Layer,
    /// When its source was last read to its end; none if it never was.
    pub(crate) completed: Option<Timestamp>,
}

/// What is kept of a link that was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptLink {
    /// What was known of the columns of its ends.
    pub(crate) shapes: (u64, u64),
    /// When it was drawn.
    pub(crate) at: Timestamp,
}

/// An edge that can't be placed yet: a service that has not been read since may hold the same table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    /// The source that drew it.
    pub(crate) source: String,
    /// The service from which its ends are seen.
    pub(crate) service: Service,
    /// The edge.
    pub(crate) edge: Edge,
    /// What it waits for.
    pub(crate) awaited: String,
}

/// Names the entries of one catalog.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    catalog: String,
}

/// All that is known of identity in one catalog.
pub(crate) type Learnt = (BTreeMap<Node, Member>, BTreeMap<String, KeptService>);

impl Kept {
    pub(crate) fn of(catalog: &str) -> Self {
        Self { catalog: catalog.to_owned() }
    }

    /// Everything, each member without its columns. What an older program wrote and this one can't read is learnt anew.
    pub(crate) fn load(&self, store: &dyn Store) -> Result<Learnt, Error> {
        let (mut members, mut services) = (BTreeMap::new(), BTreeMap::new());
        let prefix = self.key(&["member", ""]);
        store.scan(Space::Identity, &prefix, &mut |key, value| {
            let node = key.strip_prefix(&prefix).and_then(|name| name.split_once('\0'));
            let node = node.and_then(|(kind, fqn)| Node::parse(kind, fqn).ok());
            if let (Some(node), Ok(member)) = (node, serde_json::from_slice::<Member>(value)) {
                members.insert(node, member.lean());
            }
        })?;
        let prefix = self.key(&["service", ""]);
        store.scan(Space::Identity, &prefix, &mut |key, value| {
            if let (Some(name), Ok(service)) = (key.strip_prefix(&prefix), serde_json::from_slice(value)) {
                services.insert(name.to_owned(), service);
            }
        })?;
        Ok((members, services))
    }

    /// One member with everything that is known of it.
    pub(crate) fn member(&self, store: &dyn Store, node: &Node) -> Result<Option<Member>, Error> {
        let found = store.get(Space::Identity, &self.member_key(node))?;
        Ok(found.and_then(|value| serde_json::from_slice(&value).ok()))
    }

    pub(crate) fn put_member(&self, node: &Node, member: &Member) -> Option<Change> {
        put(Space::Identity, self.member_key(node), member)
    }

    pub(crate) fn forget_member(&self, node: &Node) -> Change {
        Change::Delete { space: Space::Identity, key: self.member_key(node) }
    }

    pub(crate) fn put_service(&self, name: &str, service: KeptService) -> Option<Change> {
        put(Space::Identity, self.key(&["service", name]), &service)
    }

    /// A link as it was drawn last.
    pub(crate) fn link(&self, store: &dyn Store, from: &Node, to: &Node) -> Result<Option<KeptLink>, Error> {
        let found = store.get(Space::Identity, &self.link_key(from, to))?;
        Ok(found.and_then(|value| serde_json::from_slice(&value).ok()))
    }

    pub(crate) fn put_link(&self, from: &Node, to: &Node, link: &KeptLink) -> Option<Change> {
        put(Space::Identity, self.link_key(from, to), link)
    }

    fn link_key(&self, from: &Node, to: &Node) -> String {
        self.key(&["link", &from.key(), &to.key()])
    }

    /// Forgets the links of a service that was made anew: the catalog dropped them with it.
    pub(crate) fn forget_links(&self, store: &dyn Store, service: &str) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let prefix = self.key(&["link", ""]);
        store.scan(Space::Identity, &prefix, &mut |key, _| {
            let names = key.strip_prefix(&prefix).unwrap_or_default().split('\0').skip(1).step_by(2);
            let is_of_service =
                |name: &str| metahost_model::Fqn::parse(name).split().first().is_some_and(|it| it == service);
            if names.into_iter().any(is_of_service) {
                changes.push(Change::Delete { space: Space::Identity, key: key.to_owned() });
            }
        })?;
        Ok(changes)
    }

    /// Sets an edge aside under the key that it has for its source.
    pub(crate) fn put_waiting(&self, key: &str, waiting: &Waiting) -> Option<Change> {
        put(Space::Waiting, self.key(&[&waiting.source, key]), waiting)
    }

    /// Every edge that waits, with the key under which it does.
    pub(crate) fn waiting(&self, store: &dyn Store) -> Result<BTreeMap<String, Option<Waiting>>, Error> {
        let mut found = BTreeMap::new();
        store.scan(Space::Waiting, &self.key(&[""]), &mut |key, value| {
            found.insert(key.to_owned(), serde_json::from_slice(value).ok());
        })?;
        Ok(found)
    }

    fn member_key(&self, node: &Node) -> String {
        self.key(&["member", &node.key()])
    }

    fn key(&self, parts: &[&str]) -> String {
        format!("{}\0{}", self.catalog, parts.join("\0"))
    }
}

/// A value that can't be written down is one that is not kept: it is learnt again.
fn put(space: Space, key: String, value: &impl Serialize) -> Option<Change> {
    serde_json::to_vec(value).ok().map(|value| Change::Put { space, key, value })
}
