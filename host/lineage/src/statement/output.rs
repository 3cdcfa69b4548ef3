//! OUTPUT: the rows that a statement changed, as it hands them on to another table or to the query around it.

use std::rc::Rc;

use sqlparser::ast::{Expr, Function, FunctionArguments, ObjectName, OutputClause, SelectInto, SelectItem};

use super::change::once;
use super::{Change, Effect};
use crate::StatementKind;
use crate::resolve::{Env, Relation, Resolver, Rows, Scope, TableId, argument_of};

impl Resolver<'_> {
    /// Notes aside what `OUTPUT … INTO t` writes.
    pub(crate) fn output(&mut self, clause: Option<&OutputClause>, effect: &Effect, env: &Env, scope: &Scope) {
        let Some(OutputClause::Output { select_items, into_table: Some(into), .. }) = clause else { return };
        let Some((name, names)) = target_of(into) else {
            self.reason(format!("OUTPUT {into}: which table that is could not be told"));
            return;
        };
        let rows = self.output_rows(select_items, effect, env, scope);
        let table = self.target(&name);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = if names.is_empty() { self.by_position(table, &rows, &[]) } else { self.named(&rows, &names) };
        let written = Effect::writes(StatementKind::Insert, table, Change::Adds).with_rows(table, &rows);
        let sources = rows.columns.iter().flat_map(|column| &column.flow.sources);
        let mut inputs: Vec<TableId> = sources.map(|source| self.source_name(*source).0).collect();
        inputs.sort_unstable();
        inputs.dedup();
        self.aside.push(Effect { inputs, columns: once(written.columns), ..written });
    }

    /// What OUTPUT lists: the rows as they are after the statement, as they were before it, and what it read.
    pub(crate) fn output_rows(&mut self, items: &[SelectItem], effect: &Effect, env: &Env, scope: &Scope) -> Rows {
        let mut inner = Scope::default();
        if let [table] = effect.outputs.as_slice() {
            let before = self.rows_of(*table);
            let after = Rc::new(self.changed(effect, *table));
            for (name, rows) in [("inserted", after), ("deleted", before)] {
                let names = vec![self.symbol(name)];
                inner.add(Relation { names, own: Vec::new(), rows, table: None, silent: false });
            }
        }
        scope.relations.iter().cloned().for_each(|relation| inner.add(relation));
        self.list(items, env, &mut inner)
    }

    /// The rows of a table as a statement leaves them.
    pub(crate) fn changed(&mut self, effect: &Effect, table: TableId) -> Rows {
        let mut rows = self.rows_of(table).as_ref().clone();
        for (_, column) in effect.columns.iter().filter(|(owner, _)| *owner == Some(table)) {
            match rows.columns.iter_mut().find(|other| other.key == column.key) {
                Some(other) => *other = column.clone(),
                None => rows.columns.push(column.clone()),
            }
        }
        rows
    }
}

/// The table that OUTPUT writes and the columns that it names: the parser reads a list after a name as a call.
fn target_of(into: &SelectInto) -> Option<(ObjectName, Vec<String>)> {
    match into.targets.first()? {
        Expr::Identifier(name) => Some((vec![name.clone()].into(), Vec::new())),
        Expr::CompoundIdentifier(parts) => Some((parts.clone().into(), Vec::new())),
        Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) => {
            let column = |expr: &Expr| match expr {
                Expr::Identifier(name) => Some(name.value.clone()),
                _ => None,
            };
            Some((name.clone(), list.args.iter().filter_map(argument_of).filter_map(column).collect()))
        }
        _ => None,
    }
}
