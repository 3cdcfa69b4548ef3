//! Queries and views of a run that wait to be read: on disk, and in memory only their places.

use std::io;

use metahost_model::{Endpoint, Entity, Query, Record, RecordKind, Service, Table, TableKind};

use crate::checkpoints::Position;
use crate::spool::{Spool, Spooled};

/// See the module.
#[derive(Debug)]
pub(crate) struct Gathered {
    spool: Spool,
}

impl Gathered {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { spool: Spool::new()? })
    }

    /// Keeps a query. `kind` says what it came from: a query of its own, or the view that it makes.
    pub(crate) fn push(&mut self, kind: RecordKind, at: Position, query: &Record) -> io::Result<()> {
        self.spool.push(kind, at, query)
    }

    /// All that waits; views before queries, else as they came.
    pub(crate) fn take(&mut self) -> Vec<Spooled> {
        self.spool.take()
    }

    /// Reads a query back.
    pub(crate) fn read(&mut self, spooled: &Spooled) -> io::Result<Record> {
        self.spool.read(spooled)
    }
}

/// The query that a view is.
pub(crate) fn of_view(service: &Service, entity: &Entity) -> Option<Query> {
    let Entity::Table(Table { common, kind, definition: Some(sql), .. }) = entity else { return None };
    if !matches!(kind, TableKind::View | TableKind::SecureView | TableKind::MaterializedView) {
        return None;
    }
    let mut within = common.path.parts().iter().cloned();
    Some(Query {
        sql: sql.clone(),
        dialect: service.service_type.to_lowercase(),
        service: None,
        database: within.next(),
        schema: within.next(),
        user: None,
        started_at: None,
        duration_ms: None,
        rows: None,
        failed: false,
        target: Some(Endpoint { service: None, kind: entity.kind(), path: common.path.clone() }),
    })
}
