//! Queries and views as they come: counted row by row, and kept once each for the end of the run. Never reads SQL but for
//! the rules that leave it out.

use metahost_model::{Entity, Query, Record, RecordKind};

use super::Pipeline;
use super::admit::Stop;
use crate::incoming::Receipt;
use crate::lineage::of_view;
use crate::seen::Standing;

impl Pipeline {
    /// Counts a row of a query log, unless a rule leaves it out.
    pub(super) fn count_row(&mut self, receipt: &Receipt, query: &Query) -> Result<(), Stop> {
        if let Some(reason) = self.options.queries.rules.left_out(query) {
            return Err(Stop::Filtered(reason));
        }
        self.tallies.count(&receipt.key, query);
        if !self.counting.contains_key(receipt.at.split()) {
            let at = self.checkpoints.again(&receipt.at);
            self.counting.insert(receipt.at.split().clone(), at);
        }
        Ok(())
    }

    /// Keeps a query for the end of the run, when all tables that it may name are known.
    pub(super) fn gather_query(&mut self, receipt: &Receipt, record: &Record) {
        self.seen.set(&receipt.key, Standing::Deferred);
        if let Err(error) = self.gathered.push(RecordKind::Query, receipt.at.clone(), record) {
            self.spool_failed(&error);
            self.count(receipt, Stop::stopped("state failed"));
        }
    }

    /// Keeps the query that a view is.
    pub(super) fn gather_view(&mut self, receipt: &Receipt, entity: &Entity) {
        let Some(query) = of_view(&self.service, entity) else { return };
        let at = self.checkpoints.again(&receipt.at);
        let record = Record::Query(Box::new(query));
        if let Err(error) = self.gathered.push(receipt.kind, at, &record) {
            self.spool_failed(&error);
        }
    }
}
