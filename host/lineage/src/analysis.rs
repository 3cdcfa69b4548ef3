//! What a caller learns: tables, columns and influences of each statement and of the whole text, and how much of it
//! was understood.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::TableName;

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Analysis {
    /// Each statement on its own, in the order of the text.
    pub statements: Vec<Statement>,
    /// What the text reads and does not make itself.
    pub inputs: Vec<TableName>,
    /// What the text leaves written. A table that it makes and reads again is a stepping stone and not among them.
    pub outputs: Vec<TableName>,
    /// From the columns of the inputs to those of the outputs, through all stepping stones.
    pub columns: Vec<ColumnEdge>,
    /// What decides which rows get to the outputs.
    pub influences: Vec<Influence>,
    /// How much was understood.
    pub verdict: Verdict,
    /// Why it was not all.
    pub reasons: Vec<Reason>,
    /// What it cost.
    pub steps: u64,
}

impl Analysis {
    /// From which inputs each output is made, seen through what the text makes and reads again. Sorted, each once.
    pub fn flows(&self) -> Vec<(TableName, TableName)> {
        if let [output] = self.outputs.as_slice() {
            return self.inputs.iter().map(|input| (input.clone(), output.clone())).collect();
        }
        let mut flows = BTreeSet::new();
        for output in &self.outputs {
            let mut open = vec![output];
            let mut seen = BTreeSet::new();
            while let Some(table) = open.pop() {
                if !seen.insert(table) {
                    continue;
                }
                let makers = self.statements.iter().filter(|statement| statement.outputs.contains(table));
                for input in makers.flat_map(|statement| &statement.inputs) {
                    if self.inputs.contains(input) {
                        flows.insert((input.clone(), output.clone()));
                    }
                    open.push(input);
                }
            }
        }
        flows.into_iter().collect()
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where it is in the text.
    pub span: Span,
    /// What it reads.
    pub inputs: Vec<TableName>,
    /// What it writes.
    pub outputs: Vec<TableName>,
    /// What it reads that earlier statements of the text made.
    pub stones: Vec<TableName>,
    /// Which columns are made from which. Those of a query without a target have no table.
    pub columns: Vec<ColumnEdge>,
    /// What decides which rows it reads.
    pub influences: Vec<Influence>,
    /// Whether what it makes lives no longer than the session.
    pub temporary: bool,
    /// How much was understood.
    pub verdict: Verdict,
    /// Why it was not all.
    pub reasons: Vec<Reason>,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are SQL's own")]
pub enum StatementKind {
    Select,
    Insert,
    CreateTable,
    CreateView,
    Merge,
    Update,
    Delete,
    Truncate,
    Drop,
    Alter,
    Rename,
    /// Files into a table or a table into files.
    Copy,
    Explain,
    Use,
    /// `CREATE PROCEDURE` and other blocks of statements.
    Block,
    /// Moves no data.
    Other,
    /// Could not be read.
    Unknown,
}

/// One output column and what it is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnEdge {
    /// The table that is written; none for the result of a query.
    pub table: Option<TableName>,
    /// The column that is written; `*` stands for columns that only a schema could name.
    pub column: String,
    /// What it is made from, sorted; none for a constant.
    pub sources: Vec<Source>,
    /// What each of the sources is read for, in their order; empty where all are values and nothing else.
    pub(crate) uses: Vec<Use>,
    /// Copied or computed.
    pub kind: EdgeKind,
    /// Whether it is one value of many rows, as a sum is.
    pub aggregated: bool,
    /// How sure the sources are.
    pub confidence: Confidence,
    /// Columns it uses that may belong to any of several tables.
    pub unresolved: Vec<String>,
    /// The statement that makes it: its place among those of the text, the first is 0.
    pub statement: usize,
    /// What it went through, the first first; empty unless the request wants details.
    pub stones: Vec<Stone>,
}

impl ColumnEdge {
    /// The sources, each with what it is read for.
    pub fn reads(&self) -> impl Iterator<Item = (&Source, Use)> {
        let value = Use { value: true, ..Use::default() };
        let uses = self.uses.iter().copied().chain(core::iter::repeat(value));
        self.sources.iter().zip(uses)
    }

    /// The expression, where it is more than a copy.
    pub fn expression(&self) -> Option<&str> {
        match &self.kind {
            EdgeKind::Derived(text) => Some(text),
            EdgeKind::Direct => None,
        }
    }

    /// Whether it is made of nothing that is read.
    pub fn is_constant(&self) -> bool {
        self.sources.is_empty() && self.unresolved.is_empty() && !self.aggregated
    }
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Source {
    /// Its table.
    pub table: TableName,
    /// Its name, with the path of the field where a structure is opened.
    pub column: String,
}

/// What a source of a column is read for. One that is no value only decides which value is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent: one column may be read for all of it")]
pub struct Use {
    /// It is the value, or part of it.
    pub value: bool,
    /// It is part of the value as one of many rows.
    pub aggregated: bool,
    /// It can't be told from the value, as from a hash or a count.
    pub masked: bool,
    /// It says which rows a window has, and in which order.
    pub window: bool,
    /// It stands in a condition of CASE, IF or the FILTER of an aggregate.
    pub condition: bool,
}

/// What a column goes through between its sources and the table that is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stone {
    /// A query of a WITH clause.
    Named(String),
    /// A subquery in the place of a table, by its alias; without a name where it has none.
    Subquery(String),
    /// A table that the text makes.
    Table(TableName),
}

/// How an output column is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeKind {
    /// A copy.
    Direct,
    /// By an expression.
    Derived(String),
}

/// How sure the sources of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The schema or a qualifier tells.
    #[default]
    Certain,
    /// No schema, but only one table can have it.
    Likely,
    /// Several tables might have it, or the schema contradicts.
    Possible,
}

/// Columns that decide about rows without getting into the output.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Influence {
    /// In which role.
    pub kind: InfluenceKind,
    /// Which columns, sorted.
    pub sources: Vec<Source>,
    /// The expression; none unless the request wants details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The statements that have it: their places among those of the text, the first is 0.
    #[serde(skip)]
    pub statements: Vec<usize>,
}

/// How columns decide about rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are SQL's own")]
pub enum InfluenceKind {
    Filter,
    Join,
    Group,
    Order,
    /// PARTITION BY and ORDER BY of a window: in explanations only, as a column's own sources say it of each.
    Window,
    /// Conditions of CASE, IF and FILTER: in explanations only.
    Condition,
}

/// How much was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// All of it.
    #[default]
    Full,
    /// Some of it; the reasons say what is missing.
    Partial,
    /// Nothing of it.
    None,
}

/// Why something was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What was found.
    pub text: String,
    /// Where.
    pub span: Option<Span>,
}

/// A part of the text; lines and columns count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Span {
    pub line: u64,
    pub column: u64,
    pub end_line: u64,
    pub end_column: u64,
}
