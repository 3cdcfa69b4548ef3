//! What a caller asks: the SQL, who speaks it, what unqualified names mean and what may be spent.

use crate::{Dialect, TableName};

/// Knows the columns of tables.
pub trait Schemas {
    /// The columns of a table in their order; none when the table is unknown.
    fn columns(&self, table: &TableName) -> Option<Vec<String>>;
}

/// Knows no table.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSchemas;

impl Schemas for NoSchemas {
    fn columns(&self, _: &TableName) -> Option<Vec<String>> {
        None
    }
}

/// What one request may spend. Counted in steps, so that every machine gives the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the parser and the resolver, each about the work of one expression.
    pub steps: u64,
    /// How deep parentheses, subqueries and chains of operators may go.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 4_000_000, depth: 10_000 }
    }
}

/// One text of SQL, of one or many statements.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The text.
    pub sql: &'a str,
    /// Who speaks it.
    pub dialect: Dialect,
    /// The database that unqualified names mean.
    pub database: Option<&'a str>,
    /// The schema that unqualified names mean.
    pub schema: Option<&'a str>,
    /// Who knows the columns of tables.
    pub schemas: &'a dyn Schemas,
    /// What may be spent.
    pub limits: Limits,
    /// Whether expressions of conditions and stepping stones of columns are kept: what an explanation needs.
    pub details: bool,
}

impl<'a> Request<'a> {
    /// A request without knowledge of any table.
    pub fn new(sql: &'a str, dialect: Dialect) -> Self {
        Self {
            sql,
            dialect,
            database: None,
            schema: None,
            schemas: &NoSchemas,
            limits: Limits::default(),
            details: false,
        }
    }

    /// Says who knows the columns of tables.
    #[must_use]
    pub fn with_schemas(mut self, schemas: &'a dyn Schemas) -> Self {
        self.schemas = schemas;
        self
    }

    /// Says what unqualified names mean.
    #[must_use]
    pub fn within(mut self, database: Option<&'a str>, schema: Option<&'a str>) -> Self {
        self.database = database;
        self.schema = schema;
        self
    }

    /// Says what may be spent.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says that expressions of conditions and stepping stones of columns are wanted, which costs some time.
    #[must_use]
    pub fn with_details(mut self) -> Self {
        self.details = true;
        self
    }
}
