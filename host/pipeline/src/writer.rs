//! Sends batches to the catalog, several at once, parents before children. Whatever is handed in comes back settled.

use std::collections::BTreeMap;
use std::sync::Arc;

use metahost_catalog::{Catalog, Error, ErrorKind, Outcome, Write};
use metahost_model::{EntityKind, Fqn, RecordKind, Service};
use metahost_store::Change;
use tokio::task::JoinSet;

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
}

/// What must be remembered of an item until the catalog has answered.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) kind: RecordKind,
    /// For the report.
    pub(crate) name: String,
    /// What it can't exist without.
    pub(crate) parent: Option<Fqn>,
    /// What others may need: an entity or a test case.
    pub(crate) itself: Option<Fqn>,
    /// What the state should say once it is written.
    pub(crate) remember: Vec<Change>,
}

/// An item and its ticket.
pub(crate) struct Item {
    pub(crate) ticket: Ticket,
    pub(crate) write: Write,
}

impl Item {
    /// Whether the catalog has it already, as far as is known.
    pub(crate) fn exists(&self) -> bool {
        matches!(&self.write, Write::Entity { known: Some(_), .. } | Write::Annotation { previous: Some(_), .. })
    }
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
    running: JoinSet<(Group, Settled)>,
    under_way: BTreeMap<Group, usize>,
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
            under_way: BTreeMap::new(),
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
        let waiting = self.waiting.keys().next().copied();
        let running = self.under_way.keys().next().copied();
        [waiting, running].into_iter().flatten().min().filter(|first| *first < group)
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
        *self.under_way.entry(group).or_default() += 1;
        self.running.spawn(async move {
            let (tickets, batch): (Vec<Ticket>, Vec<Write>) =
                items.into_iter().map(|item| (item.ticket, item.write)).unzip();
            let outcomes = catalog.write(&service, batch).await;
            (group, Settled { tickets, outcomes })
        });
    }

    /// Whether as many batches are under way as may be.
    pub(crate) fn is_full(&self) -> bool {
        self.running.len() >= self.writers
    }

    /// The next batch that was settled; none when nothing is under way.
    pub(crate) async fn next(&mut self) -> Option<Settled> {
        let (group, settled) = match self.running.join_next().await? {
            Ok(settled) => settled,
            // A batch that crashed can't say what became of its items: the run ends and counts them as lost.
            Err(crash) => {
                let error = Error::new(ErrorKind::Protocol, format!("writing a batch crashed: {crash}"));
                return Some(Settled { tickets: Vec::new(), outcomes: Err(error) });
            }
        };
        if let Some(count) = self.under_way.get_mut(&group) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&group);
            }
        }
        Some(settled)
    }

    /// Everything that still waits.
    pub(crate) fn abandon(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.waiting).into_values().flatten().collect()
    }
}
