//! What one write looks like as a line, and where it stands in the file. Never holds an id or a time of this program.

use std::cmp::Ordering;

use metahost_model::{EntityKind, Fingerprint, Fqn, RecordKind, Service};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Reference, Write};

/// Where a line stands: by case of write, kind, name, and then whatever tells it from its neighbours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    case: u8,
    kind: Option<EntityKind>,
    fqn: String,
    rest: String,
}

/// A line and its place.
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// Its text with the line end.
    pub text: Vec<u8>,
}

impl Line {
    /// The line of a service.
    pub fn of_service(service: &Service) -> Result<Self, serde_json::Error> {
        Self::new(0, None, service.fqn().as_str(), &json!({ "record": "service", "value": service }))
    }

    /// The line of a write.
    pub fn of_write(service: &Service, write: &Write) -> Result<Self, serde_json::Error> {
        let (case, kind, fqn, mut line) = describe(service, write);
        line["service"] = Value::from(service.name.as_str());
        Self::new(case, kind, &fqn, &line)
    }

    fn new(case: u8, kind: Option<EntityKind>, fqn: &str, line: &Value) -> Result<Self, serde_json::Error> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let rest = Fingerprint::of(line, &[])?.as_str().to_owned();
        Ok(Self { place: Place { case, kind, fqn: fqn.to_owned(), rest }, text })
    }
}

type Described = (u8, Option<EntityKind>, String, Value);

fn describe(service: &Service, write: &Write) -> Described {
    match write {
        Write::Entity { fqn, entity, fingerprint, .. } => {
            let line = json!({ "record": "entity", "fqn": fqn, "fingerprint": fingerprint, "value": entity });
            (1, Some(entity.kind()), fqn.to_string(), line)
        }
        Write::Annotation { target, annotation, .. } => about(2, "annotation", target, annotation),
        Write::Edge { from, to, pipeline, edge } => {
            let mut line = json!({ "record": "lineageEdge", "value": edge });
            line["from"] = end(from);
            line["to"] = end(to);
            line["pipeline"] = pipeline.as_ref().map_or(Value::Null, end);
            (3, Some(from.kind), format!("{}\0{}", from.fqn, to.fqn), line)
        }
        Write::TestCase { table, test } => {
            let fqn = test.below(&table.fqn);
            (4, None, fqn.to_string(), json!({ "record": "testCase", "fqn": fqn, "value": test }))
        }
        Write::TestResult { test, result } => {
            let place = format!("{test}\0{:020}", result.at);
            (5, None, place, json!({ "record": "testCaseResult", "fqn": test, "value": result }))
        }
        Write::Query { query, .. } => {
            let place = format!("{}\0{}\0{:020}", service.name, query.sql, query.started_at.unwrap_or_default());
            (6, None, place, json!({ "record": "query", "value": query }))
        }
        Write::Run { pipeline, run } => {
            let (case, kind, place, line) = about(7, "pipelineRun", pipeline, run);
            (case, kind, format!("{place}\0{:020}\0{}", run.started_at.unwrap_or_default(), run.id), line)
        }
        Write::Usage { target, usage } => about(8, "usage", target, usage),
        Write::Profile { table, profile, sample } => {
            let (case, kind, place, mut line) = about(9, RecordKind::Profile.as_str(), table, profile);
            if let Some(sample) = sample {
                line["sampleData"] = json!(sample);
            }
            (case, kind, place, line)
        }
    }
}

fn about(case: u8, record: &str, target: &Reference, value: &impl Serialize) -> Described {
    let line = json!({ "record": record, "entityType": target.kind, "fqn": target.fqn, "value": value });
    (case, Some(target.kind), target.fqn.to_string(), line)
}

fn end(reference: &Reference) -> Value {
    json!({ "entityType": reference.kind, "fqn": reference.fqn })
}

/// The id under which JSON lines answer for an entity: always the same, and of nothing that exists.
pub fn synthetic_id(kind: EntityKind, fqn: &Fqn) -> Result<String, serde_json::Error> {
    Ok(Fingerprint::of(&(kind, fqn), &["json lines"])?.as_str().to_owned())
}

/// Orders lines of equal place as they came.
pub fn by_place(left: &(Place, u64, usize), right: &(Place, u64, usize)) -> Ordering {
    left.0.cmp(&right.0).then(left.1.cmp(&right.1))
}
