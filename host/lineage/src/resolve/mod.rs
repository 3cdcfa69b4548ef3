//! Resolves one parsed statement: which columns are made from which. Never parses, and keeps nothing but the tables
//! that the session has made.

mod columns;
mod expression;
mod factor;
mod from;
mod model;
mod names;
mod pattern;
mod pipes;
mod query;
mod role;
mod select;
mod step;
mod text;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

pub(crate) use expression::{EXCLUDED, argument_of};
pub(crate) use factor::files_of;
pub(crate) use model::{Column, Env, Flow, Relation, Rows, Scope, SourceId, Symbol, TableId, Unit};
pub(crate) use names::{path, words};
pub(crate) use role::{AGGREGATED, CONDITION, MASKED, WINDOW, base, roles};
pub(crate) use select::column_name;
pub(crate) use step::{Step, Steps};
use text::text;

use crate::{Confidence, InfluenceKind, Request, TableName};

/// What decides about rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decision {
    /// In which role.
    pub kind: InfluenceKind,
    /// By which columns.
    pub sources: Vec<SourceId>,
    /// The expression, where details are wanted.
    pub text: Option<Rc<str>>,
}

/// How many tables or names that are looked through cost a step.
const SCANNED: usize = 16;

/// What is known of the session and of the statement at hand.
pub(crate) struct Resolver<'r> {
    /// What was asked.
    pub request: &'r Request<'r>,
    /// The database that unqualified names mean now.
    pub database: Option<String>,
    /// The schema that unqualified names mean now.
    pub schema: Option<String>,
    /// Tables that the statement reads.
    pub reads: BTreeSet<TableId>,
    /// What decides about rows.
    pub influences: Vec<Decision>,
    /// Why something was not understood.
    pub reasons: Vec<String>,
    /// What queries that write do besides giving rows.
    pub aside: Vec<crate::statement::Effect>,
    /// Whether the statement stands in a block in quotes, which may have variables.
    pub in_block: bool,
    /// The steps that are left.
    pub left: u64,
    symbols: HashMap<Box<str>, Symbol>,
    tables: Vec<Rc<TableName>>,
    table_ids: HashMap<String, TableId>,
    known: HashMap<TableId, Rc<Rows>>,
    sources: Vec<(TableId, Rc<str>)>,
    source_ids: HashMap<(TableId, Symbol), SourceId>,
}

impl<'r> Resolver<'r> {
    /// A resolver for a session that begins.
    pub(crate) fn new(request: &'r Request<'r>) -> Self {
        Self {
            request,
            database: request.database.map(str::to_owned),
            schema: request.schema.map(str::to_owned),
            reads: BTreeSet::new(),
            influences: Vec::new(),
            reasons: Vec::new(),
            aside: Vec::new(),
            in_block: false,
            left: request.limits.steps,
            symbols: HashMap::new(),
            tables: Vec::new(),
            table_ids: HashMap::new(),
            known: HashMap::new(),
            sources: Vec::new(),
            source_ids: HashMap::new(),
        }
    }

    /// Takes a step; false when the budget is spent.
    pub(crate) fn step(&mut self) -> bool {
        self.spend(1)
    }

    /// Takes several steps at once; false when the budget is spent.
    pub(crate) fn spend(&mut self, steps: usize) -> bool {
        self.left = self.left.saturating_sub(steps as u64);
        self.left > 0
    }

