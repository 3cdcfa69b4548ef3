//! The FROM clause: which tables a query can see and how joins make columns one.

use std::rc::Rc;

use sqlparser::ast::{
    Ident, Join, JoinConstraint, JoinOperator, ObjectName, Query, TableAlias, TableFactor, TableWithJoins,
};

use super::{Column, Env, Flow, Relation, Resolver, Rows, Scope, Step, Symbol, Unit, idents, last, names, words};
use crate::{Dialect, InfluenceKind};

impl Resolver<'_> {
    /// Adds the tables of a FROM clause to the scope.
    pub(crate) fn from(&mut self, from: &[TableWithJoins], env: &Env, scope: &mut Scope) {
        for item in from {
            let start = scope.relations.len();
            scope.units.push(Unit { range: start..start, merged: Vec::new() });
            let unit = scope.units.len() - 1;
            self.joins(item, env, scope, unit);
        }
    }

    /// One table and what is joined to it.
    fn joins(&mut self, item: &TableWithJoins, env: &Env, scope: &mut Scope, unit: usize) {
        self.factor(&item.relation, env, scope, unit);
        for join in &item.joins {
            if !self.step() {
                return;
            }
            let right = scope.relations.len();
            self.factor(&join.relation, env, scope, unit);
            if is_silent(&join.join_operator) {
                scope.relations[right..].iter_mut().for_each(|relation| relation.silent = true);
            }
            self.join(join, right, env, scope, unit);
        }
    }

    pub(crate) fn join(&mut self, join: &Join, right: usize, env: &Env, scope: &mut Scope, unit: usize) {
        if let JoinOperator::AsOf { match_condition, .. } = &join.join_operator {
            self.decides(InfluenceKind::Join, match_condition, env, scope);
        }
        match constraint(&join.join_operator) {
            Some(JoinConstraint::On(condition)) => self.decides(InfluenceKind::Join, condition, env, scope),
            Some(JoinConstraint::Using(columns) | JoinConstraint::UsingAlias(columns, _)) => {
                let columns: Vec<Ident> = columns.iter().filter_map(last).cloned().collect();
                for column in &columns {
                    self.unite(column, right, scope, unit);
                }
            }
            Some(JoinConstraint::Natural) => self.natural(right, scope, unit),
            Some(JoinConstraint::None) | None => {}
        }
    }

    /// NATURAL: what both sides are known to have becomes one.
    fn natural(&mut self, right: usize, scope: &mut Scope, unit: usize) {
        let start = scope.units[unit].range.start;
        let left = &scope.relations[start..right];
        let shared = |column: &&Column| left.iter().any(|relation| relation.rows.find(column.key).is_some());
        let theirs = scope.relations[right..].iter().flat_map(|relation| &relation.rows.columns);
        let both = theirs.filter(|column| column.name.as_ref() != "*").filter(shared);
        let names: Vec<Ident> = both.map(|column| Ident::new(column.name.to_string())).collect();
        for name in &names {
            self.unite(name, right, scope, unit);
        }
    }

    /// USING: a column of both sides becomes one.
    fn unite(&mut self, ident: &Ident, right: usize, scope: &mut Scope, unit: usize) {
        let key = self.symbol(&ident.value);
        let range = scope.units[unit].range.clone();
        let before = scope.units[unit].merged.iter().position(|column| column.key == key);
        let left = match before {
            Some(at) => scope.units[unit].merged.remove(at).flow,
            None => self.side(ident, key, &scope.relations[range.start..right]),
        };
        let theirs = self.side(ident, key, &scope.relations[right..]);
        self.spend(left.sources.len() + theirs.sources.len() + (right - range.start) / super::SCANNED);
        let mut influence = left.clone();
        influence.add(&theirs);
        self.influence(InfluenceKind::Join, influence, || format!("USING ({ident})").into());
        let silent = scope.relations[right..].iter().any(|relation| relation.silent);
        let flow = if silent { left } else { left.joined(&theirs) };
        let column = self.column(&ident.value, flow);
        let merged = &mut scope.units[unit].merged;
        merged.insert(before.unwrap_or(merged.len()), column);
    }

    /// A column on one side of a join.
    fn side(&mut self, ident: &Ident, key: Symbol, relations: &[Relation]) -> Flow {
        if let Some(column) = relations.iter().find_map(|relation| relation.rows.find(key)) {
            return column.flow.clone();
        }
        self.spend(relations.len());
        let scope = Scope { relations: relations.to_vec(), ..Scope::default() };
        self.plain(ident, &scope)
    }

    /// Adds one table of a FROM clause.
    pub(crate) fn factor(&mut self, factor: &TableFactor, env: &Env, scope: &mut Scope, unit: usize) {
        match factor {
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.joins(table_with_joins, env, scope, unit));
            }
            TableFactor::NestedJoin { table_with_joins, alias: Some(alias) } => {
                let rows = self.joined(table_with_joins, env, scope);
                self.derived(&rows, Some(alias), scope);
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let rows = self.subquery(subquery, *lateral, env, scope);
                let name = alias.as_ref().map_or("", |alias| alias.name.value.as_str());
                let rows = self.stepped(rows, || Step::Subquery(name.into()));
                self.derived(&rows, alias.as_ref(), scope);
            }
            TableFactor::Table { name, alias, args: None, .. } => {
                let relation = self.named_table(name, alias.as_ref(), env, scope);
                scope.relations.push(relation);
            }
            other => self.special(other, env, scope),
        }
        let end = scope.relations.len();
        if let Some(unit) = scope.units.get_mut(unit) {
            unit.range.end = end;
        }
    }

    /// A subquery that stands for a table; it sees the tables before it only where it is lateral.
    pub(crate) fn subquery(&mut self, query: &Query, lateral: bool, env: &Env, scope: &Scope) -> Rc<Rows> {
        let outer = if lateral { Some(scope) } else { scope.parent };
        self.query(query, env, outer)
    }

    /// What joined tables give as one.
    fn joined(&mut self, item: &TableWithJoins, env: &Env, scope: &Scope) -> Rc<Rows> {
        let mut inner = Scope::inside(scope.parent);
        self.from(core::slice::from_ref(item), env, &mut inner);
        self.everything(&inner)
    }

    /// All that a scope's tables give.
    pub(crate) fn everything(&mut self, scope: &Scope) -> Rc<Rows> {
        let mut rows = Rows::default();
        for relation in &scope.relations {
            self.spend(relation.rows.columns.len());
            rows.columns.extend_from_slice(&relation.rows.columns);
            rows.rest.extend(relation.rows.rest.iter().cloned());
        }
        Rc::new(rows)
    }

    /// Adds rows under an alias.
    pub(crate) fn derived(&mut self, rows: &Rc<Rows>, alias: Option<&TableAlias>, scope: &mut Scope) {
        let (names, rows) = match alias {
            Some(alias) => (vec![self.symbol(&alias.name.value)], self.renamed(rows, alias)),
            None => (Vec::new(), Rc::clone(rows)),
        };
        scope.relations.push(Relation { names, own: Vec::new(), rows, table: None, silent: false });
    }

    /// A table by its name: a named query, one that the session made, or one outside.
    fn named_table(&mut self, name: &ObjectName, alias: Option<&TableAlias>, env: &Env, scope: &Scope) -> Relation {
        let parts = words(name, self.request.dialect);
        if let Some(rows) = self.not_a_table(name, &parts, scope) {
            let rows = alias.map_or_else(|| Rc::clone(&rows), |alias| self.renamed(&rows, alias));
            let called = alias.map_or_else(|| parts.last().cloned(), |alias| Some(alias.name.value.clone()));
            let names = called.iter().map(|name| self.symbol(name)).collect();
            return Relation { names, own: Vec::new(), rows, table: None, silent: false };
        }
        let own: Vec<Symbol> = parts.iter().map(|part| self.symbol(part)).collect();
        let named_query = parts.len() == 1 && env.find(own[0]).is_some();
        let table = (!named_query).then(|| self.complete(parts.clone()));
        let table = table.map(|table| self.table(table));
        let full: Vec<Symbol> = match table {
            Some(table) => {
                let parts: Vec<String> = self.table_name(table).parts().to_vec();
                parts.iter().map(|part| self.symbol(part)).collect()
            }
            None => own,
        };
        let query = named_query.then(|| parts.first().cloned().unwrap_or_default());
        let mut rows = self.read(parts, env);
        if let Some(query) = query {
            rows = self.stepped(rows, || Step::Named(query.into()));
        }
        match alias {
            None => Relation { names: full, own: Vec::new(), rows, table, silent: false },
            Some(alias) => {
                let rows = self.renamed(&rows, alias);
                Relation { names: vec![self.symbol(&alias.name.value)], own: full, rows, table, silent: false }
            }
        }
    }

    /// What stands in the place of a table and is none: the empty row, files, or a column that holds rows.
    fn not_a_table(&mut self, name: &ObjectName, parts: &[String], scope: &Scope) -> Option<Rc<Rows>> {
        if let Some(files) = names::path(name, self.request.dialect) {
            let table = self.table(files);
            self.reads.insert(table);
            return Some(self.rows_of(table));
        }
        if let [only] = parts
            && (only.eq_ignore_ascii_case("dual") || (only.starts_with('@') && self.request.dialect != Dialect::TSql))
        {
            return Some(Rc::default());
        }
        let unnests = matches!(self.request.dialect, Dialect::BigQuery | Dialect::Redshift | Dialect::ClickHouse);
        let all: Vec<Ident> = idents(name).cloned().collect();
        if !unnests || all.len() < 2 {
            return None;
        }
        let first = self.symbol(&all[0].value);
        scope.relations.iter().find(|relation| relation.names == [first])?;
        let flow = self.dotted(&all, scope);
        let column = self.column(&all[all.len() - 1].value, flow.clone());
        Some(Rc::new(Rows { columns: vec![column], any: Some(flow), ..Rows::default() }))
    }
}

/// The condition of a join.
fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)
        | JoinOperator::StraightJoin(constraint)
        | JoinOperator::AsOf { constraint, .. } => Some(constraint),
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => None,
    }
}

/// Whether the right side only decides about rows of the left.
fn is_silent(operator: &JoinOperator) -> bool {
    use JoinOperator::{Anti, LeftAnti, LeftSemi, Semi};
    matches!(operator, Semi(_) | LeftSemi(_) | Anti(_) | LeftAnti(_))
}
