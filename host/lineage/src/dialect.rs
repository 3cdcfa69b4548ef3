//! The dialects of SQL that are told apart, and what differs between them above the grammar.

/// Who speaks the SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the products' own")]
pub enum Dialect {
    /// Nobody in particular: everything that is not a contradiction is understood.
    #[default]
    Ansi,
    Trino,
    Postgres,
    MySql,
    Snowflake,
    BigQuery,
    Redshift,
    Spark,
    Databricks,
    TSql,
    DuckDb,
    Hive,
    Oracle,
    ClickHouse,
    Sqlite,
    Teradata,
}

impl Dialect {
    /// Finds a dialect by one of the names that tools give it; none for an unknown name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "ansi" | "generic" | "sql" | "db2" | "vertica" | "exasol" | "" => Self::Ansi,
            "trino" | "starburst" | "athena" | "presto" | "prestodb" | "galaxy" => Self::Trino,
            "postgres" | "postgresql" | "greenplum" | "materialize" | "cockroach" | "risingwave" => Self::Postgres,
            "mysql" | "mariadb" | "singlestore" | "doris" | "starrocks" | "tidb" => Self::MySql,
            "snowflake" => Self::Snowflake,
            "bigquery" => Self::BigQuery,
            "redshift" => Self::Redshift,
            "spark" | "sparksql" | "spark2" | "spark3" => Self::Spark,
            "databricks" | "unitycatalog" => Self::Databricks,
            "tsql" | "mssql" | "sqlserver" | "synapse" | "fabric" | "azuresql" => Self::TSql,
            "duckdb" | "motherduck" => Self::DuckDb,
            "hive" | "impala" => Self::Hive,
            "oracle" => Self::Oracle,
            "clickhouse" => Self::ClickHouse,
            "sqlite" => Self::Sqlite,
            "teradata" => Self::Teradata,
            _ => return None,
        })
    }

    /// Whether `x -> f(x)` is a lambda, not the arrow of JSON.
    pub(crate) fn has_lambdas(self) -> bool {
        use Dialect::{ClickHouse, Databricks, DuckDb, Snowflake, Spark, Trino};
        matches!(self, Trino | Spark | Databricks | ClickHouse | DuckDb | Snowflake)
    }

    /// Whether an item of the select list may use the alias of an earlier one.
    pub(crate) fn sees_earlier_aliases(self) -> bool {
        use Dialect::{ClickHouse, Databricks, DuckDb, Redshift, Snowflake, Spark, Teradata};
        matches!(self, ClickHouse | Databricks | DuckDb | Redshift | Snowflake | Spark | Teradata)
    }

    /// Whether statements may follow each other without a semicolon.
    pub(crate) fn needs_no_semicolon(self) -> bool {
        self == Self::TSql
    }

    /// Whether a quoted name may hold a whole path (`` `project.dataset.table` ``).
    pub(crate) fn quotes_paths(self) -> bool {
        self == Self::BigQuery
    }

    /// Whether a file format and a path stand for a table (``json.`path` ``).
    pub(crate) fn reads_paths(self) -> bool {
        matches!(self, Self::Spark | Self::Databricks)
    }

    /// Whether the catalog keeps the fields of a structure as columns of their own.
    pub(crate) fn keeps_fields(self) -> bool {
        self != Self::Trino
    }

    /// What `USE name` sets: the database, or the schema.
    pub(crate) fn uses_databases(self) -> bool {
        matches!(self, Self::Snowflake | Self::TSql | Self::Postgres | Self::DuckDb)
    }
}
