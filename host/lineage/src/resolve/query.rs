//! Queries: named queries, set operations, VALUES and what stands around a SELECT.

use std::collections::HashMap;
use std::rc::Rc;

use sqlparser::ast::{
    Cte, Expr, LimitClause, OrderBy, OrderByKind, Query, SelectItem, SetExpr, SetOperator, SetQuantifier, Table,
    TableAlias, Values, With,
};

use super::text::listed;
use super::{Column, Env, Flow, Resolver, Rows, Scope, Symbol, TableId};
use crate::rephrase::SCALAR;
use crate::{Dialect, InfluenceKind};

/// How often a recursive query is gone through at most until nothing changes.
const ROUNDS: usize = 6;

impl Resolver<'_> {
    /// What a query gives.
    pub(crate) fn query(&mut self, query: &Query, env: &Env, outer: Option<&Scope>) -> Rc<Rows> {
        if !self.step() {
            return Rc::default();
        }
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || {
            let env = self.with(query.with.as_ref(), env, outer);
            let rows = match query.body.as_ref() {
                SetExpr::Select(select) => self.select(select, &env, outer, query.order_by.as_ref()),
                body => {
                    let rows = self.set_expr(body, &env, outer);
                    self.order_of_result(query.order_by.as_ref(), &rows, &env, outer);
                    rows
                }
            };
            self.limit(query.limit_clause.as_ref(), &env, outer);
            self.pipes(rows, &query.pipe_operators, &env, outer)
        })
    }

    /// The named queries that a query brings along.
    pub(crate) fn with(&mut self, with: Option<&With>, env: &Env, outer: Option<&Scope>) -> Env {
        let mut env = env.clone();
        let Some(with) = with else { return env };
        let implied = matches!(self.request.dialect, Dialect::TSql | Dialect::Oracle | Dialect::Teradata);
        for cte in &with.cte_tables {
            if let Some(expr) = scalar(&cte.query) {
                let flow = self.constant(expr, &env);
                env = env.with_scalar(&cte.alias.name.value, expr.clone(), flow);
                continue;
            }
            let key = self.symbol(&cte.alias.name.value);
            let sets = matches!(cte.query.body.as_ref(), SetExpr::SetOperation { .. });
            let rows = if sets && (with.recursive || implied) {
                self.recursive(cte, key, &env, outer)
            } else {
                let rows = self.query(&cte.query, &env, outer);
                self.renamed(&rows, &cte.alias)
            };
            env = env.with(key, rows);
        }
        env
    }

    /// A query that reads its own result: gone through until its sources change no more.
    fn recursive(&mut self, cte: &Cte, key: Symbol, env: &Env, outer: Option<&Scope>) -> Rc<Rows> {
        let SetExpr::SetOperation { left, .. } = cte.query.body.as_ref() else { return Rc::default() };
        let around = self.with(cte.query.with.as_ref(), env, outer);
        let anchor = self.set_expr(left, &around, outer);
        let mut rows = self.renamed(&anchor, &cte.alias);
        for _ in 0..ROUNDS {
            let whole = self.query(&cte.query, &env.with(key, Rc::clone(&rows)), outer);
            let next = self.renamed(&whole, &cte.alias);
            let same = |(one, two): (&Column, &Column)| one.flow.sources == two.flow.sources;
            let settled = rows.columns.len() == next.columns.len() && rows.columns.iter().zip(&next.columns).all(same);
            rows = next;
            if settled {
                break;
            }
        }
        rows
    }

    /// What the body of a query gives.
    pub(crate) fn set_expr(&mut self, body: &SetExpr, env: &Env, outer: Option<&Scope>) -> Rc<Rows> {
        if !self.step() {
            return Rc::default();
        }
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || match body {
            SetExpr::Select(select) => self.select(select, env, outer, None),
            SetExpr::Query(query) => self.query(query, env, outer),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let one = self.set_expr(left, env, outer);
                let two = self.set_expr(right, env, outer);
                let by_name = matches!(
                    set_quantifier,
                    SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName
                );
                Rc::new(self.combined(&one, &two, *op, by_name))
            }
            SetExpr::Values(values) => Rc::new(self.values(values, env, outer)),
            SetExpr::Table(table) => self.table_rows(table, env),
            SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) | SetExpr::Merge(inner) => {
                self.returned(inner, env)
            }
        })
    }

    /// Two results on top of each other.
    pub(crate) fn combined(&mut self, one: &Rows, two: &Rows, op: SetOperator, by_name: bool) -> Rows {
        self.spend(one.columns.len() + two.columns.len());
        let _ = op;
        let open = one.is_open() || two.is_open();
        let alike = one.columns.len() == two.columns.len();
        let mut columns = Vec::with_capacity(one.columns.len());
        if by_name || (open && !alike) {
            columns.clone_from(&one.columns);
            let places: HashMap<Symbol, usize> =
                columns.iter().enumerate().rev().map(|(at, column)| (column.key, at)).collect();
            for column in &two.columns {
                match places.get(&column.key) {
                    Some(at) => columns[*at].flow = columns[*at].flow.clone().joined(&column.flow),
                    None => columns.push(column.clone()),
                }
            }
        } else {
            for (at, column) in one.columns.iter().enumerate() {
                let flow = match two.columns.get(at) {
                    Some(other) => column.flow.clone().joined(&other.flow),
                    None => column.flow.clone(),
                };
                columns.push(Column { flow, ..column.clone() });
            }
        }
        Rows { columns, rest: both(&one.rest, &two.rest), ..Rows::default() }
    }

    /// Literal rows. All rows count: a value may be a subquery.
    pub(crate) fn values(&mut self, values: &Values, env: &Env, outer: Option<&Scope>) -> Rows {
        let scope = Scope::inside(outer);
        let width = values.rows.first().map_or(0, |row| row.content.len());
        let mut flows = vec![Flow::default(); width];
        for row in &values.rows {
            for (expr, flow) in row.content.iter().zip(&mut flows) {
                self.collect(expr, env, &scope, flow);
            }
        }
        let mut columns = Vec::with_capacity(width);
        for (at, mut flow) in flows.into_iter().enumerate() {
            flow.settle();
            let name = match self.request.dialect {
                Dialect::Postgres | Dialect::Redshift | Dialect::Snowflake | Dialect::Sqlite => {
                    format!("column{}", at + 1)
                }
                Dialect::Spark | Dialect::Databricks => format!("col{}", at + 1),
                Dialect::DuckDb => format!("col{at}"),
                Dialect::MySql => format!("column_{at}"),
                _ => format!("_col{at}"),
            };
            columns.push(self.column(&name, flow));
        }
        Rows::closed(columns)
    }

    fn table_rows(&mut self, table: &Table, env: &Env) -> Rc<Rows> {
        let parts: Vec<String> =
            [&table.schema_name, &table.table_name].into_iter().flatten().map(|name| name.value.clone()).collect();
        self.read(parts, env)
    }

    /// What a table gives that a statement reads by its name.
    pub(crate) fn read(&mut self, parts: Vec<String>, env: &Env) -> Rc<Rows> {
        if let [only] = parts.as_slice() {
            let key = self.symbol(only);
            if let Some(rows) = env.find(key) {
                return rows;
            }
        }
        let name = self.complete(parts);
        let table = self.table(name);
        self.reads.insert(table);
        self.rows_of(table)
    }

    /// Rows under the names that an alias gives them.
    pub(crate) fn renamed(&mut self, rows: &Rc<Rows>, alias: &TableAlias) -> Rc<Rows> {
        if alias.columns.is_empty() {
            return Rc::clone(rows);
        }
        let names: Vec<&str> = alias.columns.iter().map(|column| column.name.value.as_str()).collect();
        Rc::new(self.named(rows, &names))
    }

    /// Rows under other names, by position.
    pub(crate) fn named(&mut self, rows: &Rows, names: &[&str]) -> Rows {
        let only = match rows.columns.as_slice() {
            [column] if rows.is_open() => Some(column.flow.clone()),
            _ => rows.any.clone(),
        };
        let mut columns = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            let flow = only.clone().or_else(|| rows.columns.get(at).map(|column| column.flow.clone()));
            columns.push(self.column(name, flow.unwrap_or_default()));
        }
        if only.is_none() && columns.len() < rows.columns.len() {
            columns.extend_from_slice(&rows.columns[columns.len()..]);
        }
        Rows::closed(columns)
    }

    /// The order of a whole result: what it names, or what the tables around it have.
    fn order_of_result(&mut self, order: Option<&OrderBy>, rows: &Rows, env: &Env, outer: Option<&Scope>) {
        let Some(OrderBy { kind: OrderByKind::Expressions(items), .. }) = order else { return };
        let mut scope = Scope::inside(outer);
        scope.aliases.clone_from(&rows.columns);
        let reasons = self.reasons.len();
        let mut flow = Flow::default();
        self.order(items, env, &scope, &mut flow);
        self.reasons.truncate(reasons);
        self.influence(InfluenceKind::Order, flow, || listed(items));
    }

    fn limit(&mut self, limit: Option<&LimitClause>, env: &Env, outer: Option<&Scope>) {
        let scope = Scope::inside(outer);
        if let Some(LimitClause::LimitOffset { limit: Some(limit), .. }) = limit {
            // Only a subquery in it reads anything.
            let _ = self.uses(limit, env, &scope);
        }
    }
}

/// The expression that a named query stands for, where it does.
fn scalar(query: &Query) -> Option<&Expr> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    match select.projection.as_slice() {
        [SelectItem::ExprWithAlias { expr, alias }] if alias.value == SCALAR => Some(expr),
        _ => None,
    }
}

/// Where a further column of a union may come from: of each side at once.
fn both(one: &[Vec<TableId>], two: &[Vec<TableId>]) -> Vec<Vec<TableId>> {
    match (one, two) {
        ([first], [second]) => {
            let mut all = first.clone();
            all.extend(second.iter().filter(|table| !first.contains(table)));
            vec![all]
        }
        _ => one.iter().chain(two).cloned().collect(),
    }
}
