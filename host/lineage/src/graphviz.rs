//! Lineage as a picture for Graphviz: a record for each table with its columns as ports, a line for what becomes part of
//! a value, a dashed one for what only decides about rows or values. The same analysis always gives the same text.

use core::fmt::Write;
use std::collections::{BTreeMap, BTreeSet};

use crate::{Analysis, ColumnEdge, Influence, InfluenceKind, Source, TableName};

/// A table, or the results of queries, which have none.
type Node<'a> = Option<&'a TableName>;

/// The lineage of a text in the language of Graphviz: `dot -Tsvg` draws it.
pub fn dot(analysis: &Analysis) -> String {
    let picture = Picture::of(analysis);
    let mut text = "digraph lineage {\n  rankdir=LR;\n  node [shape=record];\n".to_owned();
    for (node, columns) in &picture.nodes {
        let mut label =
            format!("<t> {}", node.map_or_else(|| "result".to_owned(), |table| escaped(&table.to_string())));
        for (at, column) in columns.names.iter().enumerate() {
            // Writing to a String never fails.
            let _ = write!(label, "|<c{at}> {}", escaped(column));
        }
        let _ = writeln!(text, "  n{} [label=\"{label}\"];", columns.at);
    }
    picture.lines.iter().for_each(|line| text.push_str(&picture.drawn(line)));
    text.push_str("}\n");
    text
}

/// What is drawn.
#[derive(Default)]
struct Picture<'a> {
    nodes: BTreeMap<Node<'a>, Columns<'a>>,
    lines: BTreeSet<Line<'a>>,
}

/// The columns of a table, in the order in which they are drawn.
#[derive(Default)]
struct Columns<'a> {
    /// Which node it is.
    at: usize,
    names: Vec<&'a str>,
    places: BTreeMap<&'a str, usize>,
}

/// From where to where: a column, or the table as a whole.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line<'a> {
    from: (Node<'a>, Option<&'a str>),
    to: (Node<'a>, Option<&'a str>),
    /// How it decides, where it is no part of a value.
    decides: Option<InfluenceKind>,
}

impl<'a> Picture<'a> {
    fn of(analysis: &'a Analysis) -> Self {
        let mut picture = Self::default();
        for edge in &analysis.columns {
            picture.column(edge.table.as_ref(), &edge.column);
        }
        for table in analysis.inputs.iter().chain(&analysis.outputs) {
            picture.nodes.entry(Some(table)).or_default();
        }
        let read = analysis.columns.iter().flat_map(|edge| &edge.sources);
        let deciding = analysis.influences.iter().flat_map(|influence| &influence.sources);
        for source in read.chain(deciding).collect::<BTreeSet<&Source>>() {
            picture.column(Some(&source.table), &source.column);
        }
        analysis.columns.iter().for_each(|edge| picture.edge(edge));
        let results = analysis.columns.iter().any(|edge| edge.table.is_none());
        for to in analysis.outputs.iter().map(Some).chain(results.then_some(None)) {
            analysis.influences_on(to).for_each(|influence| picture.influence(influence, to));
        }
        picture.bare(analysis);
        picture.nodes.values_mut().enumerate().for_each(|(at, columns)| columns.at = at);
        picture
    }

    fn column(&mut self, node: Node<'a>, name: &'a str) {
        let columns = self.nodes.entry(node).or_default();
        let next = columns.names.len();
        if *columns.places.entry(name).or_insert(next) == next {
            columns.names.push(name);
        }
    }

    fn edge(&mut self, edge: &'a ColumnEdge) {
        let to = (edge.table.as_ref(), Some(edge.column.as_str()));
        for (source, used) in edge.reads() {
            let from = (Some(&source.table), Some(source.column.as_str()));
            let roles = [
                (used.value, None),
                (used.window, Some(InfluenceKind::Window)),
                (used.condition, Some(InfluenceKind::Condition)),
            ];
            self.lines.extend(roles.into_iter().filter(|role| role.0).map(|(_, decides)| Line { from, to, decides }));
        }
    }

    fn influence(&mut self, influence: &'a Influence, to: Node<'a>) {
        for source in &influence.sources {
            let from = (Some(&source.table), Some(source.column.as_str()));
            self.lines.insert(Line { from, to: (to, None), decides: Some(influence.kind) });
        }
    }

    /// Adds tables that flow into others without any column that is known.
    fn bare(&mut self, analysis: &'a Analysis) {
        let drawn: BTreeSet<(Node, Node)> = self.lines.iter().map(|line| (line.from.0, line.to.0)).collect();
        for (from, to) in analysis.flows() {
            let from = analysis.inputs.iter().find(|table| **table == from);
            let to = analysis.outputs.iter().find(|table| **table == to);
            if !drawn.contains(&(from, to)) {
                self.lines.insert(Line { from: (from, None), to: (to, None), decides: None });
            }
        }
        let asking = analysis.statements.iter().filter(|statement| statement.outputs.is_empty());
        for from in asking.filter(|statement| !statement.columns.is_empty()).flat_map(|statement| &statement.inputs) {
            if analysis.inputs.contains(from) && !drawn.contains(&(Some(from), None)) {
                self.lines.insert(Line { from: (Some(from), None), to: (None, None), decides: None });
            }
        }
    }

    fn drawn(&self, line: &Line) -> String {
        let kind = line.decides.map_or_else(String::new, |kind| format!(" [style=dashed, label=\"{}\"]", told(kind)));
        format!("  {} -> {}{kind};\n", self.port(line.from), self.port(line.to))
    }

    fn port(&self, (node, column): (Node, Option<&str>)) -> String {
        let Some(columns) = self.nodes.get(&node) else { return String::new() };
        let at = columns.at;
        let place = column.and_then(|column| columns.places.get(column));
        place.map_or_else(|| format!("n{at}:t"), |place| format!("n{at}:c{place}"))
    }
}

fn told(kind: InfluenceKind) -> &'static str {
    match kind {
        InfluenceKind::Filter => "filter",
        InfluenceKind::Join => "join",
        InfluenceKind::Group => "group",
        InfluenceKind::Order => "order",
        InfluenceKind::Window => "window",
        InfluenceKind::Condition => "condition",
    }
}

/// A name within the label of a record: nothing in it means anything to Graphviz.
fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '\\' | '{' | '}' | '|' | '<' | '>' | '"' | ' ' => text.extend(['\\', letter]),
            letter if letter.is_control() => text.push_str("\\ "),
            letter => text.push(letter),
        }
    }
    text
}
