//! Queries on their way to the catalog, once all are read: those that matter most to their tables, with who ran them.

use metahost_catalog::Reference;
use metahost_model::{Endpoint, Fingerprint, Query, Record, RecordKind, ServiceKind};

use super::Pipeline;
use super::admit::Stop;
use crate::incoming::{Incoming, Receipt};
use crate::lineage::Logged;

impl Pipeline {
    /// Places the queries that were read. Their cursors wait for the edges, too.
    pub(super) async fn place_queries(&mut self) {
        for (logged, is_kept) in self.log.take(self.options.queries.per_table) {
            match self.gathered.read(&logged.spooled) {
                Ok(Record::Query(query)) => self.place_logged(&logged, query, is_kept).await,
                Ok(_) => {}
                Err(error) => {
                    self.spool_failed(&error);
                    let at = self.checkpoints.again(&logged.spooled.at);
                    self.give_up(&Receipt::unknown(RecordKind::Query, at), Stop::stopped("state failed"));
                }
            }
            self.reading.push(logged.spooled.at);
        }
    }

    async fn place_logged(&mut self, logged: &Logged, query: Box<Query>, is_kept: bool) {
        let at = self.checkpoints.again(&logged.spooled.at);
        let before = Record::Query(query.clone());
        let receipt = Receipt::new(&self.service, RecordKind::Query, at, &before);
        if !is_kept {
            let reason = "among the less used queries of its tables".to_owned();
            return self.give_up(&receipt, Stop::Filtered(reason));
        }
        match self.complete(logged, query).await {
            Ok((fingerprint, record, tables)) => {
                self.place(Incoming { tables, ..Incoming::new(receipt, fingerprint, record) }).await;
            }
            Err(stop) => self.give_up(&receipt, stop),
        }
    }

    /// The query as the catalog gets it: in the service where it ran, with its tables, and with who ran it how often.
    async fn complete(
        &mut self,
        logged: &Logged,
        mut query: Box<Query>,
    ) -> Result<(Fingerprint, Record, Vec<Reference>), Stop> {
        self.name_service(logged, &mut query)?;
        let tables = self.log.tables(logged);
        let tables = self.present(&tables).await?;
        query.executions = logged.executions.as_ref().map(|now| self.executions_of(&logged.key, now));
        let record = Record::Query(query);
        let fingerprint = self.fingerprint(&record).map_err(|error| Stop::rejected("unreadable", error.to_string()))?;
        Ok((fingerprint, record, tables))
    }

    /// A query belongs to a database service: the one it names, or the one that has its tables.
    fn name_service(&self, logged: &Logged, query: &mut Query) -> Result<(), Stop> {
        if query.service.is_none() && self.service.kind == ServiceKind::DatabaseService {
            return Ok(());
        }
        let told = query.service.take().filter(|name| name != Endpoint::ANY_SERVICE);
        query.service = told.or_else(|| logged.service.clone());
        if query.service.as_deref().is_none_or(|name| name == Endpoint::ANY_SERVICE) {
            return Err(Stop::LeftOut("no service has all tables of this query".to_owned()));
        }
        Ok(())
    }
}
