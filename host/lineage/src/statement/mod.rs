//! What each kind of statement reads and writes. Never parses, and never looks beyond the one statement.

mod change;
mod create;
mod files;
mod insert;
mod output;

use std::rc::Rc;

use sqlparser::ast::{
    AlterTable, AlterTableOperation, AlterViewOperation, ConditionalStatements, CreateProcedureBody, Delete, Expr,
    Insert, Merge, ObjectName, ObjectType, OutputClause, Query, RenameTableNameKind, SetExpr, Statement, Update, Use,
    UtilityOption,
};

use crate::resolve::{Column, Env, Relation, Resolver, Rows, Scope, TableId, path, words};
use crate::{Dialect, StatementKind, TableName};

/// What a statement does.
#[derive(Debug)]
pub(crate) struct Effect {
    /// Which kind it is.
    pub kind: StatementKind,
    /// Tables that it reads.
    pub inputs: Vec<TableId>,
    /// Tables that it writes.
    pub outputs: Vec<TableId>,
    /// Columns of what it writes, or of its result.
    pub columns: Vec<(Option<TableId>, Column)>,
    /// What decides about its rows.
    pub influences: Vec<crate::resolve::Decision>,
    /// What happens to the tables that it writes.
    pub change: Change,
    /// Why something was not understood.
    pub reasons: Vec<String>,
}

/// What happens to the tables that a statement writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing, or nothing that later statements see.
    Nothing,
    /// Rows are added or changed.
    Adds,
    /// They are made, or made anew.
    Makes {
        /// Whether they live no longer than the session.
        temporary: bool,
    },
    /// They are dropped.
    Drops {
        /// Whether they were certain to be there.
        certain: bool,
    },
    /// They change their names: the old, the new.
    Renames(Vec<(TableId, TableId)>),
}

impl Effect {
    /// A statement that moves no data.
    pub(crate) fn nothing(kind: StatementKind) -> Self {
        Self {
            kind,
            inputs: Vec::new(),
            outputs: Vec::new(),
            columns: Vec::new(),
            influences: Vec::new(),
            change: Change::Nothing,
            reasons: Vec::new(),
        }
    }

    /// A statement that writes one table.
    pub(crate) fn writes(kind: StatementKind, table: TableId, change: Change) -> Self {
        Self { outputs: vec![table], change, ..Self::nothing(kind) }
    }

    /// With what is written from rows, under the names that they have there.
    fn with_rows(mut self, table: TableId, rows: &Rows) -> Self {
        self.columns.extend(rows.columns.iter().map(|column| (Some(table), column.clone())));
        self
    }
}

