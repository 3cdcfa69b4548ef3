//! One schema: its tables and views with their columns, streamed. Never holds the columns of more than a few tables.

use metahost_plugin_sdk::connector::Window;
use metahost_plugin_sdk::entities::{Column, Entity};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{ErrorExt, Result};
use serde::Deserialize;

use crate::answer::{is_local, is_source_error, or_skip, reason};
use crate::client::Client;
use crate::columns;
use crate::config::Config;
use crate::galaxy::{Facts, OfSchema};
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

/// Emits the tables of a schema; the split of its catalog, which the host reads before, emitted the schema itself.
pub(crate) fn read(
    client: &Client,
    config: &Config,
    path: (&str, &str),
    galaxy: Option<OfSchema<'_>>,
    window: &Window,
    out: &mut dyn Output,
) -> Result<()> {
    let (catalog, schema) = path;
    let relations = relations::read(client, catalog, schema, out)?;
    let listed = relations.by_name.len();
    let waiting = Vec::new();
    let mut reader = Reader { client, config, catalog, schema, relations, galaxy, waiting, done: 0, listed, out };
    reader.stream()?;
    reader.left_over()?;
    if let Some(galaxy) = &reader.galaxy {
        galaxy.checks(window, reader.out)?;
    }
    // A schema of which something could not be read must not lead to a deletion.
    if reader.relations.has_gaps {
        return Ok(());
    }
    out.complete(&[catalog.to_owned(), schema.to_owned()], "table", Some(listed as u64))
}

