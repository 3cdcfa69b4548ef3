//! INSERT in its forms: with and without a list of columns, by name, into many tables at once.

use std::rc::Rc;

use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, Expr, Insert, MultiTableInsertIntoClause, MultiTableInsertValue,
    OnConflict, OnConflictAction, OnInsert, SetExpr, TableObject,
};

use super::change::once;
use super::{Change, Effect};
use crate::resolve::{
    Column, EXCLUDED, Env, Flow, Relation, Resolver, Rows, Scope, TableId, column_name, files_of, last,
};
use crate::{InfluenceKind, StatementKind};

impl Resolver<'_> {
    /// What an INSERT does.
    pub(crate) fn insert(&mut self, insert: &Insert, env: &Env) -> Effect {
        if insert.multi_table_insert_type.is_some() {
            return self.insert_many(insert, env);
        }
        let rows = insert.source.as_ref().map(|source| self.query(source, env, None));
        let change = if insert.overwrite && insert.partitioned.is_none() {
            Change::Makes { temporary: false }
        } else {
            Change::Adds
        };
        let Some(table) = self.written_object(&insert.table) else {
            self.reason("which table this writes is not known".to_owned());
            return Effect::nothing(StatementKind::Insert);
        };
        let effect = Effect::writes(StatementKind::Insert, table, change);
        if let Some(rows) = rows {
            let rows = self.placed(insert, table, &rows);
            let replaced = self.replacing(insert, table, &rows, env);
            let effect = effect.with_rows(table, &rows);
            let effect = Effect { columns: once(effect.columns.into_iter().chain(replaced)), ..effect };
            self.output(insert.output.as_ref(), &effect, env, &Scope::default());
            effect
        } else {
            let mut columns = Vec::new();
            let scope = Scope::default();
            self.assign(&insert.assignments, table, env, &scope, &mut columns);
            Effect { columns, ..effect }
        }
    }

    /// The table or the files that an INSERT names.
    fn written_object(&mut self, object: &TableObject) -> Option<TableId> {
        match object {
            TableObject::TableName(name) => Some(self.target(name)),
            TableObject::TableFunction(function) => files_of(function).map(|files| self.table(files)),
            TableObject::TableQuery(query) => {
                // A query that is written through: to the only table that it reads.
                let before = core::mem::take(&mut self.reads);
                self.query(query, &Env::default(), None);
                let read = core::mem::replace(&mut self.reads, before);
                let mut read = read.into_iter();
                read.next().filter(|_| read.next().is_none())
            }
        }
    }

    /// What is written where a row is there already: `ON CONFLICT … DO UPDATE`, `ON DUPLICATE KEY UPDATE`.
    fn replacing(&mut self, insert: &Insert, table: TableId, rows: &Rows, env: &Env) -> Vec<(Option<TableId>, Column)> {
        let assignments = match &insert.on {
            Some(OnInsert::DuplicateKeyUpdate(assignments)) => assignments,
            Some(OnInsert::OnConflict(OnConflict { action: OnConflictAction::DoUpdate(update), .. })) => {
                &update.assignments
            }
            _ => return Vec::new(),
        };
        let alias = insert.insert_alias.as_ref().and_then(|alias| last(&alias.row_alias));
        let alias = alias.map_or(EXCLUDED, |alias| alias.value.as_str());
        let mut scope = Scope::default();
        let names = self.table_name(table).parts().to_vec();
        let names = names.iter().map(|part| self.symbol(part)).collect();
        let own = self.rows_of(table);
        scope.add(Relation { names, own: Vec::new(), rows: own, table: Some(table), silent: false });
        let names = vec![self.symbol(alias)];
        let mut new = rows.clone();
        // Without a list of columns nobody knows which of the query's columns goes where.
        new.any = new.any.or_else(|| Some(Flow::default()));
        scope.add(Relation { names, own: Vec::new(), rows: Rc::new(new), table: None, silent: false });
        let noted = self.reasons.len();
        let mut columns = Vec::new();
        self.assign(assignments, table, env, &scope, &mut columns);
        // Names of the query's own tables are not followed here: its rows say what they are.
        self.reasons.truncate(noted);
        for (_, column) in &mut columns {
            column.flow.unresolved.clear();
        }
        columns
    }

    /// Rows under the names of the columns that they go to.
    fn placed(&mut self, insert: &Insert, table: TableId, rows: &Rows) -> Rows {
        let listed = insert.columns.iter().filter_map(last).chain(&insert.after_columns);
        let names: Vec<String> = listed.map(|ident| ident.value.clone()).collect();
        if !names.is_empty() {
            self.doubts(table, &names, rows);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return self.named(rows, &names);
        }
        if insert.by_name {
            return rows.clone();
        }
        let literal = insert.source.as_ref().is_some_and(|query| matches!(query.body.as_ref(), SetExpr::Values(_)));
        if literal && self.rows_of(table).is_open() {
            // Which columns the values go to is known to nobody.
            return Rows::default();
        }
        let fixed: Vec<String> = insert.partitioned.iter().flatten().filter_map(fixed_partition).collect();
        self.by_position(table, rows, &fixed)
    }

    /// Notes where what is known of a table contradicts an INSERT.
    fn doubts(&mut self, table: TableId, names: &[String], rows: &Rows) {
        let known = self.rows_of(table);
        if !known.is_open() {
            for name in names {
                let key = self.symbol(name);
                if known.find(key).is_none() {
                    self.reason(format!("{} has no column {name:?}", self.table_name(table)));
                }
            }
        }
        let star = rows.columns.iter().any(|column| column.name.as_ref() == "*");
        if !star && rows.any.is_none() && rows.columns.len() > names.len() {
            self.reason(format!("{} values for {} columns", rows.columns.len(), names.len()));
        }
    }

    /// Rows under the names that the table's own columns have, where they are known.
    pub(crate) fn by_position(&mut self, table: TableId, rows: &Rows, fixed: &[String]) -> Rows {
        let known = self.rows_of(table);
        if known.is_open() {
            return rows.clone();
        }
        let free = |column: &&Column| !fixed.contains(&column.name.to_lowercase());
        let names: Vec<&str> = known.columns.iter().filter(free).map(|column| column.name.as_ref()).collect();
        let star = rows.columns.iter().any(|column| column.name.as_ref() == "*");
        if star && rows.columns.len() > 1 {
            return rows.clone();
        }
        let count = if star { names.len() } else { names.len().min(rows.columns.len()) };
        if count < rows.columns.len() {
            let (given, known) = (rows.columns.len(), names.len());
            self.reason(format!("{} has {known} columns, {given} are written to it", self.table_name(table)));
            return rows.clone();
        }
        self.named(rows, &names[..count])
    }

    /// Adds what assignments write.
    pub(crate) fn assign(
        &mut self,
        assignments: &[Assignment],
        table: TableId,
        env: &Env,
        scope: &Scope,
        columns: &mut Vec<(Option<TableId>, Column)>,
    ) {
        for assignment in assignments {
            match &assignment.target {
                AssignmentTarget::ColumnName(name) => {
                    let Some(name) = last(name) else { continue };
                    let flow = self.value(&assignment.value, env, scope);
                    columns.push((Some(table), self.column(&name.value, flow)));
                }
                AssignmentTarget::Tuple(names) => {
                    let flows = self.tuple(&assignment.value, names.len(), env, scope);
                    for (name, flow) in names.iter().filter_map(last).zip(flows) {
                        columns.push((Some(table), self.column(&name.value, flow)));
                    }
                }
            }
        }
    }

    /// The values of `(a, b) = …`.
    fn tuple(&mut self, value: &Expr, count: usize, env: &Env, scope: &Scope) -> Vec<Flow> {
        match value {
            Expr::Tuple(values) => values.iter().map(|value| self.value(value, env, scope)).collect(),
            Expr::Subquery(query) => {
                let rows = self.query(query, env, Some(scope));
                rows.columns.iter().map(|column| column.flow.clone()).collect()
            }
            other => vec![self.value(other, env, scope); count],
        }
    }

    /// `INSERT ALL INTO a … INTO b … SELECT …`.
    fn insert_many(&mut self, insert: &Insert, env: &Env) -> Effect {
        let mut effect = Effect { change: Change::Adds, ..Effect::nothing(StatementKind::Insert) };
        let mut scope = Scope::default();
        if let Some(source) = &insert.source {
            let rows = self.query(source, env, None);
            scope.add(Relation { names: Vec::new(), own: Vec::new(), rows, table: None, silent: false });
        }
        for when in &insert.multi_table_when_clauses {
            self.decides(InfluenceKind::Filter, &when.condition, env, &scope);
        }
        let conditional = insert.multi_table_when_clauses.iter().flat_map(|when| &when.into_clauses);
        let others = insert.multi_table_else_clause.iter().flatten();
        for clause in insert.multi_table_into_clauses.iter().chain(conditional).chain(others) {
            self.insert_into(clause, env, &scope, &mut effect);
        }
        effect.columns = once(effect.columns);
        effect
    }

    fn insert_into(&mut self, clause: &MultiTableInsertIntoClause, env: &Env, scope: &Scope, effect: &mut Effect) {
        let table = self.target(&clause.table_name);
        let mut rows = Rows::default();
        match &clause.values {
            Some(values) => {
                for value in &values.values {
                    let flow = match value {
                        MultiTableInsertValue::Expr(expr) => self.value(expr, env, scope),
                        MultiTableInsertValue::Default => Flow::default(),
                    };
                    let name = match value {
                        MultiTableInsertValue::Expr(expr) => {
                            column_name(expr, rows.columns.len(), self.request.dialect)
                        }
                        MultiTableInsertValue::Default => format!("_col{}", rows.columns.len()).into(),
                    };
                    rows.columns.push(self.column(&name, flow));
                }
            }
            None => rows = self.everything(scope).as_ref().clone(),
        }
        let names: Vec<&str> = clause.columns.iter().map(|name| name.value.as_str()).collect();
        let literal = clause.values.is_some() && rows.columns.iter().all(|column| column.flow.sources.is_empty());
        if literal && names.is_empty() && self.rows_of(table).is_open() {
            // Which columns the values go to is known to nobody.
            rows = Rows::default();
        }
        let rows = if names.is_empty() { self.by_position(table, &rows, &[]) } else { self.named(&rows, &names) };
        if !effect.outputs.contains(&table) {
            effect.outputs.push(table);
        }
        effect.columns.extend(rows.columns.into_iter().map(|column| (Some(table), column)));
    }
}

/// The column of `PARTITION (column = value)`, which the rows do not have.
fn fixed_partition(expr: &Expr) -> Option<String> {
    match expr {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, .. } => match left.as_ref() {
            Expr::Identifier(name) => Some(name.value.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}
