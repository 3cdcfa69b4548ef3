//! What this run tells of identity is added to what is known, and every edge is led to the one name of its tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use metahost_model::{Edge, EdgeSource, Endpoint, Executions, Query, Record, RecordKind, Timestamp};
use metahost_store::Change;

use super::Pipeline;
use super::admit::Stop;
use crate::checkpoints::Position;
use crate::identity::{Identity, Kept, Layer, Lesson, Noticed, Teller, Waiting, Way, learn, recall};
use crate::incoming::{Incoming, Receipt};
use crate::lineage::{Edges, Flow, add_untold};
use crate::spool::Spooled;

/// Of two names of one table no edge is drawn that a source or a query tells: they are linked once.
const ONE_TABLE: &str = "one table by two names";
/// Two sources, or two names, tell of the same edge.
const BY_ANOTHER_NAME: &str = "the same edge by another name";
/// More edges than this do not wait in the state.
const MOST_WAITING: usize = 100_000;

/// An edge under the names that edges go to, with the names it was first told with.
struct Redirected {
    at: Position,
    edge: Box<Edge>,
    told_as: (String, String),
}

/// What a run knows of identity.
pub(super) struct Identifying {
    pub(super) kept: Kept,
    pub(super) index: Arc<Identity>,
    noticed: Noticed,
    pub(super) began: Timestamp,
    /// Told edges that go to other names than they were told with.
    redirected: BTreeMap<String, Redirected>,
    /// What SQL says of tables of which it is not known yet which name edges go to.
    undecided: Edges,
    /// Changes of the state that belong to records that are settled.
    pub(super) changes: Vec<Change>,
    /// How many more edges may wait.
    room: Option<usize>,
}

impl Identifying {
    pub(super) fn new(catalog: &str, began: Timestamp) -> Self {
        Self {
            kept: Kept::of(catalog),
            index: Arc::default(),
            noticed: Noticed::default(),
            began,
            redirected: BTreeMap::new(),
            undecided: Edges::default(),
            changes: Vec::new(),
            room: None,
        }
    }

    /// Whether the run brings entities, and not only what is added to them.
    pub(super) fn reads_entities(&self) -> bool {
        self.noticed.has_entities()
    }
}

impl Pipeline {
    /// Whether names may be one: a catalog that remembers nothing has none to compare.
    pub(super) fn looks_for_twins(&self) -> bool {
        !self.options.identity.is_off() && self.catalog.remembers()
    }

    /// Notes what a record tells of identity.
    pub(super) fn notice(&mut self, record: &Record) {
        let Some(layer) = self.layer().filter(|_| self.looks_for_twins()) else { return };
        let noticed = &mut self.identity.noticed;
        match record {
            Record::Entity(entity) => {
                let (source, at) = (self.options.source.as_str(), self.identity.began);
                let teller = Teller { source, service_type: &self.service.service_type, layer, at };
                noticed.entity(teller, &self.service.name, entity);
            }
            Record::Edge(edge) => noticed.edge(&self.service.name, edge),
            _ => {}
        }
    }

    fn layer(&self) -> Option<Layer> {
        Layer::of(self.service.kind, &self.service.service_type)
    }

    /// Adds what was noticed to what is known. All that comes later in a run goes by it.
    pub(super) async fn identify(&mut self) {
        if !self.looks_for_twins() || self.stopped().is_some() {
            return;
        }
        let rules = Arc::clone(&self.options.identity);
        let is_whole = self.account.failures.is_empty() && self.identity.noticed.has_entities();
        let lesson = Lesson {
            service: self.service.name.clone(),
            told: self.identity.noticed.take(&rules),
            complete: self.complete.clone(),
            read: self.layer().filter(|_| is_whole).map(|layer| (layer, super::now())),
        };
        let (kept, store) = (self.identity.kept.clone(), Arc::clone(&self.store));
        let learnt = tokio::task::spawn_blocking(move || learn(lesson, &kept, rules, store.as_ref())).await;
        match learnt {
            Ok(Ok(lore)) => {
                self.identity.index = Arc::new(lore.identity);
                if lore.left_out > 0 {
                    let count = lore.left_out;
                    self.account.warn(format!(
                        "{count} names are not compared with others: as many are known as there is room for"
                    ));
                }
                self.commit(lore.changes).await;
            }
            Ok(Err(error)) => self.state_failed(&error),
            Err(crash) => self.identity_crashed(&crash),
        }
    }

    fn identity_crashed(&mut self, crash: &tokio::task::JoinError) {
        self.fail(crate::report::FailureKind::State, "crash", format!("comparing names of tables crashed: {crash}"));
    }

