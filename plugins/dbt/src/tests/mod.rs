//! The connector over whole artifacts, from a folder to the records, without a host. Never reaches a network.

mod broken;
mod campus;
mod contracts;
mod large;
mod versions;

use metahost_plugin_sdk::activity::{TestCase, TestResult};
use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::enrichment::{Annotation, ColumnAnnotation};
use metahost_plugin_sdk::lineage::{Edge, Query};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::{Error, Result};

use crate::config::Config;
use crate::output::Output;

/// Artifacts of a real dbt run against Trino.
const CAMPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/stack/dbt/artifacts");

/// A folder of fixtures.
fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// All that a project emits, in order.
#[derive(Debug, Default)]
struct Records {
    annotations: Vec<Annotation>,
    tests: Vec<TestCase>,
    results: Vec<TestResult>,
    edges: Vec<Edge>,
    queries: Vec<Query>,
    skipped: Vec<(String, String)>,
    notes: Vec<String>,
}

impl Records {
    /// Reads a folder in both modes.
    fn read(folder: &str, config: &str) -> Result<Self> {
        let mut records = Self::default();
        let mut config = Config::parse(config)?;
        config.folder = Some(folder.to_owned());
        let location = crate::location::open(&config)?;
        for manifest in crate::project::load::manifests(location.as_ref(), &config)? {
            for mode in [Mode::Entities, Mode::Lineage] {
                crate::read(location.as_ref(), &config, &manifest.name, mode, &mut records)?;
            }
        }
        Ok(records)
    }

    fn annotation(&self, path: &str) -> &Annotation {
        self.annotations.iter().find(|known| known.path.join(".") == path).unwrap()
    }

    fn result(&self, test: &str) -> &TestResult {
        self.results.iter().find(|result| result.test == test).unwrap()
    }

    fn test(&self, name: &str) -> &TestCase {
        self.tests.iter().find(|test| test.name == name).unwrap()
    }

    /// Tables that flow into a table or dashboard.
    fn upstream(&self, path: &str) -> Vec<String> {
        let into = self.edges.iter().filter(|edge| edge.downstream.path.join(".") == path);
        into.map(|edge| edge.upstream.path.join(".")).collect()
    }

    /// The one line of the log with this text.
    fn note(&self, text: &str) -> &str {
        self.notes.iter().find(|note| note.contains(text)).unwrap()
    }

    fn reason(&self, path: &str) -> &str {
        &self.skipped.iter().find(|(known, _)| known == path).unwrap().1
    }
}

fn column<'a>(annotation: &'a Annotation, name: &str) -> &'a ColumnAnnotation {
    annotation.columns.iter().find(|column| column.column.join(".") == name).unwrap()
}

/// What an error says, with its context.
fn words(error: Error) -> String {
    match error {
        Error::Config(problems) => format!("{problems:?}"),
        Error::Denied(failure) | Error::Protocol(failure) => format!("{} {:?}", failure.message, failure.context),
        Error::Unavailable(retryable) => retryable.failure.message,
        Error::Unsupported(message) => message,
        Error::Cancelled => "cancelled".to_owned(),
    }
}

impl Output for Records {
    fn annotation(&mut self, annotation: Annotation) -> Result<()> {
        self.annotations.push(annotation);
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

    fn edge(&mut self, edge: Edge) -> Result<()> {
        self.edges.push(edge);
        Ok(())
    }

    fn query(&mut self, query: Query) -> Result<()> {
        self.queries.push(query);
        Ok(())
    }

    fn skipped(&mut self, path: &[String], reason: &str) {
        self.skipped.push((path.join("."), reason.to_owned()));
    }

    fn note(&mut self, _level: Level, message: &str, fields: &[(&str, String)]) {
        self.notes.push(format!("{message} {fields:?}"));
    }
}
