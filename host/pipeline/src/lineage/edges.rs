//! What all queries of a run say of the same two ends, as one edge. Never writes one.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{ColumnEdge, Edge, EdgeSource, Endpoint};

use super::read::Flow;

/// Longer SQL is not shown on an edge.
const SQL: usize = 64 << 10;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Made {
    inputs: BTreeSet<String>,
    function: Option<String>,
}

#[derive(Debug)]
struct Drawn {
    source: EdgeSource,
    sql: Option<String>,
    columns: BTreeMap<String, Made>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    drawn: BTreeMap<(Endpoint, Endpoint), Drawn>,
}

impl Edges {
    /// Adds what a query says; of several queries the first shows its SQL.
    pub(crate) fn add(&mut self, flow: Flow, source: EdgeSource, sql: &str) {
        let sql = (sql.len() <= SQL).then(|| sql.to_owned());
        let new = || Drawn { source, sql, columns: BTreeMap::new() };
        let drawn = self.drawn.entry((flow.from, flow.to)).or_insert_with(new);
        for column in flow.columns {
            let made = drawn.columns.entry(column.output).or_default();
            made.inputs.extend(column.inputs);
            made.function = made.function.take().or(column.function);
        }
    }

    /// Adds to an edge that the source told what its SQL says of it; that needs no edge of its own then.
    pub(crate) fn enrich(&mut self, edge: &mut Edge, ends: &(Endpoint, Endpoint)) {
        let Some(drawn) = self.drawn.remove(ends) else { return };
        edge.sql = edge.sql.take().or(drawn.sql);
        for column in columns(drawn.columns) {
            if edge.columns.iter().all(|told| told.output != column.output) {
                edge.columns.push(column);
            }
        }
    }

    /// The edges that nobody told.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Edge> + use<> {
        std::mem::take(&mut self.drawn).into_iter().map(|((upstream, downstream), drawn)| Edge {
            upstream,
            downstream,
            columns: columns(drawn.columns),
            source: drawn.source,
            sql: drawn.sql,
            pipeline: None,
        })
    }
}

fn columns(made: BTreeMap<String, Made>) -> Vec<ColumnEdge> {
    let column = |(output, made): (String, Made)| ColumnEdge {
        inputs: made.inputs.into_iter().collect(),
        output,
        function: made.function,
    };
    made.into_iter().map(column).collect()
}
