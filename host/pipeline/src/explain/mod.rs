//! Why a name, a field or an edge is as it is: from what the state and the catalog say. Changes neither.

mod edge;
mod name;
mod near;

use std::collections::BTreeMap;
use std::sync::Arc;

use metahost_catalog::{Catalog, EdgeWord, Known, Node};
use metahost_model::{EntityKind, Executions, Fqn, Timestamp};
use metahost_store::Store;
use serde::Serialize;

use crate::identity::{Evidence, Identity, IdentityRules, Kept, Waiting, recall};
use crate::reasons::{EdgeName, Reason, Reasons};

/// Why something can't be explained.
#[derive(Debug, thiserror::Error)]
pub enum Unexplained {
    /// Nobody knows the name.
    #[error("neither the catalog nor any run knows `{name}`{hint}")]
    Unknown {
        /// As it was asked for.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// The catalog can't be asked.
    #[error(transparent)]
    Catalog(#[from] metahost_catalog::Error),
    /// The state can't be read.
    #[error(transparent)]
    State(#[from] metahost_store::Error),
}

/// Another name of the same table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TwinName {
    /// Its kind.
    pub kind: EntityKind,
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// The source that told of it.
    pub source: String,
    /// Since when it is known with this id and in this place.
    pub since: Timestamp,
    /// The name that it was found to be one with, and why.
    pub because: Vec<(Fqn, Evidence)>,
}

/// A name that ends alike and is another table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LookAlike {
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// Why it is not the same.
    pub why: String,
}

/// What one source says of fields of another one's entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldWord {
    /// The source.
    pub source: String,
    /// The fields that it fills.
    pub fields: Vec<String>,
}

/// An edge that is not drawn yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingEdge {
    /// Upstream, as it was told.
    pub from: Fqn,
    /// Downstream, as it was told.
    pub to: Fqn,
    /// The source that told it.
    pub source: String,
    /// The service that must be read first.
    pub awaited: String,
}

/// Why a name is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The name.
    pub fqn: Fqn,
    /// What it is, in the catalog or at least in the state.
    pub kind: EntityKind,
    /// Whether the catalog holds it.
    pub in_catalog: bool,
    /// The fingerprint with which it was last written.
    pub fingerprint: Option<String>,
    /// What other sources add to it.
    pub fields: Vec<FieldWord>,
    /// Its id, as its own metadata tells it.
    pub uuid: Option<String>,
    /// Where its files lie.
    pub location: Option<String>,
    /// What its database is connected with.
    pub connector: Option<String>,
    /// The names of the same table, those that edges prefer first; empty where it has one only.
    pub names: Vec<TwinName>,
    /// The name to which edges of this table go.
    pub edges_go_to: Fqn,
    /// The service that must be read before the names are linked.
    pub waits_for: Option<String>,
    /// Names that end alike.
    pub look_alikes: Vec<LookAlike>,
    /// What is known of its edges.
    pub edges: Vec<(EdgeName, Reason)>,
    /// Edges that are not drawn yet.
    pub waiting: Vec<WaitingEdge>,
}

/// Why an edge is there, or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeExplanation {
    /// Upstream, as it was asked for.
    pub from: Fqn,
    /// Downstream, as it was asked for.
    pub to: Fqn,
    /// Where edges of these two go.
    pub drawn_between: (Fqn, Fqn),
    /// What the catalog says of that edge. Empty where there is none.
    pub in_catalog: Vec<EdgeWord>,
    /// How often queries of a log moved data along it, by source.
    pub used: BTreeMap<String, Executions>,
    /// Whether both are names of one table.
    pub one_table: bool,
    /// What sources said of it.
    pub reasons: Vec<(EdgeName, Reason)>,
    /// What is not drawn yet.
    pub waiting: Vec<WaitingEdge>,
    /// Why nothing is there, where nothing else tells it.
    pub absent: Option<String>,
}

/// Explains from one catalog and its state.
pub struct Explainer {
    catalog: Arc<dyn Catalog>,
    store: Arc<dyn Store>,
    kept: Kept,
    identity: Identity,
    rules: Arc<IdentityRules>,
    reasons: BTreeMap<EdgeName, Reason>,
    waiting: Vec<Waiting>,
}

impl Explainer {
    /// Reads the state once.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        store: Arc<dyn Store>,
        rules: Arc<IdentityRules>,
    ) -> Result<Self, Unexplained> {
        let kept = Kept::of(&catalog.id());
        let identity =
            if rules.is_off() { Identity::default() } else { recall(&kept, Arc::clone(&rules), store.as_ref())? };
        let reasons = Reasons::of(&catalog.id()).all(store.as_ref())?;
        let waiting = kept.waiting(store.as_ref())?.into_values().flatten().collect();
        Ok(Self { catalog, store, kept, identity, rules, reasons, waiting })
    }

    /// The kinds under which the catalog, or else the state, knows a name.
    async fn look_up(&self, fqn: &Fqn) -> Result<Option<(Node, Option<Known>)>, Unexplained> {
        for kind in EntityKind::ALL.into_iter().filter(|kind| *kind != EntityKind::Other) {
            if let Some(known) = self.catalog.find(kind, fqn).await? {
                return Ok(Some((Node { kind, fqn: fqn.clone() }, Some(known))));
            }
        }
        let mut nodes =
            [EntityKind::Table, EntityKind::Container].map(|kind| Node { kind, fqn: fqn.clone() }).into_iter();
        let in_state = |node: &Node| {
            let is_end = |end: &(String, String)| end.0 == node.kind.as_str() && end.1 == node.fqn.as_str();
            self.identity.find(node).is_some() || self.reasons.keys().any(|name| is_end(&name.from) || is_end(&name.to))
        };
        Ok(nodes.find(in_state).map(|node| (node, None)))
    }

    async fn known(&self, fqn: &Fqn) -> Result<(Node, Option<Known>), Unexplained> {
        match self.look_up(fqn).await? {
            Some(found) => Ok(found),
            None => Err(Unexplained::Unknown { name: fqn.to_string(), hint: self.hint(fqn).await? }),
        }
    }

    /// The name to which edges of another one go.
    fn canonical(&self, node: &Node) -> Node {
        let at = self.identity.find(node);
        at.map_or_else(|| node.clone(), |at| self.identity.member(self.identity.canonical(at)).0.clone())
    }

    fn waiting(&self, is_meant: impl Fn(&Node, &Node) -> bool) -> Vec<WaitingEdge> {
        let edge = |waiting: &Waiting| {
            let own = waiting.service.name.as_str();
            let node = |end: &metahost_model::Endpoint| Node { kind: end.kind, fqn: end.fqn(own) };
            let (from, to) = (node(&waiting.edge.upstream), node(&waiting.edge.downstream));
            let (source, awaited) = (waiting.source.clone(), waiting.awaited.clone());
            is_meant(&from, &to).then_some(WaitingEdge { from: from.fqn, to: to.fqn, source, awaited })
        };
        self.waiting.iter().filter_map(edge).collect()
    }
}
