//! Follows the columns that an expression is made from.

use sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident,
    InTarget, LambdaFunction, NamedWindowExpr, ObjectName, OneOrManyWithParens, OrderByExpr, Subscript, Value,
    WindowFrameBound, WindowSpec, WindowType,
};

use super::{Env, Flow, Resolver, Scope, WINDOW, idents, last, role, text, walk};
use crate::Dialect;

/// Units of time, which functions of dates take as a bare word.
const UNITS: [&str; 34] = [
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
    "dayofweek",
    "dayofyear",
    "isoweek",
    "isoyear",
    "dow",
    "doy",
    "epoch",
    "decade",
    "century",
    "yyyy",
    "yy",
    "mm",
    "dd",
    "hh",
    "mi",
    "ss",
    "ms",
    "weekday",
    "dw",
    "ww",
    "qq",
    "date",
    "time",
];

/// Forms of Unicode, which NORMALIZE takes as a bare word.
const FORMS: [&str; 4] = ["nfc", "nfd", "nfkc", "nfkd"];

/// What the row that could not be inserted is called.
pub(crate) const EXCLUDED: &str = "excluded";

/// What the names of functions that take such a word contain.
const DATED: [&str; 8] = ["normalize", "date", "time", "trunc", "diff", "last_day", "datepart", "next_day"];

