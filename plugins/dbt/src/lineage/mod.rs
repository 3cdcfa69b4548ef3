//! Which tables flow into which: edges of the dependency graph, edges to dashboards, and each model's SQL.
//! Never reads SQL: the host's lineage engine does.

mod exports;
mod exposures;
mod queries;

use std::collections::BTreeSet;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::{Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::log::Level;

use crate::artifacts::manifest::Node;
use crate::config::Config;
use crate::project::Project;
use crate::project::graph::upstream;
use metahost_plugin_sdk::output::Output;

/// Emits edges and queries, by the id of what they end in.
pub fn emit(project: &Project, config: &Config, out: &mut dyn Output) -> Result<()> {
    let mut pairs = Pairs::default();
    let mut renamed = 0;
    for (id, node) in project.nodes().filter(|(id, _)| project.relation(id).is_some()) {
        edges(project, id, node, &mut pairs, out)?;
        match queries::query(project, id, node) {
            queries::Sql::Query(query) => out.query(*query)?,
            queries::Sql::OtherNames => renamed += 1,
            queries::Sql::None => {}
        }
    }
    if renamed > 0 {
        let fields = [("models", renamed.to_string())];
        out.note(Level::Info, "SQL that names a mapped database is not handed on; its edges are", &fields);
    }
    exports::emit(project, &mut pairs, out)?;
    exposures::emit(project, config, &mut pairs, out)
}

fn edges(project: &Project, id: &str, node: &Node, pairs: &mut Pairs, out: &mut dyn Output) -> Result<()> {
    let Some(downstream) = project.relation(id) else { return Ok(()) };
    let reads = (id, node.depends_on.nodes.as_slice());
    flow(project, reads, &table(downstream), node.compiled(), pairs, out)
}

/// Edges from the tables behind dependencies to what is made of them.
fn flow(
    project: &Project,
    (id, depends_on): (&str, &[String]),
    downstream: &Endpoint,
    sql: Option<&str>,
    pairs: &mut Pairs,
    out: &mut dyn Output,
) -> Result<()> {
    let reads = upstream(project, depends_on);
    for missing in &reads.missing {
        unknown(missing, id, out);
    }
    let key: Vec<_> = downstream.service.iter().chain(&downstream.path).cloned().collect();
    for path in reads.relations.iter().filter_map(|id| project.relation(id)) {
        if *path == key || !pairs.insert(path, &key) {
            continue;
        }
        out.edge(Edge {
            upstream: table(path),
            downstream: downstream.clone(),
            columns: Vec::new(),
            source: EdgeSource::Dbt,
            sql: sql.map(|sql| sql.trim().to_owned()),
            pipeline: None,
        })?;
    }
    Ok(())
}

/// A dependency that the manifest does not describe, such as another project's model.
fn unknown(missing: &str, of: &str, out: &mut dyn Output) {
    let fields = [("node", of.to_owned()), ("reads", missing.to_owned())];
    out.note(Level::Warn, "the manifest does not describe what a node reads, so that edge is missing", &fields);
}

/// Edges that are out already: two nodes can stand for one table.
#[derive(Default)]
struct Pairs(BTreeSet<(Vec<String>, Vec<String>)>);

impl Pairs {
    fn insert(&mut self, upstream: &[String], downstream: &[String]) -> bool {
        self.0.insert((upstream.to_vec(), downstream.to_vec()))
    }
}

fn table(path: &[String]) -> Endpoint {
    Endpoint { service: None, entity_type: "table".to_owned(), path: path.to_vec() }
}
