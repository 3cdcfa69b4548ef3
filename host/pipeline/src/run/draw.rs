//! Edges at the end of a run: what its SQL says is added to those that the source told, and the rest is drawn. What was
//! counted is kept when all of it is written, together with the cursors behind it.

use std::sync::Arc;

use metahost_model::{ColumnEdge, Edge, EdgeSource, Executions, Record, RecordKind};
use metahost_store::{Change, Space};

use super::Pipeline;
use super::identify::seen_from;
use crate::checkpoints::Position;
use crate::incoming::{Incoming, Receipt};
use crate::lineage::{Counted, both};
use crate::reasons::How;
use crate::report::UsedEdge;
use crate::state::edge_key;

/// The split, as it were, from which what this stage makes comes.
pub(super) const STAGE: &str = "\0lineage";

impl Pipeline {
    /// Writes the edges that no source told, and lets go of the cursors of what they came from.
    pub(super) async fn draw(&mut self) {
        let at = self.checkpoints.open(&Arc::from(STAGE));
        for edge in self.edges.take() {
            self.draw_one(edge, &at).await;
        }
        self.drain().await;
        // Rows are counted once: either all of them now, or all of them when they are told again.
        let failed = self.checkpoints.holds() || self.stopped().is_some();
        let counting = std::mem::take(&mut self.counting).into_values();
        for at in std::mem::take(&mut self.reading).into_iter().chain(counting) {
            self.checkpoints.close(&at, failed);
        }
        self.checkpoints.close(&at, false);
        let mut changes = self.ripe_cursors();
        if !failed {
            changes.append(&mut self.counted);
        }
        self.commit(changes).await;
    }

    async fn draw_one(&mut self, mut edge: Edge, stage: &Position) {
        self.add_earlier(&mut edge);
        let at = self.checkpoints.again(stage);
        let record = Record::Edge(Box::new(edge));
        let receipt = Receipt::new(&self.service, RecordKind::Edge, at, &record);
        self.account.ledger.emitted(RecordKind::Edge);
        match self.first_look(&receipt, &record) {
            Ok(fingerprint) => {
                let incoming = Incoming { how: How::Sql, ..Incoming::new(receipt, fingerprint, record) };
                self.place(incoming).await;
            }
            Err(stop) => self.count(&receipt, stop),
        }
    }

    /// Adds to an edge that the source told what the SQL of this run says of it.
    pub(super) fn enrich(&mut self, edge: &mut Edge) {
        let seen = |end| seen_from(end, &self.service.name, &self.service.name);
        let ends = (seen(&edge.upstream), seen(&edge.downstream));
        self.edges.enrich(edge, &ends);
        self.add_earlier(edge);
    }

    /// Adds what earlier runs read of an edge in the log: each run sees only some of its queries.
    fn add_earlier(&mut self, edge: &mut Edge) {
        let Some(now) = edge.executions.take() else { return };
        let (from, to) = (edge.upstream.fqn(&self.service.name), edge.downstream.fqn(&self.service.name));
        let kinds = (edge.upstream.kind.as_str(), edge.downstream.kind.as_str());
        let key = edge_key(&self.options.asset, (kinds.0, from.as_str()), (kinds.1, to.as_str()));
        let columns = if edge.source == EdgeSource::QueryLineage { edge.columns.as_slice() } else { &[] };
        let counted = self.with_earlier(&key, &now, columns);
        if edge.source == EdgeSource::QueryLineage {
            edge.columns = counted.columns;
        }
        self.used_edges.push(UsedEdge { from, to, executions: counted.executions.clone() });
        edge.executions = Some(counted.executions);
    }

    /// What this run and those before it counted of a query.
    pub(super) fn executions_of(&mut self, query: &str, now: &Executions) -> Executions {
        self.with_earlier(&format!("{}\0query\0{query}", self.options.asset), now, &[]).executions
    }

    fn with_earlier(&mut self, what: &str, now: &Executions, columns: &[ColumnEdge]) -> Counted {
        // Two assets of a source may read the same log: each counts for itself.
        let key = self.keys.of(what);
        // A state that can't be read has ended the run already.
        let earlier = self.kept(Space::Counts, &key).ok().flatten();
        let earlier = earlier.map_or_else(Counted::default, |value| self.read_counted(&value));
        let mut counted = Counted { executions: earlier.executions, columns: both(earlier.columns, columns.to_vec()) };
        if self.adds_up() {
            counted.executions.add(now);
        } else {
            counted.executions.overlap(now);
        }
        // Numbers and names: they can always be written down.
        if let Ok(value) = serde_json::to_vec(&counted) {
            self.counted.push(Change::Put { space: Space::Counts, key, value });
        }
        counted
    }

    fn read_counted(&mut self, value: &[u8]) -> Counted {
        serde_json::from_slice(value).unwrap_or_else(|error| {
            self.account.warn(format!("counts of queries in the state can't be read, they begin anew: {error}"));
            Counted::default()
        })
    }

    /// Whether the rows of this run are new: else they may be counted already.
    pub(super) fn adds_up(&self) -> bool {
        !self.options.queries.starts_over && self.checkpoints.are_set()
    }

    /// The first details of the edges that were used, the most used first.
    pub(super) fn most_used(&mut self) -> Vec<UsedEdge> {
        let mut used = std::mem::take(&mut self.used_edges);
        used.sort_by(|one, other| {
            let rank = |edge: &UsedEdge| core::cmp::Reverse(edge.executions.count);
            (rank(one), &one.from, &one.to).cmp(&(rank(other), &other.from, &other.to))
        });
        used.truncate(self.options.max_details);
        used
    }
}
