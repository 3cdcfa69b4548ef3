//! All questions about one table, as few statements as its width allows, and what their answers say together.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::profile::{Profile, Source};

use super::cells;
use super::column::{Told, custom};
use super::trino::{self, Ask, Leaf, What};
use super::{CustomMetric, SqlColumn, Wanted};

/// The operator's own metrics by column and name; the table's are under no column.
pub type CustomMetrics = BTreeMap<Vec<String>, BTreeMap<String, f64>>;

/// So many columns are asked for in one statement.
const COLUMNS: usize = 100;

/// All questions about one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Questions {
    name: String,
    column_count: usize,
    leaves: Vec<Leaf>,
    custom: Vec<CustomMetric>,
    statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
struct Statement {
    sql: String,
    asks: Vec<Ask>,
}

impl Questions {
    /// What is asked about a table, by its names from the outermost in.
    pub fn about(table: &[String], columns: &[SqlColumn], wanted: &Wanted) -> Result<Self> {
        for metric in wanted.custom.iter().filter(|metric| !metric.column.is_empty()) {
            if !columns.iter().any(|column| Some(&column.name) == metric.column.first()) {
                let message = format!(
                    "the metric {} is of the column {}, which is not there",
                    metric.name,
                    metric.column.join(".")
                );
                return Err(Error::new(crate::error::ErrorKind::Request, message));
            }
        }
        let leaves: Vec<Leaf> =
            columns.iter().filter(|column| wanted.wants(&column.name)).flat_map(trino::leaves).collect();
        let count = Ask { leaf: None, what: What::Values, expression: "count(*)".to_owned() };
        let own = wanted.custom.iter().enumerate().map(|(place, metric)| Ask {
            leaf: None,
            what: What::Custom(place),
            expression: format!("CAST({} AS double)", metric.expression),
        });
        let fact = |expression: &String| Ask { leaf: None, what: What::Fact, expression: expression.clone() };
        let facts = wanted.facts.iter().map(fact);
        let first: Vec<Ask> = core::iter::once(count.clone()).chain(own).chain(facts).collect();
        let all: Vec<(usize, &Leaf)> = leaves.iter().enumerate().collect();
        let mut statements: Vec<Vec<Ask>> = all
            .chunks(COLUMNS)
            .map(|some| some.iter().flat_map(|(place, leaf)| trino::asks(*place, leaf, wanted)).collect())
            .collect();
        if statements.is_empty() {
            statements.push(Vec::new());
        }
        let statements = statements.into_iter().enumerate().map(|(place, asks)| {
            let beginning = if place == 0 { first.clone() } else { vec![count.clone()] };
            let asks: Vec<Ask> = beginning.into_iter().chain(asks).collect();
            Statement { sql: trino::statement(table, &asks, wanted), asks }
        });
        Ok(Self {
            name: table.join("."),
            column_count: columns.len(),
            statements: statements.collect(),
            custom: wanted.custom.clone(),
            leaves,
        })
    }

    /// The statements, each of which answers one row.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|statement| statement.sql.as_str())
    }

    /// What the rows say, one a statement, in their order; and the operator's own metrics, the table's under no column.
    pub fn profile(&self, rows: &[Vec<Option<String>>]) -> Result<(Profile, CustomMetrics)> {
        self.check(rows)?;
        let cell = |statement: usize, place: usize| rows[statement][place].as_deref();
        let row_count = cells::count(cell(0, 0).unwrap_or("0"))?;
        let mut columns = Vec::with_capacity(self.leaves.len());
        for (at, statement) in self.statements.iter().enumerate() {
            // Each statement may have seen other rows: a column's nulls are told by the count of its own.
            let rows = cells::count(cell(at, 0).unwrap_or("0"))?;
            let mut places = statement.asks.iter().enumerate().filter(|(_, ask)| ask.leaf.is_some()).peekable();
            while let Some((_, Ask { leaf: Some(leaf), .. })) = places.peek().copied() {
                let mut told = Told { leaf: &self.leaves[*leaf], rows, cells: Vec::new() };
                while let Some((place, ask)) = places.next_if(|(_, ask)| ask.leaf == Some(*leaf)) {
                    told.cells.push((ask.what, cell(at, place)));
                }
                let profile = told.profile().map_err(|error| error.with("column", told.leaf.path.join(".")))?;
                columns.push(profile);
            }
        }
        let profile = Profile {
            name: self.name.clone(),
            source: Source::Query,
            row_count,
            column_count: self.column_count,
            size_in_byte: None,
            columns,
        };
        Ok((profile, self.custom(&rows[0])?))
    }

    /// How many rows there were, and what was asked for tests, in its order.
    pub fn facts(&self, rows: &[Vec<Option<String>>]) -> Result<(u64, Vec<Option<String>>)> {
        self.check(rows)?;
        let cells = rows[0].iter().zip(&self.statements[0].asks);
        let facts = cells.filter(|(_, ask)| ask.what == What::Fact).map(|(cell, _)| cell.clone());
        Ok((cells::count(rows[0][0].as_deref().unwrap_or("0"))?, facts.collect()))
    }

    fn check(&self, rows: &[Vec<Option<String>>]) -> Result<()> {
        let found: Vec<usize> = rows.iter().map(Vec::len).collect();
        let asked: Vec<usize> = self.statements.iter().map(|statement| statement.asks.len()).collect();
        if found == asked {
            return Ok(());
        }
        Err(Error::format(format!("the engine was asked for rows of {asked:?} cells and answered {found:?}"))
            .with("table", self.name.clone()))
    }

    fn custom(&self, row: &[Option<String>]) -> Result<CustomMetrics> {
        let mut found: BTreeMap<Vec<String>, Vec<(String, Option<&str>)>> = BTreeMap::new();
        for (cell, ask) in row.iter().zip(&self.statements[0].asks) {
            if let What::Custom(place) = ask.what {
                let metric = &self.custom[place];
                found.entry(metric.column.clone()).or_default().push((metric.name.clone(), cell.as_deref()));
            }
        }
        found.into_iter().map(|(column, metrics)| Ok((column, custom(&metrics)?))).collect()
    }
}
