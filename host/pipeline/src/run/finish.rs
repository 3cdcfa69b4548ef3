//! When the source is done: what was set aside has its turn, what waits is sent, and whatever can't be sent is counted.

use metahost_model::Record;
use metahost_store::{Change, Space};

use super::Pipeline;
use super::admit::Stop;
use crate::incoming::{Incoming, Receipt};
use crate::spool::Spooled;

impl Pipeline {
    /// Ends with nothing waiting, nothing under way, and every record counted.
    pub(super) async fn finish(&mut self) {
        self.drain().await;
        self.finishing = true;
        self.identify().await;
        self.derive().await;
        for spooled in self.spool.take() {
            self.replay(&spooled).await;
        }
        self.draw_redirected().await;
        self.drain().await;
        self.draw().await;
        // On the heap: what a run waits for would else grow by all of it.
        Box::pin(self.link()).await;
        self.count_reads().await;
        Box::pin(self.profile()).await;
        let reason = self.stopped().unwrap_or("not sent");
        for item in self.writer.abandon() {
            self.give_up(&item.ticket.receipt, Stop::stopped(reason));
        }
        self.keep_cursors().await;
        self.keep_changes().await;
        self.keep_complete().await;
    }

    async fn replay(&mut self, spooled: &Spooled) {
        let mut record = match self.spool.read(spooled) {
            Ok(record) => record,
            Err(error) => {
                self.spool_failed(&error);
                let receipt = Receipt::unknown(spooled.kind, spooled.at.clone());
                return self.count(&receipt, Stop::stopped("state failed"));
            }
        };
        if let Record::Edge(told) = record {
            let Some(mut edge) = self.lead(spooled, told) else { return };
            self.enrich(&mut edge);
            record = Record::Edge(edge);
        }
        let receipt = Receipt::new(&self.service, spooled.kind, spooled.at.clone(), &record);
        match (self.stopped(), self.fingerprint(&record)) {
            (None, Ok(fingerprint)) => self.place(Incoming::new(receipt, fingerprint, record)).await,
            (reason, _) => self.give_up(&receipt, Stop::stopped(reason.unwrap_or("unreadable"))),
        }
    }

    /// Keeps which scopes were complete, unless the run is not.
    async fn keep_complete(&mut self) {
        if self.stopped().is_some() {
            self.complete.clear();
        }
        let changes = self.complete.iter().map(|mark| Change::Put {
            space: Space::Completes,
            key: self.keys.of(&format!("{}\0{}", mark.kind, mark.scope)),
            value: mark.emitted.to_string().into_bytes(),
        });
        let changes = changes.collect();
        self.commit(changes).await;
    }
}
