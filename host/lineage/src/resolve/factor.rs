//! What stands in a FROM clause and is neither a table nor a subquery: arrays, functions, pivots, row patterns.

use std::rc::Rc;

use sqlparser::ast::{
    Expr, ExprWithAlias, Function, FunctionArg, FunctionArguments, Ident, JsonTableColumn, MatchRecognizePattern,
    MatchRecognizeSymbol, Measure, PivotValueSource, RowsPerMatch, SetOperator, TableAlias, TableFactor,
};

use super::expression::argument_of;
use super::role::share;
use super::text::{listed, text};
use super::{Column, Env, Flow, Relation, Resolver, Rows, Scope, Symbol, last};
use crate::{Dialect, InfluenceKind, TableName};

/// Functions that give the rows of the table they are given.
const PASSING: [&str; 4] = ["stream", "table_changes", "tumble", "changes"];

/// Functions that read files.
const READING: [&str; 18] = [
    "read_files",
    "read_csv",
    "read_csv_auto",
    "read_parquet",
    "read_json",
    "read_json_auto",
    "parquet_scan",
    "iceberg_scan",
    "delta_scan",
    "s3",
    "s3cluster",
    "gcs",
    "url",
    "hdfs",
    "file",
    "openrowset",
    "azureblobstorage",
    "delta",
];

/// What FLATTEN gives.
const FLATTENED: [&str; 6] = ["seq", "key", "path", "index", "value", "this"];

