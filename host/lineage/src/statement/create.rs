//! CREATE TABLE and CREATE VIEW.

use std::rc::Rc;

use sqlparser::ast::{CreateTable, CreateTableLikeKind, CreateView, ObjectName, Query};

use super::{Change, Effect};
use crate::resolve::{Env, Flow, Resolver, Rows, TableId, last};
use crate::{Dialect, StatementKind};

impl Resolver<'_> {
    /// What CREATE TABLE does.
    pub(crate) fn create_table(&mut self, create: &CreateTable, env: &Env) -> Effect {
        let names: Vec<&str> = create.columns.iter().map(|column| column.name.value.as_str()).collect();
        let session = last(&create.name).is_some_and(|name| name.value.starts_with('#'));
        let temporary = create.temporary || create.volatile || session;
        if let Some(query) = &create.query {
            return self.made(StatementKind::CreateTable, &create.name, &names, query, temporary, env);
        }
        let table = self.target(&create.name);
        let effect = Effect::writes(StatementKind::CreateTable, table, Change::Makes { temporary });
        let model = match &create.like {
            Some(CreateTableLikeKind::Plain(like) | CreateTableLikeKind::Parenthesized(like)) => Some(&like.name),
            None => create.clone.as_ref().or(create.partition_of.as_ref()),
        };
        if let Some(model) = model {
            let words = crate::resolve::words(model, self.request.dialect);
            let rows = self.read(words, env);
            return effect.with_rows(table, &rows);
        }
        if let Some(parents) = create.inherits.as_ref().filter(|parents| !parents.is_empty()) {
            return self.inherited(effect, table, &names, parents, env);
        }
        let columns = names.iter().map(|name| (Some(table), self.column(name, Flow::default()))).collect();
        Effect { columns, ..effect }
    }

    /// A table that has the columns of others before its own.
    fn inherited(
        &mut self,
        effect: Effect,
        table: TableId,
        names: &[&str],
        parents: &[ObjectName],
        env: &Env,
    ) -> Effect {
        let mut rows = Rows::default();
        for parent in parents {
            let words = crate::resolve::words(parent, self.request.dialect);
            rows.columns.extend(self.read(words, env).columns.iter().cloned());
        }
        for name in names {
            let own = self.column(name, Flow::default());
            rows.columns.retain(|column| column.key != own.key);
            rows.columns.push(own);
        }
        effect.with_rows(table, &rows)
    }

    /// What CREATE VIEW does.
    pub(crate) fn create_view(&mut self, create: &CreateView, env: &Env) -> Effect {
        let names: Vec<&str> = create.columns.iter().map(|column| column.name.value.as_str()).collect();
        let name = create.to.as_ref().unwrap_or(&create.name);
        let mut effect = self.made(StatementKind::CreateView, name, &names, &create.query, create.temporary, env);
        // A recursive view reads itself: that is no source.
        for table in &effect.outputs {
            self.reads.remove(table);
            for (_, column) in &mut effect.columns {
                column.flow.sources.retain(|source| self.source_name(*source).0 != *table);
            }
        }
        effect
    }

    /// A table or a view that a query makes.
    pub(crate) fn made(
        &mut self,
        kind: StatementKind,
        name: &ObjectName,
        names: &[&str],
        query: &Query,
        temporary: bool,
        env: &Env,
    ) -> Effect {
        let rows = self.query(query, env, None);
        let beside = kind == StatementKind::CreateTable && self.request.dialect == Dialect::MySql;
        let rows = match names {
            [] => rows,
            _ if beside => Rc::new(self.beside(&rows, names)),
            _ => Rc::new(self.listed(&rows, names)),
        };
        let table = self.target(name);
        Effect::writes(kind, table, Change::Makes { temporary }).with_rows(table, &rows)
    }

    /// Rows beside columns that the statement lists, which are made of nothing unless the query has their name.
    fn beside(&mut self, rows: &Rows, names: &[&str]) -> Rows {
        let mut found = Rows { columns: Vec::new(), ..rows.clone() };
        for name in names {
            let own = self.column(name, Flow::default());
            found.columns.extend(rows.find(own.key).is_none().then_some(own));
        }
        found.columns.extend_from_slice(&rows.columns);
        found
    }

    /// Rows under the names that the statement lists: in their place, or, where it lists more columns than the query
    /// gives, by their names.
    fn listed(&mut self, rows: &Rows, names: &[&str]) -> Rows {
        let mut found = Vec::new();
        if names.len() > rows.columns.len() && !rows.is_open() {
            for name in names {
                let key = self.symbol(name);
                let flow = rows.find(key).map_or_else(Flow::default, |column| column.flow.clone());
                found.push(self.column(name, flow));
            }
            return Rows::closed(found);
        }
        self.named(rows, names)
    }
}
