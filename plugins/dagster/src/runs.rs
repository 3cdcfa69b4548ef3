//! Runs and the states of their steps, newest first, only what is new since the cursor. Never asks for a run's log.

use metahost_plugin_sdk::activity::{Run, Status, TaskRun};
use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde_json::{Value, json};

use crate::answer::{self, Asset, Runs, Step};
use crate::assets::Group;
use crate::config::{Config, Mode};
use crate::graphql::{Ask, case};
use crate::jobs;
use crate::queries;
use crate::text::millis;
use crate::workspace::Code;

/// Emits what ran since the cursor, or in the window when there is none.
pub fn emit(
    server: &dyn Ask,
    config: &Config,
    code: &[Code],
    groups: &[Group],
    request: &ReadRequest,
    out: &mut dyn Output,
) -> Result<()> {
    let since = since(request)?;
    let mut newest = since;
    let mut last: Option<String> = None;
    loop {
        let page = page(server, config, since, last.as_deref())?;
        for run in &page.results {
            newest = later(newest, run.update_time);
            emit_run(config, code, groups, run, out)?;
        }
        last = page.results.last().map(|run| run.run_id.clone());
        if page.results.len() < config.page_size || last.is_none() {
            break;
        }
    }
    newest.map_or(Ok(()), |newest| out.checkpoint(newest.to_string().as_bytes()))
}

/// Seconds; a run whose state changed at this very moment is asked for again and is the same run.
fn since(request: &ReadRequest) -> Result<Option<f64>> {
    let Some(cursor) = &request.cursor else {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
        return Ok(request.window.since.map(|since| since as f64 / 1_000.0));
    };
    let text = str::from_utf8(cursor).ok().and_then(|text| text.parse().ok());
    text.map(Some)
        .ok_or_else(|| Error::Unsupported("a cursor that is no time; `metahost run --full` reads anew".to_owned()))
}

fn page(server: &dyn Ask, config: &Config, since: Option<f64>, last: Option<&str>) -> Result<Runs> {
    let filter: Value = since.map_or_else(|| json!({}), |since| json!({ "updatedAfter": since }));
    let variables = json!({ "limit": config.page_size, "cursor": last, "filter": filter });
    case(server.ask(queries::RUNS, variables)?, "runsOrError", "Runs")
}

fn is_of(run: &answer::Run, location: &str, repository: &str) -> bool {
    let origin = run.repository_origin.as_ref();
    origin.is_some_and(|origin| origin.repository_location_name == location && origin.repository_name == repository)
}

fn later(newest: Option<f64>, found: Option<f64>) -> Option<f64> {
    match (newest, found) {
        (Some(newest), Some(found)) => Some(newest.max(found)),
        (newest, found) => newest.or(found),
    }
}

fn emit_run(config: &Config, code: &[Code], groups: &[Group], run: &answer::Run, out: &mut dyn Output) -> Result<()> {
    if config.mode == Mode::Job {
        let of =
            code.iter().find(|code| is_of(run, &code.location, &code.repository) && code.jobs.contains(&run.job_name));
        let Some(code) = of else { return Ok(()) };
        let tasks = run.step_stats.iter().map(|step| task(&step.step_key, &[step])).collect();
        return out.run(entity(&jobs::name(code, &run.job_name), run, tasks)?);
    }
    for group in groups.iter().filter(|group| is_of(run, &group.origin.0, &group.origin.1)) {
        let tasks: Vec<TaskRun> = group.assets.iter().filter_map(|asset| asset_task(asset, run)).collect();
        if !tasks.is_empty() {
            out.run(entity(&group.pipeline, run, tasks)?)?;
        }
    }
    Ok(())
}

fn entity(pipeline: &str, run: &answer::Run, tasks: Vec<TaskRun>) -> Result<Run> {
    Ok(Run {
        id: run.run_id.clone(),
        pipeline: vec![pipeline.to_owned()],
        status: status(&run.status)?,
        started_at: run.start_time.map(millis),
        ended_at: run.end_time.map(millis),
        tasks,
        metrics: vec![("status".to_owned(), run.status.clone()), ("job".to_owned(), run.job_name.clone())],
    })
}

/// Every state that Dagster knows. One that was cancelled did not fail: its work was left out.
fn status(text: &str) -> Result<Status> {
    match text {
        "SUCCESS" => Ok(Status::Successful),
        "FAILURE" => Ok(Status::Failed),
        "QUEUED" | "NOT_STARTED" | "MANAGED" | "STARTING" | "STARTED" | "SUSPENDED" | "CANCELING" => {
            Ok(Status::Pending)
        }
        "CANCELED" => Ok(Status::Skipped),
        other => Err(protocol(format!("`{other}` is no state of a run that is known"))),
    }
}

/// How the steps of an asset stand together; none when the run did not touch it.
fn asset_task(asset: &Asset, run: &answer::Run) -> Option<TaskRun> {
    let steps: Vec<&Step> = run.step_stats.iter().filter(|step| makes(&step.step_key, asset)).collect();
    (!steps.is_empty()).then(|| task(&asset.asset_key.text(), &steps))
}

/// A step's key is its op's name, below its graphs, with an index when it was mapped.
fn makes(step: &str, asset: &Asset) -> bool {
    let step = step.split_once('[').map_or(step, |(op, _)| op);
    let inside = |graph: &String| step.strip_prefix(graph.as_str()).is_some_and(|rest| rest.starts_with('.'));
    asset.op_names.iter().any(|op| op == step || inside(op)) || asset.graph_name.as_ref().is_some_and(inside)
}

fn task(name: &str, steps: &[&Step]) -> TaskRun {
    let times = |time: fn(&Step) -> Option<f64>| steps.iter().filter_map(move |step| time(step));
    let open = steps.iter().any(|step| step.end_time.is_none());
    TaskRun {
        task: name.to_owned(),
        status: worst(steps),
        started_at: times(|step| step.start_time).reduce(f64::min).map(millis),
        ended_at: times(|step| step.end_time).reduce(f64::max).filter(|_| !open).map(millis),
        log_url: None,
    }
}

fn worst(steps: &[&Step]) -> Status {
    let any = |wanted: Option<&str>| steps.iter().any(|step| step.status.as_deref() == wanted);
    if any(Some("FAILURE")) {
        Status::Failed
    } else if any(Some("IN_PROGRESS")) || any(None) {
        Status::Pending
    } else if any(Some("SUCCESS")) {
        Status::Successful
    } else {
        Status::Skipped
    }
}
