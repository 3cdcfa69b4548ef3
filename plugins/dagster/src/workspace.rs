//! Which code there is. Never takes a location that could not be loaded for one without pipelines.

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Result, protocol};
use serde_json::{Value, json};

use crate::answer::Workspace;
use crate::config::Config;
use crate::graphql::{Server, case};
use crate::queries;

/// One repository of a code location.
pub struct Code {
    /// The code location's name.
    pub location: String,
    /// Dagster's own name for its content, mostly `__repository__`.
    pub repository: String,
    /// Its asset groups.
    pub groups: Vec<String>,
    /// Its jobs, without those that only stand for assets.
    pub jobs: Vec<String>,
}

impl Code {
    /// How its pipelines' names begin. A location with one repository needs no second name.
    pub fn prefix(&self) -> String {
        let hidden = self.repository == "__repository__";
        if hidden { self.location.clone() } else { format!("{}/{}", self.location, self.repository) }
    }

    /// The asset groups that are wanted.
    pub fn groups<'a>(&'a self, config: &'a Config) -> impl Iterator<Item = &'a String> {
        self.groups.iter().filter(|name| !config.exclude_groups.contains(name))
    }

    /// As queries select it.
    pub fn selector(&self) -> Value {
        json!({ "repositoryLocationName": self.location, "repositoryName": self.repository })
    }
}

/// Everything that is loaded.
pub struct Found {
    /// The code.
    pub code: Vec<Code>,
    /// Whether every location could be read.
    pub whole: bool,
}

/// Asks for the code locations; a broken one is told and left out.
pub fn code(server: &Server, out: &mut dyn Output) -> Result<Found> {
    let data = server.ask(queries::WORKSPACE, &json!({}))?;
    let workspace: Workspace = case(data, "workspaceOrError", "Workspace")?;
    if workspace.location_entries.is_empty() {
        return Err(protocol("Dagster has no code location; is its workspace configured?"));
    }
    let mut found = Found { code: Vec::new(), whole: true };
    for entry in workspace.location_entries {
        let location = entry.location_or_load_error;
        let broken = location.as_ref().map_or(Some("it is still loading"), |location| location.message.as_deref());
        if let Some(reason) = broken {
            found.whole = false;
            out.skipped(&[&entry.name], &format!("the code location is not loaded ({}): {reason}", entry.load_status));
        }
        let repositories = location.map(|location| location.repositories).unwrap_or_default();
        found.code.extend(repositories.into_iter().map(|repository| Code {
            location: entry.name.clone(),
            repository: repository.name,
            groups: repository.asset_groups.into_iter().map(|group| group.group_name).collect(),
            jobs: repository.jobs.into_iter().map(|job| job.name).filter(|name| !is_asset_job(name)).collect(),
        }));
    }
    Ok(found)
}

/// `__ASSET_JOB` and its like are Dagster's own, for launching any set of assets.
pub fn is_asset_job(name: &str) -> bool {
    name.starts_with("__ASSET_JOB")
}
