//! Lineage edges, and the queries they can be read from.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::executions::Executions;
use crate::fqn::Fqn;
use crate::kind::EntityKind;
use crate::path::EntityPath;

/// One end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The service it lives in; none for the emitting source's own, [`Endpoint::ANY_SERVICE`] for whichever has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What kind it is.
    pub kind: EntityKind,
    /// Where it lives in that service.
    pub path: EntityPath,
}

impl Endpoint {
    /// Stands for the service that nobody could name: the one that has the entity.
    pub const ANY_SERVICE: &'static str = "*";

    /// Whether its service must be found first.
    pub fn is_anywhere(&self) -> bool {
        self.service.as_deref() == Some(Self::ANY_SERVICE)
    }

    /// Its fully qualified name, seen from the service `own`.
    pub fn fqn(&self, own: &str) -> Fqn {
        Fqn::new(self.service.as_deref().unwrap_or(own), &self.path)
    }
}

/// Which input columns an output column is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnEdge {
    /// Columns of the upstream end.
    pub inputs: Vec<String>,
    /// Column of the downstream end.
    pub output: String,
    /// The expression, where it is more than a copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

/// Where an edge was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are OpenMetadata's lineage sources")]
pub enum EdgeSource {
    Manual,
    ViewLineage,
    QueryLineage,
    PipelineLineage,
    DashboardLineage,
    DbtLineage,
    SparkLineage,
    ExternalTableLineage,
    Other,
}

/// Data flows from upstream to downstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// Where data comes from.
    pub upstream: Endpoint,
    /// Where it goes.
    pub downstream: Endpoint,
    /// Column by column, where known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnEdge>,
    /// Where it was learnt.
    pub source: EdgeSource,
    /// The SQL that moves the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// The pipeline that runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<Endpoint>,
    /// How often queries moved data along it, where a log tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executions: Option<Executions>,
}

impl Edge {
    /// Whether it only says that one table feeds another.
    pub fn is_bare(&self) -> bool {
        let tables = self.upstream.kind == EntityKind::Table && self.downstream.kind == EntityKind::Table;
        tables && self.pipeline.is_none() && self.columns.is_empty()
    }
}

/// A query that ran, or that a tool would run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// Its text.
    pub sql: String,
    /// The dialect's name.
    pub dialect: String,
    /// The database service it ran in; none for the emitting source's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Database that unqualified names mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Schema that unqualified names mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Who ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Rows it returned or wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Whether it ended in an error.
    #[serde(default)]
    pub failed: bool,
    /// What its rows feed where the SQL does not say so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Endpoint>,
    /// What all rows say together that differ from it in nothing but values; counted by the pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executions: Option<Executions>,
}