impl Resolver<'_> {
    /// What an expression is made from, with its text where it is more than a copy.
    pub(crate) fn value(&mut self, expr: &Expr, env: &Env, scope: &Scope) -> Flow {
        match expr {
            Expr::Nested(inner) | Expr::Named { expr: inner, .. } => self.value(inner, env, scope),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.uses(expr, env, scope),
            Expr::CompoundFieldAccess { root, access_chain } if is_plain(access_chain) => {
                self.access(root, access_chain, env, scope)
            }
            _ => {
                let mut flow = self.uses(expr, env, scope);
                flow.text = Some(text(expr));
                flow
            }
        }
    }

    /// What an expression is made from.
    pub(crate) fn uses(&mut self, expr: &Expr, env: &Env, scope: &Scope) -> Flow {
        let mut flow = Flow::default();
        self.collect(expr, env, scope, &mut flow);
        flow.settle();
        flow
    }

    /// Adds what an expression is made from.
    pub(crate) fn collect(&mut self, expr: &Expr, env: &Env, scope: &Scope, into: &mut Flow) {
        if !self.step() {
            return;
        }
        match expr {
            Expr::Identifier(ident) => into.add(&self.plain(ident, scope)),
            Expr::CompoundIdentifier(parts) => into.add(&self.dotted(parts, scope)),
            Expr::CompoundFieldAccess { root, access_chain } => {
                let flow = self.access(root, access_chain, env, scope);
                into.add(&flow);
                self.deeper_accesses(access_chain, env, scope, into);
            }
            Expr::Function(function) => self.function(function, env, scope, into),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case((operand.as_deref(), conditions, else_result.as_deref()), env, scope, into);
            }
            Expr::Lambda(lambda) => self.lambda(lambda, env, scope, into),
            Expr::Value(value) => {
                if let Value::Placeholder(name) = &value.value {
                    self.ordinal(name, scope, into);
                }
            }
            Expr::Subquery(query) => self.nested(query, env, scope, into),
            // Which columns it lists does not matter: only whether there is a row.
            Expr::Exists { subquery, .. } => drop(self.query(subquery, env, Some(scope))),
            Expr::In { expr, target, .. } => {
                self.collect(expr, env, scope, into);
                self.in_target(target, env, scope, into);
            }
            _ => self.deeper(expr, env, scope, into),
        }
    }

    /// A field or an element of what a name or an expression gives.
    fn access(&mut self, root: &Expr, chain: &[AccessExpr], env: &Env, scope: &Scope) -> Flow {
        let mut names = match root {
            Expr::Identifier(name) => vec![name.clone()],
            Expr::CompoundIdentifier(names) => names.clone(),
            _ => Vec::new(),
        };
        if names.is_empty() {
            let flow = self.value(root, env, scope);
            return self.field(flow, &fields(chain));
        }
        // The name of a table may come first: the fields that follow are part of the name then.
        let leading = chain.iter().take_while(|access| matches!(access, AccessExpr::Dot(Expr::Identifier(_)))).count();
        names.extend(fields(&chain[..leading]));
        let flow = match names.as_slice() {
            [only] => self.plain(only, scope),
            _ => self.dotted(&names, scope),
        };
        self.field(flow, &fields(&chain[leading..]))
    }

    /// What positions and methods of an access are made from.
    fn deeper_accesses(&mut self, chain: &[AccessExpr], env: &Env, scope: &Scope, into: &mut Flow) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            walk::accesses(chain, &mut |part| self.collect(part, env, scope, into));
        });
    }

    /// `$1`: a column by its place, where that is what it means.
    fn ordinal(&mut self, name: &str, scope: &Scope, into: &mut Flow) {
        let place = name.strip_prefix('$').and_then(|place| place.parse::<usize>().ok());
        let (Some(place), Dialect::Snowflake, [only]) = (place, self.request.dialect, scope.relations.as_slice())
        else {
            return;
        };
        match place.checked_sub(1).and_then(|at| only.rows.columns.get(at)) {
            Some(column) if !only.rows.is_open() => into.add(&column.flow),
            _ => into.add(&self.plain(&Ident::new(name), scope)),
        }
    }

    fn deeper(&mut self, expr: &Expr, env: &Env, scope: &Scope, into: &mut Flow) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            walk::parts(expr, &mut |part| self.collect(part, env, scope, into));
        });
    }

    fn nested(&mut self, query: &sqlparser::ast::Query, env: &Env, scope: &Scope, into: &mut Flow) {
        let rows = self.query(query, env, Some(scope));
        rows.columns.iter().for_each(|column| into.add(&column.flow));
    }

    fn in_target(&mut self, target: &InTarget, env: &Env, scope: &Scope, into: &mut Flow) {
        match target {
            InTarget::List(list) => list.iter().for_each(|item| self.collect(item, env, scope, into)),
            InTarget::Subquery(query) => self.nested(query, env, scope, into),
            InTarget::Unnest(array) => self.collect(array, env, scope, into),
            InTarget::Table { name, .. } => self.in_name(name, env, scope, into),
        }
    }

    /// `x IN name`: a column that holds an array, or a table.
    fn in_name(&mut self, name: &ObjectName, env: &Env, scope: &Scope, into: &mut Flow) {
        let parts: Vec<Ident> = idents(name).cloned().collect();
        let flow = match parts.as_slice() {
            [only] => self.plain(only, scope),
            _ => self.dotted(&parts, scope),
        };
        let _ = env;
        into.add(&flow);
    }

    fn lambda(&mut self, lambda: &LambdaFunction, env: &Env, scope: &Scope, into: &mut Flow) {
        let mut inner = Scope::inside(Some(scope));
        let parameters = match &lambda.params {
            OneOrManyWithParens::One(one) => core::slice::from_ref(one),
            OneOrManyWithParens::Many(many) => many,
        };
        inner.locals = parameters.iter().map(|parameter| self.symbol(&parameter.name.value)).collect();
        self.collect(&lambda.body, env, &inner, into);
    }

    /// Adds what a call is made from: arguments, filter and window.
    pub(crate) fn function(&mut self, function: &Function, env: &Env, scope: &Scope, into: &mut Flow) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            let name = last(&function.name).map(|name| name.value.to_lowercase()).unwrap_or_default();
            if name == "values" && self.replaced(function, scope, into) {
                return;
            }
            let from = into.sources.len();
            self.arguments(&name, &function.parameters, env, scope, into);
            self.arguments(&name, &function.args, env, scope, into);
            self.order(&function.within_group, env, scope, into);
            into.called(&name, from);
            function.filter.iter().for_each(|filter| self.condition(filter, env, scope, into));
            into.aside(WINDOW, |into| match &function.over {
                Some(WindowType::WindowSpec(spec)) => self.window(spec, env, scope, into),
                Some(WindowType::NamedWindow(name)) => self.named_window(name, env, scope, into),
                None => {}
            });
            self.receiver(&function.name, scope, into);
        });
    }

    /// `VALUES(column)` where a row is there already: the value that would have been inserted.
    fn replaced(&mut self, function: &Function, scope: &Scope, into: &mut Flow) -> bool {
        let FunctionArguments::List(list) = &function.args else { return false };
        let [only] = list.args.as_slice() else { return false };
        let Some(Expr::Identifier(column)) = argument_of(only) else { return false };
        let excluded = self.symbol(EXCLUDED);
        let known = scope.relations.iter().any(|relation| relation.names == [excluded]);
        if known {
            into.add(&self.dotted(&[Ident::new(EXCLUDED), column.clone()], scope));
        }
        known
    }

    /// `column.method(...)`: the column counts, if there is one.
    fn receiver(&mut self, name: &ObjectName, scope: &Scope, into: &mut Flow) {
        let parts: Vec<Ident> = idents(name).cloned().collect();
        if let [receiver, _] = parts.as_slice() {
            let key = self.symbol(&receiver.value);
            if let Some(column) = scope.relations.iter().find_map(|relation| relation.rows.find(key)) {
                into.add(&column.flow);
            }
        }
    }

    fn arguments(&mut self, name: &str, arguments: &FunctionArguments, env: &Env, scope: &Scope, into: &mut Flow) {
        match arguments {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => self.nested(query, env, scope, into),
            FunctionArguments::List(list) => {
                let dated = list.args.len() > 1 && DATED.iter().any(|part| name.contains(part));
                for (at, argument) in list.args.iter().enumerate() {
                    if name != "count" && is_star(argument) {
                        let relations = scope.relations.iter().flat_map(|relation| &relation.rows.columns);
                        relations.for_each(|column| into.add(&column.flow));
                    }
                    if let Some(expr) = argument_of(argument)
                        && !(dated && is_unit(expr))
                    {
                        if at == 0 && role::chooses(name) {
                            self.condition(expr, env, scope, into);
                        } else {
                            self.collect(expr, env, scope, into);
                        }
                    }
                }
                list.clauses.iter().for_each(|clause| self.clause(clause, env, scope, into));
            }
        }
    }

    fn clause(&mut self, clause: &FunctionArgumentClause, env: &Env, scope: &Scope, into: &mut Flow) {
        match clause {
            FunctionArgumentClause::OrderBy(order) => self.order(order, env, scope, into),
            FunctionArgumentClause::Where(expr) | FunctionArgumentClause::Limit(expr) => {
                self.collect(expr, env, scope, into);
            }
            FunctionArgumentClause::Having(bound) => self.collect(&bound.1, env, scope, into),
            _ => {}
        }
    }

    /// Adds what an order is made from.
    pub(crate) fn order(&mut self, order: &[OrderByExpr], env: &Env, scope: &Scope, into: &mut Flow) {
        for item in order {
            self.collect(&item.expr, env, scope, into);
        }
    }

    fn window(&mut self, spec: &WindowSpec, env: &Env, scope: &Scope, into: &mut Flow) {
        spec.window_name.iter().for_each(|name| self.named_window(name, env, scope, into));
        spec.partition_by.iter().for_each(|expr| self.collect(expr, env, scope, into));
        self.order(&spec.order_by, env, scope, into);
        let bounds = spec.window_frame.iter().flat_map(|frame| [Some(&frame.start_bound), frame.end_bound.as_ref()]);
        for bound in bounds.flatten() {
            if let WindowFrameBound::Preceding(Some(expr)) | WindowFrameBound::Following(Some(expr)) = bound {
                self.collect(expr, env, scope, into);
            }
        }
    }

    fn named_window(&mut self, name: &Ident, env: &Env, scope: &Scope, into: &mut Flow) {
        let same = |other: &Ident| other.value.eq_ignore_ascii_case(&name.value);
        let found = scope.windows.iter().position(|definition| same(&definition.0));
        let Some(at) = found.filter(|_| self.step()) else { return };
        match &scope.windows[at].1 {
            NamedWindowExpr::WindowSpec(spec) => self.window(spec, env, scope, into),
            NamedWindowExpr::NamedWindow(other) if !same(other) => self.named_window(other, env, scope, into),
            NamedWindowExpr::NamedWindow(_) => {}
        }
    }
}

