//! MERGE, UPDATE and DELETE: what changes rows that are there.

use std::collections::HashMap;

use sqlparser::ast::{
    AssignmentTarget, Delete, FromTable, Ident, Merge, MergeAction, MergeInsertExpr, MergeInsertKind, MergeUpdateKind,
    ObjectName, TableFactor, TableWithJoins, Update, UpdateTableFromKind,
};

use super::{Change, Effect};
use crate::resolve::{Column, Env, Flow, Relation, Resolver, Rows, Scope, Symbol, TableId, column_name, idents, last};
use crate::{InfluenceKind, StatementKind};

impl Resolver<'_> {
    /// What a MERGE does.
    pub(crate) fn merge(&mut self, merge: &Merge, env: &Env) -> Effect {
        let mut scope = Scope::default();
        let Some(table) = self.written(&merge.table, env, &mut scope) else {
            return Effect::nothing(StatementKind::Merge);
        };
        let mut source = Scope::default();
        source.units.push(crate::resolve::Unit::default());
        self.factor(&merge.source, env, &mut source, 0);
        source.relations.iter().cloned().for_each(|relation| scope.add(relation));
        self.decides(InfluenceKind::Join, &merge.on, env, &scope);
        let mut columns = Vec::new();
        for clause in &merge.clauses {
            clause.predicate.iter().for_each(|expr| self.decides(InfluenceKind::Filter, expr, env, &scope));
            match &clause.action {
                MergeAction::Update(update) => match &update.kind {
                    MergeUpdateKind::Set(assignments) => self.assign(assignments, table, env, &scope, &mut columns),
                    MergeUpdateKind::Wildcard => {
                        let rows = self.everything(&source);
                        columns.extend(rows.columns.iter().map(|column| (Some(table), column.clone())));
                    }
                },
                MergeAction::Insert(insert) => self.merge_insert(insert, table, env, &source, &mut columns),
                MergeAction::Delete { .. } | MergeAction::DoNothing { .. } => {}
            }
        }
        let effect = Effect { columns: once(columns), ..Effect::writes(StatementKind::Merge, table, Change::Adds) };
        self.output(merge.output.as_ref(), &effect, env, &scope);
        effect
    }

    fn merge_insert(
        &mut self,
        insert: &MergeInsertExpr,
        table: TableId,
        env: &Env,
        source: &Scope,
        columns: &mut Vec<(Option<TableId>, Column)>,
    ) {
        let rows = match &insert.kind {
            MergeInsertKind::Values(values) => {
                let mut rows = Rows::default();
                for row in &values.rows {
                    for expr in &row.content {
                        let flow = self.value(expr, env, source);
                        let name = column_name(expr, rows.columns.len(), self.request.dialect);
                        rows.columns.push(self.column(&name, flow));
                    }
                }
                rows
            }
            MergeInsertKind::Row | MergeInsertKind::Wildcard => self.everything(source).as_ref().clone(),
        };
        let names: Vec<&str> = insert.columns.iter().filter_map(last).map(|name| name.value.as_str()).collect();
        let rows = if names.is_empty() { self.by_position(table, &rows, &[]) } else { self.named(&rows, &names) };
        columns.extend(rows.columns.into_iter().map(|column| (Some(table), column)));
    }

    /// What an UPDATE does.
    pub(crate) fn update(&mut self, update: &Update, env: &Env) -> Effect {
        let mut scope = Scope::default();
        let before = match &update.from {
            Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) => from.as_slice(),
            None => &[],
        };
        let Some(table) = self.updated(update, before, env, &mut scope) else {
            self.reason("which table this writes is not known".to_owned());
            return Effect::nothing(StatementKind::Update);
        };
        update.selection.iter().for_each(|expr| self.decides(InfluenceKind::Filter, expr, env, &scope));
        let mut columns = Vec::new();
        self.assign(&update.assignments, table, env, &scope, &mut columns);
        if matches!(update.table.relation, TableFactor::Derived { .. }) {
            self.as_behind(table, &mut columns, &scope);
        }
        let effect = Effect { columns: once(columns), ..Effect::writes(StatementKind::Update, table, Change::Adds) };
        self.output(update.output.as_ref(), &effect, env, &scope);
        effect
    }

    /// The table that an UPDATE writes through a query: the one that has the first column that is set.
    fn updated_through(&mut self, update: &Update, env: &Env, scope: &mut Scope) -> Option<TableId> {
        self.factor(&update.table.relation, env, scope, 0);
        let AssignmentTarget::ColumnName(name) = &update.assignments.first()?.target else { return None };
        let key = self.symbol(&last(name)?.value);
        let column = scope.relations.iter().find_map(|relation| relation.rows.find(key))?;
        let table = self.source_name(*column.flow.sources.first()?).0;
        self.reads.remove(&table);
        Some(table)
    }

    /// Gives columns that are written through a query the names that they have in the table behind it.
    fn as_behind(&mut self, table: TableId, columns: &mut [(Option<TableId>, Column)], scope: &Scope) {
        for (_, column) in columns {
            let through = scope.relations.iter().find_map(|relation| relation.rows.find(column.key));
            let Some(source) = through.and_then(|through| through.flow.sources.first()) else { continue };
            let (owner, name) = self.source_name(*source);
            let name = name.clone();
            if owner == table {
                *column = self.column(&name, core::mem::take(&mut column.flow));
            }
        }
    }

    /// The table that an UPDATE writes: the named one, the one behind an alias, or one of several joined ones.
    fn updated(&mut self, update: &Update, from: &[TableWithJoins], env: &Env, scope: &mut Scope) -> Option<TableId> {
        if matches!(update.table.relation, TableFactor::Derived { .. }) {
            return self.updated_through(update, env, scope);
        }
        let alone = update.table.joins.is_empty();
        let alias = alias_of(&update.table.relation, from).filter(|_| alone);
        let aliased = alias.is_some();
        let joined = if alone { None } else { assigned(update).or_else(|| name_of(&update.table.relation)) };
        let Some(owner) = alias.or(joined) else {
            let table = self.written(&update.table.relation, env, scope);
            self.from(from, env, scope);
            return table;
        };
        let before = self.reads.clone();
        self.from(if aliased { from } else { core::slice::from_ref(&update.table) }, env, scope);
        let found = self.relation(&owner, scope).and_then(|relation| relation.table);
        if let Some(table) = found.filter(|table| !before.contains(table)) {
            self.reads.remove(&table);
        }
        if !aliased {
            self.from(from, env, scope);
        }
        found
    }

    /// What a DELETE does.
    pub(crate) fn delete(&mut self, delete: &Delete, env: &Env) -> Effect {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let mut scope = Scope::default();
        let mut outputs = Vec::new();
        if delete.tables.is_empty() {
            for item in from {
                outputs.extend(self.written(&item.relation, env, &mut scope));
            }
        } else {
            self.from(from, env, &mut scope);
            for name in &delete.tables {
                let parts: Vec<Ident> = idents(name).cloned().collect();
                let found = self.relation(&parts, &scope).and_then(|relation| relation.table);
                let table = found.unwrap_or_else(|| self.target(name));
                self.reads.remove(&table);
                outputs.push(table);
            }
        }
        delete.using.iter().for_each(|using| self.from(using, env, &mut scope));
        delete.selection.iter().for_each(|expr| self.decides(InfluenceKind::Filter, expr, env, &scope));
        let effect = Effect { outputs, change: Change::Adds, ..Effect::nothing(StatementKind::Delete) };
        self.output(delete.output.as_ref(), &effect, env, &scope);
        effect
    }

    /// The table behind a named query that is written through.
    fn behind(&mut self, name: &ObjectName, env: &Env) -> Option<TableId> {
        let [only] = idents(name).collect::<Vec<_>>()[..] else { return None };
        let key = self.symbol(&only.value);
        let rows = env.find(key)?;
        let source = rows.columns.iter().find_map(|column| column.flow.sources.first())?;
        let table = self.source_name(*source).0;
        self.reads.remove(&table);
        Some(table)
    }

    /// A table that is written, added to the scope without being read.
    fn written(&mut self, factor: &TableFactor, env: &Env, scope: &mut Scope) -> Option<TableId> {
        let TableFactor::Table { name, alias, .. } = factor else { return None };
        let table = self.behind(name, env).unwrap_or_else(|| self.target(name));
        let rows = self.rows_of(table);
        let parts: Vec<String> = self.table_name(table).parts().to_vec();
        let own: Vec<_> = parts.iter().map(|part| self.symbol(part)).collect();
        let names = match alias {
            Some(alias) => vec![self.symbol(&alias.name.value)],
            None => own.clone(),
        };
        scope.add(Relation { names, own, rows, table: Some(table), silent: false });
        Some(table)
    }
}

