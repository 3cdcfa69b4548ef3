//! Which jobs are wanted. Never leaves one out in silence.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{Result, protocol};

use super::Cloud;
use super::answers::Job;
use super::pages::{page, words};
use crate::config;
use crate::location::Location;

const QUERY: &str = "/jobs/?";

/// The jobs that are wanted.
#[derive(Default)]
pub struct Jobs {
    /// By their folder.
    pub folders: BTreeMap<String, Vec<Job>>,
    /// How many are left out because they only try pull requests out.
    pub trials: usize,
    /// What can't be read, and why.
    pub left_out: Vec<(String, String)>,
}

impl<A: Api> Cloud<A> {
    /// The jobs that are wanted.
    pub(super) fn jobs(&self) -> Result<&Jobs> {
        if let Some(jobs) = self.jobs.get() {
            return Ok(jobs);
        }
        let jobs = self.list_jobs()?;
        Ok(self.jobs.get_or_init(|| jobs))
    }

    fn list_jobs(&self) -> Result<Jobs> {
        let mut jobs = Jobs::default();
        let mut seen = BTreeSet::new();
        let first = self.api.get(&page(QUERY, 0))?;
        self.list(QUERY, first, &mut |item| {
            match parse::<Job>("a job", item) {
                Ok(job) => {
                    seen.extend(job.id.clone());
                    self.sort_in(job, &mut jobs);
                }
                Err(error) => jobs.left_out.push(("a job".to_owned(), words(error))),
            }
            Ok(true)
        })?;
        for missing in self.config.jobs.iter().filter(|id| !seen.contains(&id.0)) {
            let reason = "dbt Cloud shows no such job; is it deleted, or may the token not see it?";
            jobs.left_out.push((format!("job {}", missing.0), reason.to_owned()));
        }
        if jobs.folders.is_empty() {
            let found = format!("{} shows {} jobs and none that is asked for", self.label(), seen.len());
            return Err(protocol(format!("{found}: check `cloud`, and that the token may read jobs and runs")));
        }
        Ok(jobs)
    }

    fn sort_in(&self, job: Job, jobs: &mut Jobs) {
        let has = |ids: &[config::Id], id: Option<&String>| ids.is_empty() || ids.iter().any(|it| Some(&it.0) == id);
        let environment = self.config.environment.as_slice();
        let is_wanted = has(&self.config.jobs, job.id.as_ref())
            && has(&self.config.projects, job.project_id.as_ref())
            && has(environment, job.environment_id.as_ref());
        if !is_wanted {
            return;
        }
        if self.config.jobs.is_empty() && job.is_trial() {
            jobs.trials += 1;
        } else {
            jobs.folders.entry(job.folder()).or_default().push(job);
        }
    }

    /// Those of a folder.
    pub(super) fn jobs_of(&self, folder: &str) -> Result<&[Job]> {
        Ok(self.jobs()?.folders.get(folder).map_or(&[], Vec::as_slice))
    }
}