/// The expression of an argument.
pub(crate) fn argument_of(argument: &FunctionArg) -> Option<&Expr> {
    let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) = argument;
    match arg {
        FunctionArgExpr::Expr(expr) => Some(expr),
        _ => None,
    }
}

/// Whether an argument is all columns.
fn is_star(argument: &FunctionArg) -> bool {
    matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_)))
}

fn is_unit(expr: &Expr) -> bool {
    let unit = |name: &Ident| UNITS.iter().chain(&FORMS).any(|unit| unit.eq_ignore_ascii_case(&name.value));
    matches!(expr, Expr::Identifier(name) if name.quote_style.is_none() && unit(name))
}

/// Whether an access is nothing but fields and positions.
fn is_plain(chain: &[AccessExpr]) -> bool {
    let plain = |access: &AccessExpr| {
        matches!(
            access,
            AccessExpr::Dot(Expr::Identifier(_)) | AccessExpr::Subscript(Subscript::Index { index: Expr::Value(_) })
        )
    };
    chain.iter().all(plain)
}

/// The names of the fields among accesses.
fn fields(chain: &[AccessExpr]) -> Vec<Ident> {
    let name = |access: &AccessExpr| match access {
        AccessExpr::Dot(Expr::Identifier(field)) => Some(field.clone()),
        _ => None,
    };
    chain.iter().filter_map(name).collect()
}