    /// Takes in what other runs have learnt meanwhile.
    pub(super) async fn refresh_identity(&mut self) {
        let (kept, rules) = (self.identity.kept.clone(), Arc::clone(&self.options.identity));
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || recall(&kept, rules, store.as_ref())).await {
            Ok(Ok(index)) => self.identity.index = Arc::new(index),
            Ok(Err(error)) => self.state_failed(&error),
            Err(crash) => self.identity_crashed(&crash),
        }
    }

    fn way(&self, edge: &Edge) -> Way {
        self.identity.index.way(edge, &self.service.name, &self.options.services)
    }

    /// What is to be drawn of an edge that was told; none if it is settled, or waits for others of the same ends.
    pub(super) fn lead(&mut self, spooled: &Spooled, told: Box<Edge>) -> Option<Box<Edge>> {
        let stop = match self.way(&told) {
            Way::Drawn(edge) if self.has_same_ends(&edge, &told) => return Some(told),
            Way::Drawn(edge) => {
                self.redirect(spooled, &told, edge);
                return None;
            }
            Way::Waits(service) if self.set_aside(&told, &service) => Stop::LeftOut(waits(&service)),
            Way::Waits(service) => Stop::LeftOut(format!("{}; no more edges can wait", waits(&service))),
            Way::Same => Stop::Filtered(ONE_TABLE.to_owned()),
            Way::ReadIn(service) => Stop::Filtered(read_in(&service)),
            Way::Elsewhere(place) => Stop::LeftOut(format!("the files of the table are in {place}")),
        };
        let receipt = Receipt::new(&self.service, spooled.kind, spooled.at.clone(), &Record::Edge(told));
        self.give_up(&receipt, stop);
        None
    }

    fn has_same_ends(&self, one: &Edge, other: &Edge) -> bool {
        let own = &self.service.name;
        one.upstream.fqn(own) == other.upstream.fqn(own) && one.downstream.fqn(own) == other.downstream.fqn(own)
    }

    /// Keeps an edge until all that were told are known: several may lead to the same names.
    fn redirect(&mut self, spooled: &Spooled, told: &Edge, edge: Box<Edge>) {
        let own = &self.service.name;
        let told_as = (told.upstream.fqn(own).to_string(), told.downstream.fqn(own).to_string());
        let record = Record::Edge(edge.clone());
        let receipt = Receipt::new(&self.service, spooled.kind, spooled.at.clone(), &record);
        match self.identity.redirected.get_mut(&receipt.key) {
            Some(first) => {
                first.edge.sql = first.edge.sql.take().or(edge.sql);
                add_untold(&mut first.edge.columns, edge.columns);
                self.count(&receipt, Stop::Filtered(BY_ANOTHER_NAME.to_owned()));
            }
            None => {
                self.identity.redirected.insert(receipt.key, Redirected { at: receipt.at, edge, told_as });
            }
        }
    }

    /// Draws what goes to other names than it was told with, unless it was told with these as well.
    pub(super) async fn draw_redirected(&mut self) {
        for (key, Redirected { at, mut edge, told_as }) in std::mem::take(&mut self.identity.redirected) {
            let is_told = self.seen.standing(&key).is_some();
            self.enrich(&mut edge);
            let record = Record::Edge(edge);
            let receipt = Receipt::new(&self.service, RecordKind::Edge, at, &record);
            match (self.stopped(), self.fingerprint(&record)) {
                (None, _) if is_told => self.count(&receipt, Stop::Filtered(BY_ANOTHER_NAME.to_owned())),
                (None, Ok(fingerprint)) => {
                    let told_as = Some(told_as);
                    self.place(Incoming { told_as, ..Incoming::new(receipt, fingerprint, record) }).await;
                }
                (reason, _) => self.give_up(&receipt, Stop::stopped(reason.unwrap_or("unreadable"))),
            }
        }
    }

    /// Adds what a query says of two tables to what others say of them, under the names that edges go to.
    pub(super) fn add_flow(&mut self, flow: Flow, source: EdgeSource, query: &Query, executions: Option<&Executions>) {
        let (upstream, downstream) = (flow.from.clone(), flow.to.clone());
        let edge =
            Edge { upstream, downstream, columns: Vec::new(), source, sql: None, pipeline: None, executions: None };
        match self.way(&edge) {
            Way::Drawn(edge) => {
                let flow = Flow { from: edge.upstream, to: edge.downstream, ..flow };
                self.edges.add(flow, source, &query.sql, executions);
            }
            Way::Waits(_) => self.identity.undecided.add(flow, source, &query.sql, executions),
            Way::ReadIn(service) => self.leave_flow_out(&read_in(&service)),
            Way::Same | Way::Elsewhere(_) => self.leave_flow_out(ONE_TABLE),
        }
    }

    fn leave_flow_out(&mut self, reason: &str) {
        self.account.ledger.emitted(RecordKind::Edge);
        self.account.ledger.filtered(RecordKind::Edge, reason);
    }

    /// Sets the edges aside that SQL tells and that can't be drawn yet.
    pub(super) fn set_undecided_aside(&mut self) {
        let undecided: Vec<Edge> = self.identity.undecided.take().collect();
        for edge in undecided {
            let Way::Waits(service) = self.way(&edge) else { continue };
            self.set_aside(&edge, &service);
            self.leave_flow_out(&waits(&service));
        }
    }

    /// Keeps an edge in the state until it can be drawn, by whichever run that is. False where there is no room.
    fn set_aside(&mut self, edge: &Edge, awaited: &str) -> bool {
        if !self.keeps_state() {
            return true;
        }
        let store = Arc::clone(&self.store);
        let held = || self.identity.kept.waiting(store.as_ref()).map_or(0, |waiting| waiting.len());
        let room = self.identity.room.unwrap_or_else(|| MOST_WAITING.saturating_sub(held()));
        self.identity.room = Some(room.saturating_sub(1));
        let record = Record::Edge(Box::new(edge.clone()));
        let key = Receipt::key_of(&self.service, RecordKind::Edge, &record);
        let (source, service) = (self.options.source.clone(), self.service.as_ref().clone());
        let waiting = Waiting { source, service, edge: edge.clone(), awaited: awaited.to_owned() };
        let put = self.identity.kept.put_waiting(&key, &waiting).filter(|_| room > 0);
        let is_kept = put.is_some();
        self.identity.changes.extend(put);
        is_kept
    }
}

fn waits(service: &str) -> String {
    format!("waits for a run of `{service}`, which may have the same table")
}

fn read_in(service: &str) -> String {
    format!("the view is read in `{service}`")
}

/// An end as it is seen from another service.
pub(super) fn seen_from(end: &Endpoint, own: &str, other: &str) -> Endpoint {
    let service = end.service.as_deref().unwrap_or(own);
    Endpoint { service: (service != other).then(|| service.to_owned()), ..end.clone() }
}
