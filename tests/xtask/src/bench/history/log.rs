//! The query log: who, when and how long from Trino's own `system.runtime.queries`; the statements are what moved data there, and,
//! up to 1,000 in all, one INSERT for each table of the catalog `scale`, from the columns that Trino lists.

use anyhow::{Context, Result, ensure};
use metahost_e2e::trino;

/// Where the log is kept while it is measured.
pub const TABLE: &str = "iceberg.zz_history.queries";
/// Over how many days it spreads.
pub const DAYS: u32 = 5;
/// How many statements differ in more than values and comments.
const STATEMENTS: u64 = 1_000;

/// What was made.
pub struct Log {
    /// Rows.
    pub rows: u64,
    /// Statements that differ in more than values and comments.
    pub statements: u64,
    /// How long all texts are together.
    pub bytes: u64,
}

/// Makes the log anew.
pub fn fill(rows: u64) -> Result<Log> {
    ensure!(rows.is_multiple_of(STATEMENTS), "{rows} rows are no multiple of {STATEMENTS}, the number of statements");
    drop_table()?;
    trino::rows("CREATE SCHEMA IF NOT EXISTS iceberg.zz_history")?;
    trino::rows(&create(rows / STATEMENTS))?;
    let count = |what: &str| trino::number(&format!("SELECT {what} FROM {TABLE}"));
    let log = Log {
        rows: count("count(*)")?,
        statements: count("count(DISTINCT statement)")?,
        bytes: count("sum(length(query))")?,
    };
    ensure!(log.rows == rows, "{} rows instead of {rows}: is the catalog `scale` filled?", log.rows);
    Ok(log)
}

/// Leaves nothing behind.
pub fn drop_table() -> Result<()> {
    trino::rows(&format!("DROP TABLE IF EXISTS {TABLE}"))
        .and_then(|_| trino::rows("DROP SCHEMA IF EXISTS iceberg.zz_history"))
        .map(drop)
        .context("the log of the benchmark can't be dropped")
}

/// Each statement so many times: at another time, by another of those who ran queries (the connector leaves out its own), with
/// another comment and value.
fn create(times: u64) -> String {
    format!(
        "CREATE TABLE {TABLE} AS
         WITH people AS (
             SELECT row_number() OVER (ORDER BY query_id) - 1 AS number, count(*) OVER () AS all_of_them,
                    \"user\", coalesce(source, 'unknown') AS source, state, date_diff('millisecond', created, \"end\") AS took
             FROM system.runtime.queries
             WHERE \"end\" IS NOT NULL AND state = 'FINISHED' AND coalesce(source, 'unknown') <> 'metahost'
         ), ran AS (
             SELECT min(query) AS query FROM system.runtime.queries
             WHERE state = 'FINISHED' AND regexp_like(query, '(?is)^\\s*(insert into|create or replace table|merge into)\\s+iceberg\\.(ops|silver|gold)\\..*select')
             GROUP BY lower(regexp_extract(query, '(?i)iceberg\\.\\w+\\.\\w+')), substr(lower(trim(query)), 1, 6)
         ), tables AS (
             SELECT table_schema AS s, table_name AS t, row_number() OVER (ORDER BY table_schema, table_name) AS number,
                    array_agg(column_name ORDER BY ordinal_position) AS columns
             FROM scale.information_schema.columns WHERE table_schema LIKE 'schema%' GROUP BY table_schema, table_name
         ), made AS (
             SELECT 'INSERT INTO scale.' || i.s || '.' || i.t || ' (' || array_join(slice(i.columns, 1, n), ', ') || ') SELECT '
                    || array_join(transform(slice(o.columns, 1, n), c -> 'o.' || c), ', ')
                    || ' FROM scale.' || o.s || '.' || o.t || ' o JOIN scale.' || p.s || '.' || p.t || ' p ON p.id = o.id WHERE o.id > 1' AS query
             FROM tables i JOIN tables o ON o.number = 1 + i.number % 1000 JOIN tables p ON p.number = 1 + (i.number + 10) % 1000
             CROSS JOIN LATERAL (SELECT least(cardinality(i.columns), cardinality(o.columns)) AS n)
         ), statements AS (
             SELECT query, row_number() OVER (ORDER BY made, query) AS statement
             FROM (SELECT query, 0 AS made FROM ran UNION ALL SELECT query, 1 FROM made)
         )
         SELECT CAST(statement AS varchar) || '-' || CAST(time AS varchar) AS query_id, statement, p.\"user\", p.source, p.state,
                '/* run ' || CAST(time AS varchar) || ' */ ' || replace(query, 'o.id > 1', 'o.id > ' || CAST(time AS varchar)) AS query,
                at - p.took * INTERVAL '0.001' SECOND AS created, at AS ended
         FROM (
             SELECT statement, query, time, (statement * {times} + time) AS place,
                    CAST(current_timestamp AS timestamp(3) with time zone)
                        - ((statement * {times} + time) * (86400 * {DAYS}) / ({STATEMENTS} * {times})) * INTERVAL '1' SECOND AS at
             FROM statements CROSS JOIN UNNEST(sequence(1, {times})) AS times (time) WHERE statement <= {STATEMENTS}
         ) JOIN people p ON p.number = place % p.all_of_them"
    )
}
