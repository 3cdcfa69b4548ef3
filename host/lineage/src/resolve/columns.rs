//! Finds the column that a name in an expression means.

use std::rc::Rc;

use sqlparser::ast::Ident;

use super::{Column, Flow, Relation, Resolver, Rows, Scope, Symbol, roles};
use crate::Confidence;

/// Words that stand for a value without parentheses in some dialect, where no table has such a column.
const VALUES: [&str; 22] = [
    "sysdate",
    "systimestamp",
    "rownum",
    "rowid",
    "level",
    "user",
    "uid",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "current_role",
    "session_user",
    "localtime",
    "localtimestamp",
    "getdate",
    "current_catalog",
    "current_schema",
    "current_database",
    "default",
    "sqlcode",
    "sqlerrm",
];

impl Resolver<'_> {
    /// What a plain name means.
    pub(crate) fn plain(&mut self, ident: &Ident, scope: &Scope) -> Flow {
        let key = self.symbol(&ident.value);
        let mut here = Some(scope);
        while let Some(scope) = here {
            if scope.locals.contains(&key) {
                return Flow::default();
            }
            self.spend((scope.relations.len() + scope.aliases.len()) / super::SCANNED);
            if let Some(flow) = self.named_here(ident, key, scope) {
                return flow;
            }
            here = scope.parent;
        }
        self.stray(ident, key, scope)
    }

    /// What a plain name means in this scope, if anything.
    fn named_here(&mut self, ident: &Ident, key: Symbol, scope: &Scope) -> Option<Flow> {
        if let Some(flow) = known(key, scope) {
            return Some(flow);
        }
        let earlier = scope.aliases.iter().rev().find(|alias| alias.key == key);
        if let Some(alias) = earlier {
            return Some(alias.flow.clone());
        }
        if let Some(row) = scope.relations.iter().find(|relation| relation.names.last() == Some(&key)) {
            return Some(whole(&row.rows));
        }
        if ident.value.starts_with('@') || (ident.quote_style.is_none() && is_value(&ident.value)) {
            return Some(Flow::default());
        }
        self.guessed(&ident.value, scope)
    }

    /// What a name means that only tables without a known schema can have.
    fn guessed(&mut self, name: &str, scope: &Scope) -> Option<Flow> {
        let open: Vec<&Relation> = scope.relations.iter().filter(|relation| relation.rows.is_open()).collect();
        match open.as_slice() {
            [] => scope.relations.iter().find_map(|relation| relation.rows.any.clone()),
            [relation] => {
                let sure = if scope.relations.len() == 1 { Confidence::Likely } else { Confidence::Possible };
                let rows = Rc::clone(&relation.rows);
                Some(self.of_rest(&rows, name, sure))
            }
            _ => Some(self.ambiguous(name)),
        }
    }

    /// What a name means that belongs to rows whose columns are not all known.
    fn of_rest(&mut self, rows: &Rows, name: &str, confidence: Confidence) -> Flow {
        let [tables] = rows.rest.as_slice() else { return self.ambiguous(name) };
        let mut flow = Flow { confidence, ..Flow::default() };
        for table in tables {
            flow.sources.push(self.source(*table, name));
        }
        flow
    }

    fn ambiguous(&mut self, name: &str) -> Flow {
        self.reason(format!("column {name:?} may belong to several tables whose columns are not known"));
        Flow::unresolved(name)
    }

    /// A name that no scope has: of the only table around, in spite of its schema, or of none.
    fn stray(&mut self, ident: &Ident, key: Symbol, scope: &Scope) -> Flow {
        if ident.quote_style.is_none() && is_value(&ident.value) {
            return Flow::default();
        }
        if scope.relations.is_empty() && scope.parent.is_none() {
            return Flow::unresolved(&ident.value);
        }
        let _ = key;
        self.reason(format!("no table here has a column {:?}", ident.value));
        match scope.relations.as_slice() {
            [Relation { table: Some(table), .. }] => {
                let source = self.source(*table, &ident.value);
                Flow::of(source, Confidence::Possible)
            }
            _ => Flow::unresolved(&ident.value),
        }
    }

    /// What a dotted name means: a column of a table, or a field of a column.
    pub(crate) fn dotted(&mut self, parts: &[Ident], scope: &Scope) -> Flow {
        let keys: Vec<Symbol> = parts.iter().map(|part| self.symbol(&part.value)).collect();
        let mut here = Some(scope);
        while let Some(scope) = here {
            if keys.first().is_some_and(|first| scope.locals.contains(first)) {
                return Flow::default();
            }
            self.spend(scope.relations.len() / super::SCANNED);
            if let Some(flow) = self.qualified(parts, &keys, scope, false) {
                return flow;
            }
            if let Some(flow) = known(keys[0], scope) {
                return self.field(flow, &parts[1..]);
            }
            here = scope.parent;
        }
        self.unqualified(parts, &keys, scope)
    }

    fn unqualified(&mut self, parts: &[Ident], keys: &[Symbol], scope: &Scope) -> Flow {
        if keys.first().is_some_and(|first| scope.patterns.contains(first)) && parts.len() > 1 {
            return match &parts[1..] {
                [only] => self.plain(only, scope),
                rest => self.dotted(rest, scope),
            };
        }
        let mut here = Some(scope);
        while let Some(scope) = here {
            if let Some(flow) = self.qualified(parts, keys, scope, true) {
                return flow;
            }
            here = scope.parent;
        }
        let sequence = parts.last().is_some_and(|last| {
            last.value.eq_ignore_ascii_case("nextval") || last.value.eq_ignore_ascii_case("currval")
        });
        if sequence {
            return Flow::default();
        }
        let open: Vec<&Relation> = scope.relations.iter().filter(|relation| relation.rows.is_open()).collect();
        if let ([], Some(any)) =
            (open.as_slice(), scope.relations.iter().find_map(|relation| relation.rows.any.clone()))
        {
            return any;
        }
        if let [relation] = open.as_slice() {
            let rows = Rc::clone(&relation.rows);
            let flow = self.of_rest(&rows, &parts[0].value, Confidence::Possible);
            return self.field(flow, &parts[1..]);
        }
        let name = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        self.reason(format!("no table here is called as {name:?} says"));
        Flow::unresolved(&name)
    }

    /// A dotted name whose first parts are those of a table here.
    fn qualified(&mut self, parts: &[Ident], keys: &[Symbol], scope: &Scope, own: bool) -> Option<Flow> {
        for count in (1..parts.len()).rev() {
            let called = |relation: &&Relation| {
                let names = if own { &relation.own } else { &relation.names };
                names.ends_with(&keys[..count])
            };
            let Some(relation) = scope.relations.iter().find(called) else { continue };
            let rows = Rc::clone(&relation.rows);
            let table = relation.table;
            let flow = match rows.find(keys[count]) {
                Some(column) => column.flow.clone(),
                None if rows.is_open() => self.of_rest(&rows, &parts[count].value, Confidence::Certain),
                None => match (&rows.any, table) {
                    // A part of each of several rows: no field of the column that holds them.
                    (Some(any), _) => return Some(any.clone()),
                    (None, Some(table)) => {
                        let name = &parts[count].value;
                        self.reason(format!("{} has no column {name:?}", self.table_name(table)));
                        Flow::of(self.source(table, name), Confidence::Possible)
                    }
                    (None, None) => continue,
                },
            };
            return Some(self.field(flow, &parts[count + 1..]));
        }
        None
    }

    /// A field of a column.
    pub(crate) fn field(&mut self, flow: Flow, path: &[Ident]) -> Flow {
        let Some(source) = super::role::only(&flow.sources) else { return flow };
        if path.is_empty() || flow.text.is_some() || !self.request.dialect.keeps_fields() {
            return flow;
        }
        let (table, column) = self.source_name(source);
        let mut name = column.to_string();
        for part in path {
            name.push('.');
            name.push_str(&part.value);
        }
        let field = self.source(table, &name);
        let sources = flow.sources.iter().map(|source| field | roles(*source)).collect();
        Flow { sources, ..flow }
    }

    /// The tables that a qualifier before `.*` means.
    pub(crate) fn relation<'s>(&mut self, parts: &[Ident], scope: &'s Scope<'s>) -> Option<&'s Relation> {
        let keys: Vec<Symbol> = parts.iter().map(|part| self.symbol(&part.value)).collect();
        let mut here = Some(scope);
        while let Some(scope) = here {
            let aliased = scope.relations.iter().find(|relation| relation.names.ends_with(&keys));
            let own = || scope.relations.iter().find(|relation| relation.own.ends_with(&keys));
            if let Some(relation) = aliased.or_else(own) {
                return Some(relation);
            }
            here = scope.parent;
        }
        None
    }
}

/// A column that a table here is known to have.
fn known(key: Symbol, scope: &Scope) -> Option<Flow> {
    let merged = scope.units.iter().find_map(|unit| unit.merged.iter().find(|column| column.key == key));
    if let Some(column) = merged {
        return Some(column.flow.clone());
    }
    let mut found = scope.relations.iter().filter_map(|relation| relation.rows.find(key));
    let mut flow = found.next()?.flow.clone();
    if found.next().is_some() {
        flow.confidence = Confidence::Possible;
    }
    Some(flow)
}

/// A table as one value.
fn whole(rows: &Rows) -> Flow {
    let mut flow = rows.any.clone().unwrap_or_default();
    rows.columns.iter().for_each(|column: &Column| flow.add(&column.flow));
    flow.text = None;
    flow.settle();
    flow
}

fn is_value(name: &str) -> bool {
    VALUES.iter().any(|value| value.eq_ignore_ascii_case(name))
}
