//! Where a project's records go: the host, or a list in tests. Never decides what is emitted.

use metahost_plugin_sdk::activity::{TestCase, TestResult};
use metahost_plugin_sdk::enrichment::Annotation;
use metahost_plugin_sdk::lineage::{Edge, Query};
use metahost_plugin_sdk::log::{self, Level};
use metahost_plugin_sdk::{Emitter, Result};

/// Takes records and what the operator should know.
pub trait Output {
    /// What is known about a table.
    fn annotation(&mut self, annotation: Annotation) -> Result<()>;
    /// A test.
    fn test(&mut self, test: TestCase) -> Result<()>;
    /// A test's result.
    fn test_result(&mut self, result: TestResult) -> Result<()>;
    /// An edge.
    fn edge(&mut self, edge: Edge) -> Result<()>;
    /// A model's SQL.
    fn query(&mut self, query: Query) -> Result<()>;
    /// Something that is left out, for the run's report.
    fn skipped(&mut self, path: &[String], reason: &str);
    /// A line of the log.
    fn note(&mut self, level: Level, message: &str, fields: &[(&str, String)]);
}

/// The host.
#[derive(Default)]
pub struct Host {
    emitter: Emitter,
    skipped: u64,
}

impl Host {
    /// Sends what is left; answers how many records went out and how many items were left out.
    pub fn finish(self) -> Result<(u64, u64)> {
        Ok((self.emitter.finish()?, self.skipped))
    }
}

impl Output for Host {
    fn annotation(&mut self, annotation: Annotation) -> Result<()> {
        self.emitter.annotation(annotation)
    }

    fn test(&mut self, test: TestCase) -> Result<()> {
        self.emitter.test(test)
    }

    fn test_result(&mut self, result: TestResult) -> Result<()> {
        self.emitter.test_result(result)
    }

    fn edge(&mut self, edge: Edge) -> Result<()> {
        self.emitter.edge(edge)
    }

    fn query(&mut self, query: Query) -> Result<()> {
        self.emitter.query(query)
    }

    fn skipped(&mut self, path: &[String], reason: &str) {
        self.skipped += 1;
        log::skipped(path, reason);
    }

    fn note(&mut self, level: Level, message: &str, fields: &[(&str, String)]) {
        let fields: Vec<_> = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        log::log(level, message, &fields);
    }
}
