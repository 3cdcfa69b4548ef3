//! The model behind a table: its text, what it reads, and how it was last built.

use metahost_plugin_sdk::activity::Status;
use metahost_plugin_sdk::enrichment::{DataModel, ModelRun};

use crate::artifacts::manifest::Node;
use crate::artifacts::run_results::Outcome;
use crate::project::Project;
use crate::project::graph::upstream;

/// The model of a node.
pub fn data_model(project: &Project, id: &str, node: &Node) -> DataModel {
    let upstream = upstream(project, &node.depends_on.nodes).relations;
    let mut tables: Vec<_> = upstream.iter().filter_map(|id| project.relation(id).cloned()).collect();
    let mut seen = std::collections::BTreeSet::new();
    tables.retain(|table| Some(table) != project.relation(id) && seen.insert(table.clone()));
    DataModel {
        resource_type: node.resource_type.clone(),
        project: Some(node.package_name.clone()).filter(|name| !name.is_empty()),
        file: node.original_file_path.clone(),
        raw_sql: node.raw().map(str::to_owned),
        compiled_sql: node.compiled().map(str::to_owned),
        upstream: tables,
        generated_at: project.generated_at(),
        last_run: project.results.of(id).map(run),
    }
}

fn run(outcome: &Outcome) -> ModelRun {
    ModelRun {
        status: status(&outcome.status),
        status_text: outcome.status.clone(),
        started_at: outcome.started_at,
        ended_at: outcome.ended_at,
        rows: outcome.rows,
        message: outcome.message.clone(),
    }
}

/// dbt's word for how a build ended. A word of a later dbt counts as "not known yet", never as success.
fn status(word: &str) -> Status {
    match word {
        "success" | "pass" | "reused" => Status::Successful,
        "error" | "fail" | "runtime error" | "partial success" => Status::Failed,
        "skipped" | "no-op" => Status::Skipped,
        _ => Status::Pending,
    }
}
