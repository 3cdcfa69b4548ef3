//! Runs, tests and reads.

use metahost_model as model;
use metahost_model::{EntityPath, Error, ErrorKind};

use super::path_of;
use crate::bindings::metahost::source::activity as wit;

pub(super) fn status(status: wit::Status) -> model::Status {
    match status {
        wit::Status::Successful => model::Status::Successful,
        wit::Status::Failed => model::Status::Failed,
        wit::Status::Pending => model::Status::Pending,
        wit::Status::Skipped => model::Status::Skipped,
    }
}

pub(crate) fn run(run: wit::Run) -> Result<model::Run, Error> {
    Ok(model::Run {
        id: run.id,
        pipeline: EntityPath::new(run.pipeline)?,
        status: status(run.status),
        started_at: run.started_at,
        ended_at: run.ended_at,
        tasks: run.tasks.into_iter().map(task_run).collect(),
        metrics: run.metrics.into_iter().collect(),
    })
}

fn task_run(run: wit::TaskRun) -> model::TaskRun {
    model::TaskRun {
        task: run.task,
        status: status(run.status),
        started_at: run.started_at,
        ended_at: run.ended_at,
        log_url: run.log_url,
    }
}

pub(crate) fn test_case(test: wit::TestCase) -> Result<model::TestCase, Error> {
    named(&test.name)?;
    Ok(model::TestCase {
        name: test.name,
        display_name: test.display_name,
        service: test.service,
        table: EntityPath::new(test.table)?,
        column: test.column.unwrap_or_default(),
        definition: test.definition,
        platform: test.platform,
        description: test.description,
        parameters: test.parameters,
        sql: test.sql,
        owners: test.owners,
        tags: test.tags,
    })
}

pub(crate) fn test_result(result: wit::TestResult) -> Result<model::TestResult, Error> {
    named(&result.test)?;
    Ok(model::TestResult {
        test: result.test,
        service: result.service,
        table: EntityPath::new(result.table)?,
        column: result.column.unwrap_or_default(),
        at: result.at,
        outcome: match result.outcome {
            wit::Outcome::Success => model::Outcome::Success,
            wit::Outcome::Failed => model::Outcome::Failed,
            wit::Outcome::Aborted => model::Outcome::Aborted,
        },
        message: result.message,
        failed_rows: result.failed_rows,
        values: result.values,
    })
}

fn named(name: &str) -> Result<(), Error> {
    if name.trim().is_empty() { Err(Error::new(ErrorKind::Name, "a test case has no name")) } else { Ok(()) }
}

pub(crate) fn usage(usage: wit::Usage) -> Result<model::Usage, Error> {
    let kind = usage.entity_type.parse()?;
    Ok(model::Usage {
        service: None,
        kind,
        path: path_of(kind, usage.path)?,
        day: usage.day,
        count: usage.count,
        users: usage.users,
        joins: Vec::new(),
    })
}
