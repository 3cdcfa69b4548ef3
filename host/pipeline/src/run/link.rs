//! The last stage: the names of one table are linked, and edges that waited are drawn as soon as it is known where they go.

use std::sync::Arc;

use metahost_catalog::{Node, Outcome};
use metahost_model::{ColumnEdge, ColumnNames, Edge, EdgeSource, Record, RecordKind};
use metahost_store::{Change, Space};
use tokio::sync::Mutex;

use super::admit::Stop;
use super::identify::seen_from;
use super::resolve::Resolved;
use super::{Pipeline, now};
use crate::checkpoints::Position;
use crate::identity::{KeptLink, Link, Waiting, Way, endpoint};
use crate::incoming::{Incoming, Receipt, fingerprint};
use crate::reasons::How;
use crate::seen::{Standing, entity_key};
use crate::state::Keys;

/// The split, as it were, from which these edges come.
const STAGE: &str = "\0identity";

/// One run of a process links at a time: what the one drew the next one knows.
static TURN: Mutex<()> = Mutex::const_new(());

impl Pipeline {
    /// Links what is known to be one by now, also by what other runs have learnt since this one began.
    pub(super) async fn link(&mut self) {
        if !self.looks_for_twins() || self.stopped().is_some() {
            return;
        }
        let _turn = TURN.lock().await;
        self.set_undecided_aside();
        self.keep_changes().await;
        if self.keeps_state() {
            self.refresh_identity().await;
        }
        let index = Arc::clone(&self.identity.index);
        for link in index.links() {
            if self.stopped().is_none() {
                self.draw_link(link).await;
            }
        }
        self.draw_waiting().await;
        self.drain().await;
    }

    async fn draw_link(&mut self, link: Link) {
        let index = Arc::clone(&self.identity.index);
        let ((from, from_member), (to, to_member)) = (index.member(link.from), index.member(link.to));
        let shapes = (from_member.shape, to_member.shape);
        let before = match self.identity.kept.link(self.store.as_ref(), from, to) {
            Ok(before) => before,
            Err(error) => return self.state_failed(&error),
        };
        if let Some(known) = before.filter(|known| known.shapes == shapes)
            && self.stays(known, from, to)
        {
            return;
        }
        let own = self.service.name.clone();
        let edge = Edge {
            upstream: endpoint(from, &own),
            downstream: endpoint(to, &own),
            columns: by_name(&self.columns_of(from), &self.columns_of(to)),
            source: EdgeSource::ExternalTableLineage,
            sql: None,
            pipeline: None,
            executions: None,
        };
        let drawn = KeptLink { shapes, at: now() };
        let remember = self.identity.kept.put_link(from, to, &drawn).into_iter().collect();
        self.draw_twins(edge, remember, before.is_some()).await;
    }

    /// Whether a link need not be drawn again. It is counted by the run of the service to which it leads, unless another
    /// run drew it while that one was under way.
    fn stays(&mut self, link: KeptLink, from: &Node, to: &Node) -> bool {
        if link.at >= self.identity.began {
            return true;
        }
        let is_own = to.fqn.split().first() == Some(&self.service.name) && !self.service.borrowed;
        if (self.options.full && is_own) || self.was_made(from) || self.was_made(to) {
            return false;
        }
        if is_own && self.identity.reads_entities() {
            self.account.ledger.emitted(RecordKind::Edge);
            self.account.ledger.settled(RecordKind::Edge, &Outcome::Unchanged);
        }
        true
    }

    /// Whether the catalog has had an entity only since this run: then it has no edge yet.
    fn was_made(&self, node: &Node) -> bool {
        self.seen.standing(&entity_key(node.kind, &node.fqn)) == Some(Standing::Made)
    }

    /// The columns of a name; none where they can't be read, for a link is worth more than its columns.
    fn columns_of(&self, node: &Node) -> ColumnNames {
        let member = self.identity.kept.member(self.store.as_ref(), node).ok().flatten();
        member.map(|member| member.columns).unwrap_or_default()
    }

