//! Artifacts of dbt Cloud, by its Administrative API v2: what all jobs of a project and environment left looks like one
//! folder, with the newest manifest, catalog and freshness, and the results of every step of their runs. Starts no job.

mod answers;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::rest::{Answer, Api, Server, parse};
use metahost_plugin_sdk::{ErrorExt, Result, problem, protocol};
use serde_json::Value;

use super::pattern::is_url;
use super::{About, CREDENTIAL, Found, Location, Pattern};
use crate::config;
use answers::{Job, List, Run};

/// Items a page; dbt Cloud gives no more.
const PAGE: usize = 100;
/// Requests under way at once: their bodies share the guest's memory.
const AT_ONCE: usize = 8;
/// Runs before the time that is asked for in which the newest manifest of a job is looked for.
const OLDER: usize = 25;
/// Jobs whose names fit into one line.
const NAMED: usize = 5;
/// Artifacts that are of interest once for a project.
const SINGLE: [&str; 3] = ["manifest.json", "catalog.json", "sources.json"];
const RESULTS: &str = "run_results.json";

/// An account, or some of its jobs.
pub struct Cloud<A> {
    api: A,
    config: config::Cloud,
    since: Option<u64>,
    jobs: OnceCell<Jobs>,
    runs: RefCell<BTreeMap<String, Vec<Run>>>,
    artifacts: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

/// The jobs that are wanted.
#[derive(Default)]
struct Jobs {
    /// By their folder.
    folders: BTreeMap<String, Vec<Job>>,
    /// How many are left out because they only try pull requests out.
    trials: usize,
    /// What can't be read, and why.
    left_out: Vec<(String, String)>,
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
        let (runs, artifacts) = (RefCell::default(), RefCell::default());
        Self { api, config, since: None, jobs: OnceCell::new(), runs, artifacts }
    }

    fn jobs(&self) -> Result<&Jobs> {
        if let Some(jobs) = self.jobs.get() {
            return Ok(jobs);
        }
        let jobs = self.list_jobs()?;
        Ok(self.jobs.get_or_init(|| jobs))
    }

