//! Jobs as runs, only those that changed since the last time. Never asks for a job's log.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::activity::{Run, TaskRun};
use metahost_plugin_sdk::connector::{ReadRequest, Window};
use metahost_plugin_sdk::output::{Output, or_skip};

use crate::airbyte::{Airbyte, Jobs};
use crate::config::Config;
use crate::connection::{Connection, Job, Stream};
use crate::cursor::Cursor;
use crate::pages::Rest;
use crate::pipeline::{Named, tasks};

/// Connections whose jobs are asked for at once.
const AT_ONCE: usize = 16;

/// What runs are made with.
pub struct Runs<'a> {
    airbyte: &'a dyn Airbyte,
    config: &'a Config,
    window: Window,
    /// How far each connection's jobs were read.
    pub cursor: Cursor,
}

impl<'a> Runs<'a> {
    /// From where the last run ended.
    pub fn new(airbyte: &'a dyn Airbyte, config: &'a Config, request: &ReadRequest) -> Result<Self> {
        Ok(Self { airbyte, config, window: request.window, cursor: Cursor::read(request)? })
    }

    /// Emits the runs of these connections. What can't be read is asked for again the next time.
    pub fn emit(&mut self, all: &[Named], out: &mut dyn Output) -> Result<()> {
        for some in all.chunks(AT_ONCE) {
            let since = |of: &Named| self.cursor.of(&of.connection.id).or(self.window.since);
            let asked: Vec<_> = some.iter().map(|of| (of.connection.id.clone(), since(of))).collect();
            let jobs = self.airbyte.jobs(&asked, self.config.jobs_per_connection);
            for ((of, (_, since)), jobs) in some.iter().zip(&asked).zip(jobs) {
                self.emit_one(of, *since, jobs, out)?;
            }
        }
        Ok(())
    }

    fn emit_one(&mut self, of: &Named, since: Option<u64>, jobs: Result<Jobs>, out: &mut dyn Output) -> Result<()> {
        let Some(Jobs { found, rest }) = or_skip(out, &[&of.name, "jobs"], jobs)? else { return Ok(()) };
        let mut whole = told(rest, found.len(), of, out);
        let mut newest = since;
        for (label, job) in found {
            let Some(job) = or_skip(out, &[&of.name, &label], job)? else {
                whole = false;
                continue;
            };
            if is_wanted(&job, since, self.window.until) {
                newest = newest.max(job.updated);
                out.run(entity(of, &job))?;
            }
        }
        if let (true, Some(newest)) = (whole, newest) {
            self.cursor.advance(&of.connection.id, newest);
        }
        Ok(())
    }
}

/// Tells what is left out; whether nothing is that should be there.
fn told(rest: Rest, seen: usize, of: &Named, out: &mut dyn Output) -> bool {
    let reason = match rest {
        Rest::Nothing => return true,
        Rest::BeyondLimit => {
            format!("only the newest {seen} jobs were read; raise `jobs-per-connection` if older ones matter")
        }
        Rest::Lost(total) => format!("Airbyte counts {total} jobs and gives {seen}; they are asked for again"),
    };
    out.skipped(&[&of.name, "jobs"], &reason);
    rest == Rest::BeyondLimit
}

/// Older servers give all jobs, whatever time they are asked for.
fn is_wanted(job: &Job, since: Option<u64>, until: Option<u64>) -> bool {
    let Some(updated) = job.updated else { return true };
    since.is_none_or(|since| updated >= since) && until.is_none_or(|until| updated < until)
}

fn entity(of: &Named, job: &Job) -> Run {
    let steps = tasks(&of.connection).into_iter().filter(|(_, stream)| took_part(job, &of.connection, stream));
    Run {
        id: job.id.clone(),
        pipeline: vec![of.name.clone()],
        status: job.state.status(),
        started_at: job.started,
        ended_at: job.ended,
        tasks: steps.map(|(name, _)| step(name, job)).collect(),
        metrics: metrics(job),
    }
}

/// A job that names none of the connection's streams is one of all: it ran before they were chosen anew.
fn took_part(job: &Job, connection: &Connection, stream: &Stream) -> bool {
    let Some(named) = &job.streams else { return true };
    let is = |stream: &Stream| named.iter().any(|(space, name)| *space == stream.namespace && *name == stream.name);
    is(stream) || !connection.streams.iter().any(is)
}

/// Airbyte tells how a job stands, not how its streams do.
fn step(name: String, job: &Job) -> TaskRun {
    TaskRun { task: name, status: job.state.status(), started_at: job.started, ended_at: job.ended, log_url: None }
}

fn metrics(job: &Job) -> Vec<(String, String)> {
    let number = |name: &str, value: Option<u64>| value.map(|value| (name.to_owned(), value.to_string()));
    let mut metrics = vec![("status".to_owned(), job.state.word().to_owned())];
    metrics.extend(number("rows", job.rows));
    metrics.extend(number("bytes", job.bytes));
    metrics.extend(Some(("job type".to_owned(), job.kind.clone())).filter(|_| !job.kind.is_empty()));
    metrics.extend(job.attempts.map(|attempts| ("attempts".to_owned(), attempts.to_string())));
    metrics
}
