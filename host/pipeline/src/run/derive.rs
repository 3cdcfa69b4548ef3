//! The lineage stage: when the source is done, its queries and views are read for the edges that they imply. Reads side
//! by side, in an order that no chance decides, and holds one chunk of queries in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use metahost_lineage::Dialect;
use metahost_model::{Edge, EdgeSource, Endpoint, Entity, EntityKind, Query, Record, RecordKind, ServiceKind};

use super::Pipeline;
use super::admit::Stop;
use crate::checkpoints::Position;
use crate::incoming::{Incoming, Receipt, fingerprint};
use crate::lineage::{Found, Place, Reading, TableIndex, of_view};
use crate::report::FailureKind;
use crate::seen::Standing;
use crate::spool::Spooled;

/// So many queries are in memory at once.
const CHUNK: usize = 256;

/// The split, as it were, from which the edges of this stage come: it holds back the cursors of all others.
const STAGE: &str = "\0lineage";

/// A query and what it says.
type Read = (Spooled, Box<Query>, Found);

impl Pipeline {
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

    /// Reads what was gathered. The queries themselves go on their way; edges wait for those that the source told.
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
                return;
            }
            let queries = self.recall(chunk);
            for (spooled, query, found) in self.read_all(queries, &mut index).await {
                self.note(&spooled, &query, &found);
                if spooled.kind == RecordKind::Query {
                    self.place_query(&spooled, query, &found).await;
                }
                self.reading.push(spooled.at);
            }
        }
    }

    /// Writes the edges that no source told, and lets go of the cursors of what they came from.
    pub(super) async fn draw(&mut self) {
        let at = self.checkpoints.open(&Arc::from(STAGE));
        for edge in self.edges.take() {
            self.draw_one(edge, &at).await;
        }
        self.drain().await;
        let failed = self.checkpoints.is_held(&at);
        for at in std::mem::take(&mut self.reading) {
            self.checkpoints.close(&at, failed);
        }
        self.checkpoints.close(&at, false);
    }

    async fn draw_one(&mut self, edge: Edge, stage: &Position) {
        let at = self.checkpoints.again(stage);
        let record = Record::Edge(Box::new(edge));
        let receipt = Receipt::new(&self.service, RecordKind::Edge, at, &record);
        self.account.ledger.emitted(RecordKind::Edge);
        match self.first_look(&receipt, &record) {
            Ok(fingerprint) => self.place(Incoming::new(receipt, fingerprint, record)).await,
            Err(stop) => self.count(&receipt, stop),
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
    fn note(&mut self, spooled: &Spooled, query: &Query, found: &Found) {
        if Dialect::from_name(&query.dialect).is_none() && self.warns_of_dialect(query) {
            let dialect = &query.dialect;
            self.account.warn(format!("`{dialect}` is no dialect of SQL that is known here: read as standard SQL"));
        }
        let times = 1 + self.repeats_of(spooled, query);
        self.verdicts.count(&query.sql, times, found.verdict, &found.reasons);
        if let (Some(service), Some(rival)) = (&found.service, &found.rival) {
            self.account.warn(format!(
                "tables of a query are in the services `{service}` and `{rival}`: the first is taken; name the service in the source's `config`"
            ));
        }
        for flow in &found.flows {
            self.edges.add(flow.clone(), self.edge_source(query), &query.sql);
        }
    }

    /// How often a query came again.
    fn repeats_of(&mut self, spooled: &Spooled, query: &Query) -> u64 {
        if self.repeats.is_empty() || spooled.kind != RecordKind::Query {
            return 0;
        }
        let record = Record::Query(Box::new(query.clone()));
        let receipt = Receipt::new(&self.service, spooled.kind, spooled.at.clone(), &record);
        self.repeats.remove(&receipt.key).unwrap_or_default()
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

    /// Adds to an edge that the source told what the SQL of this run says of it.
    pub(super) fn enrich(&mut self, edge: &mut Edge) {
        let own = |end: &Endpoint| match &end.service {
            Some(service) if *service == self.service.name => Endpoint { service: None, ..end.clone() },
            _ => end.clone(),
        };
        let ends = (own(&edge.upstream), own(&edge.downstream));
        self.edges.enrich(edge, &ends);
    }

    /// A query belongs to a database service: the one it names, or the one that has its tables.
    async fn place_query(&mut self, spooled: &Spooled, mut query: Box<Query>, found: &Found) {
        let before = Record::Query(query.clone());
        let receipt = Receipt::new(&self.service, spooled.kind, self.checkpoints.again(&spooled.at), &before);
        let is_own = query.service.is_none() && self.service.kind == ServiceKind::DatabaseService;
        if !is_own {
            let told = query.service.take().filter(|name| name != Endpoint::ANY_SERVICE);
            query.service = told.or_else(|| found.service.clone());
            if query.service.as_deref().is_none_or(|name| name == Endpoint::ANY_SERVICE) {
                let reason = "no service has all tables of this query".to_owned();
                return self.give_up(&receipt, Stop::LeftOut(reason));
            }
        }
        let tables = match self.present(&found.tables).await {
            Ok(tables) => tables,
            Err(stop) => return self.give_up(&receipt, stop),
        };
        let record = Record::Query(query);
        match fingerprint(&self.service, &record) {
            Ok(fingerprint) => self.place(Incoming { receipt, fingerprint, record, tables }).await,
            Err(error) => self.give_up(&receipt, Stop::rejected("unreadable", error.to_string())),
        }
    }
}