impl Resolver<'_> {
    /// Adds what is neither a table nor a subquery.
    pub(crate) fn special(&mut self, factor: &TableFactor, env: &Env, scope: &mut Scope) {
        if !self.step() {
            return;
        }
        match factor {
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                let offset = with_offset.then(|| with_offset_alias.as_ref().map_or("offset", |name| &name.value));
                let flows: Vec<Flow> = array_exprs.iter().map(|array| self.uses(array, env, scope)).collect();
                self.arrays(&flows, alias.as_ref(), *with_ordinality, offset, scope);
            }
            TableFactor::Table { name, args: Some(args), alias, .. } => {
                if let Some(files) = super::path(name, self.request.dialect) {
                    let rows = self.rows_of_files(files);
                    self.derived(&rows, alias.as_ref(), scope);
                    return;
                }
                let name = last(name).map(|name| name.value.to_lowercase()).unwrap_or_default();
                self.call(&name, &args.args, alias.as_ref(), env, scope);
            }
            TableFactor::Function { name, args, alias, .. } => {
                let name = last(name).map(|name| name.value.to_lowercase()).unwrap_or_default();
                self.call(&name, args, alias.as_ref(), env, scope);
            }
            TableFactor::TableFunction { expr, alias } => self.table_of(expr, alias.as_ref(), env, scope),
            TableFactor::JsonTable { json_expr, columns, alias, .. } => {
                let flow = self.uses(json_expr, env, scope);
                let mut found = Vec::new();
                self.json_columns(columns, &flow, &mut found);
                self.derived(&Rc::new(Rows::closed(found)), alias.as_ref(), scope);
            }
            TableFactor::OpenJsonTable { json_expr, columns, alias, .. } => {
                let flow = self.uses(json_expr, env, scope);
                let mut names: Vec<&str> = columns.iter().map(|column| column.name.value.as_str()).collect();
                if names.is_empty() {
                    names = vec!["key", "value", "type"];
                }
                self.made_of(&names, &flow, alias.as_ref(), scope);
            }
            TableFactor::XmlTable { row_expression, passing, columns, alias, .. } => {
                let mut flow = self.uses(row_expression, env, scope);
                passing.arguments.iter().for_each(|argument| self.collect(&argument.expr, env, scope, &mut flow));
                flow.settle();
                let names: Vec<&str> = columns.iter().map(|column| column.name.value.as_str()).collect();
                self.made_of(&names, &flow, alias.as_ref(), scope);
            }
            other => self.reshaped(other, env, scope),
        }
    }

    fn reshaped(&mut self, factor: &TableFactor, env: &Env, scope: &mut Scope) {
        match factor {
            TableFactor::Pivot { table, aggregate_functions, value_column, value_source, alias, .. } => {
                let inner = self.alone(table, env, scope);
                let rows = self.pivot(aggregate_functions, value_column, value_source, env, &inner);
                self.derived(&Rc::new(rows), alias.as_ref(), scope);
            }
            TableFactor::Unpivot { table, value, name, columns, alias, .. } => {
                let inner = self.alone(table, env, scope);
                let rows = self.unpivot(value, name, columns, env, &inner);
                self.derived(&Rc::new(rows), alias.as_ref(), scope);
            }
            TableFactor::MatchRecognize {
                table,
                partition_by,
                order_by,
                measures,
                rows_per_match,
                pattern,
                symbols,
                alias,
                ..
            } => {
                let mut inner = self.alone(table, env, scope);
                inner.patterns = symbols.iter().map(|symbol| self.symbol(&symbol.symbol.value)).collect();
                self.variables(pattern, &mut inner.patterns);
                let mut order = Flow::default();
                self.order(order_by, env, &inner, &mut order);
                self.influence(InfluenceKind::Order, order, || listed(order_by));
                for symbol in symbols {
                    self.decides(InfluenceKind::Filter, &symbol.definition, env, &inner);
                }
                let all = matches!(rows_per_match, Some(RowsPerMatch::AllRows(_)));
                let rows = self.matched(partition_by, measures, all, env, &inner);
                self.derived(&Rc::new(rows), alias.as_ref(), scope);
            }
            TableFactor::UnpivotExpr { expression, value_alias, attribute_alias } => {
                let flow = self.uses(expression, env, scope);
                let names: Vec<&str> = [Some(value_alias), attribute_alias.as_ref()]
                    .into_iter()
                    .flatten()
                    .map(|a| a.value.as_str())
                    .collect();
                self.made_of(&names, &flow, None, scope);
            }
            TableFactor::SemanticView { name, dimensions, metrics, facts, alias, .. } => {
                let rows = self.read(super::words(name, self.request.dialect), env);
                let mut inner = Scope::default();
                inner.add(Relation { names: Vec::new(), own: Vec::new(), rows, table: None, silent: false });
                let mut rows = Rows::default();
                for expr in dimensions.iter().chain(metrics).chain(facts) {
                    self.named_value(expr, env, &inner, &mut rows);
                }
                self.derived(&Rc::new(rows), alias.as_ref(), scope);
            }
            other => self.reason(format!("{other} is not understood")),
        }
    }

    /// Adds a value under the name of its column, or its text.
    fn named_value(&mut self, expr: &Expr, env: &Env, scope: &Scope, rows: &mut Rows) {
        let flow = self.value(expr, env, scope);
        let name = match expr {
            Expr::CompoundIdentifier(parts) => parts.last().map_or("", |part| part.value.as_str()).into(),
            other => text(other),
        };
        rows.columns.push(self.column(&name, flow));
    }

    /// The variables of a row pattern: one that is not defined stands for any row.
    fn variables(&mut self, pattern: &MatchRecognizePattern, found: &mut Vec<Symbol>) {
        use MatchRecognizePattern::{Alternation, Concat, Exclude, Group, Permute, Repetition, Symbol};
        let mut symbol = |symbol: &MatchRecognizeSymbol| {
            if let MatchRecognizeSymbol::Named(name) = symbol {
                found.push(self.symbol(&name.value));
            }
        };
        match pattern {
            Symbol(one) | Exclude(one) => symbol(one),
            Permute(several) => several.iter().for_each(symbol),
            Concat(parts) | Alternation(parts) => parts.iter().for_each(|part| self.variables(part, found)),
            Group(inner) | Repetition(inner, _) => self.variables(inner, found),
        }
    }

    /// One table in a scope of its own.
    fn alone<'p>(&mut self, table: &TableFactor, env: &Env, scope: &Scope<'p>) -> Scope<'p> {
        let mut inner = Scope::inside(scope.parent);
        inner.units.push(super::Unit::default());
        self.factor(table, env, &mut inner, 0);
        inner
    }

    /// Arrays that become rows.
    fn arrays(
        &mut self,
        flows: &[Flow],
        alias: Option<&TableAlias>,
        ordinality: bool,
        offset: Option<&str>,
        scope: &mut Scope,
    ) {
        let all = flows.iter().fold(Flow::default(), Flow::joined);
        let mut columns = Vec::new();
        let names: Vec<&str> = alias.iter().flat_map(|alias| &alias.columns).map(|c| c.name.value.as_str()).collect();
        let arrays = names.len() - usize::from(ordinality && !names.is_empty());
        for (at, name) in names.iter().enumerate() {
            let flow = if at >= arrays {
                Flow::default()
            } else if arrays == flows.len() {
                flows[at].clone()
            } else {
                all.clone()
            };
            columns.push(self.column(name, flow));
        }
        let any = names.is_empty().then(|| all.clone());
        match alias {
            Some(alias) if names.is_empty() => columns.push(self.column(&alias.name.value, all)),
            None if !all.sources.is_empty() => columns.push(self.column("*", all)),
            _ => {}
        }
        if let Some(offset) = offset {
            columns.push(self.column(offset, Flow::default()));
        }
        let names = alias.iter().map(|alias| self.symbol(&alias.name.value)).collect();
        let rows = Rc::new(Rows { columns, any, ..Rows::default() });
        scope.relations.push(Relation { names, own: Vec::new(), rows, table: None, silent: false });
    }

    /// Columns that are all made of one value.
    fn made_of(&mut self, names: &[&str], flow: &Flow, alias: Option<&TableAlias>, scope: &mut Scope) {
        let columns = names.iter().map(|name| self.column(name, flow.clone())).collect();
        self.derived(&Rc::new(Rows::closed(columns)), alias, scope);
    }

    fn json_columns(&mut self, columns: &[JsonTableColumn], flow: &Flow, found: &mut Vec<Column>) {
        for column in columns {
            match column {
                JsonTableColumn::Named(named) => found.push(self.column(&named.name.value, flow.clone())),
                JsonTableColumn::ForOrdinality(name) => found.push(self.column(&name.value, Flow::default())),
                JsonTableColumn::Nested(nested) => self.json_columns(&nested.columns, flow, found),
            }
        }
    }

    /// `TABLE(f(...))`, or `TABLE(column)`.
    fn table_of(&mut self, expr: &Expr, alias: Option<&TableAlias>, env: &Env, scope: &mut Scope) {
        match expr {
            Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) => {
                let name = last(name).map(|name| name.value.to_lowercase()).unwrap_or_default();
                self.call(&name, &list.args, alias, env, scope);
            }
            Expr::Value(value) if value.value.clone().into_string().is_some() => {
                let name = value.value.clone().into_string().unwrap_or_default();
                let rows = self.read(name.split('.').map(|part| part.trim_matches('"').to_owned()).collect(), env);
                self.derived(&rows, alias, scope);
            }
            Expr::Identifier(name) if self.request.dialect == Dialect::Snowflake => {
                let rows = self.read(vec![name.value.clone()], env);
                self.derived(&rows, alias, scope);
            }
            other => {
                let flow = self.uses(other, env, scope);
                self.arrays(&[flow], alias, false, None, scope);
            }
        }
    }

    /// A function that gives a table.
    fn call(&mut self, name: &str, args: &[FunctionArg], alias: Option<&TableAlias>, env: &Env, scope: &mut Scope) {
        let mut flow = Flow::default();
        let mut tables = Vec::new();
        let mut dropped = Vec::new();
        for arg in args {
            let Some(expr) = argument_of(arg) else { continue };
            let table = if PASSING.contains(&name) && tables.is_empty() { self.table_name_in(expr, env) } else { None };
            if let Some(rows) = table.or_else(|| self.table_argument(expr, env, scope)) {
                tables.push(rows);
            } else if let Some(names) = descriptor(expr) {
                dropped.extend(names.iter().map(|name| self.symbol(name)));
            } else {
                self.collect(expr, env, scope, &mut flow);
            }
        }
        flow.settle();
        if let Some(files) = args.iter().filter_map(argument_of).find_map(addresses)
            && READING.contains(&name)
        {
            let mut rows = Rc::default();
            for (at, address) in files.into_iter().enumerate() {
                let more = self.rows_of_files(TableName::location(address));
                rows = match at {
                    0 => more,
                    _ => Rc::new(self.combined(&rows, &more, SetOperator::Union, true)),
                };
            }
            self.derived(&rows, alias, scope);
            return;
        }
        match (name, tables.as_slice()) {
            ("exclude_columns", [rows]) => {
                let kept = rows.columns.iter().filter(|column| !dropped.contains(&column.key)).cloned().collect();
                let rows = Rows { columns: kept, rest: rows.rest.clone(), ..Rows::default() };
                self.derived(&Rc::new(rows), alias, scope);
            }
            (_, [rows]) if flow.sources.is_empty() && name != "table" && PASSING.contains(&name) => {
                self.derived(rows, alias, scope);
            }
            ("sequence", []) if self.request.dialect == Dialect::Trino => {
                self.made_of(&["sequential_number"], &flow, alias, scope);
            }
            ("flatten", _) => self.made_of(&FLATTENED, &flow, alias, scope),
            _ => {
                for rows in &tables {
                    rows.columns.iter().for_each(|column| flow.add(&column.flow));
                }
                flow.settle();
                self.arrays(&[flow], alias, false, None, scope);
            }
        }
    }

    /// What files give.
    fn rows_of_files(&mut self, files: TableName) -> Rc<Rows> {
        let table = self.table(files);
        self.reads.insert(table);
        self.rows_of(table)
    }

    /// A name that means a table.
    fn table_name_in(&mut self, expr: &Expr, env: &Env) -> Option<Rc<Rows>> {
        match expr {
            Expr::Identifier(name) => Some(self.read(vec![name.value.clone()], env)),
            Expr::CompoundIdentifier(parts) => {
                Some(self.read(parts.iter().map(|part| part.value.clone()).collect(), env))
            }
            _ => None,
        }
    }

    /// `TABLE(name)` or a query as an argument.
    fn table_argument(&mut self, expr: &Expr, env: &Env, scope: &Scope) -> Option<Rc<Rows>> {
        match expr {
            Expr::Subquery(query) => Some(self.query(query, env, Some(scope))),
            Expr::Function(function) if last(&function.name)?.value.eq_ignore_ascii_case("table") => {
                let FunctionArguments::List(list) = &function.args else {
                    let FunctionArguments::Subquery(query) = &function.args else { return None };
                    return Some(self.query(query, env, Some(scope)));
                };
                let [only] = list.args.as_slice() else { return None };
                let only = argument_of(only)?;
                self.table_name_in(only, env).or_else(|| self.table_argument(only, env, scope))
            }
            _ => None,
        }
    }

    /// PIVOT: what is neither counted nor spread stays; each value and aggregate makes a column.
    fn pivot(
        &mut self,
        aggregates: &[ExprWithAlias],
        spread: &[Expr],
        values: &PivotValueSource,
        env: &Env,
        inner: &Scope,
    ) -> Rows {
        let mut gone = Flow::default();
        let mut flows = Vec::new();
        for aggregate in aggregates {
            let flow = self.value(&aggregate.expr, env, inner);
            gone.add(&flow);
            flows.push((aggregate.alias.as_ref().map(|alias| alias.value.clone()), flow));
        }
        for expr in spread {
            let flow = self.uses(expr, env, inner);
            gone.add(&flow);
            self.influence(InfluenceKind::Filter, flow, || text(expr));
        }
        let all = self.everything(inner);
        let kept = |column: &&Column| !share(&column.flow.sources, &gone.sources);
        let mut rows = Rows { columns: all.columns.iter().filter(kept).cloned().collect(), ..Rows::default() };
        rows.rest.clone_from(&all.rest);
        let PivotValueSource::List(values) = values else {
            let all = flows.iter().fold(Flow::default(), |all, (_, flow)| all.joined(flow));
            rows.columns.push(self.column("*", all.clone()));
            rows.any = Some(all);
            return rows;
        };
        for value in values {
            let value = value.alias.as_ref().map_or_else(|| bare(&value.expr), |alias| alias.value.clone());
            for (alias, flow) in &flows {
                let name = match alias {
                    Some(alias) => format!("{value}_{alias}"),
                    None => value.clone(),
                };
                rows.columns.push(self.column(&name, flow.clone()));
            }
        }
        rows
    }

    /// UNPIVOT: columns become rows of names and values.
    fn unpivot(&mut self, value: &Expr, name: &Ident, columns: &[ExprWithAlias], env: &Env, inner: &Scope) -> Rows {
        let mut flow = Flow::default();
        for column in columns {
            self.collect(&column.expr, env, inner, &mut flow);
        }
        flow.settle();
        let all = self.everything(inner);
        let kept = |column: &&Column| !share(&column.flow.sources, &flow.sources);
        let mut rows = Rows { columns: all.columns.iter().filter(kept).cloned().collect(), ..Rows::default() };
        rows.rest.clone_from(&all.rest);
        rows.columns.push(self.column(&name.value, Flow::default()));
        let values = match value {
            Expr::Tuple(all) => all.iter().collect(),
            one => vec![one],
        };
        for value in values {
            rows.columns.push(self.column(&bare(value), flow.clone()));
        }
        rows
    }

    /// `MATCH_RECOGNIZE`: the partition or all columns, and the measures.
    fn matched(&mut self, partition: &[Expr], measures: &[Measure], all: bool, env: &Env, inner: &Scope) -> Rows {
        let mut rows = Rows::default();
        if all {
            let everything = self.everything(inner);
            rows.columns.clone_from(&everything.columns);
            rows.rest.clone_from(&everything.rest);
        } else {
            for expr in partition {
                self.named_value(expr, env, inner, &mut rows);
            }
        }
        for measure in measures {
            let flow = self.value(&measure.expr, env, inner);
            rows.columns.push(self.column(&measure.alias.value, flow));
        }
        rows
    }
}

