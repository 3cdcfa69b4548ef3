//! What a node reads in the warehouse: dependencies followed through ephemeral models and metrics to real relations.

use std::collections::BTreeSet;

use super::Project;
use crate::artifacts::manifest::DependsOn;

/// What a node reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Upstream {
    /// Ids with a relation, in dbt's order, each once.
    pub relations: Vec<String>,
    /// Ids that the manifest does not describe.
    pub missing: Vec<String>,
}

/// The relations behind direct dependencies.
pub fn upstream(project: &Project, direct: &[String]) -> Upstream {
    let mut found = Upstream::default();
    let mut seen = BTreeSet::new();
    // A stack, deepest first, with the next dependency on top: dbt's order without recursion.
    let mut waiting: Vec<&str> = direct.iter().rev().map(String::as_str).collect();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        if project.relation(id).is_some() {
            found.relations.push(id.to_owned());
        } else if let Some(depends_on) = passed_on(project, id) {
            waiting.extend(depends_on.nodes.iter().rev().map(String::as_str));
        } else if !project.unplaced().contains_key(id) {
            found.missing.push(id.to_owned());
        }
    }
    found
}

/// Dependencies of something without a relation.
fn passed_on<'a>(project: &'a Project, id: &str) -> Option<&'a DependsOn> {
    let manifest = &project.manifest;
    let metric = || manifest.metrics.items.get(id).map(|metric| &metric.depends_on);
    let semantic_model = || manifest.semantic_models.items.get(id).map(|model| &model.depends_on);
    let saved_query = || manifest.saved_queries.items.get(id).map(|query| &query.depends_on);
    let node = project.node(id).filter(|_| !project.unplaced().contains_key(id));
    node.map(|node| &node.depends_on).or_else(metric).or_else(semantic_model).or_else(saved_query)
}
