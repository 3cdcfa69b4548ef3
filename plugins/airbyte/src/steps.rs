//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};

use crate::airbyte::{Airbyte, Items, nothing};
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
        "GetConnections" => Ok(format!("{} connections", connections(airbyte, config)?.len())),
        "GetJobs" => {
            let connections = connections(airbyte, config)?;
            let first = connections.first().ok_or_else(|| nothing("no connection"))?;
            let jobs = whole(airbyte.jobs(&first.id, None, Some(1))?.found)?;
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

fn connections(airbyte: &dyn Airbyte, config: &Config) -> Result<Vec<Connection>> {
    let mut all = Vec::new();
    for workspace in workspaces(airbyte, config)? {
        all.extend(whole(airbyte.connections(&workspace)?)?);
    }
    if all.is_empty() { Err(nothing("no connection")) } else { Ok(all) }
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
