//! One SELECT: its tables, its list and the clauses that decide about its rows.

use std::rc::Rc;

use sqlparser::ast::{
    ConnectByKind, Distinct, ExcludeSelectItem, Expr, GroupByExpr, Ident, LateralView, OrderBy, OrderByKind,
    RenameSelectItem, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
};

use super::pattern;
use super::text::{listed, text};
use super::{Column, Env, Flow, Relation, Resolver, Rows, Scope, Symbol, idents, last};
use crate::{Dialect, InfluenceKind};

impl Resolver<'_> {
    /// What a SELECT gives.
    pub(crate) fn select(
        &mut self,
        select: &Select,
        env: &Env,
        outer: Option<&Scope>,
        order: Option<&OrderBy>,
    ) -> Rc<Rows> {
        let mut scope = Scope::inside(outer);
        scope.windows = &select.named_window;
        self.from(&select.from, env, &mut scope);
        select.lateral_views.iter().for_each(|view| self.lateral_view(view, env, &mut scope));
        self.scalars(env, &mut scope);
        let scalars = scope.aliases.len();
        let rows = if select.flavor == SelectFlavor::FromFirstNoSelect {
            self.everything(&scope).as_ref().clone()
        } else {
            self.list(&select.projection, env, &mut scope)
        };
        let rows = self.excluded(rows, select.exclude.as_ref());
        scope.aliases.truncate(scalars);
        scope.aliases.extend_from_slice(&rows.columns);
        self.clauses(select, env, &scope);
        if let Some(OrderBy { kind: OrderByKind::Expressions(items), .. }) = order {
            let mut flow = Flow::default();
            self.order(items, env, &scope, &mut flow);
            self.influence(InfluenceKind::Order, flow, || listed(items));
        }
        Rc::new(rows)
    }

    /// What an expression is made from that names no column of the tables around it.
    pub(crate) fn constant(&mut self, expr: &Expr, env: &Env) -> Option<Flow> {
        let noted = self.reasons.len();
        let mut scope = Scope::default();
        self.scalars(env, &mut scope);
        let flow = self.value(expr, env, &scope);
        self.reasons.truncate(noted);
        flow.unresolved.is_empty().then_some(flow)
    }

    /// Adds what expressions with a name mean here.
    fn scalars(&mut self, env: &Env, scope: &mut Scope) {
        let noted = self.reasons.len();
        for scalar in env.scalars() {
            if !self.step() {
                break;
            }
            let flow = match &scalar.flow {
                Some(flow) => flow.clone(),
                None => self.value(&scalar.expr, &scalar.before, scope),
            };
            scope.aliases.push(self.column(&scalar.name, flow));
        }
        // Not every query within has what the expression names, nor uses it.
        self.reasons.truncate(noted);
    }

    fn clauses(&mut self, select: &Select, env: &Env, scope: &Scope) {
        let filters = [&select.prewhere, &select.selection, &select.having, &select.qualify];
        for filter in filters.into_iter().flatten() {
            self.decides(InfluenceKind::Filter, filter, env, scope);
        }
        for connect in &select.connect_by {
            match connect {
                ConnectByKind::ConnectBy { relationships, .. } => {
                    for expr in relationships {
                        self.decides(InfluenceKind::Filter, expr, env, scope);
                    }
                }
                ConnectByKind::StartWith { condition, .. } => {
                    self.decides(InfluenceKind::Filter, condition, env, scope);
                }
            }
        }
        if let GroupByExpr::Expressions(exprs, _) = &select.group_by {
            for expr in exprs {
                self.decides(InfluenceKind::Group, expr, env, scope);
            }
        }
        if let Some(Distinct::On(exprs)) = &select.distinct {
            for expr in exprs {
                self.decides(InfluenceKind::Group, expr, env, scope);
            }
        }
        let mut flow = Flow::default();
        self.order(&select.sort_by, env, scope, &mut flow);
        self.influence(InfluenceKind::Order, flow, || listed(&select.sort_by));
    }

    /// Notes what an expression decides.
    pub(crate) fn decides(&mut self, kind: InfluenceKind, expr: &Expr, env: &Env, scope: &Scope) {
        let flow = self.uses(expr, env, scope);
        self.influence(kind, flow, || text(expr));
    }

    /// `LATERAL VIEW explode(x) t AS a, b`.
    fn lateral_view(&mut self, view: &LateralView, env: &Env, scope: &mut Scope) {
        let flow = self.uses(&view.lateral_view, env, scope);
        let mut columns = Vec::new();
        for alias in &view.lateral_col_alias {
            columns.push(self.column(&alias.value, flow.clone()));
        }
        let any = columns.is_empty().then_some(flow);
        let names = idents(&view.lateral_view_name).map(|ident| self.symbol(&ident.value)).collect();
        let rows = Rc::new(Rows { columns, any, ..Rows::default() });
        scope.add(Relation { names, own: Vec::new(), rows, table: None, silent: false });
    }

    /// The columns of a select list.
    pub(crate) fn list(&mut self, items: &[SelectItem], env: &Env, scope: &mut Scope) -> Rows {
        let mut rows = Rows::default();
        let earlier = self.request.dialect.sees_earlier_aliases();
        let mut unnamed = 0;
        for (at, item) in items.iter().enumerate() {
            if !self.step() {
                break;
            }
            let before = rows.columns.len();
            let place = if self.request.dialect == Dialect::Trino { at } else { unnamed };
            self.item(item, place, env, scope, &mut rows);
            unnamed += rows.columns[before..].iter().filter(|column| is_ordinal(&column.name)).count();
            if earlier && !matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)) {
                scope.aliases.extend_from_slice(&rows.columns[before..]);
            }
        }
        rows
    }

    fn item(&mut self, item: &SelectItem, at: usize, env: &Env, scope: &Scope, rows: &mut Rows) {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let (name, expr) = self.name_of(expr, at);
                let flow = self.value(expr, env, scope);
                rows.columns.push(self.column(&name, flow));
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let flow = self.value(expr, env, scope);
                rows.columns.push(self.column(&alias.value, flow));
            }
            SelectItem::ExprWithAliases { expr, aliases } => {
                let flow = self.value(expr, env, scope);
                for alias in aliases {
                    rows.columns.push(self.column(&alias.value, flow.clone()));
                }
            }
            SelectItem::Wildcard(options) => self.star(scope, options, env, rows),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                let parts: Vec<Ident> = idents(name).cloned().collect();
                self.qualified_star(&parts, scope, options, env, rows);
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                // Inputs and confidence only: which fields the structure has is not known.
                let _ = self.uses(expr, env, scope);
                self.reason(format!("the fields of {} are not known", text(expr)));
            }
        }
    }

    /// The name that a column without an alias gets, and its expression.
    fn name_of<'e>(&self, expr: &'e Expr, at: usize) -> (Rc<str>, &'e Expr) {
        if self.request.dialect == Dialect::TSql
            && let Expr::BinaryOp { left, op: sqlparser::ast::BinaryOperator::Eq, right } = expr
            && let Expr::Identifier(name) = left.as_ref()
        {
            return (name.value.as_str().into(), right);
        }
        (column_name(expr, at, self.request.dialect), expr)
    }

    /// `*`: all columns of all tables, those of USING first.
    fn star(&mut self, scope: &Scope, options: &WildcardAdditionalOptions, env: &Env, rows: &mut Rows) {
        let mut all = Rows::default();
        for unit in &scope.units {
            all.columns.extend_from_slice(&unit.merged);
            for relation in scope.relations[unit.range.clone()].iter().filter(|relation| !relation.silent) {
                let merged = |column: &&Column| !unit.has_merged(column.key);
                self.spend(relation.rows.columns.len());
                all.columns.extend(relation.rows.columns.iter().filter(merged).cloned());
                all.rest.extend(relation.rows.rest.iter().cloned());
            }
        }
        self.starred(all, options, env, scope, rows);
    }

    fn qualified_star(
        &mut self,
        parts: &[Ident],
        scope: &Scope,
        options: &WildcardAdditionalOptions,
        env: &Env,
        rows: &mut Rows,
    ) {
        if let Some(relation) = self.relation(parts, scope) {
            let mut found = Rows::clone(&relation.rows);
            self.spend(found.columns.len());
            if self.request.dialect == Dialect::Trino {
                // What USING made one belongs to neither table any more.
                let merged = |column: &Column| scope.units.iter().any(|unit| unit.has_merged(column.key));
                found.columns.retain(|column| !merged(column));
            }
            self.starred(found, options, env, scope, rows);
            return;
        }
        let flow = match parts {
            [only] => self.plain(only, scope),
            _ => self.dotted(parts, scope),
        };
        rows.columns.push(self.column("*", flow));
    }

    /// Adds the columns of a star, after EXCEPT, REPLACE and RENAME.
    fn starred(
        &mut self,
        mut all: Rows,
        options: &WildcardAdditionalOptions,
        env: &Env,
        scope: &Scope,
        rows: &mut Rows,
    ) {
        let except = options.opt_except.as_ref();
        let gone: Vec<Symbol> = except
            .into_iter()
            .flat_map(|except| core::iter::once(&except.first_element).chain(&except.additional_elements))
            .map(|ident| self.symbol(&ident.value))
            .collect();
        all.columns.retain(|column| !gone.contains(&column.key));
        if let Some(ilike) = &options.opt_ilike {
            let fits = |column: &Column| column.name.as_ref() == "*" || pattern::fits(&ilike.pattern, &column.name);
            all.columns.retain(fits);
        }
        let mut all = self.excluded(all, options.opt_exclude.as_ref());
        let renames = match &options.opt_rename {
            Some(RenameSelectItem::Single(one)) => core::slice::from_ref(one),
            Some(RenameSelectItem::Multiple(many)) => many,
            None => &[],
        };
        for rename in renames {
            let key = self.symbol(&rename.ident.value);
            let new = self.column(&rename.alias.value, Flow::default());
            for column in all.columns.iter_mut().filter(|column| column.key == key) {
                *column = Column { flow: column.flow.clone(), ..new.clone() };
            }
        }
        for item in options.opt_replace.iter().flat_map(|replace| &replace.items) {
            let flow = self.value(&item.expr, env, scope);
            let key = self.symbol(&item.column_name.value);
            match all.columns.iter_mut().find(|column| column.key == key) {
                Some(column) => column.flow = flow,
                None => all.columns.push(self.column(&item.column_name.value, flow)),
            }
        }
        rows.columns.append(&mut all.columns);
        rows.rest.append(&mut all.rest);
        rows.rest.dedup();
    }

    fn excluded(&mut self, mut rows: Rows, exclude: Option<&ExcludeSelectItem>) -> Rows {
        let names = match exclude {
            Some(ExcludeSelectItem::Single(one)) => core::slice::from_ref(one),
            Some(ExcludeSelectItem::Multiple(many)) => many,
            None => return rows,
        };
        let gone: Vec<Symbol> = names.iter().filter_map(last).map(|ident| self.symbol(&ident.value)).collect();
        rows.columns.retain(|column| !gone.contains(&column.key));
        rows
    }
}