    async fn draw_twins(&mut self, edge: Edge, remember: Vec<Change>, was_known: bool) {
        let ends = (edge.upstream.clone(), edge.downstream.clone());
        let Some(incoming) = self.stage(Box::new(edge)) else { return };
        let references = match (self.needed(&ends.0).await, self.needed(&ends.1).await) {
            (Ok(from), Ok(to)) => vec![from, to],
            (Err(stop), _) | (_, Err(stop)) => return self.count(&incoming.receipt, stop),
        };
        self.send_on(incoming, Resolved::of(references, remember, was_known)).await;
    }

    /// Takes an edge of this stage into the books.
    fn stage(&mut self, edge: Box<Edge>) -> Option<Incoming> {
        self.account.ledger.emitted(RecordKind::Edge);
        let at = self.checkpoints.open(&Arc::from(STAGE));
        let passes = self.edge_passes(&edge);
        let record = Record::Edge(edge);
        let receipt = Receipt::new(&self.service, RecordKind::Edge, at, &record);
        match (passes, self.fingerprint(&record)) {
            (Ok(()), Ok(fingerprint)) => {
                Some(Incoming { how: How::Twins, ..Incoming::new(receipt, fingerprint, record) })
            }
            (Err(stop), _) => {
                self.count(&receipt, stop);
                None
            }
            (_, Err(error)) => {
                self.count(&receipt, Stop::rejected("unreadable", error.to_string()));
                None
            }
        }
    }

    /// Draws the edges of other runs that waited, each under the name that its own source knows it by.
    async fn draw_waiting(&mut self) {
        let waiting = match self.identity.kept.waiting(self.store.as_ref()) {
            Ok(waiting) => waiting,
            Err(error) => return self.state_failed(&error),
        };
        let index = Arc::clone(&self.identity.index);
        for (key, waiting) in waiting {
            let done = Change::Delete { space: Space::Waiting, key };
            let Some(waiting) = waiting else {
                self.identity.changes.push(done);
                continue;
            };
            match index.way(&waiting.edge, &waiting.service.name, &self.options.services) {
                Way::Drawn(edge) if self.stopped().is_none() => self.draw_late(waiting, edge, done).await,
                Way::Waits(_) | Way::Drawn(_) => {}
                _ => self.identity.changes.push(done),
            }
        }
    }

    async fn draw_late(&mut self, waiting: Waiting, edge: Box<Edge>, done: Change) {
        let keys = Keys::new(&self.catalog.id(), &waiting.source);
        let Waiting { service, .. } = waiting;
        let record = Record::Edge(edge.clone());
        let at: Position = self.checkpoints.open(&Arc::from(STAGE));
        let receipt = Receipt::new(&service, RecordKind::Edge, at, &record);
        self.account.ledger.emitted(RecordKind::Edge);
        let Ok(fingerprint) = fingerprint(&service, &record) else {
            return self.count(&receipt, Stop::rejected("unreadable", "the edge can't be written down"));
        };
        match self.store.get(Space::Written, &keys.of(&receipt.key)) {
            Ok(None) => {}
            // Its own source was faster, and knows more.
            Ok(Some(_)) => {
                self.identity.changes.push(done);
                return self.count(&receipt, Stop::Unchanged);
            }
            Err(error) => return self.state_failed(&error),
        }
        let incoming = Incoming::new(receipt, fingerprint, record);
        let own = self.service.name.clone();
        let seen = |end| seen_from(end, &service.name, &own);
        let ends = (seen(&edge.upstream), seen(&edge.downstream), edge.pipeline.as_ref().map(seen));
        match self.resolve_edge(&incoming, &ends, &keys).await {
            Ok(resolved) => self.send_on(incoming, resolved.also(done)).await,
            Err(stop) => {
                self.identity.changes.push(done);
                self.count(&incoming.receipt, stop);
            }
        }
    }
}

/// The columns that both ends have, whatever their case.
fn by_name(from: &ColumnNames, to: &ColumnNames) -> Vec<ColumnEdge> {
    let column = |output: &str| {
        let input = from.spelled(output)?.to_owned();
        Some(ColumnEdge { inputs: vec![input], output: output.to_owned(), function: None })
    };
    to.iter().filter_map(column).collect()
}
