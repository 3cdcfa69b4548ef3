//! Everything the local catalog holds about one name.

use metahost_model::{
    Annotation, DataModel, Entity, EntityKind, Fqn, Run, SampleData, Service, TableProfile, TestCase, TestResult,
    Timestamp,
};
use serde::Serialize;

use super::LocalCatalog;
use super::merge;
use super::node::{Head, Node};
use super::tables::{Readable, Result, Tables, decode, get, key, scan};
use crate::error::Error;

/// What one source noted about an entity of another.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    /// Who said so.
    pub author: String,
    /// What it said.
    pub annotation: Annotation,
}

/// A test case with how it last ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownTest {
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// The test case.
    pub test: TestCase,
    /// The newest result.
    pub latest: Option<TestResult>,
}

/// An entity with everything that hangs on it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// The catalog's own id.
    pub id: String,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The entity, with what all sources know filled in.
    pub entity: Entity,
    /// Glossary terms, of all sources.
    pub glossary_terms: Vec<String>,
    /// The domain.
    pub domain: Option<String>,
    /// The model it is built from.
    pub data_model: Option<DataModel>,
    /// What each source noted.
    pub annotations: Vec<Noted>,
    /// Its data-quality tests.
    pub tests: Vec<ShownTest>,
    /// Its runs, the newest first.
    pub runs: Vec<Run>,
    /// What is known of its rows.
    pub profile: Option<TableProfile>,
    /// Rows to look at.
    pub sample_data: Option<SampleData>,
}

impl LocalCatalog {
    /// What is known under a name: none when there is nothing (see [`LocalCatalog::near`] for what was meant).
    pub fn show(&self, fqn: &Fqn) -> core::result::Result<Option<Shown>, Error> {
        self.read(|tables| {
            for kind in EntityKind::ALL {
                let node = Node { kind, fqn: fqn.clone() };
                if let Some(head) = get::<Head>(&tables.index, &node.key())? {
                    return tables.show(node, head).map(Some);
                }
            }
            Ok(None)
        })
    }

    /// The services there are, by name.
    pub fn services(&self) -> core::result::Result<Vec<Service>, Error> {
        self.read(|tables| all(&tables.services, ""))
    }
}

fn all<T: serde::de::DeserializeOwned>(table: &Readable, prefix: &str) -> Result<Vec<T>> {
    scan(table, prefix)?.map(|entry| decode(&entry?.1)).collect()
}

impl Tables<Readable> {
    fn show(&self, node: Node, head: Head) -> Result<Shown> {
        let missing = || redb::Error::Corrupted(format!("{} is in the index but has no record", node.fqn));
        let mut entity: Entity = get(&self.bodies, &node.key())?.ok_or_else(missing)?;
        let annotations = self.annotations(&node)?;
        for noted in &annotations {
            merge::annotate(&mut entity, &noted.annotation);
        }
        Ok(Shown {
            id: head.id,
            created_at: head.created_at,
            updated_at: head.updated_at,
            entity,
            glossary_terms: glossary_terms(&annotations),
            domain: annotations.iter().find_map(|noted| noted.annotation.domain.clone()),
            data_model: annotations.iter().find_map(|noted| noted.annotation.data_model.clone()),
            annotations,
            tests: self.tests(&node.fqn)?,
            runs: self.runs(&node.fqn)?,
            profile: get(&self.profiles, node.fqn.as_str())?,
            sample_data: get(&self.samples, node.fqn.as_str())?,
            fqn: node.fqn,
        })
    }

    pub(super) fn annotations(&self, node: &Node) -> Result<Vec<Noted>> {
        let prefix = key(&[&node.key(), ""]);
        let noted = scan(&self.annotations, &prefix)?.map(|entry| {
            let (key, value) = entry?;
            let author = key.strip_prefix(&prefix).unwrap_or_default().to_owned();
            Ok(Noted { author, annotation: decode(&value)? })
        });
        noted.collect()
    }

    fn tests(&self, table: &Fqn) -> Result<Vec<ShownTest>> {
        let tests = scan(&self.tests, &format!("{table}."))?.map(|entry| {
            let (fqn, value) = entry?;
            let latest = self.latest_result(&fqn)?;
            Ok(ShownTest { fqn: Fqn::parse(&fqn), test: decode(&value)?, latest })
        });
        tests.collect()
    }

    fn latest_result(&self, test: &str) -> Result<Option<TestResult>> {
        let last = scan(&self.results, &key(&[test, ""]))?.last();
        last.map(|entry| decode(&entry?.1)).transpose()
    }

    fn runs(&self, pipeline: &Fqn) -> Result<Vec<Run>> {
        let mut runs: Vec<Run> = all(&self.runs, &key(&[pipeline.as_str(), ""]))?;
        runs.sort_by_key(|run| core::cmp::Reverse(run.started_at));
        Ok(runs)
    }
}

fn glossary_terms(annotations: &[Noted]) -> Vec<String> {
    let mut terms: Vec<_> =
        annotations.iter().flat_map(|noted| noted.annotation.glossary_terms.iter().cloned()).collect();
    terms.sort();
    terms.dedup();
    terms
}