struct Reader<'a> {
    client: &'a Client,
    config: &'a Config,
    catalog: &'a str,
    schema: &'a str,
    relations: Relations,
    galaxy: Option<OfSchema<'a>>,
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
                Err(error) if is_local(&error) => {
                    let path = [self.catalog, self.schema].join(".");
                    let fields = [("schema", path), ("reason", reason(&error))];
                    let said = "the columns of the schema can't be read at once; reading table by table";
                    self.out.note(Level::Warn, said, &fields);
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
            let answers = self.client.all_of::<ShownColumn>(&statements);
            self.check_source(&answers)?;
            for (name, answer) in names.iter().zip(answers) {
                self.add_shown(name, answer)?;
            }
        }
        self.flush()
    }

    /// When not one of many tables can be read, it is the source that is down and not the tables that are broken.
    fn check_source(&self, answers: &[Result<Vec<ShownColumn>>]) -> Result<()> {
        let nothing = self.done == 0 && self.waiting.is_empty() && answers.len() > 1;
        match answers.first() {
            Some(Err(error)) if nothing && answers.iter().all(|a| a.as_ref().is_err_and(is_source_error)) => {
                Err(error.clone()).with("catalog", self.catalog).with("schema", self.schema)
            }
            _ => Ok(()),
        }
    }

    fn add_shown(&mut self, name: &str, answer: Result<Vec<ShownColumn>>) -> Result<()> {
        let Some(rows) = or_skip(self.out, &[self.catalog, self.schema, name], answer)? else {
            self.relations.has_gaps = true;
            return Ok(());
        };
        let mut columns = Vec::new();
        for row in rows {
            columns::append(&mut columns, row.into());
        }
        self.close(Some((name.to_owned(), columns)))
    }

    fn add(&mut self, pending: Pending) -> Result<()> {
        if self.statement(&pending).is_none() && self.galaxy.is_none() {
            return self.emit(pending, None, Facts::default());
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
        let mut waiting = core::mem::take(&mut self.waiting);
        self.describe_columns(&mut waiting)?;
        let statements: Vec<String> = waiting.iter().filter_map(|pending| self.statement(pending)).collect();
        let mut answers = self.client.all_of::<(String,)>(&statements).into_iter();
        for pending in waiting {
            let answer = self.statement(&pending).and_then(|_| answers.next());
            let text = answer.map_or(Ok(None), |answer| self.created(&pending.name, answer))?;
            let facts = self.galaxy.as_mut().map(|galaxy| galaxy.table(&pending.name)).unwrap_or_default();
            self.emit(pending, text, facts)?;
        }
        Ok(())
    }

    fn describe_columns(&mut self, tables: &mut [Pending]) -> Result<()> {
        let Some(galaxy) = &self.galaxy else { return Ok(()) };
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        let found = galaxy.columns(&names, self.out)?;
        for (table, mut facts) in tables.iter_mut().zip(found) {
            for column in table.columns.iter_mut().filter(|column| column.parent.is_none()) {
                facts.remove(&column.name).unwrap_or_default().put_on_column(column);
            }
        }
        Ok(())
    }

    fn created(&mut self, name: &str, answer: Result<Vec<(String,)>>) -> Result<Option<String>> {
        match answer {
            Ok(rows) => Ok(rows.into_iter().next().map(|(text,)| text)),
            Err(error) if is_local(&error) => {
                let path = [self.catalog, self.schema, name].join(".");
                self.out.note(Level::Warn, "SHOW CREATE failed", &[("table", path), ("reason", reason(&error))]);
                Ok(None)
            }
            Err(error) => Err(error).with("table", name),
        }
    }

    fn emit(&mut self, pending: Pending, created: Option<String>, facts: Facts) -> Result<()> {
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
        let mut table = table::table(source);
        facts.put_on(&mut table.common);
        self.out.entity(Entity::Table(table))?;
        self.done += 1;
        if self.done.is_multiple_of(100) || self.done == self.listed {
            let stage = format!("tables of {}.{}", self.catalog, self.schema);
            self.out.progress(&stage, self.done as u64, Some(self.listed as u64));
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use metahost_plugin_sdk::connector::Mode;
    use metahost_plugin_sdk::entities::{Table, TableKind};
    use metahost_plugin_sdk::testing::Collected;
    use serde_json::json;

    use super::*;
    use crate::testing::{Said, Scripted, request, trino};

    const BROKEN: Said = Said::Error("ICEBERG_INVALID_METADATA", "EXTERNAL", "metadata file is gone");

    fn server() -> Scripted {
        Scripted::default()
            .rows("information_schema.tables", json!([["broken", "BASE TABLE"], ["t", "BASE TABLE"], ["v", "VIEW"]]))
            .rows("SELECT connector_name", json!([["iceberg"]]))
            .rows("information_schema.views", json!([["v", null]]))
            .rows("materialized_views", json!([]))
            .rows("table_comments", json!([["t", "of t"]]))
            .says("SHOW COLUMNS FROM \"c\".\"s\".\"broken\"", BROKEN)
            .rows("SHOW COLUMNS FROM \"c\".\"s\".\"t\"", json!([["a", "bigint", "", "of a"]]))
            .rows("SHOW COLUMNS FROM \"c\".\"s\".\"v\"", json!([["a", "bigint", "", ""]]))
            .rows(
                "SHOW CREATE TABLE \"c\".\"s\".\"t\"",
                json!([["CREATE TABLE c.s.t (\n   a bigint\n)\nWITH (\n   location = 's3://b/t'\n)"]]),
            )
            .rows("SHOW CREATE VIEW", json!([["CREATE VIEW c.s.v AS SELECT 1 a"]]))
    }

    fn read(server: &Scripted, more: &str) -> (Vec<Table>, Collected) {
        let mut out = Collected::default();
        trino(server, more).read_into(&request(Mode::Entities, &["c", "s"]), &mut out).unwrap();
        let tables = out.entities.drain(..).map(|entity| match entity {
            Entity::Table(table) => table,
            other => panic!("{other:?}"),
        });
        (tables.collect(), out)
    }

    fn names(tables: &[Table]) -> Vec<&str> {
        tables.iter().map(|table| table.common.path[2].as_str()).collect()
    }

    const COLUMNS: &str = "information_schema.columns";

    #[test]
    fn a_broken_table_is_skipped_with_its_reason_and_allows_no_deletion() {
        let rows = json!([["t", "a", "bigint", "NO", null, "of a"], ["v", "a", "bigint", "YES", null, null]]);
        let (tables, out) = read(&server().rows(COLUMNS, rows), "");
        let mut found = names(&tables);
        found.sort_unstable();
        assert_eq!(found, ["t", "v"]);
        assert_eq!(out.skipped, ["c/s/broken: Trino: metadata file is gone"]);
        assert!(out.complete.is_empty());
    }

    #[test]
    fn columns_that_can_not_be_read_at_once_are_read_table_by_table() {
        let failing = Said::Error("GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", "boom");
        let (tables, out) = read(&server().says(COLUMNS, failing), "");
        assert_eq!(names(&tables), ["t", "v"]);
        assert_eq!(tables[0].columns[0].description.as_deref(), Some("of a"));
        assert!(out.notes.iter().any(|note| note.contains("boom")));
    }

    #[test]
    fn a_source_that_is_down_is_not_a_schema_of_broken_tables() {
        let down = Said::Error("JDBC_ERROR", "EXTERNAL", "connection refused");
        let server = Scripted::default()
            .rows("information_schema.tables", json!([["a", "BASE TABLE"], ["b", "BASE TABLE"]]))
            .says("", down);
        let request = request(Mode::Entities, &["c", "s"]);
        let error = trino(&server, "").read_into(&request, &mut Collected::default()).unwrap_err();
        assert!(format!("{error:?}").contains("connection refused"));
    }

    #[test]
    fn an_iceberg_table_and_a_view_have_all_that_trino_tells() {
        let rows = json!([
            ["t", "a", "bigint", "NO", null, "of a"],
            ["v", "a", "bigint", "YES", null, null],
            ["broken", "a", "bigint", "YES", null, null]
        ]);
        let (tables, out) = read(
            &server()
                .rows(COLUMNS, rows)
                .rows("SHOW CREATE TABLE", json!([["CREATE TABLE c.s.broken (\n   a bigint\n)"]])),
            "",
        );
        let (table, view) = (&tables[0], &tables[1]);
        assert_eq!((table.kind, table.location.as_deref()), (TableKind::Iceberg, Some("s3://b/t")));
        assert_eq!(table.common.description.as_deref(), Some("of t"));
        assert_eq!((view.kind, view.definition.as_deref()), (TableKind::View, Some("CREATE VIEW c.s.v AS SELECT 1 a")));
        assert_eq!(out.complete, [("c/s".to_owned(), "table".to_owned(), Some(3))]);
    }

    #[test]
    fn other_connectors_cost_no_statement_per_table() {
        let rows = json!([["t", "a", "bigint", "NO", null, null]]);
        let server = Scripted::default()
            .rows("information_schema.tables", json!([["t", "BASE TABLE"]]))
            .rows("SELECT connector_name", json!([["postgresql"]]))
            .rows("information_schema.views", json!([]))
            .rows("materialized_views", json!([]))
            .rows("table_comments", json!([]))
            .rows(COLUMNS, rows);
        let (tables, _) = read(&server, "");
        assert_eq!((names(&tables), tables[0].kind), (vec!["t"], TableKind::Regular));
        assert_eq!(server.statements().len(), 6);
    }
}
