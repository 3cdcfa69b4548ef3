//! The lineage stage: when the source is done, its queries and views are read for what they imply. Reads side by side,
//! in an order that no chance decides, and holds one chunk of queries in memory. Writes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use metahost_lineage::Dialect;
use metahost_model::{EdgeSource, EntityKind, Query, Record, RecordKind};

use super::Pipeline;
use super::admit::Stop;
use crate::incoming::{Receipt, query_key};
use crate::lineage::{Found, Place, Reading, TableIndex, Tally};
use crate::report::FailureKind;
use crate::spool::Spooled;

/// So many queries are in memory at once.
const CHUNK: usize = 256;

/// A query and what it says.
type Read = (Spooled, Box<Query>, Found);

impl Pipeline {
    /// Reads what was gathered. Queries and edges wait until all of it is read.
    pub(super) async fn derive(&mut self) {
        let waiting = self.gathered.take();
        let mut index = TableIndex::default();
        for (path, columns) in std::mem::take(&mut self.written_columns) {
            index.add(&self.service.name, path, columns);
        }
        let mut index = Arc::new(index);
        let mut waiting = waiting.into_iter();
        loop {
            let chunk: Vec<Spooled> = waiting.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return self.place_queries().await;
            }
            let queries = self.recall(chunk);
            for (spooled, query, found) in self.read_all(queries, &mut index).await {
                self.book(spooled, &query, &found);
            }
        }
    }

    /// Reads queries back from the disk.
    fn recall(&mut self, chunk: Vec<Spooled>) -> Vec<(Spooled, Box<Query>)> {
        let mut queries = Vec::with_capacity(chunk.len());
        for spooled in chunk {
            match (self.stopped(), self.gathered.read(&spooled)) {
                (None, Ok(Record::Query(query))) => queries.push((spooled, query)),
                (None, Ok(_)) => {}
                (None, Err(error)) => {
                    self.spool_failed(&error);
                    self.abandon(&spooled, "state failed");
                }
                (Some(reason), _) => self.abandon(&spooled, reason),
            }
        }
        queries
    }

    /// A query that will not be read. Its cursor stays where it is.
    fn abandon(&mut self, spooled: &Spooled, reason: &'static str) {
        if spooled.kind == RecordKind::Query {
            let at = self.checkpoints.again(&spooled.at);
            let record = self.gathered.read(spooled);
            let receipt = record.map_or_else(
                |_unreadable| Receipt::unknown(spooled.kind, at.clone()),
                |record| Receipt::new(&self.service, spooled.kind, at.clone(), &record),
            );
            self.give_up(&receipt, Stop::stopped(reason));
        }
        self.checkpoints.close(&spooled.at, true);
    }

    /// Reads queries until none lacks a listing.
    async fn read_all(&mut self, queries: Vec<(Spooled, Box<Query>)>, index: &mut Arc<TableIndex>) -> Vec<Read> {
        let mut done: Vec<(usize, Read)> = Vec::with_capacity(queries.len());
        let mut open: Vec<(usize, (Spooled, Box<Query>))> = queries.into_iter().enumerate().collect();
        while !open.is_empty() {
            let readings = self.read_side_by_side(&open, index).await;
            let mut lacks = BTreeSet::new();
            let mut again = Vec::new();
            for ((order, (spooled, query)), reading) in open.into_iter().zip(readings) {
                match reading {
                    Some(Reading::Found(found)) => done.push((order, (spooled, query, found))),
                    Some(Reading::Lacks(places)) if self.stopped().is_none() => {
                        lacks.extend(places);
                        again.push((order, (spooled, query)));
                    }
                    _ => self.abandon(&spooled, self.stopped().unwrap_or("not sent")),
                }
            }
            self.list(lacks, Arc::make_mut(index)).await;
            open = again;
        }
        done.sort_by_key(|(order, _)| *order);
        done.into_iter().map(|(_, read)| read).collect()
    }

    /// One reading each, in their order; none for those whose worker crashed.
    async fn read_side_by_side(
        &mut self,
        queries: &[(usize, (Spooled, Box<Query>))],
        index: &Arc<TableIndex>,
    ) -> Vec<Option<Reading>> {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let share = queries.len().div_ceil(workers).max(1);
        let tasks: Vec<_> = queries
            .chunks(share)
            .map(|share| {
                let share: Vec<Box<Query>> = share.iter().map(|(_, (_, query))| query.clone()).collect();
                let (reader, index, count) = (Arc::clone(&self.reader), Arc::clone(index), share.len());
                let read = move || share.iter().map(|query| Some(reader.read(query, &index))).collect::<Vec<_>>();
                (count, tokio::task::spawn_blocking(read))
            })
            .collect();
        let mut readings = Vec::with_capacity(queries.len());
        for (count, task) in tasks {
            match task.await {
                Ok(read) => readings.extend(read),
                Err(crash) => {
                    self.fail(FailureKind::Split, "crash", format!("reading SQL for lineage crashed: {crash}"));
                    readings.extend((0..count).map(|_| None));
                }
            }
        }
        readings
    }

    async fn list(&mut self, places: BTreeSet<Place>, index: &mut TableIndex) {
        for place in places {
            if self.stopped().is_some() {
                return;
            }
            let listed = match &place.database {
                None => self.catalogued.databases(&place.service).await.map(|names| {
                    index.list_databases(&place.service, names);
                }),
                Some(database) => self.catalogued.tables(&place.service, database).await.map(|tables| {
                    index.list_tables(&place, tables);
                }),
            };
            if let Err(error) = listed {
                self.catalog_failed(&error);
            }
        }
    }

    /// Books what a query says.
    fn book(&mut self, spooled: Spooled, query: &Query, found: &Found) {
        if Dialect::from_name(&query.dialect).is_none() && self.warns_of_dialect(query) {
            let dialect = &query.dialect;
            self.account.warn(format!("`{dialect}` is no dialect of SQL that is known here: read as standard SQL"));
        }
        let is_logged = spooled.kind == RecordKind::Query;
        let key = is_logged.then(|| query_key(query));
        let tally = key.as_ref().map_or_else(Tally::default, |key| self.tallies.take(key));
        self.verdicts.count(&query.sql, found.verdict, &found.reasons, tally.rows.max(1));
        if let (Some(service), Some(rival)) = (&found.service, &found.rival) {
            self.account.warn(format!(
                "tables of a query are in the services `{service}` and `{rival}`: the first is taken; name the service in the source's `config`"
            ));
        }
        let executions = tally.executions();
        for flow in &found.flows {
            self.add_flow(flow.clone(), self.edge_source(query), query, executions.as_ref());
        }
        match key {
            Some(key) => self.log.push(spooled, key, found, &tally),
            None => self.reading.push(spooled.at),
        }
    }

    /// A view in a dialect that nobody knows is no mistake of the source.
    fn warns_of_dialect(&self, query: &Query) -> bool {
        query.dialect != self.service.service_type.to_lowercase()
    }

    fn edge_source(&self, query: &Query) -> EdgeSource {
        match query.target.as_ref().map(|target| target.kind) {
            Some(EntityKind::Table) if query.target.as_ref().is_some_and(|target| self.is_own(target)) => {
                EdgeSource::ViewLineage
            }
            Some(EntityKind::Dashboard | EntityKind::Chart | EntityKind::DashboardDataModel) => {
                EdgeSource::DashboardLineage
            }
            Some(EntityKind::Pipeline) => EdgeSource::PipelineLineage,
            _ => EdgeSource::QueryLineage,
        }
    }
}
