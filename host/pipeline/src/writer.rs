//! Sends batches to the catalog, several at once, parents before children. Whatever is handed in comes back settled.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use metahost_catalog::{Catalog, Error, ErrorKind, Outcome, Write};
use metahost_model::{EntityKind, Service};
use metahost_store::Change;
use tokio::task::{Id, JoinSet};

use crate::incoming::Receipt;

/// Items of one group are written together; a group with a smaller rank is written before one with a larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Entity(EntityKind),
    Annotation,
    Edge,
    TestCase,
    TestResult,
    Query,
    Run,
    Usage,
    Profile,
}

impl Group {
    /// Whether batches of this group go one after another: a container may lie in one of an earlier batch, and two
    /// edges may have the same ends, where a catalog reads, merges and writes.
    pub(crate) fn is_serial(self) -> bool {
        matches!(self, Self::Entity(EntityKind::Container) | Self::Edge)
    }
}

/// What must be remembered of an item until the catalog has answered.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) receipt: Receipt,
    /// The key of what it can't exist without.
    pub(crate) parent: Option<String>,
    /// What the state should say once it is written.
    pub(crate) remember: Vec<Change>,
    /// Whether something was there before.
    pub(crate) was_known: bool,
}

/// An item and its ticket.
pub(crate) struct Item {
    pub(crate) ticket: Ticket,
    pub(crate) write: Write,
}

/// Items with what became of them, or the error that ended the catalog.
pub(crate) struct Settled {
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) outcomes: Result<Vec<Outcome>, Error>,
}

/// Waiting items and batches under way.
pub(crate) struct Writer {
    catalog: Arc<dyn Catalog>,
    service: Arc<Service>,
    waiting: BTreeMap<Group, Vec<Item>>,
    running: JoinSet<Result<Vec<Outcome>, Error>>,
    /// Kept apart from the work, so that a batch that crashes is accounted for.
    tickets: HashMap<Id, (Group, Vec<Ticket>)>,
    batch: usize,
    writers: usize,
}

impl Writer {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, service: Arc<Service>, batch: usize, writers: usize) -> Self {
        Self {
            catalog,
            service,
            waiting: BTreeMap::new(),
            running: JoinSet::new(),
            tickets: HashMap::new(),
            batch: batch.max(1),
            writers: writers.max(1),
        }
    }

    /// Takes an item; true when its group has a full batch.
    pub(crate) fn push(&mut self, group: Group, item: Item) -> bool {
        let waiting = self.waiting.entry(group).or_default();
        waiting.push(item);
        waiting.len() >= self.batch
    }

    /// The first group that still has something waiting or under way, below a limit.
    pub(crate) fn earlier_than(&self, group: Group) -> Option<Group> {
        let running = self.tickets.values().map(|(group, _)| *group);
        self.waiting.keys().copied().chain(running).min().filter(|first| *first < group)
    }

    /// The first group with something waiting.
    pub(crate) fn first_waiting(&self) -> Option<Group> {
        self.waiting.keys().next().copied()
    }

    /// Takes what waits in a group.
    pub(crate) fn take(&mut self, group: Group) -> Vec<Item> {
        self.waiting.remove(&group).unwrap_or_default()
    }

    /// Sends a batch. The caller made room before, and all earlier groups are settled.
    pub(crate) fn start(&mut self, group: Group, items: Vec<Item>) {
        let (catalog, service) = (Arc::clone(&self.catalog), Arc::clone(&self.service));
        let (tickets, batch): (Vec<Ticket>, Vec<Write>) =
            items.into_iter().map(|item| (item.ticket, item.write)).unzip();
        let task = self.running.spawn(async move { catalog.write(&service, batch).await });
        self.tickets.insert(task.id(), (group, tickets));
    }

    /// Whether a batch of this group must wait for one under way.
    pub(crate) fn is_full(&self, group: Group) -> bool {
        let is_busy = || self.tickets.values().any(|(running, _)| *running == group);
        self.running.len() >= self.writers || (group.is_serial() && is_busy())
    }

    /// Whether anything is under way.
    pub(crate) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// The next batch that was settled; none when nothing is under way.
    pub(crate) async fn next(&mut self) -> Option<Settled> {
        let (id, outcomes) = match self.running.join_next_with_id().await? {
            Ok(done) => done,
            Err(crash) => {
                let message = format!("writing a batch crashed, whether it was written is not known: {crash}");
                (crash.id(), Err(Error::new(ErrorKind::Protocol, message)))
            }
        };
        let tickets = self.tickets.remove(&id).map(|(_, tickets)| tickets).unwrap_or_default();
        Some(Settled { outcomes: complete(outcomes, tickets.len()), tickets })
    }

    /// Everything that still waits.
    pub(crate) fn abandon(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.waiting).into_values().flatten().collect()
    }
}

/// A catalog that answers for fewer or more items than it was given can't be believed.
fn complete(outcomes: Result<Vec<Outcome>, Error>, sent: usize) -> Result<Vec<Outcome>, Error> {
    match outcomes {
        Ok(outcomes) if outcomes.len() != sent => {
            let message = format!("the catalog was sent {sent} items and answered for {}", outcomes.len());
            Err(Error::new(ErrorKind::Protocol, message))
        }
        other => other,
    }
}