    /// A name as a number, whatever its case.
    pub(crate) fn symbol(&mut self, name: &str) -> Symbol {
        if name.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            let folded = name.to_lowercase();
            return self.intern(&folded);
        }
        self.intern(name)
    }

    fn intern(&mut self, folded: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(folded) {
            return *symbol;
        }
        let symbol = Symbol::try_from(self.symbols.len()).unwrap_or(Symbol::MAX);
        self.symbols.insert(folded.into(), symbol);
        symbol
    }

    /// A table as a number.
    pub(crate) fn table(&mut self, name: TableName) -> TableId {
        let key = name.key();
        if let Some(id) = self.table_ids.get(&key) {
            return *id;
        }
        let id = TableId::try_from(self.tables.len()).unwrap_or(TableId::MAX);
        self.tables.push(Rc::new(name));
        self.table_ids.insert(key, id);
        id
    }

    /// The name of a table.
    pub(crate) fn table_name(&self, id: TableId) -> &TableName {
        &self.tables[id as usize]
    }

    /// A column of a table as a number.
    pub(crate) fn source(&mut self, table: TableId, column: &str) -> SourceId {
        let key = (table, self.symbol(column));
        if let Some(id) = self.source_ids.get(&key) {
            return *id;
        }
        let id = SourceId::try_from(self.sources.len()).unwrap_or(SourceId::MAX);
        self.sources.push((table, column.into()));
        self.source_ids.insert(key, id);
        id
    }

    /// The table and the name of a column.
    pub(crate) fn source_name(&self, id: SourceId) -> (TableId, &Rc<str>) {
        let (table, column) = &self.sources[base(id) as usize];
        (*table, column)
    }

    /// A column of a result.
    pub(crate) fn column(&mut self, name: &str, flow: Flow) -> Column {
        Column { name: name.into(), key: self.symbol(name), flow }
    }

    /// What a table outside, or one that the session made, gives.
    pub(crate) fn rows_of(&mut self, table: TableId) -> Rc<Rows> {
        if let Some(rows) = self.known.get(&table) {
            return Rc::clone(rows);
        }
        let names = self.request.schemas.columns(self.table_name(table));
        let rows = Rc::new(match names {
            Some(names) if !names.is_empty() => self.known_rows(table, &names),
            _ => self.open_rows(table),
        });
        self.known.insert(table, Rc::clone(&rows));
        rows
    }

    fn known_rows(&mut self, table: TableId, names: &[String]) -> Rows {
        self.spend(names.len());
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let source = self.source(table, name);
            columns.push(self.column(name, Flow::of(source, Confidence::Certain)));
        }
        Rows::closed(columns)
    }

    fn open_rows(&mut self, table: TableId) -> Rows {
        let all = self.source(table, "*");
        let star = self.column("*", Flow::of(all, Confidence::Likely));
        Rows { columns: vec![star], rest: vec![vec![table]], ..Rows::default() }
    }

    /// Keeps the columns of a table that the session made.
    pub(crate) fn learn(&mut self, table: TableId, columns: &[Column]) {
        let rows = crate::fold::made_rows(self, table, columns);
        self.known.insert(table, Rc::new(rows));
    }

    /// A table is no more what it was.
    pub(crate) fn forget(&mut self, table: TableId) {
        self.known.remove(&table);
    }

    /// Tables have other names.
    pub(crate) fn rename(&mut self, pairs: &[(TableId, TableId)]) {
        let moved: Vec<_> = pairs.iter().map(|(old, new)| (*new, self.rows_of(*old))).collect();
        for (old, _) in pairs {
            self.forget(*old);
        }
        for (new, rows) in moved {
            self.learn(new, &rows.columns);
        }
    }

    /// Notes why something is not understood, once. Literals of the statement are left out: one may be a password.
    pub(crate) fn reason(&mut self, text: String) {
        let text = if text.contains('\'') { without_literals(&text) } else { text };
        if !self.reasons.contains(&text) && self.reasons.len() < 100 {
            self.reasons.push(text);
        }
    }

    /// Notes columns that decide about rows, and the expression in which they do.
    pub(crate) fn influence(&mut self, kind: InfluenceKind, mut flow: Flow, text: impl FnOnce() -> Rc<str>) {
        flow.sources.iter_mut().for_each(|source| *source = base(*source));
        flow.settle();
        if !flow.sources.is_empty() {
            let text = self.request.details.then(text);
            self.influences.push(Decision { kind, sources: flow.sources, text });
        }
    }

    /// The table that a name means here.
    pub(crate) fn full_name(&self, name: &ObjectName) -> TableName {
        self.complete(words(name, self.request.dialect))
    }

    /// Completes the parts of a name by what unqualified names mean.
    pub(crate) fn complete(&self, mut parts: Vec<String>) -> TableName {
        let between = (1..parts.len().saturating_sub(1)).find(|at| parts[*at].is_empty());
        if let Some(between) = between {
            match &self.schema {
                Some(schema) => parts[between].clone_from(schema),
                None => drop(parts.remove(between)),
            }
            return TableName::new(parts);
        }
        if parts.len() == 1
            && let Some(schema) = &self.schema
        {
            parts.insert(0, schema.clone());
        }
        if parts.len() == 2
            && let Some(database) = &self.database
        {
            parts.insert(0, database.clone());
        }
        TableName::new(parts)
    }
}

/// The identifiers of a name.
pub(crate) fn idents(name: &ObjectName) -> impl Iterator<Item = &Ident> {
    name.0.iter().map(|part| match part {
        ObjectNamePart::Identifier(ident) => ident,
        ObjectNamePart::Function(function) => &function.name,
    })
}

/// The last identifier of a name.
pub(crate) fn last(name: &ObjectName) -> Option<&Ident> {
    idents(name).last()
}

/// A text with nothing between its single quotes.
fn without_literals(text: &str) -> String {
    let parts = text.split('\'').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { part } else { "'…'" }).collect()
}
