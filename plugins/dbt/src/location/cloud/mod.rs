//! Artifacts of dbt Cloud, by its Administrative API v2: what all jobs of a project and environment left looks like one
//! folder, with the newest manifest, catalog and freshness, and the results of every step of their runs. Starts no job.

mod answers;
mod artifacts;
mod jobs;
mod pages;
mod runs;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::rest::{Answer, Api, Server};
use metahost_plugin_sdk::{ErrorExt, Result, problem, protocol};

use super::pattern::is_url;
use super::{About, Bytes, CREDENTIAL, Found, Location, Pattern};
use crate::config;
use answers::Run;
use jobs::Jobs;

/// Requests under way at once: their bodies share the guest's memory.
const AT_ONCE: usize = 8;
/// Jobs whose names fit into one line.
const NAMED: usize = 5;
/// Artifacts that are of interest once for a project.
const SINGLE: [&str; 3] = [MANIFEST, "catalog.json", "sources.json"];
const MANIFEST: &str = "manifest.json";
const RESULTS: &str = "run_results.json";

/// An account, or some of its jobs.
pub struct Cloud<A> {
    api: A,
    config: config::Cloud,
    since: Option<u64>,
    jobs: OnceCell<Jobs>,
    runs: RefCell<BTreeMap<String, Vec<Run>>>,
    artifacts: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// What can't be read of the lists of runs, and why.
    odd_runs: RefCell<Vec<(String, String)>>,
}

impl Cloud<Server> {
    /// Checks the configuration.
    pub fn open(config: &config::Cloud) -> Result<Self> {
        if !is_url(&config.url) {
            return Err(problem("/cloud/url", format!("`{}` is not an http:// or https:// URL", config.url)));
        }
        let base = format!("{}/api/v2/accounts/{}", config.url.trim_end_matches('/'), config.account.0);
        Ok(Self::new(config.clone(), Server::new(&base, "dbt Cloud", CREDENTIAL)))
    }
}

impl<A: Api> Cloud<A> {
    /// An account that this server knows.
    pub fn new(config: config::Cloud, api: A) -> Self {
        let (runs, artifacts, odd_runs) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { api, config, since: None, jobs: OnceCell::new(), runs, artifacts, odd_runs }
    }

    /// The path of a request for a file; none where no run left it.
    fn path(&self, name: &str) -> Result<Option<String>> {
        let Some((folder, file)) = name.split_once('/') else { return Ok(None) };
        if let Some(rest) = file.strip_prefix("runs/") {
            let run = rest.split('/').next().unwrap_or_default();
            let (run, step) =
                run.split_once("-step-").map_or((run, String::new()), |(run, step)| (run, format!("?step={step}")));
            return Ok(Some(format!("/runs/{run}/artifacts/{RESULTS}{step}")));
        }
        let holder = self.newest(folder, &self.runs(folder)?, file)?.map(Run::number).map(str::to_owned);
        Ok(holder.map(|run| format!("/runs/{run}/artifacts/{file}")))
    }
}

/// The body; none for what is not there.
fn body(answer: Answer, path: &str) -> Result<Option<Bytes>> {
    match answer.status {
        404 => Ok(None),
        200..300 => Ok(Some(Box::new(std::io::Cursor::new(answer.body)))),
        _ => Err(answer.json().err().unwrap_or_else(|| protocol("the answer is no artifact")).with("path", path)),
    }
}

impl<A: Api> Location for Cloud<A> {
    fn label(&self) -> String {
        format!("dbt Cloud's account {}", self.config.account.0)
    }

    fn none_found(&self) -> &'static str {
        "no run of the jobs left one: check `cloud`, that a job has run, and that the token may read its artifacts"
    }

    fn since(&mut self, since: Option<u64>) {
        self.since = since;
    }

    fn check(&self) -> Result<String> {
        let jobs = self.jobs()?;
        let count: usize = jobs.folders.values().map(Vec::len).sum();
        let left_out = jobs.left_out.iter().map(|(what, why)| format!("; {what}: {why}"));
        Ok(format!(
            "{} shows {count} jobs in {} environments; {} more only try pull requests out{}",
            self.label(),
            jobs.folders.len(),
            jobs.trials,
            left_out.collect::<String>()
        ))
    }

    fn about(&self, manifest: &str) -> Result<About> {
        let folder = manifest.split('/').next().unwrap_or_default();
        let jobs = self.jobs()?;
        let mut names: Vec<&str> =
            jobs.folders.get(folder).into_iter().flatten().map(|job| job.name.as_str()).collect();
        names.sort_unstable();
        let runs = self.runs(folder)?;
        let mut fields = vec![("jobs", names.join(", ")), ("left-out-trial-jobs", jobs.trials.to_string())];
        if let Some(run) = self.newest(folder, &runs, MANIFEST)? {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
            let (url, commit) = (or_none(&run.href), or_none(&run.git_sha));
            fields.extend([("run", run.number().to_owned()), ("status", run.status_humanized.clone())]);
            fields.extend([("url", url), ("commit", commit), ("ended", or_none(&run.finished_at))]);
        }
        let job = (!names.is_empty() && names.len() <= NAMED).then(|| names.join(", "));
        let left_out = jobs.left_out.iter().chain(self.odd_runs.borrow().iter()).cloned().collect();
        Ok(About { job, fields, left_out })
    }

    fn find(&self, patterns: &[Pattern]) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for folder in self.jobs()?.folders.keys() {
            if patterns.iter().any(|pattern| pattern.reaches_into(&format!("{folder}/runs"))) {
                found.extend(self.results(folder)?);
            }
            for name in SINGLE.map(|file| format!("{folder}/{file}")) {
                if !patterns.iter().any(|pattern| pattern.matches(&name)) {
                    continue;
                }
                // What can't be asked now is found all the same: reading it tells why, and the others are read.
                if self.path(&name).is_ok_and(|path| path.is_none()) {
                    continue;
                }
                found.push(Found { name, size: None, modified: None });
            }
        }
        found.retain(|file| patterns.iter().any(|pattern| pattern.matches(&file.name)));
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let Some(path) = self.path(name)? else { return Ok(None) };
        body(self.api.call(&path, None)?, &path)
    }

    fn read_all(&self, names: &[&str]) -> Vec<Result<Option<Bytes>>> {
        let paths: Result<Vec<Option<String>>> = names.iter().map(|name| self.path(name)).collect();
        let paths: Vec<String> = match paths {
            Ok(paths) => paths.into_iter().flatten().collect(),
            Err(error) => return vec![Err(error)],
        };
        let answers = self.api.call_all(&paths).into_iter().zip(&paths);
        answers.map(|(answer, path)| body(answer?, path)).collect()
    }
}
