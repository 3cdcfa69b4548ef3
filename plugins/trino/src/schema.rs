//! One schema: its tables and views with their columns, streamed. Never holds the columns of more than a few tables.

use metahost_plugin_sdk::entities::{Column, Entity};
use metahost_plugin_sdk::{ErrorExt, Result};
use serde::Deserialize;

use crate::answer::{is_statement_error, reason};
use crate::client::Client;
use crate::columns;
use crate::config::Config;
use crate::output::Output;
use crate::properties::{self, Properties};
use crate::relations::{self, Kind, Relation, Relations};
use crate::sql;
use crate::table;

/// Tables whose properties are asked for together.
const BATCH: usize = 32;

/// A row of `information_schema.columns`.
#[derive(Deserialize)]
struct ColumnRow {
    table: String,
    name: String,
    kind: String,
    nullable: Option<String>,
    default: Option<String>,
    comment: Option<String>,
}

/// A row of `SHOW COLUMNS`.
#[derive(Deserialize)]
struct ShownColumn {
    name: String,
    kind: String,
    _extra: Option<String>,
    comment: Option<String>,
}

/// A table with its columns that still lacks what must be asked for one by one.
struct Pending {
    name: String,
    relation: Relation,
    columns: Vec<Column>,
}

/// Reads a schema and emits it with its database.
pub fn read(client: &Client, config: &Config, path: (&str, &str), out: &mut dyn Output) -> Result<()> {
    let (catalog, schema) = path;
    let relations = relations::read(client, catalog, schema, out)?;
    out.entity(table::database(catalog, relations.connector.as_deref()))?;
    out.entity(table::schema(catalog, schema))?;
    let listed = relations.by_name.len();
    let mut reader = Reader { client, config, catalog, schema, relations, waiting: Vec::new(), done: 0, listed, out };
    reader.stream()?;
    reader.left_over()?;
    // A schema of which something could not be read must not lead to a deletion.
    if out.skips() == 0 { out.complete(&[catalog, schema], "table", listed) } else { Ok(()) }
}

struct Reader<'a> {
    client: &'a Client,
    config: &'a Config,
    catalog: &'a str,
    schema: &'a str,
    relations: Relations,
    waiting: Vec<Pending>,
    done: usize,
    listed: usize,
    out: &'a mut dyn Output,
}

