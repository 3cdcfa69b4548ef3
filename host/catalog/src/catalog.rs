//! What the pipeline needs of a catalog. Never says how: each implementation has a folder of its own.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use metahost_model::{
    Annotation, ColumnNames, Edge, Entity, EntityKind, EntityPath, Fingerprint, Fqn, Query, Run, SampleData, Service,
    TableProfile, TestCase, TestResult, Timestamp, Usage,
};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a catalog holds under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The catalog's own id; it changes when an entity is deleted for good and made again.
    pub id: String,
    /// The fingerprint it was last written with, if by us.
    pub fingerprint: Option<Fingerprint>,
    /// Soft-deleted: a write brings it back.
    pub deleted: bool,
    /// The columns of a table, as far as its listing tells them.
    pub columns: ColumnNames,
}

/// An entity that exists in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What kind it is.
    pub kind: EntityKind,
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// The catalog's own id.
    pub id: String,
}

/// Columns by their table; each by its names from the outermost in.
pub type TaggedColumns = BTreeMap<Fqn, BTreeSet<Vec<String>>>;

/// What a catalog says of an edge that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeWord {
    /// Where it was learnt, in OpenMetadata's words.
    pub learnt: String,
    /// The SQL that is shown with it.
    pub sql: Option<String>,
}

/// One thing to write. All items of a batch are of the same case, and what they refer to exists.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Create or update an entity of our own service.
    Entity {
        /// Its fully qualified name.
        fqn: Fqn,
        /// What to write.
        entity: Box<Entity>,
        /// Kept by the catalog, to be listed by the next run.
        fingerprint: Fingerprint,
        /// What is there now.
        known: Option<Known>,
    },
    /// Add to an entity that another source owns, without undoing what people wrote.
    Annotation {
        /// Which entity.
        target: Reference,
        /// What is known about it.
        annotation: Box<Annotation>,
        /// What this source wrote last time: only that may be replaced or taken back.
        previous: Option<Box<Annotation>>,
    },
    /// Draw an edge, merged with what is there.
    Edge {
        /// Upstream.
        from: Reference,
        /// Downstream.
        to: Reference,
        /// The pipeline that runs it.
        pipeline: Option<Reference>,
        /// The edge as emitted.
        edge: Box<Edge>,
    },
    /// Create or update a test case.
    TestCase {
        /// The table under test.
        table: Reference,
        /// The test case.
        test: Box<TestCase>,
    },
    /// Add a result of a test case that exists.
    TestResult {
        /// The test case's fully qualified name.
        test: Fqn,
        /// The result.
        result: Box<TestResult>,
    },
    /// Add or update a query of the service.
    Query {
        /// The query.
        query: Box<Query>,
        /// The tables that it reads or writes.
        tables: Vec<Reference>,
    },
    /// Add a run of a pipeline.
    Run {
        /// The pipeline.
        pipeline: Reference,
        /// The run.
        run: Box<Run>,
    },
    /// Add reads of a day.
    Usage {
        /// What was read.
        target: Reference,
        /// How often.
        usage: Box<Usage>,
    },
    /// Keep what is known of a table's rows.
    Profile {
        /// The table.
        table: Reference,
        /// What is known.
        profile: Box<TableProfile>,
        /// Rows to look at, if any.
        sample: Option<Box<SampleData>>,
    },
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is new in the catalog.
    Created,
    /// It was there and changed.
    Updated,
    /// The catalog saw no difference.
    Unchanged,
    /// The catalog refused it.
    Rejected(Rejection),
}

/// A service as the catalog holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldService {
    /// What became of it.
    pub outcome: Outcome,
    /// The catalog's id: another one means that what was below it is gone.
    pub id: String,
}

/// Why the catalog refused an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// A short class to count by, such as "400 Bad Request" or "unsupported".
    pub reason: String,
    /// The catalog's own words.
    pub message: String,
}

/// How a run stands, for catalogs that show runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunState {
    /// It has begun.
    Running,
    /// Everything was written.
    Success,
    /// Something was rejected or could not be read.
    PartialSuccess,
    /// The source failed.
    Failed,
}

/// A run of an asset, for catalogs that show runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// The run's id, a UUID.
    pub id: String,
    /// The asset, such as `openmetadata__trino__metadata`.
    pub asset: String,
    /// "metadata", "lineage", "usage" or "profiling".
    pub kind: String,
    /// How it stands.
    pub state: RunState,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Records that reached the catalog or were there already.
    pub records: u64,
    /// Of these, written.
    pub written: u64,
    /// Warnings.
    pub warnings: u64,
    /// Left out by a filter or a rule.
    pub filtered: u64,
    /// Errors, the first ones of many: name and message.
    pub errors: Vec<(String, String)>,
    /// All errors there were.
    pub error_count: u64,
}

/// A place where records land.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// For people: "OpenMetadata 2.0.7 at http://…".
    fn describe(&self) -> String;

    /// Stable from run to run; the state of one catalog is never used for another.
    fn id(&self) -> String;

    /// Makes sure that the service is there. A borrowed service is only looked up.
    async fn service(&self, service: &Service) -> Result<HeldService, Error>;

    /// Everything of a kind that the catalog holds below a scope: the root or a database.
    async fn known(
        &self,
        service: &Service,
        kind: EntityKind,
        scope: &EntityPath,
    ) -> Result<BTreeMap<Fqn, Known>, Error>;

    /// One entity of any service.
    async fn find(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error>;

    /// The test cases that people defined on tables of a service for OpenMetadata's own definitions; none where this
    /// catalog can't tell. Their table's service is that service.
    async fn tests(&self, _service: &Service) -> Result<Option<Vec<TestCase>>, Error> {
        Ok(None)
    }

    /// The columns of a service's tables that carry one of these tags, whoever tagged them.
    async fn tagged_columns(&self, _service: &Service, _tags: &[String]) -> Result<TaggedColumns, Error> {
        Ok(TaggedColumns::new())
    }

    /// What the catalog says of an edge; empty where there is none, or where edges can't be asked for.
    async fn edge_words(&self, _from: &Reference, _to: &Reference) -> Result<Vec<EdgeWord>, Error> {
        Ok(Vec::new())
    }

    /// Writes a batch of one case (entities: also of one kind); one outcome for each item, in order.
    /// An error means that the catalog itself failed and nothing more should be sent.
    async fn write(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error>;

    /// Tells the catalog how a run stands, where it shows runs.
    async fn report(&self, service: &Service, report: &RunReport) -> Result<(), Error>;

    /// Makes everything written so far durable.
    async fn finish(&self) -> Result<(), Error>;

    /// Whether it still holds next time what is written now. If not, nothing from an earlier run may be skipped as
    /// unchanged, and no state is kept for it.
    fn remembers(&self) -> bool {
        true
    }

    /// Whether it is to know at any time how often queries ran and edges were used. Where it is not, that is told along
    /// with other changes only.
    fn counts_executions(&self) -> bool {
        false
    }

    /// What was left out of writes that succeeded, such as an owner nobody knows: what, and how often.
    fn warnings(&self) -> Vec<(String, u64)> {
        Vec::new()
    }
}
