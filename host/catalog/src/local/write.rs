//! Stores one batch. Never merges what two sources say: each keeps its own record, and showing merges.

use metahost_model::{
    Annotation, Edge, Entity, Fingerprint, Fqn, Query, Run, SampleData, Service, TableProfile, TestCase, TestResult,
    Timestamp, Usage,
};
use redb::WriteTransaction;
use uuid::Uuid;

use super::node::{Head, Node};
use super::tables::{Result, Tables, Writable, get, key, put};
use crate::clock::now;
use crate::{Outcome, Reference, Rejection, RunReport, Write};

/// Applies a batch; it becomes visible when the caller commits.
pub fn apply(transaction: &WriteTransaction, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>> {
    let mut tables = Tables::writable(transaction)?;
    batch.into_iter().map(|write| tables.apply(service, write)).collect()
}

/// Stores a service.
pub fn service(transaction: &WriteTransaction, service: &Service) -> Result<Outcome> {
    put(&mut Tables::writable(transaction)?.services, &service.name, service)
}

/// Stores how a run stands.
pub fn report(transaction: &WriteTransaction, service: &Service, report: &RunReport) -> Result<()> {
    let key = key(&[&service.name, &millis(report.started_at), &report.id]);
    put(&mut Tables::writable(transaction)?.reports, &key, report).map(drop)
}

/// Milliseconds as a key part that sorts by time.
fn millis(at: Timestamp) -> String {
    format!("{at:020}")
}

/// Whose word an annotation is: sources that write through the same service differ by the project they read.
fn author(service: &Service, annotation: &Annotation) -> String {
    let project = annotation.data_model.as_ref().and_then(|model| model.project.as_deref());
    project.map_or_else(|| service.name.clone(), |project| format!("{} ({project})", service.name))
}

impl Tables<Writable<'_>> {
    fn apply(&mut self, service: &Service, write: Write) -> Result<Outcome> {
        match write {
            Write::Entity { fqn, entity, fingerprint, .. } => self.entity(fqn, &entity, fingerprint),
            Write::Annotation { target, annotation, .. } => self.annotation(service, &target, &annotation),
            Write::Edge { from, to, edge, .. } => self.edge(&from, &to, &edge),
            Write::TestCase { table, test } => self.test(&table, &test),
            Write::TestResult { test, result } => self.result(&test, &result),
            Write::Query { query, .. } => self.query(service, &query),
            Write::Run { pipeline, run } => self.run(&pipeline, &run),
            Write::Usage { target, usage } => self.usage(&target, &usage),
            Write::Profile { table, profile, sample } => self.profile(&table, &profile, sample.as_deref()),
        }
    }

    fn entity(&mut self, fqn: Fqn, entity: &Entity, fingerprint: Fingerprint) -> Result<Outcome> {
        let key = Node { kind: entity.kind(), fqn }.key();
        let old: Option<Head> = get(&self.index, &key)?;
        let outcome = put(&mut self.bodies, &key, entity)?;
        let columns = entity.column_names();
        let is_same = |old: &Head| old.fingerprint == fingerprint && old.columns == columns;
        if outcome == Outcome::Unchanged && old.as_ref().is_some_and(is_same) {
            return Ok(outcome);
        }
        let updated_at = now();
        let head = match old {
            Some(old) => Head { fingerprint, updated_at, columns, ..old },
            None => Head { id: Uuid::new_v4().to_string(), fingerprint, created_at: updated_at, updated_at, columns },
        };
        put(&mut self.index, &key, &head)?;
        Ok(outcome)
    }

    fn annotation(&mut self, service: &Service, target: &Reference, annotation: &Annotation) -> Result<Outcome> {
        let author = author(service, annotation);
        let key = key(&[target.kind.as_str(), target.fqn.as_str(), &author]);
        put(&mut self.annotations, &key, annotation)
    }

    fn edge(&mut self, from: &Reference, to: &Reference, edge: &Edge) -> Result<Outcome> {
        let (from, to) = (Node::from(from).key(), Node::from(to).key());
        put(&mut self.up, &key(&[&to, &from]), &())?;
        put(&mut self.down, &key(&[&from, &to, &format!("{:?}", edge.source)]), edge)
    }

    fn test(&mut self, table: &Reference, test: &TestCase) -> Result<Outcome> {
        let fqn = test.below(&table.fqn);
        put(&mut self.tests, fqn.as_str(), test)
    }

    fn result(&mut self, test: &Fqn, result: &TestResult) -> Result<Outcome> {
        if get::<TestCase>(&self.tests, test.as_str())?.is_none() {
            return Ok(rejected("no such test case", format!("the local catalog holds no test case {test}")));
        }
        put(&mut self.results, &key(&[test.as_str(), &millis(result.at)]), result)
    }

    fn query(&mut self, service: &Service, query: &Query) -> Result<Outcome> {
        let hash = Fingerprint::of(&query.sql, &[])
            .map_err(|error| redb::Error::Corrupted(format!("a query can't be hashed: {error}")))?;
        put(&mut self.queries, &key(&[query.service.as_ref().unwrap_or(&service.name), hash.as_str()]), query)
    }

    fn run(&mut self, pipeline: &Reference, run: &Run) -> Result<Outcome> {
        put(&mut self.runs, &key(&[pipeline.fqn.as_str(), &run.id]), run)
    }

    /// Reads add up, as in other catalogs.
    fn usage(&mut self, target: &Reference, usage: &Usage) -> Result<Outcome> {
        let key = key(&[target.kind.as_str(), target.fqn.as_str(), &usage.day]);
        let Some(mut day) = get::<Usage>(&self.usage, &key)? else { return put(&mut self.usage, &key, usage) };
        day.add(usage);
        put(&mut self.usage, &key, &day)
    }

    fn profile(&mut self, table: &Reference, profile: &TableProfile, sample: Option<&SampleData>) -> Result<Outcome> {
        if let Some(sample) = sample {
            put(&mut self.samples, table.fqn.as_str(), sample)?;
        }
        put(&mut self.profiles, table.fqn.as_str(), profile)
    }
}

fn rejected(reason: &str, message: String) -> Outcome {
    Outcome::Rejected(Rejection { reason: reason.to_owned(), message })
}
