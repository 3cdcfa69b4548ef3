//! The lineage around one entity. Walks in breadth, so that every node is met at its least distance.

use std::collections::{BTreeMap, VecDeque};

use metahost_model::{Edge, EntityKind, Fqn};
use serde::Serialize;

use super::LocalCatalog;
use super::node::{Head, Node};
use super::tables::{Readable, Result, Tables, decode, get, key, scan};
use crate::error::Error;

/// Data that flows from one node to another, as every source that knows of it says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// Upstream.
    pub from: Node,
    /// Downstream.
    pub to: Node,
    /// What each source says; never empty.
    pub edges: Vec<Edge>,
}

/// The lineage around one entity.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Graph {
    /// Where it was looked from.
    pub root: Node,
    /// Every node with its distance: negative upstream, positive downstream. In a circle the upstream one counts.
    pub distances: BTreeMap<String, i32>,
    /// Every edge among them that was walked, by its ends.
    pub flows: Vec<Flow>,
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

impl LocalCatalog {
    /// What flows into and out of an entity, so many steps up and down; none when there is no such entity.
    pub fn lineage(&self, fqn: &Fqn, up: u32, down: u32) -> core::result::Result<Option<Graph>, Error> {
        self.read(|tables| {
            let Some(root) = tables.node(fqn)? else { return Ok(None) };
            let mut graph = Graph { root: root.clone(), distances: BTreeMap::new(), flows: Vec::new() };
            graph.distances.insert(root.fqn.to_string(), 0);
            let mut flows = BTreeMap::new();
            tables.walk(&root, Direction::Up, up, &mut graph.distances, &mut flows)?;
            tables.walk(&root, Direction::Down, down, &mut graph.distances, &mut flows)?;
            graph.flows = flows.into_iter().map(|((from, to), edges)| Flow { from, to, edges }).collect();
            Ok(Some(graph))
        })
    }
}

type Flows = BTreeMap<(Node, Node), Vec<Edge>>;

impl Tables<Readable> {
    fn node(&self, fqn: &Fqn) -> Result<Option<Node>> {
        for kind in EntityKind::ALL {
            let node = Node { kind, fqn: fqn.clone() };
            if get::<Head>(&self.index, &node.key())?.is_some() {
                return Ok(Some(node));
            }
        }
        Ok(None)
    }

    fn walk(
        &self,
        root: &Node,
        direction: Direction,
        depth: u32,
        distances: &mut BTreeMap<String, i32>,
        flows: &mut Flows,
    ) -> Result<()> {
        let sign = if matches!(direction, Direction::Up) { -1 } else { 1 };
        let mut seen = BTreeMap::from([(root.clone(), 0)]);
        let mut queue = VecDeque::from([root.clone()]);
        while let Some(node) = queue.pop_front() {
            let steps = seen.get(&node).copied().unwrap_or_default();
            if steps >= depth {
                continue;
            }
            for next in self.neighbours(&node, direction)? {
                let ends = match direction {
                    Direction::Up => (next.clone(), node.clone()),
                    Direction::Down => (node.clone(), next.clone()),
                };
                let edges = self.edges(&ends)?;
                flows.insert(ends, edges);
                if !seen.contains_key(&next) {
                    let distance = i32::try_from(steps + 1).unwrap_or(i32::MAX) * sign;
                    distances.entry(next.fqn.to_string()).or_insert(distance);
                    seen.insert(next.clone(), steps + 1);
                    queue.push_back(next);
                }
            }
        }
        Ok(())
    }

    fn neighbours(&self, node: &Node, direction: Direction) -> Result<Vec<Node>> {
        let table = match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        };
        let prefix = key(&[&node.key(), ""]);
        let mut nodes = Vec::new();
        for entry in scan(table, &prefix)? {
            let (key, _) = entry?;
            let mut parts = key.strip_prefix(&prefix).unwrap_or_default().split('\0');
            nodes.push(Node::parse(parts.next().unwrap_or_default(), parts.next().unwrap_or_default())?);
        }
        nodes.dedup();
        Ok(nodes)
    }

    /// What each source says of an edge.
    pub fn edges(&self, (from, to): &(Node, Node)) -> Result<Vec<Edge>> {
        scan(&self.down, &key(&[&from.key(), &to.key(), ""]))?.map(|entry| decode(&entry?.1)).collect()
    }
}
