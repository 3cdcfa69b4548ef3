//! What the resolver keeps in mind of a query: flows of data, columns, rows of results and the scopes of names.

use core::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use sqlparser::ast::{Expr, NamedWindowDefinition};

use super::Steps;
use crate::Confidence;

/// A name in lower case, as a number.
pub(crate) type Symbol = u32;

/// A column of a table outside, as a number; its upper bits say what it is read for.
pub(crate) type SourceId = u32;

/// A table outside, as a number.
pub(crate) type TableId = u32;

/// Where a value comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// Columns it is made from.
    pub sources: Vec<SourceId>,
    /// The expression, where it is more than a copy.
    pub text: Option<Rc<str>>,
    /// How sure this is.
    pub confidence: Confidence,
    /// Names that could not be given to a table.
    pub unresolved: Vec<Rc<str>>,
    /// Whether it is one value of many rows.
    pub aggregated: bool,
    /// What it went through, the first first; empty unless details are wanted.
    pub steps: Steps,
}

impl Flow {
    /// A copy of one column.
    pub(crate) fn of(source: SourceId, confidence: Confidence) -> Self {
        Self { sources: vec![source], confidence, ..Self::default() }
    }

    /// A name that no table could be found for.
    pub(crate) fn unresolved(name: &str) -> Self {
        Self { confidence: Confidence::Possible, unresolved: vec![name.into()], ..Self::default() }
    }

    /// Adds what another value is made from.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sources.extend_from_slice(&other.sources);
        self.confidence = self.confidence.max(other.confidence);
        self.aggregated |= other.aggregated;
        self.steps.add_all(&other.steps);
        self.unresolved.extend(other.unresolved.iter().cloned());
    }

    /// Sorts, and drops what is there twice.
    pub(crate) fn settle(&mut self) {
        self.sources.sort_unstable();
        self.sources.dedup();
        self.unresolved.sort_unstable();
        self.unresolved.dedup();
    }

    /// With the other's sources too, as the rows of a union have.
    pub(crate) fn joined(mut self, other: &Self) -> Self {
        self.add(other);
        self.text = self.text.or_else(|| other.text.clone());
        self.settle();
        self
    }
}

/// A column of a result.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name as written; `*` for columns that only a schema could name.
    pub name: Rc<str>,
    /// Its name to compare.
    pub key: Symbol,
    /// Where it comes from.
    pub flow: Flow,
}

/// What a table, a view or a query gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    /// The columns that are known.
    pub columns: Vec<Column>,
    /// Where further columns may come from: one of these, and from all tables of that one at once.
    pub rest: Vec<Vec<TableId>>,
    /// What any further column is made from, as for a function that gives a table.
    pub any: Option<Flow>,
    /// Where each column is, once somebody asked.
    pub index: Index,
}

/// Where each column is. A copy begins without: its columns may become others.
#[derive(Debug, Default)]
pub(crate) struct Index(OnceCell<HashMap<Symbol, usize>>);

impl Clone for Index {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// From how many columns on an index pays.
const INDEXED: usize = 24;

impl Rows {
    /// Exactly these columns.
    pub(crate) fn closed(columns: Vec<Column>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Finds a column that is known.
    pub(crate) fn find(&self, key: Symbol) -> Option<&Column> {
        if self.columns.len() < INDEXED {
            return self.columns.iter().find(|column| column.key == key);
        }
        let index = self.index.0.get_or_init(|| {
            let mut index = HashMap::with_capacity(self.columns.len());
            for (at, column) in self.columns.iter().enumerate() {
                index.entry(column.key).or_insert(at);
            }
            index
        });
        index.get(&key).map(|at| &self.columns[*at])
    }

    /// Whether it may have columns that are not known.
    pub(crate) fn is_open(&self) -> bool {
        !self.rest.is_empty()
    }
}

/// A table in a FROM clause.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// How columns may be qualified: the alias, or the parts of the name.
    pub names: Vec<Symbol>,
    /// The parts of the table's own name where an alias hides it.
    pub own: Vec<Symbol>,
    /// What it gives.
    pub rows: Rc<Rows>,
    /// The table, where it is one that is written elsewhere.
    pub table: Option<TableId>,
    /// Whether `*` leaves it out, as the right side of a semi join.
    pub silent: bool,
}

/// One item of a FROM clause with its joins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unit {
    /// Its relations within the scope.
    pub range: core::ops::Range<usize>,
    /// Columns that a USING clause made one.
    pub merged: Vec<Column>,
}

