//! What flows through metahost: records, names, fully qualified names and types.
//! Pure: no I/O, no WebAssembly, no HTTP, and nothing that only one catalog knows.

mod activity;
mod column;
mod column_names;
mod enrichment;
mod entity;
mod error;
mod event;
mod executions;
mod fingerprint;
mod fqn;
mod kind;
mod lineage;
mod path;
mod profile;
mod record;
mod service;
mod statistics;
mod test_definition;

pub use activity::{Join, Outcome, Run, Status, TaskRun, TestCase, TestResult, Usage};
pub use column::{Column, Constraint, FlatColumn, MAX_DEPTH, nest};
pub use column_names::ColumnNames;
pub use enrichment::{Annotation, ColumnAnnotation, DataModel, ModelRun};
pub use entity::{
    Chart, Common, Container, Dashboard, DashboardDataModel, Entity, KeyKind, Other, PartitionColumn, Pipeline,
    Routine, RoutineKind, Table, TableKey, TableKind, Task, Topic,
};
pub use error::{Error, ErrorKind};
pub use event::{Event, SplitFailure};
pub use executions::Executions;
pub use fingerprint::Fingerprint;
pub use fqn::{Fqn, decode_name, encode_name};
pub use kind::EntityKind;
pub use lineage::{ColumnEdge, Edge, EdgeSource, Endpoint, Query};
pub use path::EntityPath;
pub use profile::{
    Accuracy, CardinalityDistribution, ColumnProfile, Histogram, Measure, ProfileMethod, SampleData, SampleSize,
    TableProfile,
};
pub use record::{Complete, Record, RecordKind};
pub use service::{Service, ServiceKind};
pub use statistics::{ColumnStat, DataFile, DeleteFile, DeleteKind, FileColumn, FileSet, Operation, TableStat};
pub use test_definition::{TEST_DEFINITIONS, TestDefinition, TestParameter, TestSubject};

/// Milliseconds since 1970-01-01 UTC.
pub type Timestamp = u64;
