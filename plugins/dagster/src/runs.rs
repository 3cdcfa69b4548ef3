//! Runs and the states of their steps, newest first, only what is new since the cursor. Never asks for a run's log.

use std::collections::BTreeSet;

use metahost_plugin_sdk::activity::{Run, Status, TaskRun};
use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde_json::{Value, json};

use crate::answer::{self, Runs, Step};
use crate::config::{Config, Mode};
use crate::graphql::{Server, case};
use crate::jobs;
use crate::makers::Makers;
use crate::queries;
use crate::text::millis;
use crate::workspace::Code;

/// Tags that say what started a run and on what it worked.
const TOLD: [&str; 9] = [
    "partition",
    "asset_partition_range_start",
    "asset_partition_range_end",
    "schedule_name",
    "sensor_name",
    "from_automation_condition",
    "backfill",
    "retry_number",
    "failure_reason",
];

/// When an execution was planned is told in whole seconds.
const PLANNED_IN: f64 = 1.0;

/// What changed since the last time, in seconds. Holds only runs that began before, so it stays small.
#[derive(Default)]
pub struct Changed {
    since: Option<f64>,
    oldest: Option<f64>,
    earlier: BTreeSet<String>,
    /// Where the next time begins.
    pub next: Option<f64>,
}

impl Changed {
    fn add(&mut self, run: &answer::Run) {
        let began = run.creation_time.or(run.start_time);
        if let (Some(began), Some(since)) = (began, self.since)
            && began <= since
        {
            self.oldest = Some(self.oldest.map_or(began, |oldest| oldest.min(began)));
            self.earlier.insert(run.id.clone());
        }
    }

    /// Whether an execution of this moment and run is new. What a run found before the cursor is told when the run ends.
    pub fn holds(&self, at: f64, run: Option<&str>) -> bool {
        self.since.is_none_or(|since| at + PLANNED_IN > since) || run.is_some_and(|run| self.earlier.contains(run))
    }

    /// Whether what was planned before this moment can be new.
    pub fn may_hold(&self, planned: f64) -> bool {
        self.oldest.or(self.since).is_none_or(|oldest| planned + PLANNED_IN >= oldest)
    }
}

/// Reads what ran since the cursor, or in the window when there is none.
pub struct Reader<'a> {
    pub server: &'a Server,
    pub config: &'a Config,
    pub code: &'a [Code],
    pub makers: &'a Makers<'a>,
}

impl Reader<'_> {
    /// Gives the runs. The next time begins at the newest change of the first page: a run that changes while later
    /// pages are read is newer than that, and is asked for again.
    pub fn emit(&self, request: &ReadRequest, out: &mut dyn Output) -> Result<Changed> {
        let since = since(request)?;
        let mut changed = Changed { since, next: since, ..Changed::default() };
        let mut last: Option<String> = None;
        loop {
            let page = self.page(since, last.as_deref())?;
            let first = last.is_none();
            let full = page.len() >= self.config.page_size;
            last = page.last().map(id);
            for run in page {
                let name = id(&run);
                let Some(run) = or_skip(out, &["runs", &name], parse::<answer::Run>("a run", run))? else { continue };
                if first {
                    changed.next = later(changed.next, run.update_time);
                }
                changed.add(&run);
                let given = self.run(&run, out);
                or_skip(out, &["runs", &name], given)?;
            }
            if !full {
                return Ok(changed);
            }
        }
    }

    fn page(&self, since: Option<f64>, last: Option<&str>) -> Result<Vec<Value>> {
        let filter = since.map_or_else(|| json!({}), |since| json!({ "updatedAfter": since }));
        let variables = json!({ "limit": self.config.page_size, "cursor": last, "filter": filter });
        Ok(case::<Runs>(self.server.ask(queries::RUNS, &variables)?, "runsOrError", "Runs")?.results)
    }

    fn run(&self, run: &answer::Run, out: &mut dyn Output) -> Result<()> {
        let Some(code) = self.code_of(run) else { return Ok(()) };
        if self.config.mode == Mode::Job {
            if !code.jobs.contains(&run.job_name) {
                return Ok(());
            }
            let tasks = run.step_stats.iter().map(|step| self.task(&step.key, run, &[step])).collect();
            return out.run(entity(&jobs::name(code, &run.job_name), run, tasks)?);
        }
        for (pipeline, assets) in self.makers.made((&code.location, &code.repository), run) {
            let tasks = assets.into_iter().map(|(key, steps)| self.task(&key.text(), run, &steps)).collect();
            out.run(entity(pipeline, run, tasks)?)?;
        }
        Ok(())
    }

    /// The code that ran. A run that was launched from the command line does not say: then only the job's name tells.
    fn code_of(&self, run: &answer::Run) -> Option<&Code> {
        if let Some(origin) = &run.repository_origin {
            let (location, repository) = (&origin.repository_location_name, &origin.repository_name);
            return self.code.iter().find(|code| code.location == *location && code.repository == *repository);
        }
        let mut having = self.code.iter().filter(|code| self.code.len() == 1 || code.jobs.contains(&run.job_name));
        having.next().filter(|_| having.next().is_none())
    }

    fn task(&self, name: &str, run: &answer::Run, steps: &[&Step]) -> TaskRun {
        let times = |time: fn(&Step) -> Option<f64>| steps.iter().filter_map(move |step| time(step));
        let open = steps.iter().any(|step| step.end_time.is_none());
        TaskRun {
            task: name.to_owned(),
            status: worst(steps),
            started_at: times(|step| step.start_time).reduce(f64::min).map(millis),
            ended_at: times(|step| step.end_time).reduce(f64::max).filter(|_| !open).map(millis),
            log_url: Some(self.config.page(&format!("runs/{}", run.id))),
        }
    }
}

fn id(run: &Value) -> String {
    run["runId"].as_str().unwrap_or("without id").to_owned()
}

/// Seconds.
fn since(request: &ReadRequest) -> Result<Option<f64>> {
    let Some(cursor) = &request.cursor else {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
        return Ok(request.window.since.map(|since| since as f64 / 1_000.0));
    };
    let text = str::from_utf8(cursor).ok().and_then(|text| text.parse().ok());
    text.map(Some)
        .ok_or_else(|| Error::Unsupported("a cursor that is no time; `metahost run --full` reads anew".to_owned()))
}

fn later(newest: Option<f64>, found: Option<f64>) -> Option<f64> {
    match (newest, found) {
        (Some(newest), Some(found)) => Some(newest.max(found)),
        (newest, found) => newest.or(found),
    }
}

fn entity(pipeline: &str, run: &answer::Run, tasks: Vec<TaskRun>) -> Result<Run> {
    let told = TOLD.iter().filter_map(|name| {
        let value = answer::tag(&run.tags, &format!("dagster/{name}"))?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    let own = [("status".to_owned(), run.status.clone()), ("job".to_owned(), run.job_name.clone())];
    Ok(Run {
        id: run.id.clone(),
        pipeline: vec![pipeline.to_owned()],
        status: status(&run.status)?,
        started_at: run.start_time.map(millis),
        ended_at: run.end_time.map(millis),
        tasks,
        metrics: own.into_iter().chain(told).collect(),
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
