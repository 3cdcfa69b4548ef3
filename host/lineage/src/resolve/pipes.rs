//! The operators that follow a query after `|>`.

use std::rc::Rc;

use sqlparser::ast::PipeOperator;

use super::text::listed;
use super::{Env, Flow, Relation, Resolver, Rows, Scope};
use crate::InfluenceKind;

impl Resolver<'_> {
    /// What is left of rows after the operators.
    pub(crate) fn pipes(
        &mut self,
        rows: Rc<Rows>,
        operators: &[PipeOperator],
        env: &Env,
        outer: Option<&Scope>,
    ) -> Rc<Rows> {
        let mut rows = rows;
        let mut name = Vec::new();
        for operator in operators {
            let mut scope = Scope::inside(outer);
            let relation =
                Relation { names: name.clone(), own: Vec::new(), rows: Rc::clone(&rows), table: None, silent: false };
            scope.add(relation);
            if let PipeOperator::As { alias } = operator {
                name = vec![self.symbol(&alias.value)];
            }
            rows = self.pipe(rows, operator, env, scope);
        }
        rows
    }

    fn pipe(&mut self, rows: Rc<Rows>, operator: &PipeOperator, env: &Env, mut scope: Scope) -> Rc<Rows> {
        match operator {
            PipeOperator::Where { expr } => {
                self.decides(InfluenceKind::Filter, expr, env, &scope);
                rows
            }
            PipeOperator::OrderBy { exprs } => {
                let mut flow = Flow::default();
                self.order(exprs, env, &scope, &mut flow);
                self.influence(InfluenceKind::Order, flow, || listed(exprs));
                rows
            }
            PipeOperator::Limit { .. } | PipeOperator::As { .. } | PipeOperator::TableSample { .. } => rows,
            PipeOperator::Join(join) => self.piped_join(join, env, &mut scope),
            PipeOperator::Union { queries, .. }
            | PipeOperator::Intersect { queries, .. }
            | PipeOperator::Except { queries, .. } => {
                let mut all = Rows::clone(&rows);
                for query in queries {
                    let more = self.query(query, env, scope.parent);
                    all = self.combined(&all, &more, sqlparser::ast::SetOperator::Union, false);
                }
                Rc::new(all)
            }
            reshaping => self.piped_columns(rows, reshaping, env, scope),
        }
    }

    /// The operators that make other columns.
    fn piped_columns(&mut self, rows: Rc<Rows>, operator: &PipeOperator, env: &Env, mut scope: Scope) -> Rc<Rows> {
        match operator {
            PipeOperator::Select { exprs } => Rc::new(self.list(exprs, env, &mut scope)),
            PipeOperator::Extend { exprs } => {
                let more = self.list(exprs, env, &mut scope);
                let mut all = Rows::clone(&rows);
                all.columns.extend(more.columns);
                Rc::new(Rows { columns: all.columns, rest: all.rest, any: all.any, ..Rows::default() })
            }
            PipeOperator::Drop { columns } => {
                let gone: Vec<_> = columns.iter().map(|column| self.symbol(&column.value)).collect();
                let kept = rows.columns.iter().filter(|column| !gone.contains(&column.key)).cloned().collect();
                Rc::new(Rows { columns: kept, rest: rows.rest.clone(), ..Rows::default() })
            }
            PipeOperator::Rename { mappings } => {
                let mut columns = rows.columns.clone();
                for mapping in mappings {
                    let (old, new) = (self.symbol(&mapping.ident.value), &mapping.alias.value);
                    for column in columns.iter_mut().filter(|column| column.key == old) {
                        *column = self.column(new, column.flow.clone());
                    }
                }
                Rc::new(Rows { columns, rest: rows.rest.clone(), ..Rows::default() })
            }
            PipeOperator::Set { assignments } => self.set(&rows, assignments, env, &scope),
            PipeOperator::Aggregate { full_table_exprs, group_by_expr } => {
                let mut columns = Vec::new();
                for item in group_by_expr.iter().chain(full_table_exprs) {
                    let flow = self.value(&item.expr.expr, env, &scope);
                    let name = match &item.expr.alias {
                        Some(alias) => alias.value.as_str().into(),
                        None => super::text(&item.expr.expr),
                    };
                    columns.push(self.column(&name, flow));
                }
                Rc::new(Rows::closed(columns))
            }
            _ => {
                self.reason("an operator after |> is not understood".to_owned());
                rows
            }
        }
    }

    fn set(&mut self, rows: &Rows, assignments: &[sqlparser::ast::Assignment], env: &Env, scope: &Scope) -> Rc<Rows> {
        let mut columns = rows.columns.clone();
        for assignment in assignments {
            let flow = self.value(&assignment.value, env, scope);
            if let sqlparser::ast::AssignmentTarget::ColumnName(name) = &assignment.target
                && let Some(name) = super::last(name)
            {
                let key = self.symbol(&name.value);
                columns.iter_mut().filter(|column| column.key == key).for_each(|column| column.flow = flow.clone());
            }
        }
        Rc::new(Rows { columns, rest: rows.rest.clone(), ..Rows::default() })
    }

    fn piped_join(&mut self, join: &sqlparser::ast::Join, env: &Env, scope: &mut Scope) -> Rc<Rows> {
        let right = scope.relations.len();
        self.factor(&join.relation, env, scope, 0);
        self.join(join, right, env, scope, 0);
        self.everything(scope)
    }
}
