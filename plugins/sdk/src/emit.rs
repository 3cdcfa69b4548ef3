//! Emits records in batches of a good size. Never drops one: what is left is sent by `finish`.

use crate::bindings::metahost::source::sink;
use crate::enrichment::Annotation;
use crate::entities::Entity;
use crate::error::Result;
use crate::lineage::{Edge, Query};

/// Records a call: large enough to make the call's cost vanish, small enough to keep memory flat.
const BATCH: usize = 250;
/// Columns a call: wide tables fill a batch sooner.
const COLUMNS: usize = 20_000;

/// Collects records and emits them batch by batch; counts what went out.
#[derive(Default)]
pub struct Emitter {
    entities: Vec<Entity>,
    columns: usize,
    annotations: Vec<Annotation>,
    edges: Vec<Edge>,
    queries: Vec<Query>,
    emitted: u64,
}

impl Emitter {
    /// Nothing emitted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entity.
    pub fn entity(&mut self, entity: Entity) -> Result<()> {
        if let Entity::Table(table) = &entity {
            self.columns += table.columns.len();
        }
        self.entities.push(entity);
        if self.entities.len() >= BATCH || self.columns >= COLUMNS {
            self.columns = 0;
            return flush(&mut self.entities, &mut self.emitted, sink::emit_entities);
        }
        Ok(())
    }

    /// Adds what is known about an entity of another source.
    pub fn annotation(&mut self, annotation: Annotation) -> Result<()> {
        self.annotations.push(annotation);
        flush_full(
            &mut self.annotations,
            &mut self.emitted,
            sink::emit_annotations,
        )
    }

    /// Adds a lineage edge.
    pub fn edge(&mut self, edge: Edge) -> Result<()> {
        self.edges.push(edge);
        flush_full(&mut self.edges, &mut self.emitted, sink::emit_edges)
    }

    /// Adds a query.
    pub fn query(&mut self, query: Query) -> Result<()> {
        self.queries.push(query);
        flush_full(&mut self.queries, &mut self.emitted, sink::emit_queries)
    }

    /// Counts records that the connector emitted by itself.
    pub fn count(&mut self, records: usize) {
        self.emitted += records as u64;
    }

    /// Sends what is left and answers how many records went out in all.
    pub fn finish(mut self) -> Result<u64> {
        self.flush()?;
        Ok(self.emitted)
    }

    /// Sends what is left, so that what follows arrives after it.
    pub fn flush(&mut self) -> Result<()> {
        self.columns = 0;
        flush(&mut self.entities, &mut self.emitted, sink::emit_entities)?;
        flush(
            &mut self.annotations,
            &mut self.emitted,
            sink::emit_annotations,
        )?;
        flush(&mut self.edges, &mut self.emitted, sink::emit_edges)?;
        flush(&mut self.queries, &mut self.emitted, sink::emit_queries)
    }
}

fn flush_full<T>(
    batch: &mut Vec<T>,
    emitted: &mut u64,
    send: fn(&[T]) -> Result<()>,
) -> Result<()> {
    if batch.len() < BATCH {
        Ok(())
    } else {
        flush(batch, emitted, send)
    }
}

fn flush<T>(batch: &mut Vec<T>, emitted: &mut u64, send: fn(&[T]) -> Result<()>) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    send(batch)?;
    *emitted += batch.len() as u64;
    batch.clear();
    Ok(())
}
