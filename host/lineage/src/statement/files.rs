//! What moves data between tables and files and does not say INSERT even in other words: EXPORT DATA, directories, and
//! COPY to what is no file.

use sqlparser::ast::{CopyIntoSnowflakeKind, CopySource, Expr, ObjectName, Query, SqlOption, Statement};

use super::{Change, Effect};
use crate::resolve::{Env, Resolver, TableId, idents, words};
use crate::rewrite::STAGE;
use crate::{StatementKind, TableName};

impl Resolver<'_> {
    /// What such a statement does; any other moves no data.
    pub(crate) fn files(&mut self, statement: &Statement, env: &Env) -> Effect {
        match statement {
            Statement::Copy { source, to, .. } => self.copy(source, *to, env),
            Statement::CopyIntoSnowflake {
                kind: CopyIntoSnowflakeKind::Location,
                into,
                from_obj,
                stage_params,
                from_query,
                ..
            } => {
                let place = stage_params.url.clone().unwrap_or_else(|| address(into));
                self.writes_files(&place, from_query.as_deref(), from_obj.as_ref(), env)
            }
            Statement::Directory { path, source, .. } => self.writes_files(path, Some(source), None, env),
            Statement::ExportData(export) => {
                let place = export.options.iter().find_map(uri).unwrap_or_default();
                self.writes_files(&place, Some(&export.query), None, env)
            }
            _ => Effect::nothing(StatementKind::Other),
        }
    }

    /// COPY to and from what is no file: the session, or another program.
    fn copy(&mut self, source: &CopySource, to: bool, env: &Env) -> Effect {
        match source {
            CopySource::Table { table_name, .. } if !to => {
                let table = self.target(table_name);
                Effect::writes(StatementKind::Copy, table, Change::Adds)
            }
            CopySource::Table { table_name, .. } => self.writes_files("", None, Some(table_name), env),
            CopySource::Query(query) => self.writes_files("", Some(query), None, env),
        }
    }

    /// A query or a table that is written to files.
    fn writes_files(&mut self, place: &str, query: Option<&Query>, table: Option<&ObjectName>, env: &Env) -> Effect {
        let rows = match (query, table) {
            (Some(query), _) => self.query(query, env, None),
            (None, Some(table)) => {
                let words = words(table, self.request.dialect);
                self.read(words, env)
            }
            (None, None) => return Effect::nothing(StatementKind::Copy),
        };
        if place.is_empty() {
            let columns = rows.columns.iter().map(|column| (None, column.clone())).collect();
            return Effect { columns, ..Effect::nothing(StatementKind::Copy) };
        }
        let files: TableId = self.table(TableName::location(place));
        Effect::writes(StatementKind::Copy, files, Change::Adds).with_rows(files, &rows)
    }
}

/// The address that a name of a stage or of files stands for.
fn address(name: &ObjectName) -> String {
    let name = idents(name).map(|ident| ident.value.as_str()).collect::<Vec<_>>().join(".");
    name.strip_prefix(STAGE).map(str::to_owned).unwrap_or(name)
}

/// The address of `OPTIONS (uri = '…')`.
fn uri(option: &SqlOption) -> Option<String> {
    match option {
        SqlOption::KeyValue { key, value: Expr::Value(value) } if address(key).eq_ignore_ascii_case("uri") => {
            value.value.clone().into_string()
        }
        _ => None,
    }
}
