//! Runs of pipelines, data-quality tests with their results, and reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::fqn::Fqn;
use crate::kind::EntityKind;
use crate::lineage::Endpoint;
use crate::path::EntityPath;

/// How a run or a step of it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are OpenMetadata's execution states")]
pub enum Status {
    Successful,
    Failed,
    Pending,
    Skipped,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskRun {
    /// Name of the task.
    pub task: String,
    /// How it stands.
    pub status: Status,
    /// When it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Where its log is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_url: Option<String>,
}

/// One run of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The source's own id.
    pub id: String,
    /// The pipeline that ran.
    pub pipeline: EntityPath,
    /// How it stands.
    pub status: Status,
    /// When it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Its steps.
    pub tasks: Vec<TaskRun>,
    /// Numbers the source keeps.
    pub metrics: BTreeMap<String, String>,
}

/// A check of data that a tool runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestCase {
    /// Unique for its table.
    pub name: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The service of the table; none for the source's own, "*" for whichever has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The table under test.
    pub table: EntityPath,
    /// The column under test, outermost name first; empty for the table itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub column: Vec<String>,
    /// Name of the kind of check.
    pub definition: String,
    /// OpenMetadata's test platform.
    pub platform: String,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Arguments of the check, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
    /// The SQL it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// Owners as the source knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Fully qualified tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl TestCase {
    /// Its fully qualified name, below its table's.
    pub fn below(&self, table: &Fqn) -> Fqn {
        below(table, &self.column, &self.name)
    }

    /// Where its table is.
    pub fn target(&self) -> Endpoint {
        Endpoint { service: self.service.clone(), kind: EntityKind::Table, path: self.table.clone() }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are OpenMetadata's test case states")]
pub enum Outcome {
    Success,
    Failed,
    Aborted,
}

/// One result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Name of the test case.
    pub test: String,
    /// The service of the table; none for the source's own, "*" for whichever has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The table under test.
    pub table: EntityPath,
    /// The column under test; empty for the table itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub column: Vec<String>,
    /// When it ran.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What the tool said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Rows that failed the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_rows: Option<u64>,
    /// Numbers the tool reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
}

impl TestResult {
    /// The fully qualified name of its test case, below its table's.
    pub fn test_below(&self, table: &Fqn) -> Fqn {
        below(table, &self.column, &self.test)
    }

    /// Where its table is.
    pub fn target(&self) -> Endpoint {
        Endpoint { service: self.service.clone(), kind: EntityKind::Table, path: self.table.clone() }
    }
}

fn below(table: &Fqn, column: &[String], test: &str) -> Fqn {
    column.iter().fold(table.clone(), |fqn, part| fqn.child(part)).child(test)
}

/// Reads of an entity on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// The service it lives in; none for the source's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What kind the entity is.
    pub kind: EntityKind,
    /// Which entity.
    pub path: EntityPath,
    /// "2026-11-23".
    pub day: String,
    /// How often.
    pub count: u64,
    /// By whom.
    pub users: Vec<String>,
    /// Along with which columns of other tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Join>,
}

/// How often a column was compared with one of another table to put rows together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// The column.
    pub column: String,
    /// The other table.
    pub with: Endpoint,
    /// Its column.
    pub with_column: String,
    /// How often.
    pub count: u64,
}

impl Usage {
    /// Adds other reads of the same day.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        let new: Vec<String> = other.users.iter().filter(|user| !self.users.contains(user)).cloned().collect();
        self.users.extend(new);
        self.users.sort();
        for join in &other.joins {
            let same = |known: &&mut Join| {
                (&known.column, &known.with, &known.with_column) == (&join.column, &join.with, &join.with_column)
            };
            match self.joins.iter_mut().find(same) {
                Some(known) => known.count += join.count,
                None => self.joins.push(join.clone()),
            }
        }
    }

    /// What was read.
    pub fn target(&self) -> Endpoint {
        Endpoint { service: self.service.clone(), kind: self.kind, path: self.path.clone() }
    }
}