impl Scope<'_> {
    /// Adds a table as an item of its own.
    pub(crate) fn add(&mut self, relation: Relation) {
        let at = self.relations.len();
        self.relations.push(relation);
        self.units.push(super::Unit { range: at..at + 1, merged: Vec::new() });
    }
}

/// The name that engines give to a column without an alias.
pub(crate) fn column_name(expr: &Expr, at: usize, dialect: Dialect) -> Rc<str> {
    match expr {
        Expr::Identifier(ident) => return ident.value.as_str().into(),
        Expr::CompoundIdentifier(parts) if !parts.is_empty() => return parts[parts.len() - 1].value.as_str().into(),
        Expr::CompoundFieldAccess { access_chain, .. } => {
            if let Some(sqlparser::ast::AccessExpr::Dot(Expr::Identifier(field))) = access_chain.last() {
                return field.value.as_str().into();
            }
        }
        Expr::Nested(inner) if matches!(inner.as_ref(), Expr::Identifier(_) | Expr::CompoundIdentifier(_)) => {
            return column_name(inner, at, dialect);
        }
        Expr::Cast { kind: sqlparser::ast::CastKind::DoubleColon, expr, .. } => {
            if matches!(expr.as_ref(), Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
                return column_name(expr, at, dialect);
            }
        }
        _ => {}
    }
    match dialect {
        Dialect::Trino => format!("_col{at}").into(),
        Dialect::Postgres | Dialect::Redshift => match expr {
            Expr::Function(function) => last(&function.name).map_or("", |name| name.value.as_str()).into(),
            Expr::Case { .. } => "case".into(),
            _ => format!("_{at}").into(),
        },
        _ => text(expr),
    }
}

/// Whether a name is one given by position.
fn is_ordinal(name: &str) -> bool {
    name.strip_prefix('_').is_some_and(|digits| digits.parse::<usize>().is_ok())
}
