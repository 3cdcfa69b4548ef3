//! The end of an item's way: sent in its turn, answered, counted, remembered.

use std::sync::Arc;

use metahost_catalog::{Outcome, Rejection};
use metahost_model::EntityKind;
use metahost_store::{Change, Space};

use super::Pipeline;
use super::admit::Stop;
use crate::incoming::Receipt;
use crate::report::FailureKind;
use crate::seen::Standing;
use crate::writer::{Group, Item, Settled, Ticket};

/// So many changes that belong to no write are kept together.
const UNKEPT: usize = 1_000;

impl Pipeline {
    /// Takes an item; sends its group when a batch is full.
    pub(super) async fn push(&mut self, group: Group, item: Item) {
        if group == Group::Entity(EntityKind::Container) && self.waits_for_parent(&item) {
            // Containers lie in containers: one batch must not hold both, or a refused parent takes its child along.
            self.send(group).await;
        }
        self.seen.set(&item.ticket.receipt.key, Standing::Pending);
        if self.options.dry_run {
            let outcome = if item.ticket.was_known { Outcome::Updated } else { Outcome::Created };
            self.close(&item.ticket, outcome);
        } else if self.writer.push(group, item) {
            self.send(group).await;
        }
    }

    fn waits_for_parent(&self, item: &Item) -> bool {
        item.ticket.parent.as_ref().is_some_and(|parent| self.seen.standing(parent) == Some(Standing::Pending))
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

    async fn start(&mut self, group: Group, mut items: Vec<Item>) {
        while !items.is_empty() {
            while self.writer.is_full(group) {
                self.wait_for_one().await;
            }
            let rest = items.split_off(items.len().min(self.options.batch.max(1)));
            let ready = self.without_orphans(items);
            if !ready.is_empty() {
                self.writer.start(group, ready);
            }
            items = rest;
        }
    }

    /// What still can be written: its parent was, and so was everything else so far.
    fn without_orphans(&mut self, items: Vec<Item>) -> Vec<Item> {
        let mut ready = Vec::with_capacity(items.len());
        for item in items {
            let is_orphan = item.ticket.parent.as_ref().is_some_and(|parent| self.seen.is_lost(parent));
            match self.broken {
                Some(reason) => self.give_up(&item.ticket.receipt, Stop::stopped(reason)),
                None if is_orphan => {
                    let message = "what it belongs to was rejected in this run";
                    self.give_up(&item.ticket.receipt, Stop::rejected("parent missing", message));
                }
                None => ready.push(item),
            }
        }
        ready
    }

    pub(super) fn give_up(&mut self, receipt: &Receipt, stop: Stop) {
        self.seen.set(&receipt.key, Standing::Lost);
        self.count(receipt, stop);
    }

    async fn wait_for_one(&mut self) {
        if let Some(settled) = self.writer.next().await {
            self.settle(settled).await;
        }
    }

    /// Sends everything that waits and waits for every answer.
    pub(super) async fn drain(&mut self) {
        while let Some(group) = self.writer.first_waiting() {
            if self.stopped().is_some() {
                break;
            }
            self.send(group).await;
        }
        while let Some(settled) = self.writer.next().await {
            self.settle(settled).await;
        }
    }

    /// Counts a batch, and remembers what was written.
    pub(super) async fn settle(&mut self, settled: Settled) {
        let outcomes = settled.outcomes.unwrap_or_else(|error| {
            self.catalog_failed(&error);
            let rejection = Rejection { reason: "catalog failed".to_owned(), message: error.to_string() };
            vec![Outcome::Rejected(rejection); settled.tickets.len()]
        });
        let mut remember = Vec::new();
        for (mut ticket, outcome) in settled.tickets.into_iter().zip(outcomes) {
            if !matches!(outcome, Outcome::Rejected(_)) {
                remember.append(&mut ticket.remember);
            }
            self.close(&ticket, outcome);
        }
        remember.extend(self.ripe_cursors());
        self.commit(remember).await;
    }

    /// Books what became of an item.
    fn close(&mut self, ticket: &Ticket, outcome: Outcome) {
        let standing = match outcome {
            Outcome::Rejected(_) => Standing::Lost,
            _ if ticket.was_known => Standing::Here,
            _ => Standing::Made,
        };
        self.seen.set(&ticket.receipt.key, standing);
        self.settle_one(&ticket.receipt, outcome);
    }

    pub(super) fn settle_one(&mut self, receipt: &Receipt, outcome: Outcome) {
        for companion in self.companions.remove(&receipt.key).unwrap_or_default() {
            self.settle_one(&companion, outcome.clone());
        }
        let is_worth_a_retry = matches!(&outcome, Outcome::Rejected(why) if is_worth_a_retry(&why.reason));
        self.account.settled(receipt, outcome);
        self.checkpoints.close(&receipt.at, is_worth_a_retry);
    }

    /// Keeps the cursors that everything before them has been settled for.
    pub(super) async fn keep_cursors(&mut self) {
        let changes = self.ripe_cursors();
        self.commit(changes).await;
    }

    /// Cursors, and with them what belongs to the records before them.
    pub(super) fn ripe_cursors(&mut self) -> Vec<Change> {
        let ripe = self.checkpoints.take_ripe();
        if ripe.is_empty() && self.identity.changes.len() < UNKEPT {
            return Vec::new();
        }
        let mut changes = std::mem::take(&mut self.identity.changes);
        changes.extend(ripe.into_iter().map(|(split, value)| Change::Put {
            space: Space::Cursors,
            key: self.keys.of_split(&split),
            value,
        }));
        changes
    }

    /// Keeps what has no cursor to wait for.
    pub(super) async fn keep_changes(&mut self) {
        let changes = std::mem::take(&mut self.identity.changes);
        self.commit(changes).await;
    }

    /// Makes changes durable. A state that can't be written ends the run: the next one would not know what this one did.
    pub(super) async fn commit(&mut self, changes: Vec<Change>) {
        if changes.is_empty() || !self.keeps_state() || self.broken == Some("state failed") {
            return;
        }
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || store.commit(changes)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.state_failed(&error),
            Err(crash) => self.fail(FailureKind::State, "crash", format!("writing the state crashed: {crash}")),
        }
    }
}

/// Whether the same record may pass another time. What the catalog understood and refused will be refused again.
fn is_worth_a_retry(reason: &str) -> bool {
    let is_refusal = reason.starts_with('4') && !["408", "425", "429"].iter().any(|code| reason.starts_with(code));
    let is_final =
        ["unsupported", "no time", "unreadable", "malformed path", "not its service", "conflicting duplicate"];
    !is_refusal && !is_final.contains(&reason)
}

#[cfg(test)]
mod tests {
    use super::is_worth_a_retry;

    #[test]
    fn a_refusal_is_final_and_an_outage_is_not() {
        for (reason, expected) in [
            ("400 Bad Request", false),
            ("404 Not Found", false),
            ("429 Too Many Requests", true),
            ("503 Service Unavailable", true),
            ("unsupported", false),
            ("parent missing", true),
            ("cancelled", true),
            ("catalog failed", true),
        ] {
            assert_eq!(is_worth_a_retry(reason), expected, "{reason}");
        }
    }
}
