//! Cases with what is expected of them, and answers to them, as lines of JSON. Never compares the two.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::names::{Edge, Name, edges, names};

/// A file of cases.
pub struct Corpus {
    /// The file's name without its ending.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// A statement or a script, and what is expected.
pub struct Case {
    /// What it is called.
    pub id: String,
    /// The line as it stands in the file.
    pub line: String,
    /// Tables that are read; none where nothing is expected of them.
    pub inputs: Option<BTreeSet<Name>>,
    /// Tables that are written; none where nothing is expected of them.
    pub outputs: Option<BTreeSet<Name>>,
    /// From column to column; none where nothing is expected of them.
    pub columns: Option<BTreeSet<Edge>>,
}

/// What a tool found in a case.
pub struct Answer {
    /// Tables that are read.
    pub inputs: BTreeSet<Name>,
    /// Tables that are written.
    pub outputs: BTreeSet<Name>,
    /// From column to column.
    pub columns: BTreeSet<Edge>,
    /// Whether it gave up.
    pub failed: bool,
    /// full, partial or none, where the tool says so.
    pub verdict: Option<String>,
    /// How long each round took.
    pub micros: Vec<f64>,
}

impl Corpus {
    /// Reads a file of cases.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
        let case = |(number, line): (usize, &str)| {
            Case::read(line).with_context(|| format!("{} line {}: no case", file.display(), number + 1))
        };
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, cases: text.lines().enumerate().map(case).collect::<Result<_>>()? })
    }
}

impl Case {
    fn read(line: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(line)?;
        let id = value["id"].as_str().context("`id` is missing")?.to_owned();
        let expected = value.get("expected").context("`expected` is missing")?;
        let tables = |field: &str| expected[field].as_array().map(|_| names(&expected[field]));
        let columns = expected["column_lineage"].as_array().map(|columns| edges(columns));
        Ok(Self { id, line: line.to_owned(), inputs: tables("inputs"), outputs: tables("outputs"), columns })
    }
}

/// Answers by the id of their case; a case that is answered more often keeps the last, and the times of all.
pub fn answers(text: &str) -> Result<HashMap<String, Answer>> {
    let mut found: HashMap<String, Answer> = HashMap::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).with_context(|| format!("no answer: {line}"))?;
        let id = value["id"].as_str().context("an answer has no `id`")?.to_owned();
        let mut micros = found.remove(&id).map_or_else(Vec::new, |answer| answer.micros);
        micros.extend(value["micros"].as_f64());
        let answer = Answer {
            inputs: names(&value["inputs"]),
            outputs: names(&value["outputs"]),
            columns: value["column_lineage"].as_array().map_or_else(BTreeSet::new, |columns| edges(columns)),
            failed: value["error"].is_string(),
            verdict: value["verdict"].as_str().map(str::to_owned),
            micros,
        };
        found.insert(id, answer);
    }
    Ok(found)
}
