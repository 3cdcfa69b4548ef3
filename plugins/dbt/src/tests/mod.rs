//! The connector over whole artifacts, from a folder to the records, without a host. Never reaches a network.

mod broken;
mod campus;
mod cloud;
mod contracts;
mod facts;
mod large;
mod rules;
mod semantic;
mod versions;

use std::ops::Deref;

use metahost_plugin_sdk::activity::{TestCase, TestResult};
use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::enrichment::{Annotation, ColumnAnnotation};
use metahost_plugin_sdk::testing::Collected;
use metahost_plugin_sdk::{Error, Result};

use crate::config::Config;
use crate::location::Location;

/// Artifacts of a real dbt run against Trino.
const CAMPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/stack/dbt/artifacts");

/// A folder of fixtures.
fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// All that a project emits, in order.
#[derive(Debug, Default)]
struct Records(Collected);

impl Deref for Records {
    type Target = Collected;

    fn deref(&self) -> &Collected {
        &self.0
    }
}

impl Records {
    /// Reads a folder in both modes.
    fn read(folder: &str, config: &str) -> Result<Self> {
        Self::default().again(folder, config)
    }

    /// Reads a project that is nothing but this manifest.
    fn of_manifest(manifest: &str, config: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("manifest.json"), manifest).unwrap();
        Self::read(root.path().to_str().unwrap(), config).unwrap()
    }

    /// Reads a folder once more, from the cursor that is there.
    fn again(self, folder: &str, config: &str) -> Result<Self> {
        let mut config = Config::parse(config)?;
        config.folder = Some(folder.to_owned());
        self.of(crate::location::open(&config)?.as_ref(), &config)
    }

    /// Reads all that lies in a place.
    fn of(mut self, location: &dyn Location, config: &Config) -> Result<Self> {
        let cursor = self.cursor.clone();
        let cursor = cursor.as_ref().map(String::as_bytes);
        for manifest in crate::project::load::manifests(location, config)? {
            for mode in [Mode::Entities, Mode::Lineage] {
                crate::read(location, config, &manifest.name, mode, cursor, &mut self.0)?;
            }
        }
        Ok(self)
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
        self.skipped.iter().find_map(|item| item.strip_prefix(&format!("{path}: "))).unwrap()
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
