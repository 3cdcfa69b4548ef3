//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};
use serde_json::Value;

use crate::airbyte::{Airbyte, Items, label, nothing};
use crate::config::Config;
use crate::connection::{Connection, Workspace};

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("CheckAccess", "The server answers and takes the credential.", true),
        test_step("GetWorkspaces", "Every workspace that is wanted can be seen.", true),
        test_step("GetConnections", "Connections can be read.", true),
        test_step("GetJobs", "Jobs can be read.", false),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, airbyte: &dyn Airbyte, config: &Config) -> Result<String> {
    match step {
        "CheckAccess" => airbyte.workspaces(&config.workspaces).map(|_| "Airbyte answers".to_owned()),
        "GetWorkspaces" => {
            let names: Vec<String> = workspaces(airbyte, config)?.into_iter().map(|found| found.name).collect();
            Ok(names.join(", "))
        }
        "GetConnections" => Ok(format!("{} connections", connections(airbyte, config)?)),
        "GetJobs" => {
            let first = first_connection(airbyte, config)?;
            let asked = [(first.id, None)];
            let jobs = airbyte.jobs(&asked, Some(1)).next().transpose()?;
            let jobs = whole(jobs.map(|jobs| jobs.found).unwrap_or_default())?;
            let newest = jobs.first().map_or("no job yet".to_owned(), |job| format!("the newest {}", job.state.word()));
            Ok(format!("{}: {newest}", first.name))
        }
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

fn workspaces(airbyte: &dyn Airbyte, config: &Config) -> Result<Vec<Workspace>> {
    let found = whole(airbyte.workspaces(&config.workspaces)?)?;
    if found.is_empty() { Err(nothing("no workspace")) } else { Ok(found) }
}

/// How many there are, each of which could be read.
fn connections(airbyte: &dyn Airbyte, config: &Config) -> Result<usize> {
    let mut count = 0;
    for workspace in workspaces(airbyte, config)? {
        for page in airbyte.connections(&workspace) {
            let read = |row: Value| (label(&row, "connectionId"), airbyte.connection(row));
            count += whole(page?.into_iter().map(read).collect())?.len();
        }
    }
    if count == 0 { Err(nothing("no connection")) } else { Ok(count) }
}

fn first_connection(airbyte: &dyn Airbyte, config: &Config) -> Result<Connection> {
    for workspace in workspaces(airbyte, config)? {
        for page in airbyte.connections(&workspace) {
            if let Some(row) = page?.into_iter().next() {
                return airbyte.connection(row);
            }
        }
    }
    Err(nothing("no connection"))
}

/// All items, or all that is wrong with some.
fn whole<T>(items: Items<T>) -> Result<Vec<T>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for (name, item) in items {
        match item {
            Ok(item) => found.push(item),
            Err(Error::Protocol(failure)) => wrong.push(format!("{name}: {}", failure.message)),
            Err(error) => return Err(error),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(protocol(wrong.join("; "))) }
}
