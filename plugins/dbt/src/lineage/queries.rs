//! A model's compiled SQL as the statement that would build its table. Never changes the SQL itself.

use metahost_plugin_sdk as sdk;
use metahost_plugin_sdk::lineage::Query;

use crate::artifacts::manifest::Node;
use crate::project::Project;
use crate::project::graph::upstream;

/// What there is to hand on.
pub enum Sql {
    /// The statement.
    Query(Box<Query>),
    /// The SQL names databases that the catalog knows under another name.
    OtherNames,
    /// The node has no SQL.
    None,
}

/// The statement that builds a node's relation.
pub fn query(project: &Project, id: &str, node: &Node) -> Sql {
    let (Some(path), Some(compiled)) = (project.relation(id), node.compiled()) else { return Sql::None };
    let naming = project.naming();
    let reads = upstream(project, &node.depends_on.nodes).relations;
    let databases = reads.iter().filter_map(|id| project.node(id)).chain([node]).map(|node| node.database.as_deref());
    if databases.into_iter().any(|database| naming.renames(database)) {
        return Sql::OtherNames;
    }
    let relation = node.relation_name.clone().unwrap_or_else(|| quoted(path));
    let compiled = compiled.trim().trim_end_matches(';');
    let sql = format!("create table {relation} as\n{compiled}");
    let dialect = dialect(project.manifest.metadata.adapter_type.as_deref().unwrap_or_default());
    Sql::Query(Box::new(Query {
        database: path.first().cloned(),
        schema: path.get(1).cloned(),
        ..sdk::query(sql, dialect)
    }))
}

fn quoted(path: &[String]) -> String {
    let parts: Vec<_> = path.iter().map(|part| format!("\"{}\"", part.replace('"', "\"\""))).collect();
    parts.join(".")
}

/// The dialect that an adapter writes.
fn dialect(adapter: &str) -> &str {
    match adapter {
        "starburst" | "starburst_galaxy" => "trino",
        "sqlserver" | "synapse" | "fabric" => "tsql",
        "spark" | "glue" => "spark",
        "" => "ansi",
        other => other,
    }
}
