//! Which run left which artifact. Never reads one.

use std::collections::BTreeSet;

use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{ErrorExt, Result};
use serde_json::Value;

use super::answers::{Answer, List, Run};
use super::pages::known_body;
use super::{AT_ONCE, Cloud, MANIFEST, RESULTS, SINGLE};
use crate::location::Found;

impl<A: Api> Cloud<A> {
    /// The newest of some runs that left this artifact.
    fn holder<'r>(&self, runs: &[&'r Run], file: &str) -> Result<Option<&'r Run>> {
        // Mostly the first one has it.
        let (first, rest) = runs.split_at(runs.len().min(1));
        for runs in [first].into_iter().chain(rest.chunks(AT_ONCE)) {
            self.ask_for_artifacts(runs)?;
            let known = self.artifacts.borrow();
            let has = |run: &&&Run| known.get(run.number()).is_some_and(|names| names.contains(file));
            if let Some(run) = runs.iter().find(has) {
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
            let mut names = BTreeSet::new();
            if let Some(list) = known_body(&answer?).with("path", path)? {
                let list: List = parse("the list of artifacts", list).with("path", path)?;
                let wanted = |name: &&str| SINGLE.contains(name);
                names.extend(list.data.iter().filter_map(Value::as_str).filter(wanted).map(str::to_owned));
            }
            known.insert(run.number().to_owned(), names);
        }
        Ok(())
    }

    /// The runs that count: those that are asked for, and the newest one of each job that left a manifest.
    fn that_count<'r>(&self, folder: &str, all: &'r [Run]) -> Result<Vec<&'r Run>> {
        let mut counted: BTreeSet<&str> = all.iter().filter(|run| self.is_asked_for(run)).map(Run::number).collect();
        for job in self.jobs_of(folder)? {
            let own: Vec<&Run> = all.iter().filter(|run| run.job_definition_id == job.id).collect();
            counted.extend(self.holder(&own, MANIFEST)?.map(Run::number));
        }
        Ok(all.iter().filter(|run| counted.contains(run.number())).collect())
    }

    /// The newest run of a folder that left an artifact.
    pub(super) fn newest<'r>(&self, folder: &str, all: &'r [Run], file: &str) -> Result<Option<&'r Run>> {
        let runs = if file == MANIFEST { all.iter().collect() } else { self.that_count(folder, all)? };
        self.holder(&runs, file)
    }

    /// The files of results of the runs that count.
    pub(super) fn results(&self, folder: &str) -> Result<Vec<Found>> {
        let all = self.runs(folder)?;
        let mut found = Vec::new();
        for runs in self.that_count(folder, &all)?.chunks(AT_ONCE) {
            let path = |run: &&Run| format!("/runs/{}/?include_related=%5B%22run_steps%22%5D", run.number());
            let paths: Vec<String> = runs.iter().map(path).collect();
            for (answer, run) in self.api.call_all(&paths).into_iter().zip(runs) {
                let detail = known_body(&answer?).with("run", run.number())?;
                let detail = detail.map(|body| parse::<Answer<Run>>("a run", body)).transpose();
                let detail = detail.with("run", run.number())?.map(|answer| answer.data).unwrap_or_default();
                let name = |step| format!("{folder}/runs/{}{step}/{RESULTS}", run.number());
                found.extend(steps(&detail).map(|step| file(&name(step), run)));
            }
        }
        Ok(found)
    }
}

/// What stands behind a run's number in the names of its files of results. Each command of a run leaves its own; where
/// none is told, the last one's is taken.
fn steps(run: &Run) -> impl Iterator<Item = String> {
    let steps: Vec<u64> = run.steps.iter().filter(|step| step.builds()).filter_map(|step| step.index).collect();
    let last = run.steps.is_empty().then(String::new);
    steps.into_iter().map(|index| format!("-step-{index}")).chain(last)
}

fn file(name: &str, run: &Run) -> Found {
    Found { name: name.to_owned(), size: None, modified: run.ended().map(|ended| format!("{ended:020}")) }
}