impl Resolver<'_> {
    /// What a statement does, and each statement within it.
    pub(crate) fn effects(&mut self, statement: &Statement, env: &Env) -> Vec<Effect> {
        match statement {
            Statement::CreateProcedure { body, .. } => self.body(body, env),
            Statement::StartTransaction { statements, .. } if !statements.is_empty() => self.block(statements, env),
            Statement::If(branch) => {
                let blocks = core::iter::once(&branch.if_block).chain(&branch.elseif_blocks).chain(&branch.else_block);
                blocks.flat_map(|block| self.conditional(&block.conditional_statements, env)).collect()
            }
            Statement::While(repeated) => self.conditional(&repeated.while_block.conditional_statements, env),
            Statement::Case(case) => {
                let blocks = case.when_blocks.iter().chain(&case.else_block);
                blocks.flat_map(|block| self.conditional(&block.conditional_statements, env)).collect()
            }
            single => {
                let effect = self.complete_effect(single, env);
                let mut effects = core::mem::take(&mut self.aside);
                effects.push(effect);
                effects
            }
        }
    }

    fn body(&mut self, body: &CreateProcedureBody, env: &Env) -> Vec<Effect> {
        match body {
            CreateProcedureBody::As(statements) => self.conditional(statements, env),
            CreateProcedureBody::BeginAtomic(block) => self.block(&block.statements, env),
        }
    }

    fn conditional(&mut self, statements: &ConditionalStatements, env: &Env) -> Vec<Effect> {
        match statements {
            ConditionalStatements::Sequence { statements } => self.block(statements, env),
            ConditionalStatements::BeginEnd(block) => self.block(&block.statements, env),
        }
    }

    fn block(&mut self, statements: &[Statement], env: &Env) -> Vec<Effect> {
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || {
            statements.iter().flat_map(|statement| self.effects(statement, env)).collect()
        })
    }

    /// What a statement within a query gives back: the rows that it wrote. What it does is noted aside.
    pub(crate) fn returned(&mut self, statement: &Statement, env: &Env) -> Rc<Rows> {
        let reads = core::mem::take(&mut self.reads);
        let effect = self.effect(statement, env);
        let mut effect = Effect { inputs: core::mem::replace(&mut self.reads, reads).into_iter().collect(), ..effect };
        let (returning, output) = match statement {
            Statement::Insert(Insert { returning, output, .. })
            | Statement::Update(Update { returning, output, .. })
            | Statement::Delete(Delete { returning, output, .. }) => (returning.as_deref(), output.as_ref()),
            Statement::Merge(Merge { output, .. }) => (None, output.as_ref()),
            _ => (None, None),
        };
        if let (None, Some(OutputClause::Output { select_items, .. })) = (returning, output) {
            let rows = self.output_rows(select_items, &effect, env, &Scope::default());
            self.aside.push(effect);
            return Rc::new(rows);
        }
        let mut scope = Scope::default();
        for table in effect.outputs.clone() {
            let rows = self.changed(&effect, table);
            if effect.kind == StatementKind::Delete {
                effect.inputs.push(table);
                self.reads.insert(table);
            }
            let names = self.table_name(table).parts().to_vec();
            let names = names.iter().map(|part| self.symbol(part)).collect();
            scope.add(Relation { names, own: Vec::new(), rows: Rc::new(rows), table: Some(table), silent: false });
        }
        self.aside.push(effect);
        let items = returning.unwrap_or_default();
        Rc::new(self.list(items, env, &mut scope))
    }

    /// What one statement does, with what the resolver noted on the way.
    fn complete_effect(&mut self, statement: &Statement, env: &Env) -> Effect {
        self.reads.clear();
        self.influences.clear();
        self.reasons.clear();
        self.aside.clear();
        let mut effect = self.effect(statement, env);
        effect.inputs.extend(core::mem::take(&mut self.reads));
        effect.inputs.sort_unstable();
        effect.inputs.dedup();
        effect.influences = core::mem::take(&mut self.influences);
        effect.influences.sort_unstable();
        effect.influences.dedup();
        effect.reasons.append(&mut self.reasons);
        effect
    }

    /// What one statement does.
    pub(crate) fn effect(&mut self, statement: &Statement, env: &Env) -> Effect {
        match statement {
            Statement::Query(query) => self.query_effect(query, env),
            Statement::Insert(insert) => self.insert(insert, env),
            Statement::Merge(merge) => self.merge(merge, env),
            Statement::Update(update) => self.update(update, env),
            Statement::Delete(delete) => self.delete(delete, env),
            Statement::CreateTable(create) => self.create_table(create, env),
            Statement::CreateView(create) => self.create_view(create, env),
            Statement::AlterTable(alter) => self.alter(alter),
            Statement::AlterView(alter) => match &alter.operation {
                AlterViewOperation::As { columns, query, .. } => {
                    let names: Vec<&str> = columns.iter().map(|name| name.value.as_str()).collect();
                    self.made(StatementKind::CreateView, &alter.name, &names, query, false, env)
                }
                _ => Effect::nothing(StatementKind::Alter),
            },
            Statement::RenameTable(renames) => {
                self.renames(renames.iter().map(|rename| (&rename.old_name, &rename.new_name)))
            }
            Statement::Truncate(truncate) => {
                let tables = truncate.table_names.iter().map(|target| self.target(&target.name)).collect();
                let change = Change::Makes { temporary: false };
                Effect { outputs: tables, change, ..Effect::nothing(StatementKind::Truncate) }
            }
            Statement::Drop { object_type, if_exists, names, .. } => self.drop_effect(*object_type, !if_exists, names),
            Statement::Explain { analyze, options, statement, .. } => {
                let inner = self.effect(statement, env);
                if *analyze || options.iter().flatten().any(runs) {
                    return inner;
                }
                Effect {
                    outputs: Vec::new(),
                    columns: Vec::new(),
                    change: Change::Nothing,
                    kind: StatementKind::Explain,
                    ..inner
                }
            }
            Statement::Prepare { statement, .. } => self.effect(statement, env),
            Statement::Cache { table_name, query: Some(query), .. } => {
                self.made(StatementKind::CreateTable, table_name, &[], query, true, env)
            }
            Statement::Use(name) => self.use_effect(name),
            Statement::RefreshMaterializedView(refresh) => {
                let table = self.target(&refresh.name);
                Effect::writes(StatementKind::Insert, table, Change::Adds)
            }
            other => self.files(other, env),
        }
    }

    /// A query: with a target (`SELECT … INTO`, `WITH … INSERT`) or without.
    pub(crate) fn query_effect(&mut self, query: &Query, env: &Env) -> Effect {
        match query.body.as_ref() {
            SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) | SetExpr::Merge(inner) => {
                let env = self.with(query.with.as_ref(), env, None);
                self.effect(inner, &env)
            }
            body => {
                let rows = self.query(query, env, None);
                match self.made_by_into(body) {
                    Some((name, temporary)) => {
                        let table = self.target(&name);
                        Effect::writes(StatementKind::CreateTable, table, Change::Makes { temporary })
                            .with_rows(table, &rows)
                    }
                    None => Effect {
                        columns: rows.columns.iter().map(|column| (None, column.clone())).collect(),
                        ..Effect::nothing(StatementKind::Select)
                    },
                }
            }
        }
    }

    /// The table that `SELECT … INTO` makes, where it does not fill variables.
    fn made_by_into(&self, body: &SetExpr) -> Option<(ObjectName, bool)> {
        let variables = match self.request.dialect {
            Dialect::Oracle | Dialect::MySql => true,
            Dialect::Postgres | Dialect::Redshift => self.in_block,
            _ => false,
        };
        if variables { None } else { into(body) }
    }

    /// A table that is written.
    pub(crate) fn target(&mut self, name: &ObjectName) -> TableId {
        if let Some(files) = path(name, self.request.dialect) {
            return self.table(files);
        }
        let name = self.full_name(name);
        self.table(name)
    }

    fn drop_effect(&mut self, kind: ObjectType, certain: bool, names: &[ObjectName]) -> Effect {
        if !matches!(kind, ObjectType::Table | ObjectType::View | ObjectType::MaterializedView) {
            return Effect::nothing(StatementKind::Drop);
        }
        let outputs = names.iter().map(|name| self.target(name)).collect();
        Effect { outputs, change: Change::Drops { certain }, ..Effect::nothing(StatementKind::Drop) }
    }

    fn alter(&mut self, alter: &AlterTable) -> Effect {
        for operation in &alter.operations {
            match operation {
                AlterTableOperation::RenameTable {
                    table_name: RenameTableNameKind::To(new) | RenameTableNameKind::As(new),
                } => return self.renames(core::iter::once((&alter.name, new))),
                AlterTableOperation::SwapWith { table_name } => {
                    let (one, two) = (self.target(&alter.name), self.target(table_name));
                    let change = Change::Renames(vec![(two, one), (one, two)]);
                    return Effect { inputs: vec![two], ..Effect::writes(StatementKind::Rename, one, change) };
                }
                _ => {}
            }
        }
        let table = self.target(&alter.name);
        Effect::writes(StatementKind::Alter, table, Change::Nothing)
    }

    fn renames<'n>(&mut self, renames: impl Iterator<Item = (&'n ObjectName, &'n ObjectName)>) -> Effect {
        let mut pairs = Vec::new();
        for (old, new) in renames {
            let old = self.full_name(old);
            let new = beside(words(new, self.request.dialect), &old);
            pairs.push((self.table(old), self.table(new)));
        }
        let inputs = pairs.iter().map(|pair| pair.0).collect();
        let outputs = pairs.iter().map(|pair| pair.1).collect();
        Effect { inputs, outputs, change: Change::Renames(pairs), ..Effect::nothing(StatementKind::Rename) }
    }

    fn use_effect(&mut self, name: &Use) -> Effect {
        let dialect = self.request.dialect;
        let parts = |name: &ObjectName| words(name, dialect);
        let (database, schema) = match name {
            Use::Database(name) if matches!(dialect, Dialect::MySql | Dialect::Hive | Dialect::Spark) => {
                (None, parts(name).pop())
            }
            Use::Catalog(name) | Use::Database(name) => (parts(name).pop(), None),
            Use::Object(name) if dialect.uses_databases() && name.0.len() == 1 => (parts(name).pop(), None),
            Use::Schema(name) | Use::Object(name) => {
                let mut parts = parts(name);
                let schema = parts.pop();
                (parts.pop(), schema)
            }
            Use::Default => (None, Some("default".to_owned())),
            Use::Warehouse(_) | Use::Role(_) | Use::SecondaryRoles(_) => return Effect::nothing(StatementKind::Use),
        };
        if database.is_some() {
            self.database = database;
        }
        // A user of SQL Server has the same default schema in each database.
        if dialect != Dialect::TSql {
            self.schema = schema;
        }
        Effect::nothing(StatementKind::Use)
    }
}