/// The name of a table.
fn name_of(factor: &TableFactor) -> Option<Vec<Ident>> {
    let TableFactor::Table { name, alias, .. } = factor else { return None };
    Some(alias.as_ref().map_or_else(|| idents(name).cloned().collect(), |alias| vec![alias.name.clone()]))
}

/// The alias that `UPDATE alias SET … FROM table alias` updates.
fn alias_of(target: &TableFactor, from: &[TableWithJoins]) -> Option<Vec<Ident>> {
    let TableFactor::Table { name, alias: None, .. } = target else { return None };
    let [only] = idents(name).collect::<Vec<_>>()[..] else { return None };
    let factors = from
        .iter()
        .flat_map(|item| core::iter::once(&item.relation).chain(item.joins.iter().map(|join| &join.relation)));
    let same = |factor: &TableFactor| match factor {
        TableFactor::Table { alias: Some(alias), .. } => alias.name.value.eq_ignore_ascii_case(&only.value),
        TableFactor::Table { name, alias: None, .. } => is_same(name, only),
        _ => false,
    };
    factors.into_iter().any(same).then(|| vec![only.clone()])
}

fn is_same(name: &ObjectName, ident: &Ident) -> bool {
    last(name).is_some_and(|last| last.value.eq_ignore_ascii_case(&ident.value))
}

/// The qualifier of the first assignment.
fn assigned(update: &Update) -> Option<Vec<Ident>> {
    let AssignmentTarget::ColumnName(name) = &update.assignments.first()?.target else { return None };
    let mut parts: Vec<Ident> = idents(name).cloned().collect();
    parts.pop();
    (!parts.is_empty()).then_some(parts)
}

/// Each column once, with all that several clauses write to it.
pub(super) fn once(columns: impl IntoIterator<Item = (Option<TableId>, Column)>) -> Vec<(Option<TableId>, Column)> {
    let mut all: Vec<(Option<TableId>, Column)> = Vec::new();
    let mut places: HashMap<(Option<TableId>, Symbol), usize> = HashMap::new();
    for (table, column) in columns {
        if let Some(at) = places.get(&(table, column.key)) {
            let flow: Flow = core::mem::take(&mut all[*at].1.flow);
            all[*at].1.flow = flow.joined(&column.flow);
        } else {
            // Columns that only a schema could name stay apart.
            if column.name.as_ref() != "*" {
                places.insert((table, column.key), all.len());
            }
            all.push((table, column));
        }
    }
    all
}
