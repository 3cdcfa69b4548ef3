//! Everything a connector can emit, as one type that flows through the pipeline.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::activity::{Run, TestCase, TestResult, Usage};
use crate::enrichment::Annotation;
use crate::entity::Entity;
use crate::kind::EntityKind;
use crate::lineage::{Edge, Query};
use crate::path::EntityPath;
use crate::profile::TableProfile;
use crate::statistics::{FileSet, TableStat};

/// Everything of a kind under a scope was emitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Complete {
    /// Where; the root for the whole service.
    pub scope: EntityPath,
    /// Of what kind.
    pub kind: EntityKind,
    /// How many the source says there are.
    pub listed: Option<u64>,
}

/// One thing a connector emitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "record", content = "value")]
#[expect(missing_docs, reason = "each case is named as its type")]
pub enum Record {
    Entity(Box<Entity>),
    Annotation(Box<Annotation>),
    Edge(Box<Edge>),
    Query(Box<Query>),
    Run(Box<Run>),
    TestCase(Box<TestCase>),
    TestResult(Box<TestResult>),
    Usage(Box<Usage>),
    Stats(EntityPath, Box<TableStat>),
    Files(EntityPath, Box<FileSet>),
    /// What the host found out of a table's rows; no connector emits it.
    Profile(EntityPath, Box<TableProfile>),
    /// Rows as an Arrow IPC stream.
    #[serde(skip)]
    Rows(EntityPath, Vec<u8>),
    Complete(Complete),
    #[serde(skip)]
    Checkpoint(Vec<u8>),
}

/// What the ledger counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each case is named as its type")]
pub enum RecordKind {
    Entity(EntityKind),
    Annotation,
    Edge,
    Query,
    Run,
    TestCase,
    TestResult,
    Usage,
    Stats,
    Files,
    Rows,
    Profile,
}

impl Record {
    /// What it counts as; none for marks that are no records of their own.
    pub fn kind(&self) -> Option<RecordKind> {
        Some(match self {
            Self::Entity(entity) => RecordKind::Entity(entity.kind()),
            Self::Annotation(_) => RecordKind::Annotation,
            Self::Edge(_) => RecordKind::Edge,
            Self::Query(_) => RecordKind::Query,
            Self::Run(_) => RecordKind::Run,
            Self::TestCase(_) => RecordKind::TestCase,
            Self::TestResult(_) => RecordKind::TestResult,
            Self::Usage(_) => RecordKind::Usage,
            Self::Stats(..) => RecordKind::Stats,
            Self::Files(..) => RecordKind::Files,
            Self::Profile(..) => RecordKind::Profile,
            Self::Rows(..) => RecordKind::Rows,
            Self::Complete(_) | Self::Checkpoint(_) => return None,
        })
    }
}

impl RecordKind {
    /// The word for it in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entity(kind) => kind.as_str(),
            Self::Annotation => "annotation",
            Self::Edge => "lineageEdge",
            Self::Query => "query",
            Self::Run => "pipelineRun",
            Self::TestCase => "testCase",
            Self::TestResult => "testCaseResult",
            Self::Usage => "usage",
            Self::Stats => "tableStatistics",
            Self::Files => "tableFiles",
            Self::Rows => "sampleRows",
            Self::Profile => "tableProfile",
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