impl Unit {
    /// Whether USING made one column of those of this name.
    pub(crate) fn has_merged(&self, key: Symbol) -> bool {
        self.merged.iter().any(|column| column.key == key)
    }
}

/// The names an expression can see.
#[derive(Debug, Default)]
pub(crate) struct Scope<'p> {
    /// The tables of the FROM clause.
    pub relations: Vec<Relation>,
    /// How they are grouped.
    pub units: Vec<Unit>,
    /// What the select list has named so far.
    pub aliases: Vec<Column>,
    /// Names that are no columns: parameters of lambdas and variables of row patterns.
    pub locals: Vec<Symbol>,
    /// Variables of row patterns, which qualify the columns of the only relation.
    pub patterns: Vec<Symbol>,
    /// The windows that have a name.
    pub windows: &'p [NamedWindowDefinition],
    /// The names around it.
    pub parent: Option<&'p Scope<'p>>,
}

impl<'p> Scope<'p> {
    /// Inside another.
    pub(crate) fn inside(parent: Option<&'p Scope<'p>>) -> Self {
        Self { parent, ..Self::default() }
    }
}

/// The named queries a query can see: a list that shares its tail.
#[derive(Debug, Default, Clone)]
pub(crate) struct Env {
    named: Option<Rc<Named>>,
    scalars: Option<Rc<Scalar>>,
}

/// An expression that has a name for all queries within, as in `WITH expression AS name`.
#[derive(Debug)]
pub(crate) struct Scalar {
    /// Its name.
    pub name: Rc<str>,
    /// The expression.
    pub expr: Expr,
    /// What it is made from, where that is the same for all queries.
    pub flow: Option<Flow>,
    /// What it can see itself.
    pub before: Env,
}

impl Drop for Env {
    /// One after the other: a list of many thousand would take as many levels of the stack.
    fn drop(&mut self) {
        let mut named = self.named.take();
        while let Some(mut last) = named.and_then(Rc::into_inner) {
            named = last.before.named.take();
        }
        let mut scalars = self.scalars.take();
        while let Some(mut last) = scalars.and_then(Rc::into_inner) {
            scalars = last.before.scalars.take();
        }
    }
}

#[derive(Debug)]
struct Named {
    key: Symbol,
    rows: Rc<Rows>,
    before: Env,
}

impl Env {
    /// With one more.
    pub(crate) fn with(&self, key: Symbol, rows: Rc<Rows>) -> Self {
        Self { named: Some(Rc::new(Named { key, rows, before: self.clone() })), scalars: self.scalars.clone() }
    }

    /// With a name for an expression.
    pub(crate) fn with_scalar(&self, name: &str, expr: Expr, flow: Option<Flow>) -> Self {
        let scalar = Scalar { name: name.into(), expr, flow, before: self.clone() };
        Self { named: self.named.clone(), scalars: Some(Rc::new(scalar)) }
    }

    /// The expressions that have names, the first one first.
    pub(crate) fn scalars(&self) -> Vec<Rc<Scalar>> {
        let mut all = Vec::new();
        let mut here = self.scalars.as_ref();
        while let Some(scalar) = here {
            all.push(Rc::clone(scalar));
            here = scalar.before.scalars.as_ref();
        }
        all.reverse();
        all
    }

    /// Finds a named query.
    pub(crate) fn find(&self, key: Symbol) -> Option<Rc<Rows>> {
        let mut here = self.named.as_ref();
        while let Some(named) = here {
            if named.key == key {
                return Some(Rc::clone(&named.rows));
            }
            here = named.before.named.as_ref();
        }
        None
    }
}
