//! For connectors' own tests: an output that keeps what it is given, and a server that answers by heart. Never part of a
//! component.

mod coverage;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use crate::activity::{Run, TestCase, TestResult, Usage};
use crate::connector::{Mode, ReadRequest, Split, Window};
use crate::enrichment::Annotation;
use crate::entities::{Chart, Common, Container, Dashboard, DashboardDataModel, Entity, Pipeline, Table};
use crate::error::Result;
use crate::lineage::{Edge, Endpoint, Query};
use crate::log::Level;
use crate::output::Output;
use crate::rest::{Answer, Api};
use crate::statistics::{FileSet, TableStat};

pub use coverage::{assert_coverage, coverage};

/// Keeps what was emitted.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "one list a kind of record")]
pub struct Collected {
    pub entities: Vec<Entity>,
    pub annotations: Vec<Annotation>,
    pub edges: Vec<Edge>,
    pub queries: Vec<Query>,
    pub runs: Vec<Run>,
    pub tests: Vec<TestCase>,
    pub results: Vec<TestResult>,
    pub usages: Vec<Usage>,
    /// Scope joined by `/`, entity type, and how many the source says there are.
    pub complete: Vec<(String, String, Option<u64>)>,
    pub cursor: Option<String>,
    /// `path/of/item: reason`.
    pub skipped: Vec<String>,
    /// Table joined by `/`, and what the source says of it.
    pub stats: Vec<(String, TableStat)>,
    /// Files of tables.
    pub files: Vec<(String, FileSet)>,
    /// Rows of tables, as Arrow's IPC streams.
    pub rows: Vec<(String, Vec<u8>)>,
    /// Lines of the log, each with its fields.
    pub notes: Vec<String>,
}

impl Output for Collected {
    fn entity(&mut self, entity: Entity) -> Result<()> {
        self.entities.push(entity);
        Ok(())
    }

    fn annotation(&mut self, annotation: Annotation) -> Result<()> {
        self.annotations.push(annotation);
        Ok(())
    }

    fn edge(&mut self, edge: Edge) -> Result<()> {
        self.edges.push(edge);
        Ok(())
    }

    fn query(&mut self, query: Query) -> Result<()> {
        self.queries.push(query);
        Ok(())
    }

    fn run(&mut self, run: Run) -> Result<()> {
        self.runs.push(run);
        Ok(())
    }

    fn test(&mut self, test: TestCase) -> Result<()> {
        self.tests.push(test);
        Ok(())
    }

    fn test_result(&mut self, result: TestResult) -> Result<()> {
        self.results.push(result);
        Ok(())
    }

    fn usage(&mut self, usage: Usage) -> Result<()> {
        self.usages.push(usage);
        Ok(())
    }

    fn stats(&mut self, table: &[String], stats: TableStat) -> Result<()> {
        self.stats.push((table.join("/"), stats));
        Ok(())
    }

    fn files(&mut self, table: &[String], files: FileSet) -> Result<()> {
        self.files.push((table.join("/"), files));
        Ok(())
    }

    fn rows(&mut self, table: &[String], arrow_ipc: &[u8]) -> Result<()> {
        self.rows.push((table.join("/"), arrow_ipc.to_vec()));
        Ok(())
    }

    fn complete(&mut self, scope: &[String], entity_type: &str, listed: Option<u64>) -> Result<()> {
        self.complete.push((scope.join("/"), entity_type.to_owned(), listed));
        Ok(())
    }

    fn checkpoint(&mut self, cursor: &[u8]) -> Result<()> {
        self.cursor = Some(String::from_utf8_lossy(cursor).into_owned());
        Ok(())
    }

    fn skipped(&mut self, path: &[&str], reason: &str) {
        self.skipped.push(format!("{}: {reason}", path.join("/")));
    }

    fn note(&mut self, _: Level, message: &str, fields: &[(&str, String)]) {
        self.notes.push(format!("{message} {fields:?}"));
    }

    fn progress(&mut self, _: &str, _: u64, _: Option<u64>) {}
}

/// Entities of one kind, in the order they came.
macro_rules! of_kind {
    ($($(#[$meta:meta])* $name:ident: $case:ident of $kind:ty;)*) => {
        impl Collected {
            $($(#[$meta])* pub fn $name(&self) -> Vec<&$kind> {
                self.entities.iter().filter_map(|entity| match entity {
                    Entity::$case(found) => Some(found),
                    _ => None,
                }).collect()
            })*
        }
    };
}

of_kind! {
    /// The pipelines.
    pipelines: Pipeline of Pipeline;
    /// The tables.
    tables: Table of Table;
    /// The dashboards.
    dashboards: Dashboard of Dashboard;
    /// The charts.
    charts: Chart of Chart;
    /// The data models.
    data_models: DashboardDataModel of DashboardDataModel;
    /// The containers.
    containers: Container of Container;
}

impl Collected {
    /// Edges as text: `service:type:a.b -> type:c`, the emitting service unnamed.
    pub fn flows(&self) -> Vec<String> {
        let end = |end: &Endpoint| {
            let service = end.service.as_ref().map(|service| format!("{service}:")).unwrap_or_default();
            format!("{service}{}:{}", end.entity_type, end.path.join("."))
        };
        self.edges.iter().map(|edge| format!("{} -> {}", end(&edge.upstream), end(&edge.downstream))).collect()
    }
}

/// The last part of an entity's path.
pub fn name(common: &Common) -> &str {
    common.path.last().map_or("", String::as_str)
}

/// What a run asks for: everything of a mode, of a span of time in milliseconds.
pub fn request(mode: Mode, cursor: Option<&str>) -> ReadRequest {
    ReadRequest {
        split: Split { id: "all".to_owned(), path: Vec::new(), mode, weight: None },
        cursor: cursor.map(|text| text.as_bytes().to_vec()),
        window: Window { since: Some(0), until: None },
        sample: None,
    }
}

/// A server that answers by heart: a status and a body for each path, and 404 for every other. Keeps what it was asked.
#[derive(Clone)]
pub struct ByHeart {
    product: &'static str,
    slot: &'static str,
    answers: BTreeMap<String, (u16, Vec<u8>)>,
    /// From the second time on.
    later: BTreeMap<String, (u16, Vec<u8>)>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl ByHeart {
    /// One that knows nothing yet.
    pub fn new(product: &'static str, slot: &'static str) -> Self {
        Self { product, slot, answers: BTreeMap::new(), later: BTreeMap::new(), asked: Rc::default() }
    }

    /// Teaches an answer. A POST is known by its path, a blank and its body as JSON with sorted keys.
    #[must_use]
    pub fn with(mut self, path: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.answers.insert(path.to_owned(), (status, body.into()));
        self
    }

    /// Teaches an answer that it gives whenever it was asked before.
    #[must_use]
    pub fn later(mut self, path: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.later.insert(path.to_owned(), (status, body.into()));
        self
    }

    /// Teaches JSON.
    #[must_use]
    pub fn json(self, path: &str, body: &Value) -> Self {
        self.with(path, 200, body.to_string())
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }
}

impl Api for ByHeart {
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let asked = body.map_or_else(|| path.to_owned(), |body| format!("{path} {body}"));
        let missing = (404, format!("nothing is known of {asked}").into_bytes());
        let later = self.later.get(&asked).filter(|_| self.asked.borrow().contains(&asked));
        let (status, body) = later.or_else(|| self.answers.get(&asked)).cloned().unwrap_or(missing);
        self.asked.borrow_mut().push(asked);
        Ok(Answer { product: self.product, slot: self.slot, status, body })
    }
}
