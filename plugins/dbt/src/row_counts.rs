//! How many rows a table was built with, where the warehouse's answer counts all of them. Never guesses: most adapters
//! count the rows that a statement touched, or answer 1.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::statistics::TableStat;

use crate::artifacts::manifest::Node;
use crate::artifacts::run_results::Outcome;
use crate::project::Project;

/// Gives the counts of the newest builds.
pub fn emit(project: &Project, out: &mut dyn Output) -> Result<()> {
    for (id, path) in project.relations() {
        let built = project.node(id).zip(project.results.of(id));
        if let Some(stat) = built.and_then(|(node, outcome)| stat(node, outcome)) {
            out.stats(path, stat)?;
        }
    }
    Ok(())
}

fn stat(node: &Node, outcome: &Outcome) -> Option<TableStat> {
    let rows = outcome.rows.filter(|_| outcome.status == "success" && counts_all(node, outcome))?;
    Some(TableStat {
        rows: Some(rows),
        bytes: None,
        snapshot: None,
        taken_at: Some(outcome.at),
        created_at: None,
        columns: Vec::new(),
        operations: Vec::new(),
    })
}

/// dbt itself counts the rows of a seed. Of a table that was built anew, Trino and `BigQuery` say `CREATE TABLE (7 rows)`,
/// and `PostgreSQL` `SELECT 7`; Snowflake answers 1, whatever it built.
fn counts_all(node: &Node, outcome: &Outcome) -> bool {
    let said = outcome.message.as_deref().unwrap_or_default();
    match (node.resource_type.as_str(), node.config.materialized.as_deref()) {
        ("seed", _) => said.starts_with("CREATE ") || said.starts_with("INSERT "),
        ("model" | "snapshot", Some("table" | "incremental" | "snapshot")) => {
            said.starts_with("CREATE TABLE (") && said.contains("rows") || said.starts_with("SELECT ")
        }
        _ => false,
    }
}
