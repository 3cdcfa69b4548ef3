//! A made-up source that answers badly, read by the whole binary. Never says which answers are bad: each test does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::answers::{Asked, answering};
use crate::made_up::Source;
use crate::{Finished, Project};

/// What every source is asked with that wants a token.
pub const TOKEN: &str = "t0ken-of-a-user";

/// A status and a body.
pub type Answer = (u16, String);

/// What a run of a hurt source left behind.
pub struct Read {
    /// The connector's name.
    pub source: &'static str,
    /// How the binary ended and what it said.
    pub finished: Finished,
    /// Its report.
    pub report: Value,
    /// Where it ran, with the catalog.
    pub project: Project,
}

/// Reads a made-up source of so many entities. `hurt` makes of a request, its number from 0 and the good answer the one that is
/// given. Nothing is asked twice, so that no patience hides what is hurt.
pub fn read(
    name: &str,
    size: usize,
    hurt: impl Fn(&Asked, usize, Answer) -> Answer + Send + Sync + 'static,
) -> Result<Read> {
    let source = Source::of(name).with_context(|| format!("there is no made-up {name}"))?;
    let (armed, asked) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let is_armed = Arc::clone(&armed);
    let url = answering(move |request| {
        let good = source.answer(request, size);
        if is_armed.load(Ordering::Relaxed) { hurt(request, asked.fetch_add(1, Ordering::Relaxed), good) } else { good }
    })?;
    let patient = "allow-private = true\n";
    let section = source.section(&url).replacen(patient, &format!("{patient}limits = {{ retries = 0 }}\n"), 1);
    let project = Project::new(&section)?.env("BENCH_TOKEN", "t0ken-of-a-user");
    let run =
        |asset: &str| project.run(&["run", asset, "--sink", "local", "--days", "36500", "--report", "report.json"]);
    source.after.map(|asset| run(asset)?.expect_code(0)).transpose()?;
    armed.store(true, Ordering::Relaxed);
    let finished = run(&format!("openmetadata__{name}__metadata"))?;
    let report = project.json("report.json").with_context(|| finished.all())?["assets"][0].take();
    Ok(Read { source: source.name, finished, report, project })
}

impl Read {
    /// Fails unless the binary ended so and said all of this.
    pub fn expect(&self, code: i32, words: &[&str]) -> Result<&Self> {
        let said = self.finished.all();
        ensure!(
            self.finished.code == code,
            "{}: exit code {} instead of {code}\n{said}",
            self.source,
            self.finished.code
        );
        for word in words {
            ensure!(said.contains(word), "{}: `{word}` is not in:\n{said}", self.source);
        }
        Ok(self)
    }

    /// What it gives, once more and as lines of JSON.
    pub fn lines(&self) -> Result<String> {
        let asset = format!("openmetadata__{}__metadata", self.source);
        self.project.run(&["run", &asset, "--sink", "jsonl", "--output", "out.jsonl"])?.expect_code(0)?;
        self.project.read("out.jsonl")
    }

    /// How many entities of this kind were written.
    pub fn created(&self, kind: &str) -> u64 {
        self.report["ledger"][kind]["created"].as_u64().unwrap_or_default()
    }

    /// Scope and kind of what counts as complete, from which alone something could be taken for gone.
    pub fn complete(&self) -> Vec<String> {
        let marks = self.report["complete"].as_array().into_iter().flatten();
        marks.map(|mark| format!("{} {}", mark["scope"], mark["kind"]).replace('"', "")).collect()
    }
}
