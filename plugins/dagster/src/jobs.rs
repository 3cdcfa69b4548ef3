//! Jobs as pipelines, their ops as tasks. Never takes a nested graph for a step: its inner ops are.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Pipeline, Task};
use metahost_plugin_sdk::{ErrorExt, Result};
use serde_json::json;

use crate::answer::{Handle, Job};
use crate::config::Config;
use crate::graphql::{Server, case};
use crate::queries;
use crate::schedule::Triggers;
use crate::text::{common, pairs};
use crate::workspace::Code;

/// The pipeline's name.
pub fn name(code: &Code, job: &str) -> String {
    format!("{}/{job}", code.prefix())
}

/// Reads one job.
pub fn read(server: &Server, config: &Config, code: &Code, triggers: &Triggers, job: &str) -> Result<Pipeline> {
    let mut selector = code.selector();
    selector["pipelineName"] = json!(job);
    let data = server.ask(queries::JOB, &json!({ "job": selector })).with("job", job)?;
    let found: Job = case(data, "pipelineOrError", "Pipeline").with("job", job)?;
    Ok(entity(config, code, triggers, &found))
}

fn entity(config: &Config, code: &Code, triggers: &Triggers, job: &Job) -> Pipeline {
    let page = format!("locations/{}@{}/jobs/{}", code.repository, code.location, job.name);
    let mut common = common(&name(code, &job.name), job.description.as_ref(), config.page(&page));
    common.tags = pairs(&job.tags).collect();
    common.owners = job.tags.iter().filter(|tag| tag.key == "owner").map(|tag| tag.value.clone()).collect();
    let steps = job.solid_handles.iter().filter(|handle| !is_graph(handle));
    let tasks = steps.map(|handle| task(handle, &job.solid_handles)).collect();
    Pipeline { common, tasks, schedule: triggers.of([job.name.as_str()], BTreeSet::new()), started_at: None }
}

fn is_graph(handle: &Handle) -> bool {
    handle.solid.definition.kind == "CompositeSolidDefinition"
}

fn task(handle: &Handle, all: &[Handle]) -> Task {
    Task {
        name: handle.id.clone(),
        kind: None,
        description: handle.solid.definition.description.clone(),
        sql: None,
        after: before(handle, all),
        source_url: None,
    }
}

/// What an op waits for. An op that takes its input from the graph around it waits for what that graph waits for.
fn before(handle: &Handle, all: &[Handle]) -> Vec<String> {
    let mut found = waits_for(handle, all);
    let outer = handle.parent.as_ref().and_then(|parent| all.iter().find(|other| other.id == parent.id));
    if let (true, Some(outer)) = (found.is_empty(), outer) {
        found = before(outer, all);
    }
    found.sort();
    found.dedup();
    found
}

fn waits_for(handle: &Handle, all: &[Handle]) -> Vec<String> {
    let parent = handle.parent.as_ref().map(|parent| parent.id.as_str());
    let outputs = handle.solid.inputs.iter().flat_map(|input| &input.depends_on);
    let ids = outputs.map(|output| match parent {
        Some(parent) => format!("{parent}.{}", output.solid.name),
        None => output.solid.name.clone(),
    });
    ids.flat_map(|id| last_ops(&id, all)).collect()
}

/// An op by its id, or the ops that a graph of this id ends with.
fn last_ops(id: &str, all: &[Handle]) -> Vec<String> {
    if !all.iter().any(|handle| handle.id == id && is_graph(handle)) {
        return vec![id.to_owned()];
    }
    let inner: Vec<&Handle> =
        all.iter().filter(|handle| handle.parent.as_ref().is_some_and(|parent| parent.id == id)).collect();
    let waited_for: Vec<String> = inner.iter().flat_map(|handle| waits_for(handle, all)).collect();
    let ends = inner.iter().filter(|handle| !waited_for.contains(&handle.id));
    ends.flat_map(|handle| last_ops(&handle.id, all)).collect()
}
