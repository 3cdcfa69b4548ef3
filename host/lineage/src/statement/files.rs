//! What moves data between tables and files: COPY, UNLOAD, LOAD DATA, EXPORT DATA.

use sqlparser::ast::{CopyIntoSnowflakeKind, CopySource, CopyTarget, Expr, ObjectName, Query, SqlOption, Statement};

use super::{Change, Effect};
use crate::resolve::{Env, Resolver, TableId, idents, words};
use crate::rewrite::STAGE;
use crate::{StatementKind, TableName};

impl Resolver<'_> {
    /// What such a statement does; any other moves no data.
    pub(crate) fn files(&mut self, statement: &Statement, env: &Env) -> Effect {
        match statement {
            Statement::Copy { source, to, target, .. } => self.copy(source, *to, target, env),
            Statement::CopyIntoSnowflake { kind, into, from_obj, stage_params, from_query, .. } => {
                let from = stage_params.url.as_deref();
                match kind {
                    CopyIntoSnowflakeKind::Table => {
                        let table = self.target(into);
                        let effect = Effect::writes(StatementKind::Copy, table, Change::Adds);
                        let files = from.map(str::to_owned).or_else(|| from_obj.as_ref().map(address));
                        self.reads_files(files.as_deref());
                        effect
                    }
                    CopyIntoSnowflakeKind::Location => {
                        let place = from.map_or_else(|| address(into), str::to_owned);
                        let table = from_obj.as_ref();
                        self.writes_files(&place, from_query.as_deref(), table, env)
                    }
                }
            }
            Statement::Unload { query, query_text, to, .. } => {
                if let (None, Some(text)) = (query, query_text) {
                    return self.quoted_query(text, &to.value, env);
                }
                self.writes_files(&to.value, query.as_deref(), None, env)
            }
            Statement::LoadData { inpath, table_name, overwrite, .. } => {
                let table = self.target(table_name);
                self.reads_files(Some(inpath));
                let change = if *overwrite { Change::Makes { temporary: false } } else { Change::Adds };
                Effect::writes(StatementKind::Copy, table, change)
            }
            Statement::Directory { path, source, .. } => self.writes_files(path, Some(source), None, env),
            Statement::ExportData(export) => {
                let place = export.options.iter().find_map(uri).unwrap_or_default();
                self.writes_files(&place, Some(&export.query), None, env)
            }
            _ => Effect::nothing(StatementKind::Other),
        }
    }

    fn copy(&mut self, source: &CopySource, to: bool, target: &CopyTarget, env: &Env) -> Effect {
        let file = match target {
            CopyTarget::File { filename } => Some(filename.as_str()),
            CopyTarget::Stdin | CopyTarget::Stdout | CopyTarget::Program { .. } => None,
        };
        match source {
            CopySource::Table { table_name, .. } if !to => {
                let table = self.target(table_name);
                self.reads_files(file);
                Effect::writes(StatementKind::Copy, table, Change::Adds)
            }
            CopySource::Table { table_name, .. } => {
                self.writes_files(file.unwrap_or_default(), None, Some(table_name), env)
            }
            CopySource::Query(query) => self.writes_files(file.unwrap_or_default(), Some(query), None, env),
        }
    }

    fn reads_files(&mut self, address: Option<&str>) {
        if let Some(address) = address.filter(|address| !address.is_empty()) {
            let files = self.table(TableName::location(address));
            self.reads.insert(files);
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

    /// `UNLOAD ('SELECT …') TO …`.
    fn quoted_query(&mut self, text: &str, place: &str, env: &Env) -> Effect {
        let text = text.replace("''", "'");
        match crate::parse::query(&text, self.request) {
            Ok(query) => self.writes_files(place, Some(&query), None, env),
            Err(reason) => {
                self.reason(reason);
                Effect::nothing(StatementKind::Copy)
            }
        }
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