/// The files that a function of a table reads or writes.
pub(crate) fn files_of(function: &Function) -> Option<TableName> {
    let name = last(&function.name)?.value.to_lowercase();
    let FunctionArguments::List(list) = &function.args else { return None };
    let address = list.args.iter().filter_map(argument_of).find_map(literal)?;
    READING.contains(&name.as_str()).then(|| TableName::location(address))
}

/// The addresses in an argument: a text, or a list of them.
fn addresses(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Array(array) => {
            let all: Vec<String> = array.elem.iter().filter_map(literal).collect();
            (!all.is_empty()).then_some(all)
        }
        one => literal(one).map(|address| vec![address]),
    }
}

/// A text.
fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => value.value.clone().into_string(),
        _ => None,
    }
}

/// The names in `DESCRIPTOR(a, b)`.
fn descriptor(expr: &Expr) -> Option<Vec<String>> {
    let Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) = expr else { return None };
    if !last(name)?.value.eq_ignore_ascii_case("descriptor") {
        return None;
    }
    let named = |arg: &FunctionArg| match argument_of(arg) {
        Some(Expr::Identifier(ident)) => Some(ident.value.clone()),
        _ => None,
    };
    Some(list.args.iter().filter_map(named).collect())
}

/// A value as the name of a column: without quotes.
fn bare(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(ident) => ident.value.clone(),
        Expr::Value(value) => value.value.clone().into_string().unwrap_or_else(|| value.to_string()),
        other => text(other).to_string(),
    }
}
