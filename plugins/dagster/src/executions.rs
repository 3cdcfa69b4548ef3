//! How checks ended: several checks in one request, page by page, only what is new. Never reads a check's log.

use std::collections::VecDeque;

use metahost_plugin_sdk::activity::{Outcome, TestResult};
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde_json::{Map, Value, json};

use crate::answer::Execution;
use crate::checks::Known;
use crate::graphql::Server;
use crate::queries;
use crate::runs::Changed;
use crate::text::{millis, short};

/// Checks asked about in one request.
const AT_ONCE: usize = 20;

/// A check, and the last execution of the page before.
type Next = (usize, Option<String>);

/// Reads the executions of checks that came with these runs.
pub struct Reader<'a> {
    pub server: &'a Server,
    pub checks: &'a [Known],
    pub changed: &'a Changed,
    pub limit: usize,
}

impl Reader<'_> {
    /// Gives their results, oldest last.
    pub fn emit(&self, out: &mut dyn Output) -> Result<()> {
        let all: Vec<Next> = (0..self.checks.len()).map(|check| (check, None)).collect();
        let mut waiting: VecDeque<Vec<Next>> = all.chunks(AT_ONCE).map(<[Next]>::to_vec).collect();
        while let Some(batch) = waiting.pop_front() {
            match self.ask(&batch) {
                Err(Error::Protocol(_)) if batch.len() > 1 => {
                    waiting.extend(batch.into_iter().map(|one| vec![one]));
                }
                found => {
                    let check = &self.checks[batch[0].0];
                    if let Some(data) = or_skip(out, &[&check.key.text(), &check.name], found)? {
                        let more = self.pages(&batch, data, out)?;
                        waiting.extend((!more.is_empty()).then_some(more));
                    }
                }
            }
        }
        Ok(())
    }

    fn ask(&self, batch: &[Next]) -> Result<Value> {
        let mut variables = Map::from_iter([("limit".to_owned(), json!(self.limit))]);
        for (at, (check, cursor)) in batch.iter().enumerate() {
            let check = &self.checks[*check];
            variables.insert(format!("k{at}"), json!(check.key));
            variables.insert(format!("n{at}"), json!(check.name));
            variables.insert(format!("c{at}"), json!(cursor));
        }
        self.server.ask(&queries::executions(batch.len()), &Value::Object(variables))
    }

    /// Gives one page of each check, and tells which have more that may be new.
    fn pages(&self, batch: &[Next], mut data: Value, out: &mut dyn Output) -> Result<Vec<Next>> {
        let mut more = Vec::new();
        for (at, (check, _)) in batch.iter().enumerate() {
            let known = &self.checks[*check];
            let page = parse::<Vec<Value>>("the executions", data[format!("e{at}")].take());
            let Some(page) = or_skip(out, &[&known.key.text(), &known.name], page)? else { continue };
            let full = page.len() >= self.limit;
            let last = self.page(known, page, out)?;
            let new = last.filter(|last| full && self.changed.may_hold(last.timestamp));
            more.extend(new.map(|last| (*check, Some(last.id))));
        }
        Ok(more)
    }

    fn page(&self, check: &Known, page: Vec<Value>, out: &mut dyn Output) -> Result<Option<Execution>> {
        let mut last = None;
        for execution in page {
            let path = [check.key.text(), check.name.clone()];
            let path = [path[0].as_str(), &path[1]];
            let Some(execution) = or_skip(out, &path, parse::<Execution>("an execution", execution))? else { continue };
            if self.changed.holds(execution.at(), execution.run_id.as_deref()) {
                let result = result(check, &execution);
                if let Some(result) = or_skip(out, &path, result)?.flatten() {
                    out.test_result(result)?;
                }
            }
            last = Some(execution);
        }
        Ok(last)
    }
}

/// None while the check still runs.
fn result(check: &Known, execution: &Execution) -> Result<Option<TestResult>> {
    let Some((outcome, told)) = outcome(execution)? else { return Ok(None) };
    let found = execution.evaluation.as_ref();
    let described = found.and_then(|found| found.description.clone());
    let entries = found.map(|found| found.metadata_entries.as_slice()).unwrap_or_default();
    let words = entries.iter().filter_map(|entry| Some((entry.label.clone(), short(&entry.words()?))));
    let failed_rows = entries.iter().find(|entry| entry.label.ends_with("failed_row_count"));
    let severity = found.and_then(|found| found.severity.clone());
    let more = [("severity", severity), ("partition", execution.partition.clone()), ("run", execution.run_id.clone())];
    let more = more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(Some(TestResult {
        test: check.name.clone(),
        service: Some(check.table.service.clone()),
        table: check.table.path.clone(),
        column: None,
        at: millis(execution.at()),
        outcome,
        message: described.or_else(|| told.map(str::to_owned)),
        failed_rows: failed_rows.and_then(|entry| entry.words()?.parse().ok()),
        values: words.chain(more).collect(),
    }))
}

/// A failure that only warns does not say that the data is bad.
fn outcome(execution: &Execution) -> Result<Option<(Outcome, Option<&'static str>)>> {
    let severity = execution.evaluation.as_ref().and_then(|found| found.severity.as_deref());
    match (execution.status.as_str(), severity) {
        ("SUCCEEDED", _) => Ok(Some((Outcome::Success, None))),
        ("FAILED", Some("WARN")) => Ok(Some((Outcome::Aborted, Some("The check warns.")))),
        ("FAILED", _) => Ok(Some((Outcome::Failed, None))),
        ("EXECUTION_FAILED", _) => Ok(Some((Outcome::Aborted, Some("The check itself failed and told nothing.")))),
        ("SKIPPED", _) => Ok(Some((Outcome::Aborted, Some("The check was skipped.")))),
        ("IN_PROGRESS", _) => Ok(None),
        (other, _) => Err(protocol(format!("`{other}` is no state of a check that is known"))),
    }
}
