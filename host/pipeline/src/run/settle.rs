//! The end of an item's way: sent in its turn, answered, counted, remembered.

use metahost_catalog::{Outcome, Rejection};
use metahost_store::{Change, Space};

use super::Pipeline;
use crate::writer::{Group, Item, Settled, Ticket};

impl Pipeline {
    /// Takes an item; sends its group when a batch is full.
    pub(super) async fn push(&mut self, group: Group, item: Item) {
        if self.options.dry_run {
            let outcome = if item.exists() { Outcome::Updated } else { Outcome::Created };
            self.account.settled(item.ticket.kind, &item.ticket.name, outcome);
        } else if self.writer.push(group, item) {
            self.send(group).await;
        }
    }

    /// Sends what waits in a group after everything in earlier groups has been answered.
    async fn send(&mut self, group: Group) {
        while let Some(earlier) = self.writer.earlier_than(group) {
            let items = self.writer.take(earlier);
            if items.is_empty() {
                self.wait_for_one().await;
            } else {
                self.start(earlier, items).await;
            }
        }
        let items = self.writer.take(group);
        self.start(group, items).await;
    }

    async fn start(&mut self, group: Group, items: Vec<Item>) {
        while self.writer.is_full() {
            self.wait_for_one().await;
        }
        let (items, orphans): (Vec<Item>, Vec<Item>) = items
            .into_iter()
            .partition(|item| !item.ticket.parent.as_ref().is_some_and(|it| self.catalogued.is_lost(it)));
        for orphan in orphans {
            self.orphan(orphan.ticket);
        }
        for chunk in chunks(items, self.options.batch) {
            while self.writer.is_full() {
                self.wait_for_one().await;
            }
            self.writer.start(group, chunk);
        }
    }

    async fn wait_for_one(&mut self) {
        if let Some(settled) = self.writer.next().await {
            self.settle(settled);
        }
    }

    /// Sends everything that waits and waits for every answer.
    pub(super) async fn drain(&mut self) {
        while let Some(group) = self.writer.first_waiting() {
            if self.broken {
                break;
            }
            self.send(group).await;
        }
        while let Some(settled) = self.writer.next().await {
            self.settle(settled);
        }
    }

    /// Counts a batch, and remembers what was written.
    pub(super) fn settle(&mut self, settled: Settled) {
        let outcomes = match settled.outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.catalog_failed(&error);
                let rejection = Rejection { reason: "catalog failed".to_owned(), message: error.to_string() };
                settled.tickets.iter().map(|_| Outcome::Rejected(rejection.clone())).collect()
            }
        };
        let mut remember = Vec::new();
        for (ticket, outcome) in settled.tickets.into_iter().zip(outcomes) {
            if matches!(outcome, Outcome::Rejected(_)) {
                ticket.itself.into_iter().for_each(|fqn| self.catalogued.lose(fqn));
            } else {
                remember.extend(ticket.remember);
            }
            self.account.settled(ticket.kind, &ticket.name, outcome);
        }
        self.commit(remember);
    }

    fn orphan(&mut self, ticket: Ticket) {
        let parent = ticket.parent.map(|parent| parent.to_string()).unwrap_or_default();
        ticket.itself.into_iter().for_each(|fqn| self.catalogued.lose(fqn));
        let message = format!("`{parent}`, which it belongs to, was rejected");
        self.account.rejected(ticket.kind, &ticket.name, "parent missing", message);
    }

    /// Makes changes durable. A state that can't be written ends the run: the next one would not know what this one did.
    pub(super) fn commit(&mut self, changes: Vec<Change>) {
        if changes.is_empty() || self.options.dry_run {
            return;
        }
        if let Err(error) = self.store.commit(changes) {
            self.state_failed(&error);
        }
    }

    /// Keeps which scopes were complete.
    pub(super) fn remember_complete(&mut self) {
        let changes = self.complete.iter().map(|mark| Change::Put {
            space: Space::Completes,
            key: self.keys.key(mark.kind.as_str(), &mark.scope),
            value: mark.emitted.to_string().into_bytes(),
        });
        let changes = changes.collect();
        self.commit(changes);
    }
}

fn chunks(items: Vec<Item>, size: usize) -> Vec<Vec<Item>> {
    let mut chunks: Vec<Vec<Item>> = Vec::new();
    for item in items {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < size.max(1) => chunk.push(item),
            _ => chunks.push(vec![item]),
        }
    }
    chunks
}
