//! Why a column has the sources that it has: values that serialise, for programs, and text, for people. Says only what
//! an analysis found; one whose request wanted details has expressions of conditions and stepping stones.

mod text;

use std::collections::HashMap;

use serde::Serialize;

pub use text::explain_text;

use crate::{
    Analysis, ColumnEdge, Confidence, EdgeKind, Influence, InfluenceKind, Source, Span, Stone, TableName, Use,
};

/// Why one column of an output has its sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The table that is written; none for the result of a query.
    pub table: Option<TableName>,
    /// The column that is written.
    pub column: String,
    /// How it is made.
    pub made: Made,
    /// The expression, where it is more than a copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// Whether it is one value of many rows.
    pub aggregated: bool,
    /// What it is made from.
    pub sources: Vec<Source>,
    /// How sure the sources are.
    pub confidence: Confidence,
    /// Columns it uses that may belong to any of several tables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
    /// What it went through, the first first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stones: Vec<Stone>,
    /// What decides which value it has, then what decides which rows there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub influences: Vec<Influence>,
    /// The statement that makes it.
    pub statement: Place,
}

/// How a column is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// As a copy of a column.
    Direct,
    /// By an expression.
    Derived,
    /// Of no column.
    Constant,
}

/// Where a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Which statement of the text it is, from one.
    pub number: usize,
    /// Where it stands in the text.
    pub span: Span,
}

/// Explains each column of the outputs.
pub fn explain(analysis: &Analysis) -> Vec<Explanation> {
    let mut known: HashMap<usize, Vec<Influence>> = HashMap::new();
    let mut explanations = Vec::with_capacity(analysis.columns.len());
    for edge in &analysis.columns {
        let about_rows = known.entry(edge.statement).or_insert_with(|| {
            let statements = analysis.upstream(vec![edge.statement]);
            analysis.influences_in(statements).cloned().collect()
        });
        let mut influences = about_value(edge);
        influences.extend_from_slice(about_rows);
        explanations.push(Explanation::new(analysis, edge, influences));
    }
    explanations
}

impl Explanation {
    fn new(analysis: &Analysis, edge: &ColumnEdge, influences: Vec<Influence>) -> Self {
        let expression = edge.expression().map(str::to_owned);
        let made = match &edge.kind {
            _ if edge.is_constant() => Made::Constant,
            EdgeKind::Derived(_) => Made::Derived,
            EdgeKind::Direct => Made::Direct,
        };
        let span = analysis.statements.get(edge.statement).map_or_else(Span::default, |statement| statement.span);
        Self {
            table: edge.table.clone(),
            column: edge.column.clone(),
            made,
            expression,
            aggregated: edge.aggregated,
            sources: edge.sources.clone(),
            confidence: edge.confidence,
            unresolved: edge.unresolved.clone(),
            stones: edge.stones.clone(),
            influences,
            statement: Place { number: edge.statement + 1, span },
        }
    }
}

/// What decides which value a column has.
fn about_value(edge: &ColumnEdge) -> Vec<Influence> {
    let of = |kind: InfluenceKind, has: fn(Use) -> bool| {
        let sources: Vec<Source> =
            edge.reads().filter(|(_, used)| has(*used)).map(|(source, _)| source.clone()).collect();
        let statements = vec![edge.statement];
        (!sources.is_empty()).then_some(Influence { kind, sources, expression: None, statements })
    };
    let window = of(InfluenceKind::Window, |used| used.window);
    window.into_iter().chain(of(InfluenceKind::Condition, |used| used.condition)).collect()
}
