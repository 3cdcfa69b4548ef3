//! One project: its artifacts joined, with the place of every relation. Never reads a file, never emits.

pub mod changes;
pub mod graph;
pub mod load;
pub mod naming;
pub mod relation;

use std::collections::BTreeMap;

use crate::artifacts::catalog::{self, Catalog};
use crate::artifacts::lenient::Entries;
use crate::artifacts::manifest::{Manifest, Node};
use crate::artifacts::run_results::Newest;
use crate::artifacts::sources::Sources;
use metahost_plugin_sdk::time::millis;
use naming::Naming;

/// A project's artifacts, joined.
pub struct Project {
    /// Nodes, sources, exposures.
    pub manifest: Manifest,
    /// What the warehouse says, if `dbt docs generate` ran.
    pub catalog: Option<Catalog>,
    /// Newest result of each node.
    pub results: Newest,
    /// Source freshness, if `dbt source freshness` ran.
    pub freshness: Option<Sources>,
    /// The job that builds it, where the place of the artifacts tells.
    pub job: Option<String>,
    naming: Naming,
    relations: BTreeMap<String, Vec<String>>,
    unplaced: BTreeMap<String, String>,
}

impl Project {
    /// Joins the artifacts and places every relation.
    pub fn new(
        manifest: Manifest,
        catalog: Option<Catalog>,
        results: Newest,
        freshness: Option<Sources>,
        naming: Naming,
    ) -> Self {
        let (relations, unplaced) = (BTreeMap::new(), BTreeMap::new());
        let mut project = Self { manifest, catalog, results, freshness, job: None, naming, relations, unplaced };
        project.place();
        project
    }

    fn place(&mut self) {
        let (mut relations, mut unplaced) = (BTreeMap::new(), BTreeMap::new());
        for (id, node) in self.nodes().chain(self.sources()).filter(|(_, node)| is_relation(node)) {
            match self.naming.path(node, self.warehouse(id)) {
                Ok(path) => drop(relations.insert(id.to_owned(), path)),
                Err(reason) => drop(unplaced.insert(id.to_owned(), reason)),
            }
        }
        (self.relations, self.unplaced) = (relations, unplaced);
    }

    /// Nodes by id.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.manifest.nodes.iter().flat_map(|nodes| &nodes.items).map(|(id, node)| (id.as_str(), node.as_ref()))
    }

    /// Sources by id.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.manifest.sources.items.iter().map(|(id, node)| (id.as_str(), node.as_ref()))
    }

    /// A node or source.
    pub fn node(&self, id: &str) -> Option<&Node> {
        let nodes = self.manifest.nodes.as_ref().and_then(|nodes| nodes.items.get(id));
        nodes.or_else(|| self.manifest.sources.items.get(id)).map(AsRef::as_ref)
    }

    /// Database, schema and name of what a node builds or a source is; none for what has no relation.
    pub fn relation(&self, id: &str) -> Option<&Vec<String>> {
        self.relations.get(id)
    }

    /// Relations by id.
    pub fn relations(&self) -> &BTreeMap<String, Vec<String>> {
        &self.relations
    }

    /// Ids that should have a relation, and why none could be named.
    pub fn unplaced(&self) -> &BTreeMap<String, String> {
        &self.unplaced
    }

    /// The warehouse's own words about a relation.
    pub fn warehouse(&self, id: &str) -> Option<&catalog::Relation> {
        self.catalog.as_ref()?.relation(id)
    }

    /// How names are written.
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// When the manifest was written.
    pub fn generated_at(&self) -> Option<u64> {
        self.manifest.metadata.generated_at.as_deref().and_then(millis)
    }

    /// Entries of the manifest and the catalog that could not be read, with the reason.
    pub fn unreadable(&self) -> impl Iterator<Item = &(String, String)> {
        let manifest = &self.manifest;
        let catalog = self.catalog.iter().flat_map(|catalog| catalog.nodes.iter().chain([&catalog.sources]));
        of_nodes(manifest.nodes.as_ref())
            .chain(of_nodes(Some(&manifest.sources)))
            .chain(&manifest.exposures.unreadable)
            .chain(&manifest.groups.unreadable)
            .chain(&manifest.metrics.unreadable)
            .chain(&manifest.semantic_models.unreadable)
            .chain(&manifest.saved_queries.unreadable)
            .chain(&manifest.unit_tests.unreadable)
            .chain(catalog.flat_map(|relations| &relations.unreadable))
    }
}

fn of_nodes(nodes: Option<&Entries<Node>>) -> impl Iterator<Item = &(String, String)> {
    nodes.into_iter().flat_map(|nodes| &nodes.unreadable)
}

/// Whether a node stands for a table or view of the warehouse.
pub fn is_relation(node: &Node) -> bool {
    let kind = matches!(node.resource_type.as_str(), "model" | "seed" | "snapshot" | "source");
    kind && !is_ephemeral(node)
}

/// Whether a node only lives inside the SQL of others.
pub fn is_ephemeral(node: &Node) -> bool {
    node.config.materialized.as_deref() == Some("ephemeral")
}