impl Reader<'_> {
    /// The columns of all tables, in the order of the tables. A failure of the statement is not the end: what is left is read one by one.
    fn stream(&mut self) -> Result<()> {
        let client = self.client;
        let mut rows = client.query::<ColumnRow>(sql::columns(self.catalog, self.schema));
        let mut open: Option<(String, Vec<Column>)> = None;
        loop {
            let row = match rows.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) if is_statement_error(&error) => {
                    let fields = [("catalog", self.catalog), ("schema", self.schema), ("reason", &reason(&error))];
                    self.out.warn("the columns of the schema can't be read at once; reading table by table", &fields);
                    return Ok(());
                }
                Err(error) => return Err(error).with("catalog", self.catalog).with("schema", self.schema),
            };
            if open.as_ref().is_none_or(|(table, _)| *table != row.table) {
                self.close(open.replace((row.table.clone(), Vec::new())))?;
            }
            if let Some((_, columns)) = &mut open {
                columns::append(columns, row.into());
            }
        }
        self.close(open)
    }

    fn close(&mut self, table: Option<(String, Vec<Column>)>) -> Result<()> {
        let Some((name, columns)) = table else { return Ok(()) };
        let relation = self.relations.by_name.remove(&name).unwrap_or_default();
        self.add(Pending { name, relation, columns })
    }

    /// Tables that are listed but had no columns: one that is broken says why when it is asked alone.
    fn left_over(&mut self) -> Result<()> {
        let names: Vec<String> = self.relations.by_name.keys().cloned().collect();
        for names in names.chunks(BATCH) {
            let statements: Vec<String> =
                names.iter().map(|name| sql::show_columns(self.catalog, self.schema, name)).collect();
            for (name, answer) in names.iter().zip(self.client.all_of::<ShownColumn>(&statements)) {
                self.add_shown(name, answer)?;
            }
        }
        self.flush()
    }

    fn add_shown(&mut self, name: &str, answer: Result<Vec<ShownColumn>>) -> Result<()> {
        match answer {
            Ok(rows) => {
                let mut columns = Vec::new();
                for row in rows {
                    columns::append(&mut columns, row.into());
                }
                self.close(Some((name.to_owned(), columns)))
            }
            Err(error) if is_statement_error(&error) || is_source_error(&error) => {
                self.out.skipped(&[self.catalog, self.schema, name], &reason(&error));
                Ok(())
            }
            Err(error) => Err(error).with("table", name),
        }
    }

    fn add(&mut self, pending: Pending) -> Result<()> {
        if self.statement(&pending).is_none() {
            return self.emit(pending, None);
        }
        self.waiting.push(pending);
        if self.waiting.len() < BATCH { Ok(()) } else { self.flush() }
    }

    /// What has to be asked about one table alone, if anything.
    fn statement(&self, pending: &Pending) -> Option<String> {
        let properties = self.config.table_properties.wanted(self.relations.connector.as_deref());
        let what = match &pending.relation.kind {
            Kind::View(None) => "VIEW",
            Kind::Table if properties => "TABLE",
            Kind::Materialized(_) if properties => "MATERIALIZED VIEW",
            Kind::View(_) | Kind::Table | Kind::Materialized(_) => return None,
        };
        Some(sql::show_create(what, self.catalog, self.schema, &pending.name))
    }

    fn flush(&mut self) -> Result<()> {
        let waiting = core::mem::take(&mut self.waiting);
        let statements: Vec<String> = waiting.iter().filter_map(|pending| self.statement(pending)).collect();
        let answers = self.client.all_of::<(String,)>(&statements);
        for (pending, answer) in waiting.into_iter().zip(answers) {
            let text = self.created(&pending.name, answer)?;
            self.emit(pending, text)?;
        }
        Ok(())
    }

    fn created(&mut self, name: &str, answer: Result<Vec<(String,)>>) -> Result<Option<String>> {
        match answer {
            Ok(rows) => Ok(rows.into_iter().next().map(|(text,)| text)),
            Err(error) if is_statement_error(&error) || is_source_error(&error) => {
                let path = [self.catalog, self.schema, name].join(".");
                self.out.warn("SHOW CREATE failed", &[("table", &path), ("reason", &reason(&error))]);
                Ok(None)
            }
            Err(error) => Err(error).with("table", name),
        }
    }

    fn emit(&mut self, pending: Pending, created: Option<String>) -> Result<()> {
        let is_view = matches!(pending.relation.kind, Kind::View(_));
        let (create_view, ddl) = if is_view { (created, None) } else { (None, created) };
        let source = table::Source {
            catalog: self.catalog,
            schema: self.schema,
            name: pending.name,
            connector: self.relations.connector.as_deref(),
            relation: pending.relation,
            columns: pending.columns,
            properties: ddl.map(|ddl| -> Properties { properties::parse(&ddl) }),
            create_view,
            include_ddl: self.config.include_ddl,
        };
        self.out.entity(Entity::Table(table::table(source)))?;
        self.done += 1;
        if self.done.is_multiple_of(100) || self.done == self.listed {
            self.out.progress(&format!("tables of {}.{}", self.catalog, self.schema), self.done, self.listed);
        }
        Ok(())
    }
}

/// The connector's own source failed for this one table: Trino itself is there.
pub fn is_source_error(error: &metahost_plugin_sdk::Error) -> bool {
    let metahost_plugin_sdk::Error::Unavailable(retryable) = error else { return false };
    retryable.failure.context.iter().any(|(key, _)| key == "error")
}

impl From<ColumnRow> for columns::Source {
    fn from(row: ColumnRow) -> Self {
        Self {
            name: row.name,
            kind: row.kind,
            nullable: row.nullable.map(|answer| answer == "YES"),
            default: row.default,
            comment: row.comment,
        }
    }
}

impl From<ShownColumn> for columns::Source {
    fn from(row: ShownColumn) -> Self {
        Self { name: row.name, kind: row.kind, comment: row.comment, ..Self::default() }
    }
}
