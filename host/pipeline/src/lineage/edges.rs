//! What all queries of a run say of the same two ends, as one edge. Never writes one.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{ColumnEdge, Edge, EdgeSource, Endpoint, Executions};

use super::read::Flow;

/// Longer SQL is not shown on an edge.
const SQL: usize = 64 << 10;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Made {
    inputs: BTreeSet<String>,
    function: Option<String>,
}

/// Columns by the output that each is about.
type Columns = BTreeMap<String, Made>;

#[derive(Debug)]
struct Drawn {
    source: EdgeSource,
    sql: Option<String>,
    columns: Columns,
    executions: Option<Executions>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    drawn: BTreeMap<(Endpoint, Endpoint), Drawn>,
}

impl Edges {
    /// Adds what a query says; of several queries the first shows its SQL.
    pub(crate) fn add(&mut self, flow: Flow, source: EdgeSource, sql: &str, executions: Option<&Executions>) {
        let sql = (sql.len() <= SQL).then(|| sql.to_owned());
        let new = || Drawn { source, sql, columns: BTreeMap::new(), executions: None };
        let drawn = self.drawn.entry((flow.from, flow.to)).or_insert_with(new);
        add_columns(&mut drawn.columns, flow.columns);
        if let Some(executions) = executions {
            drawn.executions.get_or_insert_default().add(executions);
        }
    }

    /// Adds to an edge that the source told what its SQL says of it; that needs no edge of its own then.
    pub(crate) fn enrich(&mut self, edge: &mut Edge, ends: &(Endpoint, Endpoint)) {
        let Some(drawn) = self.drawn.remove(ends) else { return };
        edge.sql = edge.sql.take().or(drawn.sql);
        edge.executions = drawn.executions;
        add_untold(&mut edge.columns, listed(drawn.columns));
    }

    /// The edges that nobody told.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Edge> + use<> {
        std::mem::take(&mut self.drawn).into_iter().map(|((upstream, downstream), drawn)| Edge {
            upstream,
            downstream,
            columns: listed(drawn.columns),
            source: drawn.source,
            sql: drawn.sql,
            pipeline: None,
            executions: drawn.executions,
        })
    }
}

/// Adds what is said of columns that nothing is said of yet: of each the first has the word.
pub(crate) fn add_untold(told: &mut Vec<ColumnEdge>, more: Vec<ColumnEdge>) {
    for column in more {
        if told.iter().all(|known| known.output != column.output) {
            told.push(column);
        }
    }
}

/// What two runs say of the columns of an edge.
pub(crate) fn both(earlier: Vec<ColumnEdge>, now: Vec<ColumnEdge>) -> Vec<ColumnEdge> {
    let mut columns = Columns::new();
    add_columns(&mut columns, now);
    add_columns(&mut columns, earlier);
    listed(columns)
}

/// Of several expressions for a column the first is kept.
fn add_columns(columns: &mut Columns, more: Vec<ColumnEdge>) {
    for column in more {
        let made = columns.entry(column.output).or_default();
        made.inputs.extend(column.inputs);
        made.function = made.function.take().or(column.function);
    }
}

fn listed(columns: Columns) -> Vec<ColumnEdge> {
    let column = |(output, made): (String, Made)| ColumnEdge {
        inputs: made.inputs.into_iter().collect(),
        output,
        function: made.function,
    };
    columns.into_iter().map(column).collect()
}
