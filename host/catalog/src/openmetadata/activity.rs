//! Queries, runs of pipelines and reads per day.

use std::collections::BTreeMap;

use metahost_model::{EntityPath, Fqn, Query, Run, Service, Status};
use serde_json::{Value, json};

use super::body::{Body, set, set_list, set_some};
use super::resolve::Names;
use super::server::encode;
use super::{OpenMetadata, mixed, parallel};
use crate::error::Error;
use crate::{Outcome, Reference, Rejection, Write};

impl OpenMetadata {
    /// The server names a query by its text, so the same text twice in a batch is written once.
    pub(super) async fn write_queries(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut queries = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Query { query, tables } = write else { return Err(mixed()) };
            queries.push((query, tables));
        }
        parallel::by_key(
            queries,
            self.options.concurrency,
            |(query, _)| query.sql.clone(),
            |(query, tables)| self.put_query(service, query, tables),
        )
        .await
    }

    async fn put_query(&self, service: &Service, query: Box<Query>, tables: Vec<Reference>) -> Result<Outcome, Error> {
        let mut names = Names::default();
        names.owners.extend(query.user.clone());
        let users = self.owners.resolve(&self.server, &names.owners).await?;
        let known = users.values().find(|user| !user.is_team).map(|user| user.name.as_str());
        let body = query_body(service, &query, &tables, known);
        Ok(self.server.put("queries", &body).await?.outcome())
    }

    pub(super) async fn write_runs(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut runs = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Run { pipeline, run } = write else { return Err(mixed()) };
            runs.push((pipeline, run));
        }
        let pipeline = |(pipeline, _): &(Reference, Box<Run>)| pipeline.fqn.clone();
        parallel::by_key(runs, self.options.concurrency, pipeline, |(pipeline, run)| async move {
            let Some(body) = run_body(&run, self.profile.has_run_id) else {
                let message = format!("the run {} has neither a start nor an end", run.id);
                return Ok(Outcome::Rejected(Rejection { reason: "no time".into(), message }));
            };
            // A second status of the same moment replaces the first: safe to repeat.
            let path = format!("pipelines/{}/status", encode(&pipeline.fqn));
            Ok(self.server.put(&path, &body).await?.outcome())
        })
        .await
    }

    pub(super) async fn write_usage(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut reads = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Usage { target, usage } = write else { return Err(mixed()) };
            reads.push((target, usage));
        }
        parallel::all(reads, self.options.concurrency, |(target, usage)| async move {
            let body = json!({ "date": usage.day, "count": usage.count });
            // The server adds what it gets to what it has: never sent twice.
            let path = format!("usage/{}/{}", target.kind, target.id);
            let answer = self.server.post(&path, &body, false).await?;
            Ok(if answer.is_success() { Outcome::Updated } else { answer.outcome() })
        })
        .await
    }
}

fn query_body(service: &Service, query: &Query, tables: &[Reference], known_user: Option<&str>) -> Value {
    let mut body = Body::new();
    set(&mut body, "query", query.sql.as_str());
    let other = query.service.as_ref().map(|name| Fqn::new(name, &EntityPath::root()));
    set(&mut body, "service", other.as_ref().map_or_else(|| service.fqn().to_string(), ToString::to_string));
    set_some(&mut body, "dialect", Some(&query.dialect));
    if let Some(at) = query.started_at {
        set(&mut body, "queryDate", at);
    }
    if let Some(millis) = query.duration_ms {
        set(&mut body, "duration", millis as f64 / 1000.0);
    }
    let used_in = tables.iter().map(|table| json!({ "id": table.id, "type": table.kind.as_str() }));
    set_list(&mut body, "queryUsedIn", used_in.collect());
    // Whom the catalog knows is named as its user, everybody else by name only.
    match (known_user, &query.user) {
        (Some(known), _) => set(&mut body, "users", vec![known]),
        (None, Some(user)) => set(&mut body, "usedBy", vec![user.as_str()]),
        (None, None) => {}
    }
    Value::Object(body)
}

fn run_body(run: &Run, has_run_id: bool) -> Option<Value> {
    let mut body = Body::new();
    set(&mut body, "timestamp", run.started_at.or(run.ended_at)?);
    set(&mut body, "executionStatus", status_name(run.status));
    let tasks = run.tasks.iter().map(|task| {
        let mut body = Body::new();
        set(&mut body, "name", metahost_model::encode_name(&task.task));
        set(&mut body, "executionStatus", status_name(task.status));
        for (key, at) in [("startTime", task.started_at), ("endTime", task.ended_at)] {
            if let Some(at) = at {
                set(&mut body, key, at);
            }
        }
        set_some(&mut body, "logLink", task.log_url.as_deref());
        Value::Object(body)
    });
    set_list(&mut body, "taskStatus", tasks.collect());
    if has_run_id {
        set_some(&mut body, "executionId", Some(&run.id));
        if let Some(at) = run.ended_at {
            set(&mut body, "endTime", at);
        }
        let parameters: BTreeMap<&String, &String> = run.metrics.iter().collect();
        if !parameters.is_empty() {
            set(&mut body, "parameters", json!(parameters));
        }
    }
    Some(Value::Object(body))
}

const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Successful => "Successful",
        Status::Failed => "Failed",
        Status::Pending => "Pending",
        Status::Skipped => "Skipped",
    }
}
