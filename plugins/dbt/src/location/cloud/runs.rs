//! The runs of jobs, the newest first. Never keeps one that is under way.

use std::collections::BTreeMap;

use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{ErrorExt, Result};
use serde_json::Value;

use super::answers::{Job, Run};
use super::pages::words;
use super::{AT_ONCE, Cloud};

/// Runs before the time that is asked for in which the newest manifest of a job is looked for.
const OLDER: usize = 25;

/// Runs by when they ended and their number: while pages are read, a run that ends moves others to the next page.
type ByEnd = BTreeMap<(u64, String), Run>;

impl<A: Api> Cloud<A> {
    /// Ended runs of a folder's jobs, the newest first: those of the time that is asked for, and some before it.
    pub(super) fn runs(&self, folder: &str) -> Result<Vec<Run>> {
        if let Some(runs) = self.runs.borrow().get(folder) {
            return Ok(runs.clone());
        }
        let mut runs = ByEnd::new();
        for jobs in self.jobs_of(folder)?.chunks(AT_ONCE) {
            let queries: Vec<String> = jobs.iter().map(query).collect();
            for ((first, query), job) in self.first_pages(&queries).into_iter().zip(&queries).zip(jobs) {
                self.list_runs(job, query, first?, &mut runs)?;
            }
        }
        let runs: Vec<Run> = runs.into_values().rev().collect();
        self.runs.borrow_mut().insert(folder.to_owned(), runs.clone());
        Ok(runs)
    }

    fn list_runs(&self, job: &Job, query: &str, first: Value, runs: &mut ByEnd) -> Result<()> {
        let mut older = 0;
        let number = job.id.as_deref().unwrap_or_default();
        let take = &mut |item| {
            let run: Run = match parse("a run", item) {
                Ok(run) => run,
                Err(error) => {
                    self.odd_runs.borrow_mut().push((format!("a run of job {number}"), words(error)));
                    return Ok(true);
                }
            };
            let Some(ended) = run.ended() else { return Ok(true) };
            older += usize::from(!self.is_asked_for(&run));
            runs.insert((ended, run.number().to_owned()), run);
            Ok(older < OLDER)
        };
        self.list(query, first, take).with("job", number)
    }

    /// Whether it ended in the time that is asked for.
    pub(super) fn is_asked_for(&self, run: &Run) -> bool {
        self.since.zip(run.ended()).is_some_and(|(since, ended)| ended >= since)
    }
}

fn query(job: &Job) -> String {
    format!("/runs/?job_definition_id={}&order_by=-finished_at&", job.id.as_deref().unwrap_or_default())
}
