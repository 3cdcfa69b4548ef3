//! Queries, runs of pipelines and reads per day.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{EntityPath, Executions, Fqn, Query, Run, Service, Status, Usage, encode_name};
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
        names.owners.extend(query.executions.iter().flat_map(|ran| ran.users.iter().cloned()));
        let people = self.owners.resolve(&self.server, &names.owners).await?;
        let known = |name: &String| people.get(name).filter(|person| !person.is_team).map(|person| person.name.clone());
        let users = Users {
            known: names.owners.iter().filter_map(known).collect(),
            others: names.owners.iter().filter(|name| known(name).is_none()).cloned().collect(),
        };
        let body = query_body(service, &query, &tables, &users);
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

    /// Ranks what was read on the days that this run added to, among all of its kind.
    pub(super) async fn rank_reads(&self) -> Result<(), Error> {
        for (kind, day) in self.take_read_days() {
            let answer = self.server.post(&format!("usage/compute.percentile/{kind}/{day}"), &json!({}), true).await?;
            if !answer.is_success() {
                self.warnings.add(format!("reads of {kind}s are not ranked: {}", answer.rejection().message));
            }
        }
        Ok(())
    }

    /// What a table was joined with on a day. What the server does not take of it costs the reads nothing.
    async fn put_joins(&self, service: &Service, table: &Reference, usage: &Usage) -> Result<(), Error> {
        let mut columns: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for join in &usage.joins {
            let with = join.with.fqn(&service.name).child(&join.with_column);
            let joined = json!({ "fullyQualifiedName": with, "joinCount": join.count });
            columns.entry(&join.column).or_default().push(joined);
        }
        if columns.is_empty() {
            return Ok(());
        }
        let joins: Vec<Value> = columns
            .into_iter()
            .map(|(column, with)| json!({ "columnName": encode_name(column), "joinedWith": with }))
            .collect();
        let body = json!({ "startDate": usage.day, "dayCount": 1, "columnJoins": joins, "directTableJoins": [] });
        let answer = self.server.put_once(&format!("tables/{}/joins", table.id), &body).await?;
        if !answer.is_success() {
            self.warnings.add(format!("joins of tables were left out: {}", answer.rejection().message));
        }
        Ok(())
    }

    pub(super) async fn write_usage(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
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
            if answer.is_success() {
                self.remember_reads(target.kind, &usage.day);
                self.put_joins(service, &target, &usage).await?;
            }
            Ok(if answer.is_success() { Outcome::Updated } else { answer.outcome() })
        })
        .await
    }
}

/// Who ran a query: whom the catalog knows is named as its user, everybody else by name only.
struct Users {
    known: BTreeSet<String>,
    others: BTreeSet<String>,
}

fn query_body(service: &Service, query: &Query, tables: &[Reference], users: &Users) -> Value {
    let mut body = Body::new();
    set(&mut body, "query", query.sql.as_str());
    let other = query.service.as_ref().map(|name| Fqn::new(name, &EntityPath::root()));
    set(&mut body, "service", other.as_ref().map_or_else(|| service.fqn().to_string(), ToString::to_string));
    set_some(&mut body, "dialect", Some(&query.dialect));
    let ran = query.executions.as_ref();
    if let Some(at) = ran.and_then(|ran| ran.last_at).or(query.started_at) {
        set(&mut body, "queryDate", at);
    }
    let mean = ran.and_then(Executions::mean_ms).or(query.duration_ms.map(|millis| millis as f64));
    if let Some(millis) = mean {
        set(&mut body, "duration", millis.round() / 1000.0);
    }
    let used_in = tables.iter().map(|table| json!({ "id": table.id, "type": table.kind.as_str() }));
    set_list(&mut body, "queryUsedIn", used_in.collect());
    for (key, names) in [("users", &users.known), ("usedBy", &users.others)] {
        set_list(&mut body, key, names.iter().map(|name| name.as_str().into()).collect());
    }
    Value::Object(body)
}

fn run_body(run: &Run, has_run_id: bool) -> Option<Value> {
    let mut body = Body::new();
    set(&mut body, "timestamp", run.started_at.or(run.ended_at)?);
    set(&mut body, "executionStatus", status_name(run.status));
    let tasks = run.tasks.iter().map(|task| {
        let mut body = Body::new();
        set(&mut body, "name", encode_name(&task.task));
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
