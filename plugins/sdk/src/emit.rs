//! Emits records in batches of a good size. Never drops one: what is left is sent by `finish`.

use crate::activity::{Run, TestCase, TestResult};
use crate::bindings::metahost::source::sink;
use crate::enrichment::Annotation;
use crate::entities::Entity;
use crate::error::Result;
use crate::lineage::{Edge, Query};

/// Records a call: large enough to make the call's cost vanish, small enough to keep memory flat.
const BATCH: usize = 250;
/// Rough bytes a call: wide tables and long SQL fill a batch sooner.
const BYTES: usize = 512 * 1024;
/// What a record without long texts weighs.
const RECORD: usize = 256;
/// What a column weighs.
const COLUMN: usize = 100;
/// What a step of a pipeline or of its run weighs.
const STEP: usize = 150;

/// Collects records and emits them batch by batch; counts what went out.
#[derive(Default)]
pub struct Emitter {
    entities: Batch<Entity>,
    annotations: Batch<Annotation>,
    edges: Batch<Edge>,
    queries: Batch<Query>,
    tests: Batch<TestCase>,
    results: Batch<TestResult>,
    runs: Batch<Run>,
    emitted: u64,
}

impl Emitter {
    /// Nothing emitted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entity.
    pub fn entity(&mut self, entity: Entity) -> Result<()> {
        let weight = match &entity {
            Entity::Table(table) => table.columns.len() * COLUMN + length(table.definition.as_ref()),
            Entity::Container(container) => container.fields.len() * COLUMN,
            Entity::Topic(topic) => topic.fields.len() * COLUMN + length(topic.schema_text.as_ref()),
            Entity::Routine(routine) => routine.code.len(),
            Entity::Other(other) => other.body.len(),
            Entity::Pipeline(pipeline) => pipeline.tasks.len() * STEP,
            Entity::DashboardDataModel(model) => model.columns.len() * COLUMN + length(model.sql.as_ref()),
            Entity::Database(_) | Entity::Schema(_) | Entity::Dashboard(_) | Entity::Chart(_) => 0,
        };
        self.emitted += self.entities.push(entity, weight, sink::emit_entities)?;
        Ok(())
    }

    /// Adds what is known about an entity of another source.
    pub fn annotation(&mut self, annotation: Annotation) -> Result<()> {
        let sql = annotation.data_model.as_ref();
        let sql = sql.map_or(0, |model| length(model.raw_sql.as_ref()) + length(model.compiled_sql.as_ref()));
        let weight = annotation.columns.len() * COLUMN + sql;
        self.emitted += self.annotations.push(annotation, weight, sink::emit_annotations)?;
        Ok(())
    }

    /// Adds a lineage edge.
    pub fn edge(&mut self, edge: Edge) -> Result<()> {
        let weight = edge.columns.len() * COLUMN + length(edge.sql.as_ref());
        self.emitted += self.edges.push(edge, weight, sink::emit_edges)?;
        Ok(())
    }

    /// Adds a query.
    pub fn query(&mut self, query: Query) -> Result<()> {
        let weight = query.sql.len();
        self.emitted += self.queries.push(query, weight, sink::emit_queries)?;
        Ok(())
    }

    /// Adds a test case.
    pub fn test(&mut self, test: TestCase) -> Result<()> {
        let weight = length(test.sql.as_ref()) + length(test.description.as_ref());
        self.emitted += self.tests.push(test, weight, |tests| sink::emit_tests(tests, &[]))?;
        Ok(())
    }

    /// Adds the result of a test case that was added before it, in this run or an earlier one.
    pub fn test_result(&mut self, result: TestResult) -> Result<()> {
        let weight = length(result.message.as_ref());
        if self.results.is_full_with(weight) {
            self.flush_tests()?;
        }
        self.emitted += self.results.push(result, weight, |results| sink::emit_tests(&[], results))?;
        Ok(())
    }

    /// Adds a run of a pipeline that was added before it, in this run or an earlier one.
    pub fn run(&mut self, run: Run) -> Result<()> {
        let weight = run.tasks.len() * STEP;
        if self.runs.is_full_with(weight) {
            self.emitted += self.entities.flush(sink::emit_entities)?;
        }
        self.emitted += self.runs.push(run, weight, sink::emit_runs)?;
        Ok(())
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
        self.emitted += self.entities.flush(sink::emit_entities)?;
        self.emitted += self.annotations.flush(sink::emit_annotations)?;
        self.flush_tests()?;
        self.emitted += self.runs.flush(sink::emit_runs)?;
        self.emitted += self.edges.flush(sink::emit_edges)?;
        self.emitted += self.queries.flush(sink::emit_queries)?;
        Ok(())
    }

    /// A test case arrives before its results.
    fn flush_tests(&mut self) -> Result<()> {
        self.emitted += self.tests.flush(|tests| sink::emit_tests(tests, &[]))?;
        self.emitted += self.results.flush(|results| sink::emit_tests(&[], results))?;
        Ok(())
    }
}

/// Records of one kind that wait to be sent.
struct Batch<T> {
    records: Vec<T>,
    weight: usize,
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { records: Vec::new(), weight: 0 }
    }
}

impl<T> Batch<T> {
    /// Adds a record, sends all when that is enough, and answers how many were sent.
    fn push(&mut self, record: T, weight: usize, send: impl FnOnce(&[T]) -> Result<()>) -> Result<u64> {
        let full = self.is_full_with(weight);
        self.records.push(record);
        self.weight += RECORD + weight;
        if full { self.flush(send) } else { Ok(0) }
    }

    fn is_full_with(&self, weight: usize) -> bool {
        self.records.len() + 1 >= BATCH || self.weight + RECORD + weight >= BYTES
    }

    fn flush(&mut self, send: impl FnOnce(&[T]) -> Result<()>) -> Result<u64> {
        if self.records.is_empty() {
            return Ok(0);
        }
        send(&self.records)?;
        let count = self.records.len() as u64;
        self.records.clear();
        self.weight = 0;
        Ok(count)
    }
}

fn length(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_goes_out_when_it_is_full_of_records_or_of_bytes() {
        let mut sizes = Vec::new();
        let mut batch = Batch::default();
        let mut sent = 0;
        for weight in core::iter::repeat_n(0, BATCH).chain([BYTES, 1]) {
            sent += batch
                .push((), weight, |records| {
                    sizes.push(records.len());
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!((sent, batch.records.len()), (251, 1));
        assert_eq!(sizes, [BATCH, 1]);
    }
}