    fn list_jobs(&self) -> Result<Jobs> {
        let mut jobs = Jobs::default();
        let mut seen = BTreeSet::new();
        self.list("/jobs/?", &mut |item| {
            match parse::<Job>("a job", item) {
                Ok(job) => {
                    seen.extend(job.id.clone());
                    self.sort_in(job, &mut jobs);
                }
                Err(error) => jobs.left_out.push(("a job".to_owned(), format!("{error:?}"))),
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

    /// Every item of a list, until `take` has enough.
    fn list(&self, query: &str, take: &mut dyn FnMut(Value) -> Result<bool>) -> Result<()> {
        let mut seen = 0;
        loop {
            let path = format!("{query}limit={PAGE}&offset={seen}");
            let page: List = parse("the list", self.api.get(&path)?).with("path", &path)?;
            let (count, total) = (page.data.len(), page.extra.pagination.total_count);
            seen += count;
            for item in page.data {
                if !take(item)? {
                    return Ok(());
                }
            }
            match total {
                Some(total) if seen >= total => return Ok(()),
                Some(total) if count == 0 => {
                    return Err(protocol(format!("dbt Cloud counts {total} items and gave {seen}")).with("path", path));
                }
                None if count < PAGE => return Ok(()),
                _ => {}
            }
        }
    }

    /// Ended runs of a folder's jobs, the newest first: those of the time that is asked for, and some before it.
    fn runs(&self, folder: &str) -> Result<Vec<Run>> {
        if let Some(runs) = self.runs.borrow().get(folder) {
            return Ok(runs.clone());
        }
        let mut runs = BTreeMap::new();
        for job in self.jobs()?.folders.get(folder).into_iter().flatten() {
            let mut older = 0;
            let number = job.id.as_deref().unwrap_or_default();
            self.list(&format!("/runs/?job_definition_id={number}&order_by=-finished_at&"), &mut |item| {
                let run: Run = parse("a run", item)?;
                let Some(ended) = run.ended() else { return Ok(true) };
                older += usize::from(!self.is_asked_for(&run));
                // By number, too: while a list is read page by page, a run that ends moves others to the next page.
                runs.insert((ended, run.number().to_owned()), run);
                Ok(older < OLDER)
            })
            .with("job", number)?;
        }
        let runs: Vec<Run> = runs.into_values().rev().collect();
        self.runs.borrow_mut().insert(folder.to_owned(), runs.clone());
        Ok(runs)
    }

    fn is_asked_for(&self, run: &Run) -> bool {
        self.since.zip(run.ended()).is_some_and(|(since, ended)| ended >= since)
    }

    /// The newest of some runs that left this artifact.
    fn holder<'r>(&self, runs: impl Iterator<Item = &'r Run>, file: &str) -> Result<Option<&'r Run>> {
        let runs: Vec<&Run> = runs.collect();
        for runs in runs.chunks(AT_ONCE) {
            self.ask_for_artifacts(runs)?;
            let known = self.artifacts.borrow();
            if let Some(run) = runs.iter().find(|run| known[run.number()].contains(file)) {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// The names of what some runs left; a run that failed early left nothing.
    fn ask_for_artifacts(&self, runs: &[&Run]) -> Result<()> {
        let mut known = self.artifacts.borrow_mut();
        let new: Vec<&Run> = runs.iter().copied().filter(|run| !known.contains_key(run.number())).collect();
        let paths: Vec<String> = new.iter().map(|run| format!("/runs/{}/artifacts/", run.number())).collect();
        for ((answer, path), run) in self.api.call_all(&paths).into_iter().zip(&paths).zip(new) {
            let answer = answer?;
            let mut names = BTreeSet::new();
            if answer.status != 404 {
                let list: List = parse("the list of artifacts", answer.json()?).with("path", path)?;
                let wanted = |name: &&str| SINGLE.contains(name) || *name == RESULTS;
                names.extend(list.data.iter().filter_map(Value::as_str).filter(wanted).map(str::to_owned));
            }
            known.insert(run.number().to_owned(), names);
        }
        Ok(())
    }

    /// The files of results: of the runs that are asked for, and of the newest one of each job that left a manifest.
    fn results(&self, folder: &str) -> Result<Vec<Found>> {
        let all = self.runs(folder)?;
        let mut runs: BTreeMap<&str, &Run> =
            all.iter().filter(|run| self.is_asked_for(run)).map(|run| (run.number(), run)).collect();
        for job in self.jobs()?.folders.get(folder).into_iter().flatten() {
            let own = all.iter().filter(|run| run.job_definition_id == job.id);
            runs.extend(self.holder(own, SINGLE[0])?.map(|run| (run.number(), run)));
        }
        let runs: Vec<&Run> = runs.into_values().collect();
        let mut found = Vec::new();
        for runs in runs.chunks(AT_ONCE) {
            let path = |run: &&Run| format!("/runs/{}/?include_related=%5B%22run_steps%22%5D", run.number());
            let paths: Vec<String> = runs.iter().map(path).collect();
            for (answer, run) in self.api.get_all(&paths).into_iter().zip(runs) {
                let detail: answers::Answer<Run> = parse("a run", answer?).with("run", run.number())?;
                found.extend(
                    steps(&detail.data)
                        .map(|step| file(&format!("{folder}/runs/{}{step}/{RESULTS}", run.number()), run)),
                );
            }
        }
        Ok(found)
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
        let runs = self.runs(folder)?;
        let holder = self.holder(runs.iter(), file)?;
        Ok(holder.map(|run| format!("/runs/{}/artifacts/{file}", run.number())))
    }
}

/// What stands behind a run's number in the names of its files of results. Each command of a run leaves its own; where
/// none is told, the last one's is taken.
fn steps(run: &Run) -> impl Iterator<Item = String> {
    let steps: Vec<u64> = run.run_steps.iter().filter(|step| step.builds()).filter_map(|step| step.index).collect();
    let last = run.run_steps.is_empty().then(String::new);
    steps.into_iter().map(|index| format!("-step-{index}")).chain(last)
}

fn file(name: &str, run: &Run) -> Found {
    Found { name: name.to_owned(), size: None, modified: run.ended().map(|ended| format!("{ended:020}")) }
}

/// The body; none for what is not there.
fn body(answer: Answer, path: &str) -> Result<Option<Vec<u8>>> {
    match answer.status {
        404 => Ok(None),
        200..300 => Ok(Some(answer.body)),
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
        if let Some(run) = self.holder(runs.iter(), SINGLE[0])? {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
            let (url, commit) = (or_none(&run.href), or_none(&run.git_sha));
            fields.extend([("run", run.number().to_owned()), ("status", run.status_humanized.clone())]);
            fields.extend([("url", url), ("commit", commit), ("ended", or_none(&run.finished_at))]);
        }
        let job = (!names.is_empty() && names.len() <= NAMED).then(|| names.join(", "));
        Ok(About { job, fields, left_out: jobs.left_out.clone() })
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

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(path) = self.path(name)? else { return Ok(None) };
        body(self.api.call(&path, None)?, &path)
    }

    fn read_all(&self, names: &[&str]) -> Vec<Result<Option<Vec<u8>>>> {
        let paths: Result<Vec<Option<String>>> = names.iter().map(|name| self.path(name)).collect();
        let paths: Vec<String> = match paths {
            Ok(paths) => paths.into_iter().flatten().collect(),
            Err(error) => return vec![Err(error)],
        };
        let answers = self.api.call_all(&paths).into_iter().zip(&paths);
        answers.map(|(answer, path)| body(answer?, path)).collect()
    }
}