/// Whether an option of EXPLAIN runs the statement.
fn runs(option: &UtilityOption) -> bool {
    let off =
        |value: &Expr| ["false", "off", "0"].contains(&value.to_string().trim_matches('\'').to_lowercase().as_str());
    option.name.value.eq_ignore_ascii_case("analyze") && !option.arg.as_ref().is_some_and(off)
}

/// A new name: in the place of the old one unless it says otherwise.
fn beside(mut parts: Vec<String>, old: &TableName) -> TableName {
    let missing = old.parts().len().saturating_sub(parts.len());
    let mut full = old.parts()[..missing].to_vec();
    full.append(&mut parts);
    TableName::new(full)
}

/// The table that `SELECT … INTO` makes.
fn into(body: &SetExpr) -> Option<(ObjectName, bool)> {
    match body {
        SetExpr::Select(select) => {
            let into = select.into.as_ref()?;
            let name = match into.targets.first()? {
                Expr::Identifier(ident) => vec![ident.clone()],
                Expr::CompoundIdentifier(parts) => parts.clone(),
                _ => return None,
            };
            // A variable is no table.
            let table = !name.first()?.value.starts_with(['@', ':']);
            table.then(|| (name.into(), into.temporary))
        }
        SetExpr::SetOperation { left, .. } => into(left),
        SetExpr::Query(query) => into(&query.body),
        _ => None,
    }
}
